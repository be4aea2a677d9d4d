/** What is sent, looked at as it is typed: a message of a WebSocket, or the body of a request. */
import { el } from "../el.js";
import { bytes, check } from "./core.js";
import { bodiless } from "./endpoint.js";
import { aside, button, choice, field, say } from "../parts.js";

/** `{node, show(model), data(), ready(open)}`; `edit(change)` when something was typed, `send()` when it is to go. */
export function payload(t, edit, send) {
  let model = { format: "text", payload: "", kind: "web-socket" };
  const heading = el("h2", {}, t.send);
  const [formatField, format] = choice(t.format, t.formats, "text", (value) => changed({ format: value }));
  const [textField, text] = field(t.payload, el("textarea", { rows: 5, spellcheck: "false", autocomplete: "off", id: "payload" }));
  const note = el("p", { class: "muted", id: "payload-note" });
  text.setAttribute("aria-describedby", note.id);
  const [heard, tell] = aside();
  text.addEventListener("input", () => changed({ payload: text.value }));
  const go = button(t.sendIt, send);
  const actions = el("div", { class: "actions" }, go);
  const node = el("section", { "aria-label": t.send }, heading, formatField, textField, note, heard, actions);
  let checked = { bytes: 0, flaw: null };
  let open = false;

  function changed(change) {
    Object.assign(model, change);
    refresh();
    edit(change);
  }

  function refresh() {
    checked = check(model.format, model.payload);
    note.textContent = told();
    tell(checked.flaw ? note.textContent : "");
    note.dataset.flaw = checked.flaw ? checked.flaw.at : "";
    text.setAttribute("aria-invalid", String(checked.bytes === null));
    go.disabled = !open || checked.bytes === null;
  }

  function told() {
    const n = checked.bytes === null ? "" : say(t.bytes, { n: checked.bytes.toLocaleString(t.locale) });
    const { flaw } = checked;
    if (!flaw) return ["json", "xml", "html"].includes(model.format) && model.payload ? say(t.wellFormed, { bytes: n }) : n;
    const { why, found, at, line, column } = flaw;
    const where = say(t.flawAt, { why: say(t.flaws[why], { found }), at: at + 1, line, column });
    return [where, checked.bytes !== null && t.stillSent, n].filter(Boolean).join(t.lang === "ja" ? "" : " ");
  }

  return {
    node,
    show(next) {
      model = next;
      const isBody = model.kind === "http";
      node.hidden = model.kind === "server-sent-events" || bodiless(model);
      heading.textContent = isBody ? t.body : t.send;
      node.setAttribute("aria-label", heading.textContent);
      actions.hidden = isBody;
      format.value = model.format ||= "text";
      if (text.value !== model.payload) text.value = model.payload;
      refresh();
    },
    ready(now) {
      open = now;
      refresh();
    },
    /** Text or bytes; null: it stands for none. */
    data() {
      if (checked.bytes === null) return null;
      return ["base64", "hex"].includes(model.format) ? { bytes: bytes(model.format, model.payload) } : { text: model.payload };
    },
  };
}
