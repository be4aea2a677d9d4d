/** What of the inbox is shown: words to look for, and four choices. */
import { el } from "../../el.js";
import { button, choice, line } from "../../parts.js";
import { tidy } from "../rows.js";

/** Between the last key and the asking, ms. */
const PAUSE = 350;

/** The marks that staff give, and any of them. */
export const MARKS = ["right", "wrong", "fixed-by"];

/** A form; `changed(query)` whenever it asks for something else. */
export function filter({ s, w, m }, query, changed) {
  const f = s.inbox.filter;
  let now = { ...query };
  let timer;
  const set = (part) => {
    now = Object.fromEntries(Object.entries({ ...now, ...part }).filter(([, value]) => value));
    clear.hidden = !Object.keys(now).length;
    changed(now);
  };
  const [searchField, search] = line(f.search, { type: "search", maxlength: 100, placeholder: f.example }, (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => set({ q: text.trim() }), PAUSE);
  });
  search.value = now.q ?? "";
  const one = (name, texts) => choice(f[name], { "": f.any, ...texts }, now[name] ?? "", (value) => set({ [name]: value }));
  const causes = Object.fromEntries(Object.keys(w.t.finding).sort().map((code) => [code, code]));
  const marks = { any: f.marked, ...Object.fromEntries(MARKS.map((mark) => [mark, s.marks.verdicts[mark]])) };
  const selects = [one("result", m.compare.results), one("cause", causes), one("place", w.t.place), one("mark", marks)];
  const clear = button(f.clear, () => {
    search.value = "";
    for (const [, select] of selects) select.value = "";
    now = {};
    set({});
    search.focus();
  }, "small");
  clear.hidden = !Object.keys(now).length;
  const ticket = now.ticket && el("p", { class: "muted" }, w.say(f.ticket, { ticket: tidy(now.ticket, 100) }));
  const narrowed = selects.some(([, select]) => select.value);
  const folded = el("details", { class: "fold", open: narrowed }, el("summary", {}, f.more), el("div", { class: "choices4" }, ...selects.map(([node]) => node)));
  const form = el("form", { class: "filter", role: "search" }, searchField, folded, ticket, clear);
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}
