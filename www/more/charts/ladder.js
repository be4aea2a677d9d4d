/** Which silences connections outlive: every length that was tried, and between which two they end. */
import { el, svg } from "../../el.js";
import { METHODS } from "../../words.js";
import { at, chart, grid, hatch, legend, list, mark, meaning, most, num, row, scale, strip, text } from "./axis.js";

/** The silences that a thorough check may try, ms. */
const RUNGS = [5_000, 10_000, 20_000, 35_000, 50_000, 65_000, 95_000, 125_000];

/** What a quick check tries, ms; nothing in its name says so. */
const QUICK = 4_000;

/** A long poll is held for no less, ms. */
const HELD_LEAST = 20_000;

/** Lived: the silence was outlived. Told: it ended, and the page was told. Lost: nobody told. Unclear: none of these. */
const STATES = ["lived", "told", "lost", "unclear"];

const RUNG = /-(?:silent|held)(?:-(\d{1,4}))?$/;

/** How one rung ended: a state, or null where it was not tried to its end. `seen`: the server's sightings of it. */
export function outcome({ ended, method, events }, seen) {
  if (ended === "complete") return "lived";
  if (ended !== "failed" && ended !== "gave-up") return null;
  const saw = (...kinds) => list(events).some(({ event }) => kinds.includes(event?.what));
  // Firefox tells of a stream only with its first message, and nobody does of a long poll: the server saw them begin.
  const began = saw("opened", "head") || seen.some(({ status }) => status === 200 || method === "long-polling");
  if (!began) return "unclear";
  // What broke the silence had no answer; or a deadline did, where the page can only wait.
  if (saw("sent") || ended === "gave-up") return "lost";
  return seen.some(({ end }) => end === "our-limit" || end === "refused") ? "unclear" : "told";
}

/**
 * Report → `{ maxMs, rows }`; a row: `{ method, beat, rungs: [{ ms, state }], livedMs, diedMs, told, beatMs, keeps }`.
 *
 * `beat`: null, or `page` or `server`, whose word broke the silence all along: then `livedMs` is the age that it came to. `state`
 * null: not tried, or not to its end. `keeps`: `{ page, server }`, true, false, or null: not tested.
 */
export function ladder({ methods, evidence }) {
  const traces = list(evidence?.traces).filter(({ lane, own, control }) => lane === "main" && !own && !control);
  const sightings = list(evidence?.sightings);
  const rows = METHODS.flatMap((method) => {
    const { idleTestedMs, idleCut } = list(methods).find((one) => one.method === method) ?? {};
    const tried = new Map();
    for (const trace of traces.filter((one) => one.method === method)) {
      const [is, seconds] = RUNG.exec(trace.probe) ?? [];
      if (!is || trace.decisive) continue;
      const ms = seconds ? seconds * 1000 : QUICK;
      const state = outcome(trace, sightings.filter(({ probe, attempt }) => probe === trace.probe && attempt === trace.attempt));
      const [one, other] = [tried.get(ms), state].map((state) => (state ? STATES.indexOf(state) : 9));
      tried.set(ms, STATES[Math.min(one, other)] ?? null);
    }
    if (!tried.size && !idleCut) return [];
    for (const ms of RUNGS) {
      if (!tried.has(ms) && (method !== "long-polling" || ms >= HELD_LEAST)) tried.set(ms, null);
    }
    const rungs = [...tried].map(([ms, state]) => ({ ms, state })).sort((a, b) => a.ms - b.ms).slice(0, 20);
    const own = {
      method, beat: null, rungs,
      livedMs: num(idleCut ? idleCut.livedMs : idleTestedMs),
      diedMs: num(idleCut?.diedMs),
      told: idleCut?.told ?? null,
      beatMs: num(idleCut?.beatMs),
      keeps: { page: idleCut?.pageBeatKeeps ?? null, server: idleCut?.serverBeatKeeps ?? null },
    };
    const beats = [["page", "web-socket-beat"], ["server", "web-socket-ping"]].flatMap(([beat, name]) => {
      const trace = traces.find(({ probe, method: of }) => probe === name && of === method);
      const last = list(trace?.events).filter(({ event }) => event?.what === "message").at(-1);
      const aged = num(last?.at) === null ? null : Math.max(0, last.at - (num(trace.startedAt) ?? last.at)) / 1000;
      const kept = own.keeps[beat] ?? (trace?.ended === "complete" ? true : null);
      const keeps = { ...own.keeps, [beat]: kept };
      return kept === null ? [] : [{ ...own, beat, rungs: [], livedMs: aged, diedMs: null, told: null, beatMs: null, keeps }];
    });
    return [own, ...beats];
  });
  const all = rows.flatMap(({ rungs, livedMs, diedMs }) => [livedMs ?? 0, diedMs ?? 0, ...rungs.map(({ ms }) => ms)]);
  return { maxMs: most([RUNGS.at(-1), ...all]), rows };
}

