/** Client code for what has just worked. */
import { el, into } from "../el.js";
import { code as write } from "./core.js";
import { button, copy } from "../parts.js";

/** `{node, show(worked)}`; null hides it. */
export function clientCode(t) {
  const rows = el("div", {});
  const note = el("p", { class: "muted", role: "status" });
  const node = el("section", { "aria-label": t.clientCode, id: "code" }, el("h2", {}, t.clientCode), el("p", { class: "muted" }, t.codeNote), rows, note);
  node.hidden = true;
  return {
    node,
    show(worked) {
      node.hidden = !worked;
      if (!worked) return into(rows);
      return into(rows, ...Object.entries(write(worked)).map(([language, text]) => el("div", { "data-language": language },
        el("h3", {}, t.languages[language]), el("pre", { tabindex: 0, role: "group", "aria-label": t.languages[language] }, text),
        button(t.copyOne, () => copy(text, note, t), "small"))));
    },
  };
}
