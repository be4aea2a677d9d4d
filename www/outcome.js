/**
 * From a report to the answer in plain words: pure, of codes and figures.
 */
import { attemptsOf } from "./lanes.js";
import { stands } from "./path.js";

/** A method that fails and that the site can do without. */
export const spare = ({ methods }, { verdict, required }) => verdict === "failed" && !required && methods.some((other) => other.required);

/** Which of the headlines fits. `elsewhere`: needed lanes that only another page can try. */
function kind(report, elsewhere) {
  const { result, findings, surroundings, about, methods } = report;
  const some = (...verdicts) => methods.some(({ verdict }) => verdicts.includes(verdict));
  const works = some("passed", "warning");
  if (report.run.mode === "fallback") return "fallback";
  if (findings.some(({ code }) => code === "own-failure")) return "own";
  if (result === "passed" && findings.some(({ code, strength }) => code === "page-code" && strength !== "possible")) return "page";
  if (methods.some(({ watched }) => watched?.cuts)) return "cuts";
  if (result === "passed" && methods.some(({ watched }) => watched)) {
    return methods.some(({ watched }) => watched?.unclear || watched?.silences) ? "heldAwake" : "heldOn";
  }
  if (result === "aborted" || result === "passed") return result;
  // Some networks are none to the browser.
  if (!surroundings.online && !works) return "offline";
  if (surroundings.notices.some(({ notice }) => notice.what === "offline")) return "wentOffline";
  if (works && result === "inconclusive" && elsewhere.length) return "elsewhere";
  if (result === "warning") {
    const enough = methods.every((method) => (method.required ? method.verdict === "passed" : true)) && methods.some((one) => spare(report, one));
    return enough ? "enough" : some("failed", "inconclusive") ? "warning" : "flawed";
  }
  const attempts = attemptsOf(methods);
  if (!works && !about && !attempts.some(({ marked }) => marked)) return attempts.some(({ blockedBy }) => blockedBy) ? "forbidden" : "unheard";
  return result === "failed" && works ? "required" : result;
}

const BADGES = { passed: "passed", enough: "passed", heldOn: "passed", heldAwake: "inconclusive", inconclusive: "inconclusive", aborted: "skipped", elsewhere: "inconclusive", fallback: "inconclusive" };

/** To whom a report goes of a check in which something works: where all that is broken stands at the same door. */
function whose({ methods, findings }) {
  const doors = methods.filter(({ verdict }) => verdict === "failed").map((method) => DOORS[stands(findings, method)]);
  return doors.length && doors.every((door) => door && door === doors[0]) ? doors[0] : "warning";
}

const DOORS = { gateway: "warningSite", filter: "warningNetwork", proxy: "warningNetwork", portal: "warningNetwork" };

/**
 * The result in plain words: `{badge, headline, summary, act, next}`; `act` is what to do, `next` what it is made of. `base`:
 * URL of the server that was asked; null: not by this page.
 */
