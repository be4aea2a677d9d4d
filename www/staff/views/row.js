/** A row of the inbox: a report, or a link that is out. */
import { el } from "../../el.js";
import { SIGNS } from "../../words.js";
import { write } from "../route.js";
import { grouped, tidy } from "../rows.js";

/** When something was: the time of today, else the day; or both. */
export function when(ms, locale, both = false) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return el("span", {}, "–");
  const today = date.toDateString() === new Date().toDateString();
  const shown = date.toLocaleString(locale, both ? { dateStyle: "medium", timeStyle: "short" } : today ? { timeStyle: "short" } : { dateStyle: "medium" });
  return el("time", { datetime: date.toISOString(), title: date.toLocaleString(locale) }, shown);
}

/** What is said for a word; for one that is not known the word itself, or something else. */
export const own = (texts, word, other = String(word ?? "").slice(0, 80)) => (Object.hasOwn(texts, word ?? "") ? texts[word] : other);

/** A badge: a sign, and a word. */
export const badge = (state, text) => el("span", { class: "badge", "data-state": state }, el("span", { "aria-hidden": "true" }, own(SIGNS, state, "·")), " ", text);

/** A cause in a sentence, and its code. */
export function sentence(code, { s, w: { t, say } }) {
  if (!code) return "";
  return Object.hasOwn(t.finding, code) ? say(t.finding[code], { method: s.anyMethod }) : code.slice(0, 80);
}

const cell = (kind, ...children) => el("span", { role: "cell", class: kind }, ...children);

function ofReport(line, context) {
  const { s, w, m } = context;
  const { id, number, ticket, arrivedAt, result, firstCause, place, browser, intact, readAt, marks } = line;
  const unread = readAt === null;
  const open = el("a", { href: write("reports", id) }, grouped(number));
  return el("div", { role: "row", "data-unread": unread && "yes", class: "line" },
    cell("number", unread && el("span", { class: "dot", "aria-hidden": "true" }), open, unread && el("span", { class: "unseen" }, ` ${s.inbox.unread}`)),
    cell("ticket", tidy(ticket, 100)),
    cell("when", when(arrivedAt, w.locale)),
    cell("result", intact ? badge(result, own(m.compare.results, result)) : badge("inconclusive", s.inbox.damaged)),
    cell("cause", sentence(firstCause, context), firstCause && el("small", {}, ` ${firstCause.slice(0, 80)}`),
      place && place !== "nowhere" && el("small", { class: "place" }, own(w.t.place, place))),
    cell("browser", tidy(browser, 60)),
    cell("state", s.inbox.source[line.source] ?? "", marks > 0 && el("small", {}, ` · ${w.say(s.inbox.marks, { n: w.count(marks) })}`)));
}

/** What each state of a link looks like. */
const STATES = { sent: "opens", opened: "waiting", running: "opens", arrived: "passed", "broken-off": "warning", expired: "skipped", revoked: "skipped" };

/** A link's state as a badge. */
export const linkState = (state, { s }) => badge(own(STATES, state, "inconclusive"), own(s.link.states, state));

function ofLink({ id, ticket, state, openedAt, createdAt, createdBy }, context) {
  const { s, w } = context;
  return el("div", { role: "row", class: "line out", "data-link": state },
    cell("number", el("a", { href: write("links", id) }, s.inbox.link, el("span", { class: "unseen" }, ` ${tidy(ticket, 100)}`))),
    cell("ticket", tidy(ticket, 100)),
    cell("when", when(openedAt ?? createdAt, w.locale)),
    cell("result", linkState(state, context)),
    cell("cause", s.link.waits[state] ?? ""),
    cell("browser"),
    cell("state", createdBy ? w.say(s.inbox.by, { who: tidy(createdBy, 60) }) : ""));
}

/** A row of `rows()`. */
export const row = ({ kind, of }, context) => (kind === "link" ? ofLink(of, context) : ofReport(of, context));
