/** What a developer looks for: findings by code, lanes, every attempt, the run. */
import { el } from "../el.js";
import { attemptsOf, untried } from "../lanes.js";

const muted = (...children) => el("p", { class: "muted" }, ...children);

export function details({ run, software, about, surroundings, findings, lanes, methods }, { words, m, base, own }) {
  const { t, say, time, count, date } = words;
  const { details: d } = m;
  const part = (title, items) => items.length ? [el("h3", {}, title), el("ul", {}, ...items.map((item) => el("li", {}, ...item)))] : [];

  const found = findings.map(({ code, method, place, strength, seen, of }) => [
    say(t.finding[code] ?? t.newer, { method: t.method[method] ?? method, code, place: t.place[place] ?? place ?? t.unknownPlace }),
    place && el("p", {}, t.place[place] ?? place),
    muted(el("code", {}, code), " · ", say(t.seen, { strength: t.surely[strength] ?? strength, seen, of })),
  ]);

  const ways = lanes.map((lane) => [
    el("code", {}, lane.id), ` ${lane.scheme}${lane.host ? `://${lane.host}:${lane.port}` : ""} · `,
    ...lane.skipped ? untried(lane, words, own ? base : null) : [d.tried],
  ]);

  const polled = methods.flatMap(({ delivery }) => delivery?.atInterval ?? []).map(({ everyMs, meanUs, worstUs }) =>
    [say(d.polled, { every: time(everyMs * 1000), mean: time(meanUs), worst: time(worstUs) })]);

  const rows = attemptsOf(methods).map((a) => {
    const status = a.status && `${a.status} (${d.seenBy[a.statusFrom]})`;
    const end = [a.ended, status, a.close?.code, a.close?.reason, a.closeClass, a.timeClass, a.error, a.blockedBy, a.refused, a.place];
    const cells = [
      a.lane, t.state[a.verdict] ?? a.verdict, time(a.openUs), time(a.firstMessageUs), time(a.endedUs), a.resourceTiming?.protocol,
      count(a.arrivals), end.filter(Boolean).join(" · "),
    ];
    return el("tr", {}, el("th", { scope: "row" }, `${a.probe} ${a.attempt}`), ...cells.map((cell) => el("td", {}, cell || "–")));
  });
  const head = d.columns.map((column) => el("th", { scope: "col" }, column));

  const { engine, userAgent } = surroundings;
  return [
    ...part(d.findings, found),
    ...part(d.lanes, ways),
    ...part(t.method.polling, polled),
    el("h3", {}, d.attempts),
    // Wider than a phone: it scrolls by itself, by keyboard too.
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": d.attempts },
      el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows))),
    attemptsOf(methods).some((a) => a.failedUs !== null && a.openUs === null && a.status === null) && muted(d.hidden),
    el("dl", { class: "facts" }, ...[
      [d.run, run.id],
      [d.began, date(run.startedAt)],
      [d.browser, engine ? `${engine.family} ${engine.version}` : userAgent || t.unknown],
      [d.server, about?.instance ?? t.unknown],
      [d.version, software?.version ?? t.unknown],
    ].flatMap(([term, what]) => [el("dt", {}, term), el("dd", {}, what)])),
  ];
}
