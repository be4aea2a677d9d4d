/** Figures of all reports that are kept: causes by week and by method, and how often each method works. */
import { el, into, svg } from "../../el.js";
import { at, chart, legend, row, scale, steps, strip } from "../../more/charts/axis.js";
import { choice } from "../../parts.js";
import { METHODS } from "../../words.js";
import { path } from "../api.js";
import { counts, leading, share } from "../tally.js";

/** Parts beside each other on a line: `[part of the whole, class, what it is]` each. */
function parts(all) {
  let from = 0;
  return strip(20, ...all.filter(([part]) => part > 0).map(([part, kind, what]) => {
    const made = svg("rect", { x: at(from), y: 2, width: at(part), height: 16, class: kind }, what && svg("title", {}, what));
    from += part;
    return made;
  }));
}

/** Rows of counts by cause, with what the colours mean: the same in every chart. */
function stacked(context, { part, title, read, rows, codes, name, column }) {
  const { s, w, m } = context;
  const f = s.figures;
  const label = (code) => code ?? f.others;
  const values = rows.map((one) => counts(one, codes));
  const sums = values.map((all) => all.reduce((sum, n) => sum + n, 0));
  const most = Math.max(1, ...sums);
  const drawn = rows.map((one, n) => row(name(one), parts(values[n].map((count, kind) => [count / most, `c${kind}`, `${label(codes[kind])}: ${w.count(count)}`])), w.count(sums[n])));
  const marks = steps(most).filter(Number.isInteger).map((n) => [n / most, w.count(n)]);
  return chart({ words: w, m }, {
    part, title, read, seen: [],
    picture: [...drawn, row("", scale(marks), "")],
    below: [legend(codes.map((code, kind) => [svg("rect", { x: 2, y: 2, width: 14, height: 12, class: `c${kind}` }), label(code)]))],
    tables: [{ name: title, columns: [column, f.runs, ...codes.map(label)], rows: rows.map((one, n) => [name(one), w.count(one.runs), ...values[n].map((count) => w.count(count))]) }],
  });
}

function shares(context, methods, name) {
  const { s, w, m } = context;
  const f = s.figures;
  const percent = (permille) => (permille === null ? "–" : (permille / 1000).toLocaleString(w.locale, { style: "percent", maximumFractionDigits: 1 }));
  const drawn = methods.map((one) => row(name(one), parts([[(share(one) ?? 0) / 1000, "works"], [1 - (share(one) ?? 1000) / 1000, "fails"]]), percent(share(one))));
  return chart({ words: w, m }, {
    part: "shares", title: f.shares, read: f.sharesRead, seen: [], picture: drawn, below: [],
    tables: [{ name: f.shares, columns: [f.method, f.runs, f.works, f.share], rows: methods.map((one) => [name(one), w.count(one.runs), w.count(one.works), percent(share(one))]) }],
  });
}

export default async function figures(context, { query }) {
  const { s, w, api } = context;
  const f = s.figures;
  const place = el("div", {});
  const note = el("p", { class: "muted", role: "status" });
  const spans = Object.fromEntries([4, 12, 26, 52].map((n) => [n, w.say(f.weeks, { n })]));
  const wanted = Object.hasOwn(spans, query.weeks ?? "") ? query.weeks : "12";
  let turn = 0;
  async function show(weeks) {
    const mine = (turn += 1);
    history.replaceState(null, "", path("#/figures", { weeks }));
    const got = await api.get(path("/v1/figures", { weeks }));
    if (mine !== turn) return;
    note.textContent = w.say(f.total, { n: w.count(got.total) });
    const rank = ({ method }) => (METHODS.includes(method) ? METHODS.indexOf(method) : METHODS.length);
    const methods = [...got.methods].sort((one, other) => rank(one) - rank(other));
    const name = ({ method }) => w.t.method[method] ?? String(method).slice(0, 40);
    const codes = leading([...got.weeks, ...got.methods]);
    into(place, ...got.total ? [
      stacked(context, { part: "weeks", title: f.byWeek, read: f.byWeekRead, rows: got.weeks, codes, name: ({ week }) => String(week).slice(0, 10), column: f.week }),
      shares(context, methods, name),
      stacked(context, { part: "by-method", title: f.byMethod, read: f.byMethodRead, rows: methods, codes, name, column: f.method }),
    ] : [el("p", { class: "empty" }, f.none)]);
  }
  const [spanField] = choice(f.span, spans, wanted, (weeks) => show(weeks).catch((error) => {
    note.textContent = context.problem(error);
  }));
  await show(wanted);
  return { title: f.title, nodes: [el("div", { class: "short" }, spanField), note, el("section", { class: "card", "aria-label": f.title }, el("h2", { class: "unseen" }, f.title), place)] };
}
