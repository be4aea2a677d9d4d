/** Who may sign in. */
import { el } from "../../el.js";
import { button, choice, line } from "../../parts.js";
import { saying } from "../api.js";
import { tidy } from "../rows.js";
import { confirmed } from "./confirmed.js";
import { kept } from "./kept.js";
import { own } from "./row.js";

export function users(context) {
  const { s, w, api } = context;
  const u = s.admin.users;
  const [nameField, name] = line(u.name, { maxlength: 80, required: true });
  const [roleField, role] = choice(u.role, u.roles, "staff", () => {});
  return kept(context, {
    texts: { title: s.admin.parts.users, ...u },
    ask: () => api.get("/v1/users?limit=200").then(({ items }) => items),
    row: ({ id, name: named, role: has, hasPassword }, again, shown) => [
      el("strong", {}, tidy(named, 100)), el("span", { class: "muted" }, ` ${own(u.roles, has)}${hasPassword === false ? ` · ${u.waits}` : ""}`),
      el("div", { class: "actions" },
        button(u.password, async () => {
          try {
            shown(u.link, (await api.post(`/v1/users/${id}/invitation`)).invitation);
          } catch (error) {
            context.say(context.problem(error));
          }
        }, "small"),
        confirmed(s.admin.remove, w.say(u.removes, { name: tidy(named, 100) }), s, async () => {
          await saying(409, u.last, api.remove(`/v1/users/${id}`));
          await again();
        }, context)),
    ],
    fields: [nameField, roleField],
    check: () => (name.value.trim() ? null : u.noName),
    send: async () => [u.link, (await saying(409, u.taken, api.post("/v1/users", { name: name.value.trim(), role: role.value }))).invitation],
  });
}
