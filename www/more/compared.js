/** What became better or worse between two reports, and how far they can be compared at all. Pure: no DOM, no clock, no language. */

const RANK = { failed: 0, warning: 1, passed: 2 };

/** More findings or methods of a report than this are not looked at: none that a browser made has so many. */
const MOST = 200;
/** Fewer round trips than this scatter by luck. */
const FEW = 8;

/** A word of a stranger's, no longer than a line. */
export const short = (text) => String(text ?? "").slice(0, 80);

/** A day, ms: that of a report whose run's id was left out is all that is left of its moment. */
const DAY = 86_400_000;

/** What was left out of a report stands as zeros: nothing is the same by that. */
export const told = (id) => (/^0*$/.test(id ?? "") ? null : id);

/** Whether it is known which of two reports is the earlier one. */
const inTime = ({ run: one }, { run: two }) => {
  const day = ({ startedAt }) => Math.floor(startedAt / DAY);
  return Boolean(told(one.id) && told(two.id)) || day(one) !== day(two);
};

const isBad = (verdict) => RANK[verdict] < RANK.passed;
const methodOf = (report, name) => report.methods.find(({ method }) => method === name);
const mainOf = (lanes) => lanes.find(({ lane }) => lane === "main") ?? lanes[0];

/** The verdict on a method on a lane; `skipped` where it was not tried. */
function verdictOn(report, name, lane) {
  const method = methodOf(report, name);
  const on = lane === "main" ? method : method?.lanes.find((one) => one.lane === lane);
  return on?.verdict ?? "skipped";
}

/** Whether `other` looked as far at a method as the report in which it has a flaw: only then is passing there the flaw's absence. */
export function reaches(flawed, other, name) {
  const [one, two] = [methodOf(flawed, name), methodOf(other, name)];
  if (!one || !two) return false;
  const { mode } = other.run;
  if (mode !== flawed.run.mode && (mode === "fallback" || !["quick", "fallback"].includes(flawed.run.mode))) return false;
  if (one.idleCut && !two.idleCut && (two.idleTestedMs ?? 0) < one.idleCut.diedMs) return false;
  if (!one.watched?.cuts) return true;
  // What comes at no fixed age comes and goes: its absence is luck.
  const { everyMs } = one.watched;
  return Boolean(everyMs && two.watched && (two.watched.cuts || two.watched.heldMs >= 2 * everyMs));
}

/**
 * How a method stands in `b`, seen from `a`: `better`, `worse`, `same`, `moved` (no better, at another place), `farther` (one of
 * the two looked further, and only that one found something), `untried`, `unjudged` (in one of them).
 */
export function changeOf(a, b, name) {
  const [one, two] = [methodOf(a, name), methodOf(b, name)];
  if (!one || !two || one.verdict === "skipped" || two.verdict === "skipped") return "untried";
  const [from, to] = [RANK[one.verdict], RANK[two.verdict]];
  if (from === undefined || to === undefined) return "unjudged";
  if (from === to) return one.place && two.place && one.place !== two.place ? "moved" : "same";
  const [flawed, other] = to > from ? [a, b] : [b, a];
  // That nothing passes at all is seen in any run.
  if (Math.min(from, to) === RANK.warning && !reaches(flawed, other, name)) return "farther";
  return to > from ? "better" : "worse";
}

const alike = (one, other) => one.code === other.code &&
  (one.method === other.method || !one.method || !other.method) && (one.lane === other.lane || !one.lane || !other.lane);

/**
 * Why it proves nothing that a finding of the report `seen` is absent from `other`; null: it proves that it is not there.
 * `fails` (the method still does not pass: it may be hidden), `untried`, `unjudged`, `shorter` (`other` looked less far),
 * `quiet` (the method passed with it, too), `sometimes` (only some attempts showed it).
 */
export function unproved(finding, seen, other) {
  const lane = finding.lane ?? "main";
  const concerned = seen.methods.slice(0, MOST).map(({ method }) => method)
    .filter((method) => (!finding.method || method === finding.method) && !["passed", "skipped"].includes(verdictOn(seen, method, lane)));
  if (!concerned.length) return "quiet";
  const verdicts = concerned.map((method) => verdictOn(other, method, lane));
  if (verdicts.some(isBad)) return "fails";
  if (verdicts.includes("skipped")) return "untried";
  if (verdicts.some((verdict) => verdict !== "passed")) return "unjudged";
  const deep = concerned.filter((method) => verdictOn(seen, method, lane) === "warning");
  if (deep.some((method) => !reaches(seen, other, method))) return "shorter";
  return finding.seen < finding.of ? "sometimes" : null;
}

