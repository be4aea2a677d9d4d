/** Reports that came by another way: pasted, or as files. */
import { el, into } from "../../el.js";
import { field, line } from "../../parts.js";
import { write } from "../route.js";
import { grouped, tidy } from "../rows.js";
import { own } from "./row.js";

/** The largest file that is read, bytes, and how many at once. */
const LARGEST = 1_000_000;
const FILES = 20;

export default async function imports(context) {
  const { s, w, m, api } = context;
  const p = s.imports;
  const [ticketField, ticket] = line(p.ticket, { maxlength: 80 });
  const [pasteField, paste] = field(p.paste, el("textarea", { rows: 8, spellcheck: "false" }));
  const [fileField, file] = field(p.files, el("input", { type: "file", multiple: true, accept: ".json,.md,.txt" }));
  const go = el("button", { type: "submit", class: "primary" }, p.go);
  const list = el("ul", { class: "plain" });

  const tell = (...nodes) => list.append(el("li", {}, ...nodes));
  async function take(text, name) {
    try {
      const { id, number, intact, result } = await api.post("/v1/reports/import", { text, ...name && { name }, ...ticket.value.trim() && { ticket: ticket.value.trim() } });
      tell(el("a", { href: write("reports", id) }, grouped(number)), " ", name ? `${name}: ` : "", intact ? own(m.compare.results, result) : p.damaged);
      return true;
    } catch (error) {
      tell(el("span", { class: "why" }, [name, context.problem(error)].filter(Boolean).join(": ")));
      return false;
    }
  }
  async function takeFiles(files) {
    into(list);
    go.disabled = true;
    for (const one of [...files].slice(0, FILES)) {
      const name = tidy(one.name, 80);
      const text = one.size > LARGEST ? null : await one.text().catch(() => null);
      if (text === null) tell(el("span", { class: "why" }, w.say(p.unread, { name })));
      else await take(text, name);
    }
    if (files.length > FILES) tell(w.say(p.many, { n: FILES }));
    go.disabled = false;
  }
  const form = el("form", { class: "card" }, ticketField, pasteField, el("div", { class: "drop" }, fileField), el("div", { class: "actions" }, go));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!paste.value.trim() || go.disabled) return;
    into(list);
    go.disabled = true;
    if (await take(paste.value)) paste.value = "";
    go.disabled = false;
  });
  file.addEventListener("change", () => file.files.length && takeFiles(file.files));
  const over = (yes) => (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", yes);
  };
  const drop = (event) => {
    over(false)(event);
    const { files } = event.dataTransfer;
    if (files.length) takeFiles(files);
    else paste.value = event.dataTransfer.getData("text");
  };
  const listeners = [["dragover", over(true)], ["dragleave", over(false)], ["drop", drop]];
  for (const [what, listener] of listeners) addEventListener(what, listener);
  return {
    title: p.title,
    nodes: [el("p", { class: "lead" }, p.lead), form, el("div", { role: "status" }, list)],
    leave: () => listeners.forEach(([what, listener]) => removeEventListener(what, listener)),
  };
}