const SIGNS = {
  lived: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
  told: "M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5",
  lost: "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0 -4.5 0Z",
  unclear: "M0 -5L5 0L0 5L-5 0Z",
  untried: "M0 -3V3",
};

function rung(one, x, lines, { say, time }, w) {
  const { rungs, livedMs, diedMs, beat, keeps } = one;
  const [lived, died] = [x(livedMs ?? 0), x(diedMs ?? 0)];
  const y = 26;
  const between = diedMs !== null;
  const end = keeps[beat] ? "lived" : "told";
  return strip(46, ...grid(lines),
    svg("line", { x1: 0, x2: "100%", y1: y, y2: y, class: "untold" }),
    between && svg("rect", {
      x: at(lived), width: at(Math.max(0, died - lived)), y: y - 9, height: 18, fill: "url(#hatch-ladder)", class: "between",
    }),
    livedMs !== null && svg("line", { x1: 0, x2: at(lived), y1: y, y2: y, class: "outlived" }),
    beat && livedMs !== null && mark(lived, y, SIGNS[end], { class: `rung ${end}` }),
    ...rungs.map(({ ms, state }) => mark(x(ms), y, SIGNS[state ?? "untried"], { class: `rung ${state ?? "untried"}` })),
    between && text((lived + died) / 2, 12, say(w.between, { lived: time((livedMs ?? 0) * 1000), died: time(diedMs * 1000) }),
      { class: "label strong" }));
}

/** The chart; null: no silence was tried. */
export function idleLadder(report, ctx) {
  const { rows, maxMs } = ladder(report);
  if (!rows.length) return null;
  const { words, m } = ctx;
  const { t, say, time } = words;
  const w = m.charts.ladder;
  // Short ones are told apart, and long ones fit.
  const x = (ms) => Math.sqrt(ms / maxMs);
  const labels = [...new Set([5_000, 20_000, 50_000, maxMs])].filter((ms) => ms <= maxMs);
  const lines = labels.map(x);
  const name = ({ method, beat }) => (beat ? w.beat[beat] : meaning(t.method, method));
  const spoken = (one) => {
    const { method, livedMs, diedMs, told, beatMs, keeps } = one;
    const [lived, died, beat] = [livedMs, diedMs, beatMs].map((ms) => time((ms ?? 0) * 1000));
    const values = { method: meaning(t.method, method), lived, died, beat };
    if (diedMs === null) return livedMs === null ? [] : [say(w.lives, values)];
    const kept = keeps.page === false && keeps.server !== true ? w.vain : beatMs !== null && w.keep;
    const ends = say(told === false ? w.cutUntold : w.cutTold, values);
    return [kept && method !== "long-polling" ? ends + t.between + say(kept, values) : ends];
  };
  const methods = rows.filter(({ beat }) => !beat);
  const [cut, uncut] = [true, false].map((is) => methods.filter(({ diedMs }) => (diedMs !== null) === is));
  const longest = most(methods.map(({ livedMs }) => livedMs ?? 0));
  const lengths = [...new Set(methods.flatMap(({ rungs }) => rungs.map(({ ms }) => ms)))].sort((a, b) => a - b);
  const known = (ms) => (ms === null ? null : time(ms * 1000));
  const answer = (kept) => (kept === null ? null : kept ? w.yes : w.no);
  const used = new Set(rows.flatMap(({ rungs }) => rungs.map(({ state }) => state ?? "untried")));
  const kinds = [...STATES, "untried"].filter((kind) => used.has(kind));
  return chart(ctx, {
    part: "ladder",
    title: w.title,
    read: w.read,
    seen: cut.length ? cut.flatMap(spoken) : [longest > 0 && say(w.none, { longest: time(longest * 1000) }), longest < RUNGS[0] && w.offer],
    picture: [
      hatch("hatch-ladder"),
      ...rows.map((one) => row(name(one), rung(one, x, lines, words, w))),
      row("", scale(labels.map((ms) => [x(ms), time(ms * 1000)]))),
    ],
    below: [
      legend(kinds.map((kind) =>
        [svg("svg", { x: 9, y: 8, class: "mark" }, svg("path", { d: SIGNS[kind], class: `rung ${kind}` })), w.state[kind]])),
      cut.length && uncut.length && el("ul", { class: "told" }, ...uncut.flatMap(spoken).map((sentence) => el("li", {}, sentence))),
    ],
    tables: [{ name: w.title, columns: [w.silence, ...methods.map(name)], rows: [
      ...lengths.map((ms) => {
        const states = methods.map(({ rungs }) => rungs.find((one) => one.ms === ms)?.state ?? "untried");
        return [time(ms * 1000), ...states.map((state) => w.state[state])];
      }),
      [w.longest, ...methods.map(({ livedMs }) => known(livedMs))],
      cut.length && [w.shortest, ...methods.map(({ diedMs }) => known(diedMs))],
      ...["page", "server"].map((beat) =>
        rows.some((one) => one.beat === beat) && [w.kept[beat], ...methods.map(({ keeps }) => answer(keeps[beat]))]),
    ].filter(Boolean) }],
  });
}
