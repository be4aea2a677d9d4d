/** Who read, made or deleted what. */
import { el } from "../../el.js";
import { table } from "../../more/compare.js";
import { button } from "../../parts.js";
import { path } from "../api.js";
import { tidy } from "../rows.js";
import { when } from "./row.js";

export async function audit({ s, w, api, problem }) {
  const a = s.admin.audit;
  const note = el("p", { class: "muted", role: "status" });
  const place = table(s.admin.parts.audit, a.columns, []);
  const body = place.querySelector("tbody");
  let next = null;
  async function load() {
    const got = await api.get(path("/v1/audit", { limit: 100, before: next }));
    next = got.next ?? null;
    more.hidden = next === null;
    const cells = ({ at, who, what, on }) => [when(at, w.locale, true), tidy(who, 60), el("code", {}, tidy(what, 60)), el("code", {}, tidy(on, 80))];
    body.append(...got.items.map((one) => el("tr", {}, ...cells(one).map((cell, n) => el(n ? "td" : "th", { scope: !n && "row" }, cell)))));
  }
  const more = button(s.inbox.more, () => load().catch((error) => {
    note.textContent = problem(error);
  }));
  await load();
  return [el("p", { class: "lead" }, a.lead), place, note, el("div", { class: "actions" }, more)];
}
