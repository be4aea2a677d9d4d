/** Many messages at once: what the server took for delivered, and what had arrived. */
import { el, svg } from "../../el.js";
import { at, chart, grid, legend, list, most, num, scale, steps } from "./axis.js";

/** So many samples are drawn. */
const SAMPLES = 200;

/** Whose sightings show where the bytes were. */
const PROBE = "web-socket-burst-down";

/** The directions of a burst, in the order of the table. */
export const WAYS = ["down", "up", "cutDown", "cutUp"];

const PART = /^part \d{1,10} (\d{1,16}) \d{1,16} ([0-9a-fA-F]{1,16})(?: |$)/;

/**
 * Report → `{ samples: [{ atUs, sent, acked, arrived }], peak, maxUs, maxBytes, bursts }`; null: there was no burst.
 *
 * All by the clock of one instance, µs since the burst was asked for, where the page's half tells when, or since the first
 * sample. Bytes since then. `peak`: the sample at which most had been acknowledged and had not arrived, with `hidden`, bytes.
 * `bursts`: `[{ way, sent, arrived, acknowledged, hiddenBytes, waitedUs, bytesPerS, missing, twice }]`; null is unknown.
 */
export function queue({ methods, evidence }) {
  const all = list(methods).find(({ bursts }) => bursts)?.bursts ?? {};
  const bursts = WAYS.filter((way) => all[way]).map((way) => {
    const { sent, arrived, acknowledged, missing, twice, queue } = all[way];
    const { hiddenBytes, waitedUs, bytesPerS } = queue ?? {};
    const numbers = { sent, arrived, acknowledged, missing, twice, hiddenBytes, waitedUs, bytesPerS };
    return { way, ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, num(value)])) };
  });
  const seen = list(evidence?.sightings).find(({ probe, burst }) => probe === PROBE && list(burst?.queue).length > 1);
  if (!seen && !bursts.length) return null;
  const whole = (one) => ["at", "sent", "acked", "arrived"].every((name) => num(one[name]) !== null);
  const told = list(seen?.burst.queue, SAMPLES).filter(whole);
  const trace = list(evidence?.traces).find(({ probe, attempt }) => probe === seen?.probe && attempt === seen?.attempt);
  const lines = list(trace?.events).map(({ event }) => PART.exec(event?.what === "message" ? event.line : ""));
  const asked = lines.find((one) => one?.[2] === seen?.instance)?.[1];
  const from = asked !== undefined && Number(asked) <= told[0]?.at ? Number(asked) : told[0]?.at;
  const samples = told.map(({ at, sent, acked, arrived }) => ({ atUs: at - from, sent, acked, arrived })).filter(({ atUs }) => atUs >= 0);
  const hidden = samples.map((one) => ({ ...one, hidden: Math.max(0, one.acked - one.arrived) }));
  const peak = hidden.reduce((one, other) => (one?.hidden >= other.hidden ? one : other), null);
  return {
    samples, peak, bursts, maxUs: samples.at(-1)?.atUs || 1,
    maxBytes: most(samples.flatMap(({ sent, acked, arrived }) => [sent, acked, arrived])) || 1,
  };
}

