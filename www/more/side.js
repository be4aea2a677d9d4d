/**
 * The methods side by side, in this network's own figures. What was not measured here is told by the standard, and marked so;
 * what is told by neither is unknown.
 */
import { el, into } from "../el.js";
import { METHODS, SIGNS } from "../words.js";

const MARKS = { computed: "≈", always: "∗" };

/** Streams and held requests that a browser opens to one host over HTTP/1.1, in all its tabs. */
const SIX = 6;
/** What keeps a silent connection, bytes over HTTP/1.1: a ping and its pong (RFC 6455 § 5.5), a comment, and a line, each a chunk. */
const BEAT = { "web-socket": 8, "server-sent-events": 8, "streaming-fetch": 6 };
/** Where nothing says how often to send something, ms. */
const USUAL_BEAT = 25_000;
/** What the probe server keeps for a WebSocket, kB, by its own budget. */
const MEMORY = { from: ["count", 6], to: ["count", 8] };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const all = (items) => (Array.isArray(items) ? items.filter((item) => item && typeof item === "object") : []);
const known = (n) => (typeof n === "number" && n >= 0 && n < 1e16 ? n : null);
const own = (texts, key) => (Object.hasOwn(texts ?? {}, key) ? texts[key] : undefined);

const measured = (key, values = {}) => ({ basis: "measured", key, values });
const computed = (key, values = {}) => ({ basis: "computed", key, values });
const always = (key, values = {}) => ({ basis: "always", key, values });

function median(numbers) {
  const sorted = numbers.filter((n) => known(n) !== null).sort((a, b) => a - b);
  return sorted.length ? sorted[sorted.length >> 1] : null;
}

const beyond = ({ bytesIn, bytesOut, payloadIn, payloadOut }) =>
  known(bytesIn) === null || known(bytesOut) === null ? null : Math.max(0, bytesIn + bytesOut - payloadIn - payloadOut);

function sum(overhead) {
  const [up, down] = [overhead?.upBytes, overhead?.downBytes].map(known);
  return up === null || down === null ? null : up + down;
}

/** What several methods share. */
function common({ methods, evidence, advice }) {
  const polling = all(methods).find(({ method }) => method === "polling");
  const cost = (probe) => median(all(evidence?.sightings).filter((seen) => seen.probe === probe).map(beyond));
  const set = (name) => known(all(advice?.settings).find((setting) => setting.name === name)?.value) || null;
  const poll = cost("poll");
  const beatMs = set("heartbeatMs") ?? USUAL_BEAT;
  return {
    poll: poll ?? sum(polling?.overhead),
    // Counted for each message that came: polls that brought none are in it.
    atMost: poll === null,
    post: cost("upload"),
    beatMs,
    holdMs: set("holdMs") ?? beatMs,
    protocol: all(methods).map(({ http }) => http?.page).find((page) => typeof page === "string") ?? null,
    uploads: polling?.uploads,
  };
}

const isNew = (protocol) => /^h[23]/.test(protocol);
const streams = (method) => method === "server-sent-events" || method === "streaming-fetch";

function delayOf({ method, delivery, lanes }, every) {
  if (method !== "polling") {
    const [medianUs, worstUs, error] = [delivery?.medianUs, delivery?.worstUs, delivery?.clockErrorUs].map(known);
    if (medianUs === null || worstUs === null) return [];
    const within = error !== null && measured("within", { error: ["us", error] });
    const exact = delivery.relative ? measured("relative") : within;
    return [measured("delay", { time: ["us", medianUs] }), measured("worst", { time: ["us", worstUs] }), exact];
  }
  const tried = all(delivery?.atInterval);
  const main = all(lanes).find(({ lane }) => lane === "main") ?? all(lanes)[0];
  const answer = known(tried[0] && tried[0].meanUs - tried[0].everyMs * 500) ?? known(main?.timing?.roundTrip?.medianUs);
  if (answer === null) {
    if (!delivery) return [];
    return [computed("moreThan", { time: ["us", every * 500] }), computed("worstMoreThan", { time: ["us", every * 1000] })];
  }
  const told = tried.find(({ everyMs }) => everyMs === every);
  return [
    computed("mean", { time: ["us", known(told?.meanUs) ?? every * 500 + answer] }),
    computed("worst", { time: ["us", known(told?.worstUs) ?? every * 1000 + answer] }),
    measured("answer", { time: ["us", answer] }),
  ];
}

