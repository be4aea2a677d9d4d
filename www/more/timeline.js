/**
 * Every event of every attempt, as both sides saw it: a window of them at a time, filtered, and marked where one stands for a reason.
 */
import { el, into } from "../el.js";
import { METHODS } from "../words.js";
import { chosen, entries, form, payload, told, whose } from "./events.js";

/** Entries that are added at once, and that are there at most. */
const PAGE = 200;
const MOST = 1000;
/** Entries shown before the first marked one. */
const BEFORE = 5;
/** Characters of raw JSON. */
const RAW = 8000;

/** What each timeline does to mark entries. */
const marking = new WeakMap();

/**
 * Marks what stands for a reason, and takes the person there. `root` contains a timeline; `ids` are as findings name them. Returns how
 * many entries that are; 0: none of them is there.
 */
export function highlight(root, ids) {
  const found = root.matches?.("[part=timeline]") ? root : root.querySelector("[part=timeline]");
  return marking.get(found)?.(ids) ?? 0;
}

function button(text, click) {
  const made = el("button", { type: "button" }, text);
  made.addEventListener("click", click);
  return made;
}

const muted = (...children) => el("p", { class: "muted" }, ...children);
const code = (text) => el("pre", { dir: "ltr" }, el("code", {}, text));

/** What an event carried, in the chosen form. */
function carried({ event }, as, { m, words }) {
  const { say, count } = words;
  const got = payload(event);
  if (!got) return [];
  const { text, bytes } = got;
  const { empty, gone, notKept } = m.timeline;
  if (!text) return [muted(bytes === 0 ? empty : bytes === null ? gone : say(notKept, { n: count(bytes) }))];
  const { shown, left } = form(text, as);
  return [code(shown), left > 0 && muted(say(m.timeline.longer, { n: count(left) }))];
}

/** What is folded. */
function details({ id, at, side, event, trace }, { m, words }) {
  const { t, say, time, count } = words;
  const tl = m.timeline;
  // A header each on a line of its own.
  const raw = JSON.stringify(event, null, 2).replace(/\n {4,}\{[^{}]*\}/g, (one) => `\n    ${one.trim().replace(/\n */g, " ")}`);
  const since = at !== null && typeof trace?.startedAt === "number" && time(Math.max(0, at - trace.startedAt));
  const facts = [
    [tl.id, el("code", {}, id)],
    since && [tl.since, since],
    typeof event.bytes === "number" && [tl.length, say(t.bytes, { n: count(event.bytes) })],
  ];
  const role = trace?.control ? tl.control : trace?.decisive === false && tl.aside;
  const notes = [role, trace?.own && tl.own, side === "server" && tl.stamps];
  return [
    el("dl", { class: "facts" }, ...facts.filter(Boolean).flatMap(([term, what]) => [el("dt", {}, term), el("dd", {}, what)])),
    ...notes.map((note) => note && muted(note)),
    muted(tl.raw),
    code(raw.slice(0, RAW)),
    raw.length > RAW && muted(say(tl.longer, { n: count(raw.length - RAW) })),
  ];
}

