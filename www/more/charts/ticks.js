/** When messages fell due, against when they came: what keeps them on the way is seen at once. */
import { el, svg } from "../../el.js";
import { METHODS } from "../../words.js";
import { at, chart, decisive, list, meaning, median, most, num, steps } from "./axis.js";

/** Of the methods that the chart shows: a poll comes when it is asked for. */
const SHOWN = METHODS.slice(0, 4);

/** So many messages of one method are drawn. */
const DOTS = 150;

/** What came within that is one delivery, and what fell due within that may come as one, µs. */
const ONE_TURN = 15_000;
const APART = 50_000;

/** Later than that is told, µs. */
const LATE = 250_000;

const TICK = /^tick (\d{1,10}) (\d{1,16}) (\d{1,16}) ([0-9a-fA-F]{1,16})$/;

/** A line of the wire → `{ n, dueUs, sentUs, instance }`, by the clock of that instance; null: it is no tick. */
export function tick(line) {
  const [, n, due, sent, instance] = TICK.exec(line) ?? [];
  return instance ? { n: Number(n), dueUs: Number(due), sentUs: Number(sent), instance } : null;
}

/** A trace → its ticks with their arrival by this page's clock: `[{ n, dueUs, instance, cameUs }]`. */
export function arrivals({ events }) {
  return list(events).flatMap(({ at: cameUs, event }) => {
    const lines = event?.what === "message" ? [event.line] : event?.what === "body" ? String(event.text ?? "").split("\n") : [];
    return num(cameUs) === null ? [] : lines.flatMap((line) => tick(String(line)) ?? []).map((one) => ({ ...one, cameUs }));
  });
}

/** Which of the sentences fits, and its values, all µs. `points`: as of `plots`. */
export function pattern(points, held, delivery) {
  const absolute = delivery && !delivery.relative;
  const late = points.map(({ lateUs }) => lateUs);
  const medianUs = (absolute ? num(delivery.medianUs) : null) ?? median(late);
  const worstUs = (absolute ? num(delivery.worstUs) : null) ?? most(late);
  const blocks = [];
  for (const point of points) {
    const last = blocks.at(-1);
    if (last && point.cameUs - last.until <= ONE_TURN) {
      last.until = point.cameUs;
      last.points.push(point);
    } else {
      blocks.push({ until: point.cameUs, points: [point] });
    }
  }
  const several = blocks.filter(({ points }) => points.length > 1 && Math.abs(points.at(-1).dueUs - points[0].dueUs) > APART);
  const largest = several.reduce((one, other) => (one?.points.length >= other.points.length ? one : other), null);
  const values = {
    medianUs, worstUs, blocks: several.length, n: points.length,
    most: largest?.points.length ?? 0,
    waitUs: most(largest?.points.map(({ lateUs }) => lateUs) ?? []),
  };
  const together = several.reduce((sum, { points }) => sum + points.length, 0);
  const kind = () => {
    const as = held?.heldAs;
    if (as === "until-close" || (points.length > 4 && largest?.points.length === points.length && worstUs > LATE)) return "end";
    if (as === "one-behind") return "behind";
    if (largest && (as || worstUs > LATE) && together * 2 > points.length) return "blocks";
    return held || worstUs > LATE ? "late" : "live";
  };
  return { kind: kind(), ...values };
}

/**
 * Report → `{ maxUs, plots: [{ method, points, left, missing, ...pattern }] }`; a point: `{ n, dueUs, cameUs, lateUs }`.
 *
 * Clocks are not subtracted: of each instance the message that came soonest of all stands on the line, and the others count
 * from there. So it is with µs since the first message fell due, and `maxUs` is the end of both axes.
 */
export function plots(report) {
  const traces = decisive(report).map((trace) => ({ method: trace.method, ticks: arrivals(trace) }));
  const soonest = new Map();
  for (const { instance, cameUs, dueUs } of traces.flatMap(({ ticks }) => ticks)) {
    soonest.set(instance, Math.min(soonest.get(instance) ?? Infinity, cameUs - dueUs));
  }
  const shown = SHOWN.map((method) => ({
    method,
    points: traces.filter((trace) => trace.method === method).flatMap(({ ticks }) => ticks).map(({ n, instance, cameUs, dueUs }) => {
      const due = dueUs + soonest.get(instance);
      return { n, dueUs: due, cameUs, lateUs: Math.max(0, cameUs - due) };
    }).sort((a, b) => a.cameUs - b.cameUs || a.dueUs - b.dueUs),
  })).filter(({ points }) => points.length);
  const all = shown.flatMap(({ points }) => points);
  const first = all.reduce((one, { dueUs }) => Math.min(one, dueUs), Infinity);
  for (const point of all) {
    point.dueUs -= first;
    point.cameUs -= first;
  }
  return {
    maxUs: most(all.map(({ cameUs }) => cameUs)) || 1,
    plots: shown.map(({ method, points }) => {
      const { held, delivery } = list(report.methods).find((one) => one.method === method) ?? {};
      const [left, missing] = [Math.max(0, points.length - DOTS), num(delivery?.missing) ?? 0];
      return { method, points: points.slice(0, DOTS), left, missing, ...pattern(points, held, delivery) };
    }),
  };
}