/** What makes a comparison weak: `{what, a, b}`, the values as they stand in the reports, null where there are none to show. */
export function weaknesses(a, b) {
  const found = [];
  const differ = (what, of) => {
    const [one, two] = [of(a), of(b)];
    if (one && two && one !== two) found.push({ what, a: short(one), b: short(two) });
  };
  const either = (what, of) => (of(a) || of(b)) && found.push({ what, a: null, b: null });
  const noticed = (...whats) => ({ surroundings }) => surroundings.notices.some(({ notice }) => whats.includes(notice.what));
  const main = ({ lanes }) => lanes.find(({ id }) => id === "main");
  const engine = ({ surroundings }) => surroundings.engine && `${surroundings.engine.family} ${surroundings.engine.version}`;
  differ("host", (report) => main(report)?.host);
  differ("way", (report) => main(report) && `${main(report).scheme} ${main(report).port}`);
  differ("instance", ({ about }) => told(about?.instance));
  differ("vantage", ({ about }) => about && [about.vantage.tls, about.vantage.tcp, about.vantage.trustedHops].join(" "));
  if (engine(a) && engine(b)) differ("engine", engine);
  else differ("engine", ({ surroundings }) => surroundings.userAgent);
  differ("mode", ({ run }) => run.mode);
  differ("lanes", ({ lanes }) => lanes.filter(({ skipped }) => !skipped).map(({ id }) => id).sort().join(" "));
  differ("origin", ({ surroundings }) => surroundings.origin);
  differ("software", ({ software }) => software.version);
  either("hidden", ({ surroundings }) => surroundings.hiddenUs > 0);
  either("slept", noticed("slept"));
  either("offline", (report) => !report.surroundings.online || noticed("offline")(report));
  either("truncated", ({ run }) => run.truncated);
  return found;
}

/**
 * What a method measured: figure → `[value, spread, factor]`, times in µs, `overhead` in bytes a message. Two values differ where
 * they are further apart than both spreads together and the larger is more than `factor` times the smaller. A figure that is one
 * stamp has no spread of its own, and of a few samples it is luck: one stamp may be as late as the page's thread once was, and
 * either counts from twice the other on.
 */
function measured({ surroundings, ...report }, name) {
  const method = methodOf(report, name);
  const { timing, attempts } = mainOf(method?.lanes ?? []) ?? {};
  const { delivery, overhead } = method ?? {};
  const { clockStepUs: step, longestGapUs: late } = surroundings;
  const jitters = (attempts ?? []).flatMap(({ gapError }) => gapError?.madUs ?? []);
  const jitter = jitters.reduce((most, one) => Math.max(most, one), 0) + (delivery?.clockErrorUs ?? 0) + step;
  const delay = delivery?.relative ? "relative" : "delay";
  return {
    open: [timing?.openUs, late, 2],
    roundTrip: [timing?.roundTrip?.medianUs, timing?.roundTrip?.madUs + step, timing?.roundTrip?.n < FEW ? 2 : 1.1],
    [delay]: [delivery?.medianUs, jitters.length ? jitter : late, jitters.length ? 1.1 : 2],
    worst: [delivery?.worstUs, late, 2],
    overhead: [overhead && overhead.upBytes + overhead.downBytes, 10, 1.1],
  };
}

/** `up`, `down`, `same`, or null: one is not known. */
function shift([a, spreadA, factor] = [], [b, spreadB, other] = []) {
  if (a == null || b == null) return null;
  const apart = Math.abs(a - b) > spreadA + spreadB && Math.max(a, b) > Math.max(factor, other) * Math.min(a, b);
  return apart ? (b > a ? "up" : "down") : "same";
}

/** Of the silences that end connections: each was bracketed, or not found within what was tried. */
function idleShift(a, b) {
  const [one, two] = [a?.idleCut, b?.idleCut];
  if (one && two) return one.livedMs >= two.diedMs ? "down" : two.livedMs >= one.diedMs ? "up" : "same";
  const outlived = (cut, other) => (other?.idleTestedMs ?? 0) >= cut.diedMs;
  if (one) return outlived(one, b) ? "up" : null;
  return two && outlived(two, a) ? "down" : null;
}