function bytesOf({ method, overhead, http }, { poll, atMost }) {
  const each = { bytes: ["bytes", poll] };
  if (method === "polling" && poll !== null) return [atMost ? computed("pollAtMost", each) : measured("poll", each)];
  const bytes = sum(overhead);
  if (bytes === null) return http?.server === "HTTP/2.0" ? [measured("uncounted")] : [];
  const once = known(overhead.openBytes);
  return [measured("message", { bytes: ["bytes", bytes] }), once > 0 && measured("once", { bytes: ["bytes", once] })];
}

function idleOf({ method, overhead, http, idleCut }, { poll, beatMs, holdMs }, every) {
  const minute = (bytes, each) => ({ bytes: ["bytes", (bytes * MINUTE) / each], each: ["us", each * 1000] });
  if (method === "polling") return poll === null ? [] : [computed("minute", minute(poll, every))];
  if (method === "long-polling") return sum(overhead) === null ? [] : [computed("minute", minute(sum(overhead), holdMs))];
  const beat = isNew(http?.page) || http?.server === "HTTP/2.0" ? null : own(BEAT, method);
  return [always("nothing"), beat && computed("beat", minute(beat, known(idleCut?.beatMs) || beatMs))];
}

function uplinkOf({ method, overhead }, { post, poll }) {
  if (method === "web-socket") {
    const bytes = known(overhead?.sendBytes);
    return [bytes === null ? always("same") : measured("same"), bytes !== null && measured("message", { bytes: ["bytes", bytes] })];
  }
  const each = post ?? poll;
  const cost = { bytes: ["bytes", each] };
  return [always("post"), each !== null && (post === null ? computed("request", cost) : measured("request", cost))];
}

function orderOf({ method, delivery, bursts }, { uploads }) {
  const strays = known(delivery?.reordered);
  const asked = method === "polling" || method === "long-polling";
  const out = strays > 0 && measured("strays", { n: ["count", strays] });
  if (asked) {
    const tried = method === "polling" && typeof uploads?.inOrder === "boolean" && known(uploads.sent) > 0;
    return [always("numbers"), tried && measured(uploads.inOrder ? "luck" : "mixed", { n: ["count", uploads.sent] }), out];
  }
  if (out) return [out];
  const both = method === "web-socket";
  const seen = both ? all([bursts?.down, bursts?.up]).some(({ inOrder }) => inOrder === true) : strays === 0;
  return [seen ? measured(both ? "both" : "down") : always(both ? "both" : "down"), !both && always("postNumbers")];
}

function receiptOf({ method, bursts, resume }) {
  if (method === "polling" || method === "long-polling") return [always("next")];
  if (method === "server-sent-events") {
    const { idArrived, goesOn } = resume ?? {};
    return [
      always("lastId"),
      idArrived === false ? measured("idLost") : goesOn === true ? measured("goesOn") : goesOn === false && measured("starts"),
    ];
  }
  const breaks = all([bursts?.cutUp, bursts?.cutDown]);
  const lost = breaks.find(({ cut, sent, arrived }) => cut && known(arrived) !== null && known(sent) > arrived);
  return [always("app"), lost && measured("lost", { sent: ["count", lost.sent], arrived: ["count", lost.arrived] })];
}

function limitOf({ method, idleCut, idleTestedMs, watched }) {
  if (method === "polling") return [always("short")];
  const ms = (value) => ["us", known(value) * 1000];
  const ages = known(watched?.everyMs) && measured("age", { time: ms(watched.everyMs) });
  if (!known(idleCut?.diedMs)) return [known(idleTestedMs) && measured("survived", { time: ms(idleTestedMs) }), ages];
  const { livedMs, diedMs, told, pageBeatKeeps, serverBeatKeeps, beatMs } = idleCut;
  const anyway = pageBeatKeeps === false && serverBeatKeeps !== true;
  return [
    measured(!known(livedMs) ? "before" : anyway ? "anyway" : "ends", { lived: ms(livedMs), died: ms(diedMs) }),
    typeof told === "boolean" && measured(told ? "told" : "untold"),
    !anyway && known(beatMs) && measured("every", { time: ms(beatMs) }),
    ages,
  ];
}

function heldOf({ method, http }, { holdMs }, every) {
  const hourly = (each) => computed("hourly", { n: ["count", HOUR / each] });
  if (method === "polling") return [hourly(every), always("noConnection")];
  if (method === "long-polling") return [always("request"), hourly(holdMs)];
  if (method === "web-socket") return [always("connection"), computed("memory", MEMORY)];
  return [isNew(http?.page) ? measured("shared") : always("connection"), { basis: "unknown", key: "noMemory", values: {} }];
}

function againOf({ method, resume }) {
  if (method !== "server-sent-events") return [always(method === "web-socket" || streams(method) ? "byApp" : "asks")];
  const after = known(resume?.reconnectUs);
  return [always("itself"), after !== null && measured("after", { time: ["us", after] })];
}

