/**
 * What the charts have in common: reading what may be missing, scales, and the frame of sentence, picture and table.
 *
 * Widths are percentages of the room there is, and nothing has a `viewBox`: letters keep their size on a phone.
 */
import { el, svg } from "../../el.js";

/** Longer tables end there, and say so. */
export const ROWS = 200;

/** A name that somebody else gave. */
export const named = (value) => (typeof value === "string" && value ? value.slice(0, 60) : "?");

/** What a word means in a table of texts; one that is newer than this page stands for itself. */
export const meaning = (texts, word) => (Object.hasOwn(texts, word) ? texts[word] : named(word));

/** An array, whatever was there; of strangers' numbers of entries at most so many. */
export const list = (value, most = 10_000) => (Array.isArray(value) ? value.slice(0, most).filter(Boolean) : []);

/** A number that is not below zero; null: there is none. */
export const num = (value) => (typeof value === "number" && value >= 0 && value < 1e16 ? value : null);

/** The one in the middle of numbers, or between the two; null: of none. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length ? (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2 : null;
}

/** The largest of numbers, 0 of none; however many there are. */
export const most = (numbers) => numbers.reduce((one, other) => Math.max(one, other), 0);

/** The traces that decide a method on the main lane, in order. */
export const decisive = ({ evidence }) =>
  list(evidence?.traces).filter(({ lane, decisive, control, own }) => lane === "main" && decisive && !control && !own);

/** Round steps from 0 up to `max`: at most `count` of them, none above it. */
export function steps(max, count = 4) {
  const rough = Math.max(max, 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999);
  return Array.from({ length: Math.floor(max / step + 0.001) + 1 }, (_, at) => at * step);
}

/** A part of the whole → where it stands, as SVG says it. */
export const at = (part) => `${+(Math.min(Math.max(part, 0), 1) * 100).toFixed(2)}%`;

/** Text at a part of the width, kept inside. */
export const text = (part, y, label, more) =>
  svg("text", { x: at(part), y, "text-anchor": part < 0.18 ? "start" : part > 0.82 ? "end" : "middle", ...more }, label);

/** Something with corners at a part of the width: in pixels from there. */
export const mark = (part, y, shape, more) => svg("svg", { x: at(part), y, class: "mark" }, svg("path", { d: shape, ...more }));

/** A picture of all the width there is. */
export const strip = (height, ...children) => svg("svg", { width: "100%", height, "aria-hidden": "true" }, ...children);

/** Thin lines at those parts of the width, over all the height. */
export const grid = (parts) => parts.map((part) => svg("line", { x1: at(part), x2: at(part), y1: 0, y2: "100%", class: "grid" }));

/** The numbers of an axis: `[part, label]` each. */
export const scale = (labels) => strip(18, ...labels.map(([part, label]) => text(part, 13, label, { class: "label" })));

/** Lines aslant: what nobody told. To be referred to as `url(#id)`. */
export const hatch = (id) => svg("svg", { width: 0, height: 0, class: "defs", "aria-hidden": "true" }, svg("defs", {},
  svg("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { x1: 1, x2: 1, y1: 0, y2: 5, class: "aslant" }))));

/** What the signs mean: `[picture, words]` each. */
export const legend = (entries) => el("ul", { class: "legend" }, ...entries.map(([sign, words]) =>
  el("li", {}, svg("svg", { width: 18, height: 16, "aria-hidden": "true" }, sign), words)));

/** A line of a chart: what it is of, the picture, and a figure. */
export const row = (name, picture, figure) => el("div", { class: "row" },
  el("span", { class: "name" }, ...[name].flat()),
  el("span", { class: "line" }, picture),
  figure && el("span", { class: "figure" }, figure));

/** A value, or that it is unknown. */
const cell = (value, unknown) => (value === null || value === undefined || value === ""
  ? [el("span", { "aria-hidden": "true" }, "–"), el("span", { class: "unseen" }, unknown)] : [value]);

/** A table of the same. `cells`: one of `rows` → its cells, the first of which names it; what is null is unknown. */
function table({ name, columns, rows, cells = (row) => row }, { words, m }) {
  const { t, say, count } = words;
  const shown = rows.slice(0, ROWS).map(cells).map(([first, ...others]) =>
    el("tr", {}, el("th", { scope: "row" }, first), ...others.map((value) => el("td", {}, ...cell(value, t.unknown)))));
  return [
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
      el("table", {},
        el("thead", {}, el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, column)))),
        el("tbody", {}, ...shown))),
    rows.length > ROWS && el("p", { class: "muted" }, say(m.charts.more, { n: count(rows.length - ROWS) })),
  ];
}

/**
 * A chart: its heading, what is to be seen in this report and how to read it, the picture, what to know besides, and the same
 * as tables.
 *
 * `seen`: sentences; `picture`: nodes; `below`: nodes that are no part of it; `tables`: `{ name, columns, rows, cells }` each.
 */
export function chart({ words, m }, { part, title, read, seen, picture, below, tables }) {
  const said = seen.filter(Boolean);
  const told = said.join(words.t.between);
  const label = told ? words.say(m.charts.said, { title, told }) : title;
  return el("section", { part: `chart ${part}`, class: "chart" },
    el("h3", {}, title),
    said.length > 1 ? el("ul", { class: "seen" }, ...said.map((sentence) => el("li", {}, sentence))) : told && el("p", {}, told),
    el("p", { class: "muted" }, read),
    picture.length && el("div", { class: `plot ${part}`, role: "img", "aria-label": label }, ...picture),
    ...below,
    el("details", {},
      el("summary", {}, m.charts.table),
      ...tables.filter(({ rows }) => rows.length).flatMap((one) => table(one, { words, m }))),
  );
}