/** Nodes: what to choose by, and the list. */
export function timeline(report, ctx) {
  const { words, m } = ctx;
  const { t, say, count } = words;
  const tl = m.timeline;
  if (!report.evidence) return [el("section", { part: "timeline" }, el("h3", {}, tl.title), el("p", {}, tl.without))];

  const { entries: everything, leftOut } = entries(report);
  const tenths = new Intl.NumberFormat(words.locale, {
    style: "unit", unit: "millisecond", unitDisplay: "short", minimumFractionDigits: 1, maximumFractionDigits: 1,
  });
  const clock = ({ at, side }) => (at !== null ? tenths.format(at / 1000) : side === "server" ? tl.otherClock : tl.untimed);
  const list = el("ol", {});
  const status = el("p", { class: "muted", role: "status" });
  let [from, to] = [0, PAGE];
  let marked = new Set();
  /** What is in the list: entry → its node and that of its payload. */
  let there = new Map();

  const choice = (label, options, changed) => {
    const select = el("select", {}, ...options.map(([value, text]) => Object.assign(el("option", {}, text), { value })));
    select.addEventListener("change", changed);
    return [el("label", {}, el("span", {}, label), select), select];
  };
  const anew = () => {
    [from, to] = [0, PAGE];
    draw();
  };
  const mark = (ids) => {
    marked = ids;
    only.checked = false;
    there.clear();
    anew();
  };
  const used = new Set(everything.map(({ method }) => method ?? "none"));
  const names = METHODS.filter((method) => used.delete(method)).map((method) => [method, t.method[method]]);
  const others = [...used].slice(0, 20).map((method) => [method, method === "none" ? tl.noMethod : String(method)]);
  const [methods, method] = choice(tl.method, [["", tl.allMethods], ...names, ...others], anew);
  const [sides, side] = choice(tl.side, [["", tl.both], ["page", tl.page], ["server", tl.server]], anew);
  const [orders, order] = choice(tl.order, [["first", tl.oldest], ["last", tl.newest]], anew);
  const [forms, as] = choice(tl.payload, ["text", "json", "hex"].map((name) => [name, tl[name]]), () => {
    for (const [entry, { box }] of there) into(box, ...carried(entry, as.value, ctx));
  });
  const only = el("input", { type: "checkbox" });
  only.addEventListener("change", anew);
  const many = el("span", {});
  const marks = el("p", { class: "marks", hidden: true }, many, el("label", {}, only, tl.only), button(tl.unmark, () => {
    mark(new Set());
    method.focus();
  }));

  const item = (entry) => {
    const chip = marked.has(entry.id) && el("strong", {}, tl.marked);
    const box = el("div", {}, ...carried(entry, as.value, ctx));
    const at = clock(entry);
    const who = whose(entry, m, words);
    const fold = el("details", {}, el("summary", {}, tl.details, el("span", { class: "unseen" }, say(tl.detailsOf, { at, who }))));
    fold.addEventListener("toggle", () => fold.childElementCount < 2 && fold.append(...details(entry, ctx).filter(Boolean)));
    const made = el("li", { "data-id": entry.id, "data-side": entry.side, tabindex: "-1", "aria-current": chip && "true" },
      el("p", { class: "head" }, chip, el("span", { class: "at" }, at),
        el("span", { class: "side" }, el("span", { "aria-hidden": true }, entry.side === "page" ? "●" : "□"), " ", tl[entry.side]),
        el("span", { class: "muted" }, el("bdi", {}, who))),
      el("p", {}, told(entry, m, words)), box, fold);
    return { made, box };
  };
  const earlier = button("", () => show(Math.max(0, from - PAGE), to, true));
  const later = button("", () => show(from, to + PAGE));
  let listed = [];
  /** Shows another window, and goes on from what is new in it. */
  const show = (first, last, up) => {
    const [oldFrom, oldTo] = [from, to];
    [from, to] = up ? [first, Math.min(last, first + MOST)] : [Math.max(first, last - MOST), last];
    draw();
    list.children[up ? Math.max(0, oldFrom - from - 1) : oldTo - from]?.focus();
  };

  function draw() {
    const all = chosen(everything, { method: method.value, side: side.value, ids: only.checked ? marked : null });
    listed = order.value === "last" ? all.reverse() : all;
    const shown = listed.slice(from, to);
    // What is there already stays as the person left it.
    there = new Map(shown.map((entry) => [entry, there.get(entry) ?? item(entry)]));
    into(list, ...[...there.values()].map(({ made }) => made));
    // Numbered as in all that is chosen.
    list.start = from + 1;
    const left = listed.length - from - shown.length;
    earlier.hidden = !from;
    earlier.textContent = say(tl.earlier, { n: count(Math.min(PAGE, from)) });
    later.hidden = left <= 0;
    later.textContent = say(tl.later, { n: count(Math.min(PAGE, left)) });
    status.textContent = shown.length
      ? say(tl.shown, { from: count(from + 1), to: count(from + shown.length), n: count(listed.length) })
      : everything.length ? tl.nothing : tl.none;
    const n = everything.filter(({ id }) => marked.has(id)).length;
    marks.hidden = !n;
    many.textContent = say(tl.many, { n: count(n) });
  }

  const root = el("section", { part: "timeline" },
    el("h3", {}, tl.title),
    muted(tl.intro),
    el("div", { class: "choices" }, methods, sides, orders, forms),
    marks, status, earlier, list, later,
    leftOut > 0 && muted(say(tl.leftOut, { n: count(leftOut) })));
  draw();

  marking.set(root, (ids) => {
    const wanted = new Set(ids);
    const found = everything.filter(({ id }) => wanted.has(id));
    if (!found.length) return 0;
    if (chosen(found, { method: method.value, side: side.value }).length < found.length) method.value = side.value = "";
    mark(wanted);
    const index = listed.findIndex(({ id }) => marked.has(id));
    if (index >= to) {
      [from, to] = [index - BEFORE, index - BEFORE + PAGE];
      draw();
    }
    for (let fold = root.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const first = list.children[index - from];
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    return found.length;
  });
  return [root];
}

export const STYLE = `
[part=timeline] .choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5em, 1fr)); gap: .6em; margin: .8em 0 }
[part=timeline] .choices span { display: block; font-size: .85em; color: var(--muted) }
[part=timeline] select { width: 100%; min-height: 2.3em; padding: .2em .5em; border: 1px solid var(--muted); border-radius: 8px }
[part=timeline] select { font: inherit; background: var(--back); color: var(--text) }
[part=timeline] .marks { display: flex; flex-wrap: wrap; align-items: center; gap: .4em 1em; margin: .6em 0 }
[part=timeline] .marks[hidden] { display: none }
[part=timeline] .marks label { display: flex; align-items: center; gap: .4em; min-height: 24px }
[part=timeline] ol { margin: .6em 0; padding: 0; list-style: none; font-size: .92em }
[part=timeline] li { position: relative; padding-block: .5em; padding-inline: .7em 0; border-top: 1px solid var(--line) }
[part=timeline] li { content-visibility: auto; contain-intrinsic-size: auto 5em; outline-offset: -3px }
[part=timeline] li[data-side=server] { border-inline-start: 3px double var(--muted) }
[part=timeline] li[data-side=page] { border-inline-start: 3px solid var(--line) }
[part=timeline] li[aria-current] { border-inline-start: 8px solid var(--accent); background: var(--soft) }
[part=timeline] strong { padding: 0 .5em; border: 1px solid; border-radius: 99px; color: var(--accent); font-size: .85em }
[part=timeline] .head { display: flex; flex-wrap: wrap; gap: 0 .9em; padding-inline-end: 6em; font-size: .9em }
[part=timeline] .at { min-width: 7.5em; font-weight: 600; font-variant-numeric: tabular-nums }
[part=timeline] p { overflow-wrap: anywhere }
[part=timeline] pre { margin: .3em 0; padding: .3em .4em; border: 1px solid var(--line); border-radius: 6px; background: var(--soft) }
[part=timeline] pre { font-size: .82em; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2 }
[part=timeline] li[aria-current] pre { background: var(--back) }
[part=timeline] summary { position: absolute; inset-block-start: .35em; inset-inline-end: .2em; min-height: 24px; font-size: .9em }
[part=timeline] .facts { grid-template-columns: auto 1fr; margin: .3em 0 }
`;
