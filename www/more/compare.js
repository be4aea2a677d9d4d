/** Two reports side by side, and what a new check says of the one before. */
import { el } from "../el.js";
import { compared, short, told } from "./compared.js";
import { LAST } from "./reading.js";

export { compared };

/** How many items of a list are shown. */
const SHOWN = 20;

export const STYLE = `
.compare h3:focus { outline: none }
.compare h4 { margin: 1.2em 0 .3em; font-size: 1em }
.compare p, .compare ul { margin: .4em 0 }
.compare ul { padding-inline-start: 1.2em; list-style: disc }
.compare .scroll { position: relative; margin: .6em 0 }
.compare td, .compare th { vertical-align: top }
.compare td { white-space: normal; min-width: 7em }
.compare td p { margin: 0; font-size: .92em }
.compare [data-change=better] .change { color: var(--good); font-weight: 600 }
.compare [data-change=worse] .change { color: var(--warn); font-weight: 600 }
`;

// Beside the words, never instead of them.
const SIGNS = { better: "▲", worse: "▼", up: "↑", down: "↓", same: "=" };

const muted = (...children) => el("p", { class: "muted" }, ...children);

/** A table that scrolls by itself, by keyboard too. */
export const table = (label, head, rows) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
  el("table", {}, el("thead", {}, el("tr", {}, ...head.map((title) => el("th", { scope: "col" }, title)))), el("tbody", {}, ...rows)));

/** What is not known, for eyes and for screen readers. */
export const unknown = (word) =>
  el("span", { class: "muted" }, el("span", { "aria-hidden": true }, "–"), el("span", { class: "unseen" }, word));

/** A finding in a sentence, as surely as it was claimed. */
export function cause({ code, method, place, strength }, { t, say }) {
  const known = t.finding[code];
  const where = t.place[place] ?? (place ? short(place) : t.unknownPlace);
  const named = say(known ?? t.newer, { method: t.method[method] ?? short(method), code: short(code), place: where });
  return known ? say(t.strength[strength] ?? "{cause}", { cause: named }) : named;
}

/** Methods in the order of the page's rows, newer ones last. */
export function inOrder(methods, { t }) {
  const known = Object.keys(t.method);
  const rank = ({ method }) => (known.includes(method) ? known.indexOf(method) : known.length);
  return methods.slice(0, SHOWN).sort((one, other) => rank(one) - rank(other));
}

/** What the two are called, and what a change is where it is not known which of them was first. */
const titles = ({ a, b, unordered }, ordered) => (ordered ? [a, b] : [unordered.one, unordered.two]);
const shownAs = (change, ordered) => (ordered || !["better", "worse"].includes(change) ? change : "differs");

/** At most so many items, and how many were left out. */
function items(all, made, { words: { say, count }, m }) {
  const more = all.length - SHOWN;
  const shown = all.slice(0, SHOWN).map((one) => el("li", {}, ...[made(one)].flat()));
  return el("ul", {}, ...shown, more > 0 && el("li", {}, say(m.compare.more, { n: count(more) })));
}

/** The sentences that say what changed, the plainest first. */
function sentences({ kind, ordered, better, worse, left, unknown: unjudged, weak }, { words: { t, say, list }, m }) {
  const names = (methods) => list(methods.slice(0, SHOWN).map((method) => t.method[method] ?? short(method)));
  const values = { better: names(better), worse: names(worse), left: names(left), unknown: names(unjudged) };
  const { said } = m.compare;
  const alone = ["one", "own"].includes(kind);
  return [
    ordered ? said[kind] : said.unordered[kind] ?? said[kind],
    !alone && !ordered && said.order,
    !alone && ordered && left.length && said.left,
    !alone && unjudged.length && said.unknown,
    !alone && weak.length && said.weak,
  ].filter(Boolean).map((sentence) => say(sentence, values));
}

/** The findings by what became of them, each with why that may be otherwise. */
function found({ ordered, findings: { cured, gone, still, fresh } }, ctx) {
  const { words, m } = ctx;
  const c = m.compare;
  const part = (title, all, made) => (all.length ? [el("h4", {}, title), items(all, made, ctx)] : []);
  const plain = (finding) => cause(finding, words);
  const doubted = (whys) => ({ finding, why }) => [plain(finding), why && muted(whys[why] ?? why)];
  if (!ordered) {
    const only = (all) => all.map(({ finding }) => finding);
    return [
      ...part(c.unordered.a, [...cured, ...only(gone)], plain),
      ...part(c.unordered.b, only(fresh), plain),
      ...part(c.unordered.both, still, plain),
    ];
  }
  return [
    ...part(c.cured, cured, plain),
    ...part(c.gone, gone, doubted(c.absent)),
    ...part(c.fresh, fresh, doubted(c.before)),
    ...part(c.still, still, plain),
  ];
}