export function outcome(report, { t, say, list, time, bytes, locale }, base, elsewhere) {
  const { methods, run, findings } = report;
  const found = kind(report, elsewhere);
  // A newer version may know further results.
  const which = t.headline[found] ? found : "inconclusive";
  const of = (...verdicts) => {
    const some = methods.filter(({ verdict, required }) => verdicts.includes(verdict) && (required || which !== "required" || verdict !== "failed"));
    const named = some.map(({ method }) => method);
    const known = Object.keys(t.method).filter((method) => named.includes(method));
    return list([...new Set([...known, ...named])].map((method) => t.method[method] ?? method));
  };
  const host = base ? new URL(base).host : report.lanes.find(({ host }) => host)?.host ?? t.path.server;
  const directive = attemptsOf(methods).find(({ blockedBy }) => blockedBy)?.blockedBy;
  const opened = list(methods.filter(({ word }) => word === "opens").map(({ method }) => t.method[method] ?? method));
  // Lanes that the site needs, and on which nothing works.
  const reached = ({ id }) => methods.some(({ lanes }) => lanes.some(({ lane, verdict }) => lane === id && ["passed", "warning"].includes(verdict)));
  const missed = report.lanes.filter((lane) => lane.required && !lane.skipped && !reached(lane)).map(({ id }) => id);
  const tried = of("passed", "warning", "failed", "inconclusive");
  const values = { good: of("passed", "warning"), bad: of("failed") || list(missed), flawed: of("warning"), host, directive, opened };
  const next = [];
  const scope = [];
  const date = new Date(run.startedAt).toLocaleDateString(locale);
  if (!base) scope.push([t.tested, say(t.testedThen, { tried, host, date })]);
  else if (which !== "own" && which !== "forbidden" && which !== "fallback" && methods.some(({ verdict }) => verdict !== "skipped")) {
    const idle = Math.max(1000, ...methods.map(({ idleTestedMs }) => idleTestedMs));
    scope.push(
      [t.tested, say(t.testedWhat, { tried, host, time: time(run.durationUs) })],
      [t.untested, say(t.untestedWhat, { idle: time(idle * 1000) })],
    );
  }
  for (const { code, method, place, strength, rivals } of findings.filter(({ code, severity, foldedUnder }) => severity !== "info" && !foldedUnder && code !== "own-failure")) {
    const named = (code) => say(t.finding[code] ?? t.newer, { method: t.method[method] ?? method, code, place: t.place[place] ?? place ?? t.unknownPlace });
    const known = say(t.finding[code] ? t.strength[strength] : "{cause}", { cause: named(code) });
    const said = [known, ...rivals.filter(({ code }) => t.finding[code]).map(({ code }) => say(t.rival, { cause: named(code) }))];
    next.push([t.method[method] ?? t.why, said.join(t.between)]);
  }
  for (const { idleCut: cut, method } of methods.filter(({ idleCut }) => idleCut)) {
    const [lived, died, beat] = [cut.livedMs, cut.diedMs, cut.beatMs].map((ms) => time(ms * 1000));
    const anyway = cut.pageBeatKeeps === false && cut.serverBeatKeeps !== true;
    const said = [cut.told ? t.cutTold : t.cutUntold, cut.beatMs === null ? t.cutReconnect : t.beatKeeps];
    const sentences = anyway ? [t.cutAnyway, t.cutReconnect] : said;
    next.push([t.method[method] ?? method, sentences.map((sentence) => say(sentence, { lived, died, beat })).join(t.between)]);
  }
  for (const { method, bursts } of methods.filter(({ bursts }) => bursts)) {
    const { down, up, cutDown, cutUp } = bursts;
    const said = [];
    if (findings.some(({ code }) => code === "queue-hidden")) said.push(say(t.queue, { sent: down.sent, kept: bytes(down.queue.hiddenBytes), waited: time(down.queue.waitedUs) }));
    const lost = (burst) => burst?.cut && burst.sent > burst.arrived && burst.arrived !== null;
    const [broke, onPurpose] = [[down, up], [cutDown, cutUp]].map((bursts) => bursts.find(lost));
    if (broke ?? onPurpose) said.push(broke ? say(t.broke, broke) : say(t.brokeOnPurpose, onPurpose));
    if (said.length) next.push([t.method[method] ?? method, [...said, t.acknowledge].join(t.between)]);
  }
  for (const { method, sizes } of methods) {
    const lost = sizes.find(({ echoedUs }) => echoedUs === null);
    if (lost) next.push([t.method[method] ?? method, say(t.sizeLost, { size: bytes(lost.bytes) })]);
  }
  for (const { method, compressed, verdict } of methods.filter(({ compressed }) => compressed)) {
    if (compressed.verdict === "failed" && verdict !== "failed") next.push([t.method[method] ?? method, t.compressionBreaks]);
  }
  for (const { method, watched } of methods.filter(({ watched }) => watched)) {
    const { cuts, together, unclear, unopened, silences, everyMs, beatMs } = watched;
    const [every, beat, held] = [everyMs, beatMs, watched.heldMs].map((ms) => time((ms ?? 0) * 1000));
    const values = { cuts, together, unclear, unopened, silences, every, beat, held };
    // A rule of age, where what goes over it came several times before.
    const cut = everyMs === null ? t.watch.cuts : everyMs > 2 * beatMs ? t.watch.age : t.watch.every;
    const said = [cuts ? cut : t.watch.none, together && everyMs === null && t.watch.together, unopened && t.watch.unopened, unclear && t.watch.unclear, silences && t.watch.silences];
    next.push([t.method[method] ?? method, said.filter(Boolean).map((sentence) => say(sentence, values)).join(t.between)]);
  }
  if (methods.some(({ uploads }) => uploads?.inOrder === false)) next.push([t.method.polling, t.outOfOrder]);
  for (const { method, held } of methods.filter(({ held }) => held)) {
    const by = held.reliefs.find(({ relieves }) => relieves);
    if (by) next.push([t.method[method] ?? method, t.relief[by.relief] ?? by.relief]);
  }
  for (const { method } of methods.filter(({ resume }) => resume?.goesOn === false)) next.push([t.method[method] ?? method, t.noResume]);
  for (const { method, lane } of report.surroundings.clients ?? []) {
    const ours = methods.flatMap(({ lanes }) => lanes).find((one) => lane && one.lane === lane);
    if (ours?.verdict === "failed") next.push([t.method[method] ?? method, t.clientToo]);
  }
  const less = { warning: !values.bad && "unsure", fallback: !opened && "fallbackNone" };
  const summary = less[which] || which;
  return {
    badge: BADGES[which] ?? "warning",
    headline: t.headline[which],
    summary: say(t.summary[summary], values),
    act: say(t.nextStep[which === "warning" ? whose(report) : which], values),
    next: [...next, ...scope],
  };
}
