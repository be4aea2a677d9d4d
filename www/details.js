/** The technical part of a finished check. */
import { el } from "./dom.js";

/** What goes into the `<details>`. */
export function details(report, words, base) {
  const { text: t } = words;
  return [
    el("summary", {}, t.details),
    ...(report.findings.length ? [el("h3", {}, t.findings), findings(report, words)] : []),
    el("h3", {}, t.lanes),
    el("ul", {}, ...report.lanes.map((lane) => laneItem(lane, words, base))),
    ...polled(report, words),
    el("h3", {}, t.attempts),
    attempts(report, words),
    facts(report, words),
  ];
}

function findings({ findings }, { text: t, say }) {
  const item = ({ code, method, place, strength, seen, of }) => {
    const sentence = t.finding[code] ?? t.unknownFinding;
    const said = say(sentence, { code, method: t.method[method] ?? method ?? "" });
    const where = place && (t.place[place] ?? place);
    return el("li", {}, said, where && el("p", {}, where),
      el("p", { class: "muted" }, el("code", {}, code), " · ", say(t.seen, { strength: t.strength[strength] ?? strength, seen, of })));
  };
  return el("ul", {}, ...findings.map(item));
}

function laneItem(lane, words, base) {
  const { text: t } = words;
  const { id, scheme, host, port, skipped } = lane;
  const address = host ? `${scheme}://${host}:${port}` : scheme;
  const there = skipped === "mixed-content" && link(t, plain(lane, base).href, words);
  return el("li", {}, el("code", {}, id), ` ${address} · `, skipped ? t.skipped[skipped] ?? skipped : t.tried, there && " ", there);
}

function polled({ methods }, { text: t, say, time }) {
  const rows = methods.find(({ delivery }) => delivery?.atInterval)?.delivery.atInterval ?? [];
  const line = ({ everyMs, meanUs, worstUs }) =>
    el("li", {}, say(t.polled, { every: time(everyMs * 1000), mean: time(meanUs), worst: time(worstUs) }));
  return rows.length ? [el("h3", {}, t.method.polling), el("ul", {}, ...rows.map(line))] : [];
}

function attempts({ methods }, { text: t, time, count }) {
  const columns = ["attempt", "lane", "verdict", "open", "first", "ended", "http", "seen", "end"];
  const us = (value) => (value == null ? "–" : time(value));
  const row = (lane, a) => {
    const end = [
      a.ended, a.status, a.close && `${a.close.code} ${a.close.reason}`.trim(), a.closeClass, a.timeClass, a.error, a.blockedBy,
      a.refused, a.place,
    ];
    const cells = [
      lane, t.state[a.verdict] ?? a.verdict, us(a.openUs), us(a.firstMessageUs), us(a.endedUs), a.resourceTiming?.protocol ?? "–",
      a.arrivals == null ? "–" : count(a.arrivals), end.filter((part) => part != null && part !== "").join(" · "),
    ];
    return el("tr", {}, el("th", { scope: "row" }, `${a.probe} ${a.attempt}`), ...cells.map((cell) => el("td", {}, cell)));
  };
  const rows = methods.flatMap(({ lanes }) => lanes.flatMap(({ lane, attempts }) => attempts.map((a) => row(lane, a))));
  const head = el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, t.column[column])));
  // Wider than a phone: it scrolls by itself, by keyboard too.
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t.attempts },
    el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

function facts({ run, software, wire, schema, about, surroundings }, { text: t, date, time }) {
  const { engine, userAgent } = surroundings;
  const all = [
    [t.run, run.id],
    [t.began, date(run.startedAt)],
    [t.took, time(run.durationUs)],
    [t.browser, engine ? `${engine.family} ${engine.version}` : userAgent || t.unknown],
    [t.server, about ? about.instance : t.unknown],
    [t.versions, `${software.name} ${software.version} · ${wire} · ${schema}`],
  ];
  return el("dl", { class: "facts" }, ...all.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

/** The base of a plain lane: the same page there. */
export function plain(lane, base) {
  const url = new URL(base);
  url.protocol = `${lane.scheme}:`;
  if (lane.host) url.hostname = lane.host;
  url.port = lane.port;
  return url;
}

/** A link to the check on another lane. */
export const link = (t, href, { say }) => el("a", { href, target: "_blank", rel: "noopener" }, say(t.openPlain, { url: href }));
