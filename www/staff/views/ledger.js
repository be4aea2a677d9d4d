/** What this server has of the run in its own books, beside what the report says of it. */
import { el } from "../../el.js";
import { table } from "../../more/compare.js";
import { contradicts, differences } from "../differ.js";

/** So many lines are shown. */
const MOST = 200;

const shown = (value) => {
  const text = value === undefined || value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  return el("code", {}, text.length > 300 ? `${text.slice(0, 300)} …` : text);
};

/** Which arrival. */
const named = ({ probe, attempt, kind, at, instance }) =>
  [el("code", {}, `${String(probe).slice(0, 60)}/${Number(attempt)} ${String(kind).slice(0, 40)}`), el("br"), el("small", {}, `${String(instance).slice(0, 16)} @ ${Number(at)} µs`)];

const row = (...cells) => el("tr", {}, ...cells.map((cell, at) => el(at ? "td" : "th", { scope: !at && "row" }, ...[cell].flat())));

function changes({ changed }, l) {
  const all = changed.flatMap(({ seen, fields }) => fields.map((one) => [seen, one]));
  // What contradicts stands first.
  const sorted = [...all.filter(([, { kind }]) => kind === "other"), ...all.filter(([, { kind }]) => kind !== "other")];
  return sorted.slice(0, MOST).map(([seen, { field, report, ledger, kind }]) =>
    row(named(seen), el("code", {}, field.slice(0, 60)), shown(report), shown(ledger), el("span", { class: kind === "other" && "why" }, l.kinds[kind])));
}

const alone = (found, l, of) => found.slice(0, MOST).map(({ seen, proved }) =>
  row(named(seen), String(seen.method ?? "").slice(0, 20), shown(seen.status), el("span", { class: proved && "why" }, proved ? l.proved[of] : l.open[of])));

/** Nodes. */
export function ledger(report, own, { s, w }) {
  const l = s.ledger;
  const muted = (text) => el("p", { class: "muted" }, text);
  const raw = own && el("details", { class: "fold" }, el("summary", {}, l.raw), el("pre", { tabindex: "0", class: "code" }, JSON.stringify(own, null, 1).slice(0, 200_000)));
  if (!own) return [el("p", {}, l.none), muted(l.noneWhy)];
  const found = differences(report.evidence, own);
  if (!found) return [el("p", {}, l.without), raw];
  const { changed, report: theirs, ledger: ours, complete, same, instances } = found;
  const differs = changed.length + theirs.length + ours.length;
  const verdict = contradicts(found) ? l.contradicts : differs ? l.differs : l.same;
  const count = (text, n) => w.say(text, { n: w.count(n) });
  return [
    el("p", { class: contradicts(found) ? "notice why" : "notice" }, verdict),
    el("p", {}, [count(l.alike, same), count(l.changed, changed.length), count(l.onlyReport, theirs.length), count(l.onlyLedger, ours.length)].join(w.t.between)),
    muted([complete.report ? l.complete.report : l.incomplete.report, complete.ledger ? l.complete.ledger : l.incomplete.ledger].join(w.t.between)),
    changed.length && [el("h3", {}, l.titles.changed), table(l.titles.changed, l.columns.changed, changes(found, l))],
    theirs.length && [el("h3", {}, l.titles.report), table(l.titles.report, l.columns.alone, alone(theirs, l, "report"))],
    ours.length && [el("h3", {}, l.titles.ledger), table(l.titles.ledger, l.columns.alone, alone(ours, l, "ledger"))],
    instances.some(({ missing }) => missing) && muted(l.instances),
    raw,
  ].filter(Boolean).flat();
}