/** A late one is a square, and hangs on a thread. */
function dots(points, endUs) {
  return points.map(({ dueUs, cameUs, lateUs }) => {
    const [x, y, live] = [dueUs / endUs, 1 - cameUs / endUs, 1 - dueUs / endUs];
    if (lateUs <= LATE / 2) return svg("circle", { cx: at(x), cy: at(y), r: 3.5, class: "dot" });
    return svg("g", { class: "late" },
      svg("line", { x1: at(x), x2: at(x), y1: at(y), y2: at(live) }),
      svg("svg", { x: at(x), y: at(y), class: "mark" }, svg("rect", { x: -3, y: -3, width: 6, height: 6 })));
  });
}

function plot({ method, points }, endUs, { t, time }, w) {
  const lines = steps(endUs, 4).map((us) => us / endUs);
  const picture = svg("svg", { width: "100%", height: "100%", "aria-hidden": "true" },
    ...lines.flatMap((one) => [
      svg("line", { x1: at(one), x2: at(one), y1: 0, y2: "100%", class: "grid" }),
      svg("line", { y1: at(1 - one), y2: at(1 - one), x1: 0, x2: "100%", class: "grid" })]),
    svg("line", { x1: 0, y1: "100%", x2: "100%", y2: 0, class: "live" }),
    svg("text", { x: "5%", y: "22%", class: "label" }, w.lateHere),
    ...dots(points, endUs));
  return el("div", {}, el("span", { class: "name" }, meaning(t.method, method)), el("div", { class: "square" }, picture),
    el("span", { class: "ends label" }, el("span", {}, "0"), el("span", {}, w.due), el("span", {}, time(endUs))));
}

/** The chart; null: no message came, or what came was left out. */
export function ticks(report, ctx) {
  const { maxUs, plots: shown } = plots(report);
  if (!shown.length) return null;
  const { words, m } = ctx;
  const { t, say, time, count } = words;
  const w = m.charts.ticks;
  // One or two tell nothing of how the rest would have come.
  const telling = shown.filter(({ n, kind }) => n > 2 || kind !== "live");
  const said = telling.map(({ method, kind, medianUs, worstUs, waitUs, ...numbers }) => [kind, say(w.seen[kind], {
    method: meaning(t.method, method), median: time(medianUs), worst: time(worstUs), wait: time(waitUs),
    most: count(numbers.most), blocks: count(numbers.blocks), n: count(numbers.n),
  })]);
  const strange = said.filter(([kind]) => kind !== "live");
  const left = shown.reduce((sum, one) => sum + one.left, 0);
  const lost = shown.filter(({ missing }) => missing > 0);
  const seen = strange.length ? strange.map(([, sentence]) => sentence) : [w.live];
  seen.push(...lost.map(({ method, missing }) => say(w.missing, { method: meaning(t.method, method), n: count(missing) })));
  return chart(ctx, {
    part: "ticks",
    title: w.title,
    read: w.read,
    seen,
    picture: shown.map((one) => plot(one, maxUs, words, w)),
    below: [
      el("ul", { class: "told" }, ...said.filter(([, sentence]) => !seen.includes(sentence)).map(([, sentence]) => el("li", {}, sentence))),
      left > 0 && el("p", { class: "muted" }, say(m.charts.more, { n: count(left) })),
      el("p", { class: "muted" }, w.note),
    ],
    tables: [{
      name: w.title,
      columns: w.columns,
      rows: shown.flatMap(({ method, points }) => points.map((point) => ({ method, ...point }))),
      cells: ({ method, n, dueUs, cameUs, lateUs }) =>
        [say(w.message, { method: meaning(t.method, method), n: count(n) }), ...[dueUs, cameUs, lateUs].map(time)],
    }],
  });
}
