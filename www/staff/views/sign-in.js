/** Who they are: a name and a password, or an invitation that makes one. */
import { el } from "../../el.js";
import { field } from "../../parts.js";

/** The shortest password, characters. */
export const SHORTEST = 12;

const input = (label, attributes) => field(label, el("input", { required: true, maxlength: 200, ...attributes }));

/** A form that does one thing at a time and says what came of it. `check()`: why it may not be sent yet. */
function form(title, before, fields, label, send, problem, check = () => null) {
  const said = el("p", { class: "notice why", role: "alert", hidden: true });
  const go = el("button", { type: "submit", class: "primary" }, label);
  const made = el("form", {}, ...fields, said, el("div", { class: "actions" }, go));
  const tell = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const why = check();
    tell(why ?? "");
    if (why || go.disabled) return;
    go.disabled = true;
    try {
      await send();
    } catch (error) {
      tell(problem(error));
    }
    go.disabled = false;
  });
  return el("main", { class: "narrow" }, el("h1", { tabindex: "-1" }, title), before && el("p", { class: "muted" }, before), made);
}

/** `why`: what brought them here. */
export function signIn(why, { s, problem }, api, enter) {
  const [nameField, name] = input(s.sign.user, { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false" });
  const [wordField, word] = input(s.sign.password, { type: "password", autocomplete: "current-password" });
  const said = (error) => (error.status === 401 ? s.sign.wrong : problem(error));
  return form(s.sign.title, why, [nameField, wordField], s.sign.in, async () => {
    enter(await api.post("/v1/session", { name: name.value.trim(), password: word.value }));
  }, said);
}

/** With an invitation's token. */
export function accept(token, { s, w, problem }, api, enter) {
  const [nameField, name] = input(s.sign.user, { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: false });
  const [wordField, word] = input(w.say(s.sign.new, { n: SHORTEST }), { type: "password", autocomplete: "new-password", minlength: SHORTEST });
  const [againField, again] = input(s.sign.again, { type: "password", autocomplete: "new-password" });
  const check = () => {
    if ([...word.value].length < SHORTEST) return w.say(s.sign.short, { n: SHORTEST });
    return word.value === again.value ? null : s.sign.unequal;
  };
  const said = (error) => ([401, 404, 409, 410].includes(error.status) ? s.sign.used : problem(error));
  return form(s.sign.welcome, s.sign.keep, [nameField, wordField, againField], s.sign.accept, async () => {
    const named = name.value.trim();
    enter(await api.post("/v1/invitations/accept", { token, ...named && { name: named }, password: word.value }));
  }, said, check);
}
