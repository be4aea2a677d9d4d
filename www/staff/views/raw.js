/** What came and is no report that this page can show: as text, and as nothing else. */
import { el } from "../../el.js";
import { button, copy } from "../../parts.js";

/** So much of it is shown, characters. */
const MOST = 262_144;

/** `unfit`: why this page does not take it, of `checked()`; undefined: the server did not. */
export function raw({ raw: text, rawEncoding, report }, unfit, { s, w }) {
  const r = s.raw;
  const whole = typeof text === "string" ? text : report ? JSON.stringify(report, null, 1) : "";
  const note = el("span", { class: "muted", role: "status" });
  const version = /"schema"\s*:\s*(\d{1,9})/.exec(whole)?.[1];
  const why = unfit ? w.say(r.unfit, { why: unfit.why, at: String(unfit.at ?? "").slice(0, 80) }) : version && version !== "1" ? w.say(r.newer, { version }) : r.damaged;
  return [
    el("p", { class: "notice why" }, why),
    rawEncoding && el("p", { class: "muted" }, w.say(r.encoded, { encoding: String(rawEncoding).slice(0, 20) })),
    el("pre", { tabindex: "0", class: "code raw", dir: "ltr" }, whole.slice(0, MOST) || r.empty),
    whole.length > MOST && el("p", { class: "muted" }, r.cut),
    el("div", { class: "actions" }, button(s.copy, () => copy(whole, note, s)), note),
  ].filter(Boolean);
}
