/** One report: what the customer saw, what the server saw, what to answer, and what became of it. */
import { el, into } from "../../el.js";
import { write } from "../route.js";
import { grouped, tidy } from "../rows.js";
import { checked } from "../../more/reading.js";
import { check } from "./check.js";
import { confirmed } from "./confirmed.js";
import { earlier } from "./earlier.js";
import { ledger } from "./ledger.js";
import { marks } from "./marks.js";
import { raw } from "./raw.js";
import { answer } from "./reply.js";
import { ticket } from "./ticket.js";
import { badge, linkState, sentence, when } from "./row.js";

/** Its line, as terms. */
function facts(one, context) {
  const { s, w, m } = context;
  const r = s.report;
  const { number, ticket: named, arrivedAt, startedAt, result, intact, source, browser, level, link } = one;
  const code = el("span", {}, el("span", { "aria-hidden": "true" }, grouped(number)), el("span", { class: "unseen" }, [...String(number ?? "").slice(0, 6)].join(" ")));
  const all = [
    [r.number, code],
    [r.result, intact ? badge(result, m.compare.results[result] ?? String(result).slice(0, 40)) : badge("inconclusive", s.inbox.damaged)],
    [r.ticket, named && el("a", { href: write("inbox", null, { ticket: named }) }, tidy(named, 100))],
    [r.arrived, when(arrivedAt, w.locale, true)],
    [r.started, startedAt && when(startedAt, w.locale, true)],
    [r.source, s.inbox.source[source]],
    [r.level, level && m.leave.levels[level]?.[0]],
    [r.browser, browser && tidy(browser)],
    [r.link, link && el("a", { href: write("links", link.id) }, linkState(link.state, context))],
  ];
  return el("dl", { class: "facts" }, ...all.filter(([, value]) => value).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

/** A part of the page, which can be jumped to. */
const part = (id, title, ...nodes) => el("section", { class: "card", id, tabindex: "-1", "aria-label": title }, el("h2", {}, title), ...nodes);

/** Links to the parts. What stands behind the `#` is the view's, so they move the focus themselves. */
function contents(label, parts) {
  const links = parts.map((one) => {
    const link = el("a", { href: location.hash }, one.getAttribute("aria-label"));
    link.addEventListener("click", (event) => {
      event.preventDefault();
      one.scrollIntoView();
      one.focus({ preventScroll: true });
    });
    return link;
  });
  return el("nav", { class: "contents", "aria-label": label }, ...links);
}

async function one(context, id) {
  const { s, w, api } = context;
  const r = s.report;
  const got = await api.get(`/v1/reports/${id}`);
  // Whatever the server took it for: what is shown is looked at here, too.
  const { report = null, why, at } = got.report ? checked(got.report) : {};
  const title = w.say(r.title, { number: grouped(got.number), ticket: tidy(got.ticket, 100) || s.noTicket });
  const gone = confirmed(r.remove, w.say(r.removes, { number: grouped(got.number) }), s, async () => {
    await api.remove(`/v1/reports/${id}`);
    context.say(w.say(r.removed, { number: grouped(got.number) }));
    location.hash = write("inbox");
  }, context);
  const download = (name, text) => el("a", { class: "button", href: `/v1/reports/${id}/${name}`, download: true }, text);
  const actions = el("div", { class: "actions" },
    el("a", { class: "button primary", href: write("links", "new", { after: id }) }, r.again),
    download("raw", r.raw), report && download("case", r.case), gone);
  const head = el("section", { class: "card" }, facts(got, context), got.firstCause && el("p", { class: "first" }, sentence(got.firstCause, context)), actions);
  if (!report) return { title, nodes: [head, part("raw", r.parts.raw, ...raw(got, why && { why, at }, context))] };
  const whole = { ...got, report };
  const before = got.earlier?.filter((line) => line.intact && line.id !== id) ?? [];
  const parts = [
    el("section", { id: "seen", tabindex: "-1", "aria-label": r.parts.seen }, check(report, context)),
    before.length > 0 && part("earlier", r.parts.earlier, ...earlier(whole, before, context)),
    part("reply", r.parts.reply, ...await answer(whole, context)),
    part("ticket", r.parts.ticket, ...ticket(whole, context)),
    part("ledger", r.parts.ledger, ...ledger(report, got.ledger, context)),
    report.findings.length > 0 && part("marks", r.parts.marks, ...marks(whole, context)),
  ].filter(Boolean);
  const newer = el("div", { role: "status" });
  return {
    title,
    nodes: [newer, head, contents(r.contents, parts), ...parts],
    live: {
      report(line) {
        if (line.id === id || !got.ticket || line.ticket !== got.ticket) return;
        into(newer, el("p", { class: "notice" }, w.say(r.newer, { ticket: tidy(got.ticket, 100) }), " ", el("a", { href: write("reports", line.id) }, grouped(line.number))));
      },
    },
  };
}

export default (context, { of }) => (of ? one(context, of) : import("./inbox.js").then((inbox) => inbox.default(context, { query: {} })));
