/** When each attempt did what: by the browser's own account where it gives one, by this page's stamps otherwise. */
import { el, svg } from "../../el.js";
import { METHODS } from "../../words.js";
import { at, chart, grid, hatch, legend, list, mark, meaning, most, named, num, row, scale, steps, strip } from "./axis.js";

/** What keeps silent for long: another chart shows it, and the table. */
const RUNG = /-(?:silent|held)-\d+$/;

/** What Resource Timing tells, in order; the second holds the third. */
const SPANS = ["dnsUs", "connectUs", "tlsUs", "requestUs", "responseUs"];

/** So many bars are drawn, and of one method on one lane. */
const BARS = 40;
const BARS_OF_ONE = 8;

/**
 * The phases of an attempt, µs since it started, in order and without gaps: `[{ phase, fromUs, toUs }]`.
 *
 * Resource Timing is kept as spans: how long, not when. They are laid end to end, as late as the page's own stamps allow, and
 * what is left before and behind them is `unknown`. Without it only `unknown` (until it opened) and `open` are left.
 */
export function phases({ openUs, endedUs, resourceTiming }, asks = false) {
  const end = num(endedUs) ?? 0;
  const open = num(openUs);
  const [dns, connect, tls, request, response] = SPANS.map((name) => num(resourceTiming?.[name]));
  const told = [];
  if (request !== null && response !== null) {
    const secure = Math.min(tls ?? 0, connect ?? 0);
    const spans = [["dns", dns ?? 0], ["connect", (connect ?? 0) - secure], ["tls", secure], ["request", request], ["receive", response]];
    const before = spans.slice(0, -1).reduce((sum, [, us]) => sum + us, 0);
    told.push(["unknown", Math.max(0, Math.min(open ?? end, end - response) - before)], ...spans);
  } else if (open !== null) {
    told.push(["unknown", Math.min(open, end)], [asks ? "receive" : "open", Math.max(0, end - open)]);
  }
  let from = 0;
  const all = [];
  // Coarse clocks: spans may add up to a little more than the whole.
  for (const [phase, us] of [...told, ["unknown", end]]) {
    const to = Math.min(end, from + us);
    if (to > from) all.push({ phase, fromUs: from, toUs: to });
    from = to;
  }
  return all;
}

/**
 * Report → `{ groups: [{ lane, method, bars }], all, shown, more, slowest, scaleUs }`.
 *
 * A bar: `{ id, lane, probe, name, startedUs, openUs, firstUs, endUs, arrivedUs, ended, measures, timing, phases }`, µs since the
 * attempt started but `startedUs`, since the run did; null is unknown. `arrivedUs`: when it reached the server at the earliest.
 * `slowest`: the one that was answered last, of those that wait for nothing else.
 * `scaleUs`: until when is drawn: the slowest opening that was answered; what goes on beyond is cut there.
 */
export function bars({ methods, evidence }) {
  const started = new Map(list(evidence?.traces).map(({ id, startedAt, events, decisive }) =>
    [id, { at: num(startedAt), decisive, again: list(events).filter(({ event }) => event?.what === "timed").length > 1 }]));
  const groups = [];
  for (const { method, lanes } of list(methods)) {
    for (const { lane, attempts } of list(lanes)) {
      const bars = list(attempts).map((one) => {
        const trace = started.get(one.id);
        // Asked for twice: the browser tells of one, the stamps are of both.
        const timing = trace?.again ? null : one.resourceTiming;
        return {
          id: one.id,
          lane: named(lane),
          probe: named(one.probe),
          name: `${named(one.probe)} ${num(one.attempt) ?? ""}`.trim(),
          startedUs: trace?.at ?? null,
          openUs: num(one.openUs),
          firstUs: num(one.firstMessageUs),
          endUs: num(one.endedUs) ?? 0,
          arrivedUs: num(one.queuedUs),
          ended: one.ended ?? null,
          // Others keep silent, or are held, on purpose; so does a long poll.
          measures: (trace ? trace.decisive === true : true) && method !== "long-polling",
          timing: timing ?? null,
          phases: phases({ ...one, resourceTiming: timing }, method === "polling" || method === "long-polling"),
        };
      });
      if (bars.length) groups.push({ lane: named(lane), method, bars });
    }
  }
  const rank = ({ lane, method }) => (lane === "main" ? 0 : 100) + [...METHODS, method].indexOf(method);
  groups.sort((a, b) => rank(a) - rank(b));
  const all = groups.flatMap(({ bars }) => bars);
  let left = BARS;
  for (const group of groups) {
    group.drawn = group.bars.filter(({ probe }) => !RUNG.test(probe)).slice(0, Math.min(left, BARS_OF_ONE));
    left -= group.drawn.length;
  }
  const drawn = groups.flatMap(({ drawn }) => drawn);
  const answered = drawn.filter(({ openUs }) => openUs !== null);
  const measuring = answered.filter(({ measures }) => measures);
  const opened = (measuring.length ? measuring : answered).map(({ openUs, firstUs }) => Math.max(openUs, firstUs ?? 0));
  return {
    groups: groups.filter(({ drawn }) => drawn.length),
    all,
    shown: drawn.length,
    more: all.length - drawn.length,
    slowest: (measuring.length ? measuring : answered).reduce((one, other) => (one?.openUs >= other.openUs ? one : other), null),
    scaleUs: (most(answered.length ? opened : drawn.map(({ endUs }) => endUs)) || 1000) * 1.1,
  };
}

const ORDER = ["unknown", "dns", "connect", "tls", "request", "receive", "open"];