/** A picture in thousandths of each side, whatever the sides are: for lines and areas, not for letters. */
function area({ samples, maxUs, maxBytes }) {
  const x = ({ atUs }) => Math.round((atUs / maxUs) * 1000);
  const y = (bytes) => Math.round((1 - bytes / maxBytes) * 1000);
  const points = (name) => samples.map((one) => `${x(one)},${y(one[name])}`);
  const [sent, acked, arrived] = ["sent", "acked", "arrived"].map(points);
  return svg("svg", { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", width: "100%", height: "100%", class: "mark" },
    svg("polygon", { points: [...acked, ...[...arrived].reverse()].join(" "), class: "hidden" }),
    sent.join() !== acked.join() && svg("polyline", { points: sent.join(" "), class: "sent" }),
    svg("polyline", { points: acked.join(" "), class: "acked" }),
    svg("polyline", { points: arrived.join(" "), class: "arrived" }));
}

function plot(all, { say, bytes, time }, w) {
  const { samples, peak, maxUs, maxBytes, bursts } = all;
  // Less what fits on the way in one round trip.
  const waits = bursts.find(({ way }) => way === "down")?.hiddenBytes ?? peak.hidden;
  const up = steps(maxBytes, 3).slice(1);
  const over = steps(maxUs, 4);
  const y = (value) => at(1 - value / maxBytes);
  const [middle, side] = [(peak.acked + peak.arrived) / 2, peak.atUs / maxUs];
  const dots = samples.map((one) => svg("circle", { cx: at(one.atUs / maxUs), cy: y(one.arrived), r: 3, class: "dot" }));
  const picture = svg("svg", { width: "100%", height: 190, "aria-hidden": "true", class: "bytes" },
    ...grid(over.map((us) => us / maxUs)),
    ...up.map((value) => svg("line", { x1: 0, x2: "100%", y1: y(value), y2: y(value), class: "grid" })),
    area(all), ...dots,
    waits > 0 && svg("line", { x1: at(side), x2: at(side), y1: y(peak.acked), y2: y(peak.arrived), class: "peak" }),
    waits > 0 && svg("text", {
      x: at(side), dx: side > 0.5 ? -6 : 6, y: y(middle), "text-anchor": side > 0.5 ? "end" : "start", class: "label strong",
    }, say(w.waits, { n: bytes(waits) })),
    ...up.map((value) => svg("text", { x: "100%", dx: -4, y: y(value), dy: 14, "text-anchor": "end", class: "label" }, bytes(value))));
  return [el("span", { class: "label" }, w.bytes), picture, scale(over.map((us) => [us / maxUs, time(us)]))];
}

/** The chart; null: nothing was sent at once. */
export function deliveryQueue(report, ctx) {
  const all = queue(report);
  if (!all) return null;
  const { words, m } = ctx;
  const { say, time, count, bytes } = words;
  const w = m.charts.queue;
  const { samples, bursts, peak } = all;
  const known = (value, as) => (value === null ? null : as(value));
  const seen = bursts.flatMap(({ way, hiddenBytes, waitedUs, sent }) => (hiddenBytes === null || (way !== "down" && way !== "up") ? [] : [
    say(w.seen[way], { sent: known(sent, count) ?? "?", hidden: bytes(hiddenBytes), waited: time(waitedUs) })]));
  const drawn = samples.length > 1;
  const line = (name) => [svg("line", { x1: 1, x2: 17, y1: 8, y2: 8, class: name }), w.line[name]];
  return chart(ctx, {
    part: "queue",
    title: w.title,
    read: drawn ? w.read : w.undrawn,
    seen,
    picture: drawn ? plot(all, words, w) : [],
    below: [
      drawn && legend([line("acked"), line("arrived"), samples.some(({ sent, acked }) => sent > acked) && line("sent")].filter(Boolean)),
      peak && el("p", { class: "muted" }, w.note),
    ],
    tables: [
      { name: w.bursts, columns: w.burstColumns, rows: bursts.map(({ way, hiddenBytes, waitedUs, bytesPerS, ...counts }) => [
        w.way[way], ...["sent", "arrived", "acknowledged", "missing", "twice"].map((name) => known(counts[name], count)),
        known(hiddenBytes, bytes), known(waitedUs, time), known(bytesPerS, (n) => say(w.perSecond, { n: bytes(n) }))]) },
      { name: w.title, columns: w.columns, rows: samples.map(({ atUs, sent, acked, arrived }) =>
        [time(atUs), bytes(sent), bytes(acked), bytes(arrived), bytes(Math.max(0, acked - arrived))]) },
    ],
  });
}
