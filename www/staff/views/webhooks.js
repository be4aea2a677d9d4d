/** Addresses that are told when a report arrives. */
import { el } from "../../el.js";
import { button, line } from "../../parts.js";
import { tidy } from "../rows.js";
import { confirmed } from "./confirmed.js";
import { kept } from "./kept.js";

export function webhooks(context) {
  const { s, w, api } = context;
  const h = s.admin.webhooks;
  const [urlField, url] = line(h.url, { class: "code", inputmode: "url", maxlength: 2000, required: true });
  return kept(context, {
    texts: { title: s.admin.parts.webhooks, ...h },
    ask: () => api.get("/v1/webhooks?limit=200").then(({ items }) => items),
    row: ({ id, url: to }, again) => {
      const note = el("span", { class: "muted", role: "status" });
      return [
        el("code", {}, tidy(to, 300)),
        el("div", { class: "actions" },
          button(h.test, async () => {
            note.textContent = h.testing;
            try {
              await api.post(`/v1/webhooks/${id}/test`);
              note.textContent = h.tested;
            } catch (error) {
              note.textContent = context.problem(error);
            }
          }, "small"),
          confirmed(s.admin.remove, w.say(h.removes, { url: tidy(to, 100) }), s, async () => {
            await api.remove(`/v1/webhooks/${id}`);
            await again();
          }, context), note),
      ];
    },
    fields: [el("p", { class: "muted" }, h.why), urlField],
    check: () => (/^https?:\/\/./.test(url.value.trim()) ? null : h.noUrl),
    send: async () => [h.secret, (await api.post("/v1/webhooks", { url: url.value.trim() })).secret],
  });
}