/** The higher the further; a frame waits, what is filled carries something. */
const HEIGHTS = { dns: 4, connect: 7, tls: 10 };
const SIGN = {
  answer: "M0 -3V17",
  server: "M-4 -4H4L0 2Z",
  torn: "M3 2L9 7.5L3 13Z",
};

function piece(phase, x, width) {
  const height = HEIGHTS[phase] ?? 13;
  return svg("rect", { x, width, y: 14 - height, height, class: `phase ${phase}`, fill: phase === "unknown" && "url(#hatch-waterfall)" });
}

const part = (us, scaleUs) => us / scaleUs;

/** Its first message, or when it reached the server, stands apart from its ends, and is drawn. */
const heard = ({ firstUs, openUs, endUs }, scaleUs) => firstUs !== null && firstUs < endUs && firstUs !== openUs && firstUs <= scaleUs;
const arrived = ({ arrivedUs }, scaleUs) => arrivedUs > 0 && arrivedUs <= scaleUs;

function bar(one, scaleUs, lines) {
  const { phases, firstUs, arrivedUs, endUs } = one;
  const pieces = phases.filter(({ fromUs }) => fromUs < scaleUs).map(({ phase, fromUs, toUs }) => {
    const [from, to] = [fromUs, Math.min(toUs, scaleUs)].map((us) => part(us, scaleUs));
    return piece(phase, at(from), at(to - from));
  });
  return strip(20, ...grid(lines), svg("svg", { y: 3, class: "mark" }, ...pieces,
    heard(one, scaleUs) && mark(part(firstUs, scaleUs), 0, SIGN.answer, { class: "answer" }),
    arrived(one, scaleUs) && mark(part(arrivedUs, scaleUs), 0, SIGN.server, { class: "server" }),
    endUs > scaleUs && mark(1, 0, SIGN.torn, { class: "torn" })));
}

/** The chart; null: nothing was tried. */
export function waterfall(report, ctx) {
  const { groups, all, more, slowest, scaleUs } = bars(report);
  if (!all.length) return null;
  const { words, m, act } = ctx;
  const { t, say, time, count } = words;
  const w = m.charts.waterfall;
  const ticks = steps(scaleUs, 4);
  const lines = ticks.map((us) => part(us, scaleUs));
  const ending = (ended) => (ended === null || ended === "complete" ? "" : meaning(w.ended, ended));
  const figure = ({ endUs, ended }) => (ending(ended) ? say(w.endedSo, { time: time(endUs), how: ending(ended) }) : time(endUs));
  const main = all.filter(({ lane, probe }) => lane === "main" && !RUNG.test(probe));
  const nobody = main.filter(({ openUs, ended }) => openUs === null && ended !== "stopped");
  const longest = most(nobody.map(({ endUs }) => endUs));
  const seen = [
    nobody.length && say(w.unanswered, { n: count(nobody.length), of: count(main.length), time: time(longest) }),
    slowest && say(w.slowest, { time: time(slowest.openUs), name: slowest.name }),
  ];
  const used = new Set(groups.flatMap(({ drawn }) => drawn.flatMap(({ phases }) => phases.map(({ phase }) => phase))));
  const some = (test) => groups.some(({ drawn }) => drawn.some(test));
  const shape = (d, more) => svg("svg", { x: 8, y: 3, class: "mark" }, svg("path", { d, ...more }));
  const signs = [
    ...ORDER.filter((phase) => used.has(phase)).map((phase) => [piece(phase, 1, 16), w.phase[phase]]),
    some((one) => heard(one, scaleUs)) && [shape(SIGN.answer, { class: "answer" }), w.first],
    some((one) => arrived(one, scaleUs)) && [shape("M-4 2H4L0 8Z", { class: "server" }), w.atServer],
    some(({ endUs }) => endUs > scaleUs) && [shape("M-4 0L4 5.5L-4 11Z", { class: "torn" }), w.torn],
  ].filter(Boolean);
  const drawn = groups.flatMap(({ lane, method, drawn, bars }) => {
    const values = { method: meaning(t.method, method), lane };
    const title = say(lane === "main" ? w.group : w.groupOn, values);
    const some = drawn.length < bars.length && say(w.someOf, { n: count(drawn.length), of: count(bars.length) });
    return [
      el("p", { class: "group" }, title, some && el("span", { class: "muted" }, " ", some)),
      ...drawn.map((one) => row(one.name, bar(one, scaleUs, lines), figure(one))),
    ];
  });
  const known = (us) => (num(us) === null ? null : time(us));
  const link = ({ id, name }) => {
    if (!act?.evidence || typeof id !== "number") return name;
    const made = el("button", { type: "button", class: "to", "aria-label": say(m.charts.show, { name }) }, name);
    made.addEventListener("click", () => act.evidence(`trace:${id}`));
    return made;
  };
  return chart(ctx, {
    part: "waterfall",
    title: w.title,
    read: w.read,
    seen,
    picture: [hatch("hatch-waterfall"), row("", scale(ticks.map((us) => [part(us, scaleUs), time(us)]))), ...drawn],
    below: [
      legend(signs),
      more > 0 && el("p", { class: "muted" }, say(w.more, { n: count(more) })),
      el("p", { class: "muted" }, w.note),
    ],
    tables: [{ name: w.title, columns: w.columns, rows: all, cells: (one) => [
      link(one), one.lane, known(one.startedUs),
      ...SPANS.map((name) => known(one.timing?.[name])),
      known(one.openUs), known(one.firstUs), known(one.arrivedUs), time(one.endUs), one.ended && meaning(w.ended, one.ended),
    ] }],
  });
}