function verdicts({ methods, result, ordered }, [a, b], { words, m }) {
  const { t, locale } = words;
  const c = m.compare;
  const cell = (verdict, place) =>
    el("td", {}, t.state[verdict] ?? short(verdict), place && place !== "nowhere" && muted(t.place[place] ?? short(place)));
  const row = ({ method, ...one }) => {
    const change = shownAs(one.change, ordered);
    return el("tr", { "data-change": change },
      el("th", { scope: "row" }, t.method[method] ?? short(method)), cell(one.a, one.placeA), cell(one.b, one.placeB),
      el("td", { class: "change" }, SIGNS[change] && el("span", { "aria-hidden": true }, SIGNS[change], " "),
        c.change[change] ?? c.differs));
  };
  const rows = inOrder(methods, words).map(row);
  const all = el("tr", {}, el("th", { scope: "row" }, c.result),
    ...[result.a, result.b].map((word) => el("td", {}, c.results[word] ?? short(word))),
    el("td", {}, result.a === result.b ? c.change.same : c.differs));
  // Of a clock that tells no date there is none to show.
  const date = ({ id, startedAt }) =>
    (told(id) ? words.date(startedAt) : new Date(startedAt).toLocaleDateString(locale, { timeZone: "UTC" }));
  const when = (title, { run }) =>
    el("span", {}, title, Math.abs(run.startedAt) <= LAST && el("small", {}, date(run)));
  const [one, two] = titles(c, ordered);
  return table(c.verdicts, [c.method, when(one, a), when(two, b), c.what], [...rows, all]);
}

function numbers({ methods, ordered }, { words, m }) {
  const { t, say, time, count } = words;
  const c = m.compare;
  const value = (figure, of) => {
    if (of === null) return unknown(c.unknown);
    if (figure === "idle") return say(of.cut ? c.idleCut : c.idleTested, { time: time(of.ms * 1000) });
    return figure === "overhead" ? say(t.bytes, { n: count(of) }) : time(of);
  };
  const shifted = (change) => {
    if (!change) return [unknown(c.incomparable)];
    if (!ordered && change !== "same") return [c.differs];
    return [el("span", { "aria-hidden": true }, SIGNS[change], " "), c.shift[change]];
  };
  const rows = inOrder(methods, words).flatMap(({ method, figures }) => figures.map(({ figure, a, b, change }) => el("tr", {},
    el("th", { scope: "row" }, say(c.figureOf, { method: t.method[method] ?? short(method), figure: c.figure[figure] })),
    el("td", {}, value(figure, a)), el("td", {}, value(figure, b)), el("td", {}, ...shifted(change)))));
  if (!rows.length) return [];
  const head = [c.measured, ...titles(c, ordered), c.what];
  return [el("details", {}, el("summary", {}, c.figures), muted(c.rule), table(c.figures, head, rows))];
}

/** What makes a comparison weak, as a list. */
export function doubts(weak, { words: { say }, m }) {
  const { weak: texts, modes } = m.compare;
  const shown = (what, value) => (what === "mode" ? modes[value] ?? value : value ?? "");
  return el("ul", {}, ...weak.map(({ what, a, b }) => el("li", {}, say(texts[what], { a: shown(what, a), b: shown(what, b) }))));
}

/** Two reports, the earlier first. */
export function compare([a, b], ctx) {
  const what = compared(a, b);
  const c = ctx.m.compare;
  const [first, ...others] = sentences(what, ctx);
  return el("div", { class: "compare" },
    el("h3", { tabindex: "-1" }, c.title),
    el("p", {}, el("strong", {}, first)),
    others.length && el("p", {}, others.join(ctx.words.t.between)),
    verdicts(what, [a, b], ctx),
    ...found(what, ctx),
    ...what.weak.length ? [el("h4", {}, c.weakness), doubts(what.weak, ctx)] : [],
    ...numbers(what, ctx));
}

/** What stands after "Check again": whether it helped, and what is otherwise now. */
export function afterChange(previous, report, ctx) {
  // Whoever shows them says which came first.
  const what = compared(previous, report, true);
  const c = ctx.m.compare;
  const [first, ...others] = sentences(what, ctx);
  const { t, say } = ctx.words;
  const changed = inOrder(what.methods, ctx.words).filter(({ a, b, change }) => a !== b || change === "moved");
  const line = ({ method, a, b, change }) => say(c.line, {
    method: t.method[method] ?? short(method), a: t.state[a] ?? short(a), b: t.state[b] ?? short(b), change: c.change[change],
  });
  return el("div", { class: "compare" },
    el("h3", {}, c.after),
    el("p", {}, el("strong", {}, first)),
    others.length && el("p", {}, others.join(t.between)),
    changed.length && items(changed, line, ctx),
    // What is still there stands below, with what can be done.
    ...found({ ...what, findings: { ...what.findings, still: [] } }, ctx),
    ...what.weak.length ? [el("details", {}, el("summary", {}, c.weakness), doubts(what.weak, ctx))] : []);
}
