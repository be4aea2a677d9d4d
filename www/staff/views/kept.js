/** A list of what an administrator keeps, and a form for one more. */
import { el, into } from "../../el.js";
import { handed } from "./linked.js";

/**
 * `ask()`: the items; `row(item, again)`: what an item's line holds; `fields`: of the form; `send()`: makes one, and answers
 * `[label, secret]`, what is shown once, or null. `texts`: `{title, add, none}`.
 */
export async function kept(context, { texts, ask, row, fields, send, check = () => null }) {
  const { s } = context;
  const list = el("ul", { class: "plain rows" });
  const once = el("div", { role: "status" });
  const said = el("div", { role: "alert" });
  const go = el("button", { type: "submit", class: "primary" }, texts.add);
  const form = el("form", { class: "card", novalidate: true }, el("h2", {}, texts.fresh), ...fields, said, el("div", { class: "actions" }, go));
  const tell = (text) => into(said, text && el("p", { class: "notice why" }, text));
  async function again() {
    const items = await ask();
    into(list, ...items.length ? items.map((item) => el("li", {}, ...row(item, again, shown))) : [el("li", { class: "muted" }, texts.none)]);
  }
  function shown(label, secret) {
    into(once, el("div", { class: "notice" }, el("p", {}, s.admin.once), handed(label, secret, s).node));
    once.querySelector("input").focus();
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const why = check();
    tell(why);
    if (why || go.disabled) return;
    go.disabled = true;
    try {
      const secret = await send();
      form.reset();
      await again();
      if (secret) shown(...secret);
    } catch (error) {
      tell(context.problem(error));
    }
    go.disabled = false;
  });
  await again();
  return [once, el("section", { class: "card", "aria-label": texts.title }, list), form];
}