function manyOf({ method, http }, { protocol }) {
  if (method === "web-socket") return [always("ownLimit")];
  if (method === "polling") return [always("noLimit")];
  const page = typeof http?.page === "string" ? http.page : protocol;
  const values = { n: ["count", SIX], protocol: ["word", page] };
  return [page === null ? always("perhaps", values) : measured(isNew(page) ? "hundred" : "six", values)];
}

const ROWS = {
  delay: (method, shared, every) => delayOf(method, every),
  bytes: bytesOf,
  idle: idleOf,
  uplink: uplinkOf,
  order: orderOf,
  receipt: receiptOf,
  limit: limitOf,
  held: heldOf,
  again: againOf,
  many: manyOf,
};

/**
 * The table's content, without words: `{methods, rows}`. `methods`: `{method, required, state}` each, best first, `state` a verdict or
 * `not-needed`. `rows`: `{row, cells}`, one cell a method, of parts `{basis, key, values}`; none: unknown. `basis`: `measured` here,
 * `computed` of what was or estimated, `always` so, or `unknown`. `values`: `{name: [unit, value]}` in `us` (µs), `bytes`, `count`
 * or `word`. `pollEveryMs`: how often a page that polls would ask, ms.
 */
export function figures(report, pollEveryMs) {
  const rank = ({ method }) => METHODS.indexOf(method) + 1 || METHODS.length + 1;
  const tried = all(report.methods).slice(0, 12).sort((a, b) => rank(a) - rank(b));
  const shared = common(report);
  const some = tried.some(({ required }) => required);
  const methods = tried.map(({ method, required, verdict }) =>
    ({ method, required, state: some && !required && verdict === "failed" ? "not-needed" : verdict }));
  const rows = Object.entries(ROWS).map(([row, of]) => ({
    row,
    // Nothing is promised of a method that this page does not know.
    cells: tried.map((method) => (METHODS.includes(method.method) ? of(method, shared, pollEveryMs).filter(Boolean) : [])),
  }));
  return { methods, rows };
}

/** Bytes, in two or three digits that matter. */
function size(n, { t, say, count, locale }) {
  if (n < 999.5) return say(t.bytes, { n: count(n) });
  const tenths = n < 99_500 ? 1 : 0;
  return (n / 1e3).toLocaleString(locale, { style: "unit", unit: "kilobyte", unitDisplay: "short", maximumFractionDigits: tenths });
}

/** What a part of a cell says. */
export function said({ key, values }, row, m, words) {
  const forms = { us: words.time, bytes: (n) => size(n, words), count: (n) => words.count(n), word: String };
  const shown = Object.entries(values).map(([name, [unit, value]]) => [name, forms[unit](value)]);
  return words.say(own(m.side[row], key) ?? key, Object.fromEntries(shown));
}

const unseen = (text) => el("span", { class: "unseen" }, " ", text);

/** What stands in a cell. */
function shown(parts, row, { m, words }) {
  if (!parts.length) return [el("span", { "aria-hidden": true }, "–"), unseen(m.side.unknown)];
  return parts.map((part, at) => {
    const mark = own(MARKS, part.basis);
    const sign = mark && el("span", { "aria-hidden": true, class: "mark" }, mark);
    const text = said(part, row, m, words);
    return el(at ? "small" : "span", { class: part.basis === "always" && "always" }, sign, text, mark && unseen(m.side.basis[part.basis]));
  });
}

/** The least, the most and the usual seconds between two polls. */
const [LEAST, MOST, USUAL] = [1, 60, 5];