/** `{figure, a, b, change}` of all that either report measured of a method; of `idle`, `a` and `b` are `{ms, cut}`. */
function figures(a, b, name) {
  const [one, two] = [measured(a, name), measured(b, name)];
  const found = [...new Set([...Object.keys(one), ...Object.keys(two)])]
    .map((figure) => ({ figure, a: one[figure]?.[0] ?? null, b: two[figure]?.[0] ?? null, change: shift(one[figure], two[figure]) }));
  const idle = (method) => {
    if (method?.idleCut) return { ms: method.idleCut.diedMs, cut: true };
    return method?.idleTestedMs ? { ms: method.idleTestedMs, cut: false } : null;
  };
  const methods = [methodOf(a, name), methodOf(b, name)];
  const silence = { figure: "idle", a: idle(methods[0]), b: idle(methods[1]), change: idleShift(...methods) };
  return [...found, silence].filter(({ a, b }) => a !== null || b !== null);
}

const listed = ({ findings }) => findings.slice(0, MOST).filter(({ foldedUnder, code }) => !foldedUnder && code !== "own-failure");
const failedItself = ({ findings }) => findings.some(({ code }) => code === "own-failure");

/** What changed in a word, with the methods that it is about. */
function judged(a, b, methods, findings, ordered) {
  const of = (test) => methods.filter(test).map(({ method }) => method);
  const apart = ({ change }) => ["untried", "unjudged", "farther"].includes(change);
  const better = of(({ change }) => change === "better");
  const worse = of(({ change }) => change === "worse");
  const left = of((one) => isBad(one.b) && one.change !== "worse" && !apart(one));
  const unknown = of((one) => apart(one) && (one.a !== one.b || one.change === "unjudged"));
  const differs = methods.some(({ change }) => change === "moved") || findings.cured.length ||
    [...findings.gone, ...findings.fresh].some(({ why }) => !["untried", "unjudged", "shorter"].includes(why));
  // What was not always seen, or could not be looked at again, may come back though the method passed.
  const doubted = findings.gone.some(({ finding: { method }, why }) => why !== "quiet" && (!method || better.includes(method)));
  const kind = () => {
    if (told(a.run.id) && a.run.id === b.run.id) return "one";
    if (failedItself(a) || failedItself(b)) return "own";
    if (methods.every(apart)) return "unsure";
    if (!ordered && (better.length || worse.length || differs)) return "differs";
    if (better.length && worse.length) return "other";
    if (worse.length) return "worse";
    if (better.length) return left.length || unknown.length ? "better" : doubted ? "unproved" : "cured";
    if (unknown.length && !findings.cured.length) return "unsure";
    return differs ? (left.length ? "moved" : "besides") : left.length ? "same" : "calm";
  };
  return { kind: kind(), ordered, better, worse, left, unknown };
}

/**
 * What differs between two reports, the earlier first; `ordered`: it is known to be the earlier one.
 *
 * `{kind, ordered, better, worse, left, unknown, result: {a, b}, methods, findings: {cured, gone, still, fresh}, weak}`; `kind` is the
 * first sentence's, the four lists are methods. `methods`: `{method, a, b, placeA, placeB, change, figures}`, see `changeOf`.
 * `cured` and `still`: findings; `gone`: `{finding, why}`, see `unproved`; `fresh`: the same, `why` it may have been there before
 * (`rival`: it was among what looked alike), null: it was not. `weak`: see `weaknesses`.
 */
export function compared(a, b, ordered = inTime(a, b)) {
  const names = [...new Set([...a.methods, ...b.methods].slice(0, MOST).map(({ method }) => method))];
  const methods = names.map((method) => {
    const [one, two] = [methodOf(a, method), methodOf(b, method)];
    return {
      method, a: one?.verdict ?? "skipped", b: two?.verdict ?? "skipped", placeA: one?.place ?? null, placeB: two?.place ?? null,
      change: changeOf(a, b, method), figures: figures(a, b, method),
    };
  });
  const there = (finding, report) => report.findings.slice(0, MOST).some((other) => alike(finding, other));
  const absent = listed(a).filter((finding) => !there(finding, b)).map((finding) => ({ finding, why: unproved(finding, a, b) }));
  const suspected = ({ code, method }) =>
    a.findings.some((finding) => finding.method === method && finding.rivals.some((rival) => rival.code === code));
  const findings = {
    cured: absent.filter(({ why }) => !why).map(({ finding }) => finding),
    gone: absent.filter(({ why }) => why),
    still: listed(b).filter((finding) => there(finding, a)),
    fresh: listed(b).filter((finding) => !there(finding, a))
      .map((finding) => ({ finding, why: suspected(finding) ? "rival" : unproved(finding, b, a) })),
  };
  return { ...judged(a, b, methods, findings, ordered), result: { a: a.result, b: b.result }, methods, findings, weak: weaknesses(a, b) };
}
