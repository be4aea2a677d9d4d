/** Tokens for programs that use the API. */
import { el } from "../../el.js";
import { choice, line } from "../../parts.js";
import { tidy } from "../rows.js";
import { confirmed } from "./confirmed.js";
import { kept } from "./kept.js";
import { own, when } from "./row.js";

const DAY = 86_400_000;

export function tokens(context) {
  const { s, w, api } = context;
  const k = s.admin.tokens;
  const [nameField, name] = line(k.name, { maxlength: 80, required: true });
  const [scopeField, scope] = choice(k.scope, k.scopes, "read", () => {});
  const [lifeField, life] = choice(k.life, Object.fromEntries([30, 90, 365].map((n) => [n, w.say(k.days, { n })])), "90", () => {});
  return kept(context, {
    texts: { title: s.admin.parts.tokens, ...k },
    ask: () => api.get("/v1/tokens?limit=200").then(({ items }) => items),
    row: ({ id, name: named, scope: may, expiresAt }, again) => [
      el("strong", {}, tidy(named, 100)), el("span", { class: "muted" }, ` ${own(k.scopes, may)} · ${k.ends} `), expiresAt ? when(expiresAt, w.locale) : k.never,
      el("div", { class: "actions" }, confirmed(s.admin.remove, w.say(k.removes, { name: tidy(named, 100) }), s, async () => {
        await api.remove(`/v1/tokens/${id}`);
        await again();
      }, context)),
    ],
    fields: [nameField, scopeField, lifeField],
    check: () => (name.value.trim() ? null : k.noName),
    send: async () => {
      const body = { name: name.value.trim(), scope: scope.value, expiresAt: Date.now() + Number(life.value) * DAY };
      return [k.token, (await api.post("/v1/tokens", body)).token];
    },
  });
}