/** Nodes: a slider and the table. */
export function side(report, ctx) {
  const { words, m } = ctx;
  const { t, say, time } = words;
  const named = (method) => own(t.method, method) ?? String(method ?? m.side.unknown);
  const advised = known(all(report.advice?.settings).find(({ name }) => name === "pollMs")?.value);
  const start = advised ? Math.min(MOST, Math.max(LEAST, Math.round(advised / 1000))) : USUAL;
  const { methods, rows } = figures(report, start * 1000);
  if (!methods.length) return [el("section", { part: "side" }, el("h3", {}, m.side.title), el("p", {}, m.side.none))];

  // The roles stay where narrow cards show the table as blocks.
  const cell = (method, state, ...children) =>
    el("td", { role: "cell", "data-of": named(method), "data-state": state }, el("div", {}, ...children));
  const tr = (title, cells) => el("tr", { role: "row" }, el("th", { role: "rowheader", scope: "row" }, title), ...cells);
  const works = tr(m.side.works.title, methods.map(({ method, state }) => cell(method, state,
    el("span", { class: "icon", "aria-hidden": true }, own(SIGNS, state) ?? "?"),
    el("span", { class: "state" }, own(t.state, state) ?? String(state ?? m.side.unknown)))));
  const drawn = rows.map(({ row, cells }) =>
    ({ row, cells: cells.map((parts, at) => cell(methods[at].method, null, ...shown(parts, row, ctx))) }));

  const heads = methods.map(({ method, required }) =>
    el("th", { role: "columnheader", scope: "col" }, named(method), required && el("small", {}, t.required)));
  const corner = el("th", { role: "columnheader", scope: "col" }, m.side.property);
  const table = el("table", { role: "table", "aria-label": m.side.title },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, corner, ...heads)),
    el("tbody", { role: "rowgroup" }, works, ...drawn.map(({ row, cells }) => tr(m.side[row].title, cells))));

  const slider = el("input", { type: "range", min: LEAST, max: MOST, step: 1, value: start });
  // Said by the slider's own value: announced twice it would only be louder.
  const output = el("output", { "aria-live": "off" });
  const at = methods.findIndex(({ method }) => method === "polling");
  const poll = () => {
    const every = slider.valueAsNumber * 1000;
    const now = figures(report, every).rows;
    now.forEach(({ row, cells }, index) => into(drawn[index].cells[at].firstChild, ...shown(cells[at], row, ctx)));
    const delay = now[0].cells[at].slice(0, 2).map((part) => said(part, "delay", m, words));
    output.textContent = say(m.side.every, { time: time(every * 1000) });
    slider.setAttribute("aria-valuetext", [output.textContent, ...delay].join(", "));
  };
  if (at >= 0) {
    slider.addEventListener("input", poll);
    poll();
  }
  const legend = [...Object.entries(MARKS), ["–", null]].map(([basis, mark]) =>
    el("li", {}, el("span", { class: "mark" }, mark ?? basis), " ", mark ? m.side.legend[basis] : m.side.legend.unknown));
  return [el("section", { part: "side" },
    el("h3", {}, m.side.title),
    el("p", { class: "muted" }, m.side.intro),
    at >= 0 && el("label", { class: "every" }, el("span", {}, m.side.slider), slider, output),
    table,
    el("ul", { class: "muted legend" }, ...legend),
    el("p", { class: "muted" }, m.side.bytesNote))];
}

export const STYLE = `
[part=side] .every { display: flex; flex-wrap: wrap; align-items: center; gap: .3em .8em; margin: .8em 0 }
[part=side] input { flex: 1 1 9em; min-width: 0; min-height: 24px; margin: 0; accent-color: var(--accent) }
[part=side] output { min-width: 7em; font-weight: 600; font-variant-numeric: tabular-nums }
[part=side] p, [part=side] .legend { font-size: .88em }
[part=side] .legend { margin: .8em 0 .4em }
[part=side] .mark { color: var(--muted); padding-inline-end: .2em }
[part=side] table { width: 100%; border-collapse: collapse; white-space: normal; font-size: .88em; font-variant-numeric: tabular-nums }
[part=side] th, [part=side] td { position: relative; text-align: start; vertical-align: top; overflow-wrap: anywhere; font-weight: 400 }
[part=side] small { white-space: normal; font-size: .86em; text-wrap: pretty }
[part=side] td span, [part=side] th[scope] { font-weight: 600 }
[part=side] td .always { font-weight: 400 }
[part=side] .icon { display: inline-grid; width: 1.5em; height: 1.5em; margin-inline-end: .4em; font-size: .9em }
@container (max-width: 37.99em) {
  [part=side] table, [part=side] tbody, [part=side] tr { display: block }
  [part=side] thead { position: absolute; overflow: hidden; clip-path: inset(50%); width: 1px; height: 1px }
  [part=side] tbody th { display: block; padding: 1.2em 0 .3em; border: 0; font-size: 1.05em }
  [part=side] td { display: grid; grid-template-columns: minmax(6em, 9em) 1fr; gap: .8em; padding: .4em 0 }
  [part=side] td { border: 0; border-top: 1px solid var(--line) }
  [part=side] td::before { content: attr(data-of); content: attr(data-of) / ""; color: var(--muted); font-weight: 400 }
}
@container (min-width: 38em) {
  [part=side] table { table-layout: fixed; font-size: .8em }
  [part=side] th, [part=side] td { padding: .6em .5em; border: 0; border-top: 1px solid var(--line) }
  [part=side] thead th { border: 0; background: none; color: var(--text); vertical-align: bottom }
  [part=side] tbody th, [part=side] thead th:first-child { width: 7.5em; padding-inline-start: 0 }
  [part=side] .icon { display: grid; margin-bottom: .2em }
}
`;
