/** Closing a socket with a code and a reason, each looked at as it is typed. */
import { el } from "../el.js";
import { closing as known } from "./core.js";
import { button, field, line, say } from "../parts.js";

/** `{node, show(kind, open)}`; `close(code, reason)` when it is to be closed. */
export function closing(t, close) {
  const [codeField, code] = field(t.code, el("input", { type: "text", inputmode: "numeric", class: "code", autocomplete: "off", maxlength: 5, id: "close-code" }));
  const [reasonField, reason] = line(t.reason, { id: "close-reason" }, () => refresh());
  code.value = "1000";
  code.addEventListener("input", () => refresh());
  const note = el("p", { class: "muted", id: "close-note" });
  const go = button("", () => close(number(), reason.value));
  const node = el("section", { "aria-label": t.close }, el("h2", {}, t.close), el("div", { class: "two" }, codeField, reasonField), note,
    el("div", { class: "actions" }, go));
  for (const input of [code, reason]) input.setAttribute("aria-describedby", note.id);
  let open = false;

  const number = () => (/^\d{1,5}$/.test(code.value.trim()) ? Math.min(Number(code.value), 65_535) : 0);

  function refresh() {
    const { codeFits, reasonBytes, reasonFits, code: told } = known(number(), reason.value);
    const means = codeFits ? [told.name && say(t.endOf.named, { code: told.code, name: told.name }), t.ranges[told.range],
      ...told.uses.map(([by, word]) => say(t.endOf.use, { by, word }))] : [t.codeWrong];
    note.textContent = [...means, say(reasonFits ? t.reasonBytes : t.reasonLong, { n: reasonBytes })].filter(Boolean).join(t.lang === "ja" ? "" : " ");
    code.setAttribute("aria-invalid", String(!codeFits));
    reason.setAttribute("aria-invalid", String(!reasonFits));
    go.textContent = say(t.closeIt, { code: code.value.trim() || "–" });
    go.disabled = !open || !codeFits || !reasonFits;
  }

  return {
    node,
    show(kind, now) {
      node.hidden = kind !== "web-socket";
      open = now;
      refresh();
    },
  };
}
