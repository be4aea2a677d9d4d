/** One link: what to hand over, and what became of it. */
import { el, into } from "../../el.js";
import { button, choice, copy, field } from "../../parts.js";
import { customers, speech } from "../language.js";
import { message } from "../message.js";
import { write } from "../route.js";
import { OPEN, tidy } from "../rows.js";
import { code } from "./qr.js";
import { confirmed } from "./confirmed.js";
import { linkState, when } from "./row.js";

/** A text to hand over, with a button that copies it. */
export function handed(label, text, s, { rows = 1, lang } = {}) {
  const note = el("span", { class: "muted", role: "status" });
  const box = rows > 1 ? el("textarea", { rows, readonly: true, lang }) : el("input", { type: "text", class: "code", readonly: true });
  box.value = text;
  const [node] = field(label, box);
  box.addEventListener("focus", () => box.select());
  return {
    node: el("div", { class: "handed" }, node, el("div", { class: "actions" }, button(s.copy, () => copy(box.value, note, s), "small"), note)),
    box,
  };
}

export async function linked(context, id) {
  const { s, w, api, session } = context;
  const l = s.link;
  let link = await api.get(`/v1/links/${id}`);
  const from = session.organisation || session.name;

  const address = handed(l.url, link.url, s);
  const texts = handed(l.message, "", s, { rows: 12 });
  const [languageField] = choice(l.language, s.languages, customers(link, null, s.lang), (lang) => tell(lang));
  async function tell(lang) {
    texts.box.lang = lang;
    texts.box.value = message(link, from, await speech(lang));
  }
  await tell(customers(link, null, s.lang));

  const state = el("p", { class: "became", role: "status" });
  const facts = el("dl", { class: "facts" });
  const reports = el("ul", { class: "plain" });
  const revoke = confirmed(l.revoke, w.say(l.revokes, { ticket: tidy(link.ticket, 100) || s.noTicket }), s, async () => {
    await api.remove(`/v1/links/${id}`);
    became({ ...link, state: "revoked" });
  }, context);
  function became(now) {
    link = now;
    into(state, linkState(link.state, context), " ", l.waits[link.state] ?? "");
    const shown = [
      [l.ticket, tidy(link.ticket, 100)], [l.made, when(link.createdAt, w.locale, true)], [l.by, tidy(link.createdBy, 60)],
      [l.opened, link.openedAt && when(link.openedAt, w.locale, true)], [l.expires, when(link.expiresAt, w.locale, true)], [l.runsLeft, w.count(link.runsLeft)],
      [l.note, tidy(link.note, 2000)],
    ].filter(([, value]) => value);
    into(facts, ...shown.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
    into(reports, ...(link.reports ?? []).map((one, at) => el("li", {}, el("a", { href: write("reports", one) }, w.say(l.report, { n: at + 1 })))));
    revoke.hidden = !OPEN.includes(link.state) && link.state !== "arrived";
    given.hidden = ["expired", "revoked"].includes(link.state);
  }
  const given = el("section", { class: "card" }, el("h2", {}, l.hand), address.node,
    link.alternates?.length > 0 && el("div", {}, el("p", { class: "muted" }, l.alternates), el("ul", { class: "plain code" }, ...link.alternates.slice(0, 5).map((one) => el("li", {}, one)))),
    el("div", { class: "grid" }, el("div", {}, languageField, texts.node), el("div", {}, el("p", { class: "muted" }, l.qr), code(link.url, l.qrLabel, s.noQr))));
  became(link);
  return {
    title: w.say(l.title, { ticket: tidy(link.ticket, 100) || s.noTicket }),
    nodes: [
      state, reports, given, el("section", { class: "card", "aria-label": l.about }, facts, el("div", { class: "actions" }, revoke)),
    ],
    live: {
      link: (one) => one.id === id && became(one),
      gap: () => api.get(`/v1/links/${id}`).then(became, () => {}),
    },
  };
}
