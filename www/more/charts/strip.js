/** How long a question and its answer take, each of them a dot. */
import { svg } from "../../el.js";
import { METHODS } from "../../words.js";
import { at, chart, decisive, grid, list, mark, meaning, median, most, num, row, scale, steps, strip, text } from "./axis.js";

/** So many dots of one method. */
const DOTS = 300;

const AT = /^(?:at|echo \d{1,10}) (\d{1,16}) (\d{1,16}) [0-9a-fA-F]{1,16}$/;

/**
 * A trace → the round trips in it, µs. An echo that is padded is none: it takes longer than the way does. The server's own time
 * is taken off where it waits for news (`holds`): two stamps of the same clock.
 */
export function trips({ events }, holds) {
  const asked = new Map();
  const all = [];
  for (const { at: now, event } of list(events)) {
    const { what, line, text } = event ?? {};
    if (num(now) === null) continue;
    if (what === "constructed") asked.set("at", now);
    const [, sent] = (what === "sent" && /^echo (\d{1,10})$/.exec(line)) || [];
    if (sent) asked.set(sent, now);
    const answer = what === "message" ? String(line) : what === "body" ? String(text).split("\n")[0] : "";
    const [, received, handed] = AT.exec(answer) ?? [];
    const from = handed && asked.get(what === "body" ? "at" : answer.split(" ")[1]);
    if (from !== undefined && from <= now) all.push(Math.max(0, now - from - (holds ? Math.max(0, handed - received) : 0)));
  }
  return all;
}

/**
 * Report → `[{ method, trips, minUs, medianUs, worstUs, n }]` of the main lane, µs. The first poll opens the connection and is
 * left out. Without evidence only the report's own figures are left, and `worstUs` is null.
 */
export function roundTrips(report) {
  const traces = decisive(report);
  return METHODS.flatMap((method) => {
    const asks = method === "polling" || method === "long-polling";
    const own = traces.filter((trace) => trace.method === method);
    const all = own.flatMap((trace) => trips(trace, method === "long-polling")).slice(asks ? 1 : 0);
    const { lanes } = list(report.methods).find((one) => one.method === method) ?? {};
    const told = list(lanes).find(({ lane }) => lane === "main")?.timing?.roundTrip;
    const medianUs = num(told?.medianUs) ?? median(all);
    if (medianUs === null) return [];
    return [{
      method, trips: all.slice(0, DOTS), medianUs,
      minUs: num(told?.minUs) ?? (all.length ? all.reduce((one, other) => Math.min(one, other)) : null),
      worstUs: all.length ? most(all) : null, n: num(told?.n) ?? all.length,
    }];
  });
}

function dots({ trips, minUs, medianUs, worstUs }, endUs, lines, words, w) {
  const { say, time } = words;
  const x = (us) => us / endUs;
  const [middle, worst] = [x(medianUs), x(worstUs ?? medianUs)];
  return strip(60, ...grid(lines),
    svg("line", { x1: at(x(minUs ?? medianUs)), x2: at(worst), y1: 28, y2: 28, class: "span" }),
    // Those that are alike would hide each other.
    ...trips.map((us, n) => svg("circle", { cx: at(x(us)), cy: 28 + [0, -4, 4][n % 3], r: 4, class: "dot" })),
    mark(middle, 28, "M0 -11V11", { class: "middle" }),
    worstUs !== null && mark(worst, 28, "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0 -6 0Z", { class: "worst" }),
    text(middle, 12, say(w.median, { time: time(medianUs) }), { class: "label strong" }),
    worstUs !== null && text(worst, 51, say(w.worst, { time: time(worstUs) }), { class: "label" }));
}

/** The chart; null: there was no round trip. */
export function roundTripStrip(report, ctx) {
  const all = roundTrips(report);
  if (!all.length) return null;
  const { words, m } = ctx;
  const { t, say, time, count } = words;
  const w = m.charts.strip;
  const name = ({ method }) => meaning(t.method, method);
  const max = (most(all.map(({ worstUs, medianUs }) => worstUs ?? medianUs)) || 1000) * 1.04;
  const ticks = steps(max, 4);
  const lines = ticks.map((us) => us / max);
  const { worstUs, medianUs } = all[0];
  const values = { method: name(all[0]), median: time(medianUs), worst: time(worstUs), times: count((worstUs ?? 0) / (medianUs || 1)) };
  const known = (us) => (us === null ? null : time(us));
  return chart(ctx, {
    part: "strip",
    title: w.title,
    read: w.read,
    seen: [say(worstUs === null ? w.half : worstUs > 5 * medianUs && worstUs > 50_000 ? w.jumps : w.seen, values)],
    picture: [
      ...all.map((one) => row([name(one), " ", say(w.n, { n: count(one.n) })], dots(one, max, lines, words, w))),
      row("", scale(ticks.map((us) => [us / max, time(us)]))),
    ],
    below: [],
    tables: [{ name: w.title, columns: w.columns, rows: all, cells: (one) => [
      name(one), count(one.n), known(one.minUs), known(one.medianUs), known(one.worstUs),
      one.trips.length ? words.list(one.trips.slice(0, 60).map(time)) : null,
    ] }],
  });
}
