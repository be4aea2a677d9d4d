/** A report's result as a plain headline, a summary and what to do next. */

/** Best first: the order of rows and of lists in sentences. */
export const METHODS = ["web-socket", "server-sent-events", "streaming-fetch", "long-polling", "polling"];
export const byRank = (a, b) => METHODS.indexOf(a) - METHODS.indexOf(b);

/** Which of the headlines fits. */
function kind({ result, findings, surroundings, about, methods }) {
  const of = (...verdicts) => methods.filter(({ verdict }) => verdicts.includes(verdict));
  if (findings.some(({ code }) => code === "own-failure")) return "own";
  if (result === "warning") return of("failed", "inconclusive").length ? "warning" : "flawed";
  if (result === "aborted" || result === "passed") return result;
  if (!surroundings.online) return "offline";
  const heard = about || methods.some(({ lanes }) => lanes.some(({ attempts }) => attempts.some(({ marked }) => marked)));
  if (!heard && !of("passed", "warning").length) return "unheard";
  return result === "failed" && of("passed", "warning").length ? "required" : result;
}

const STATES = { passed: "passed", inconclusive: "inconclusive", aborted: "skipped", own: "inconclusive" };

/** `{ state, headline, summary, next: [[term, text]] }`. */
export function outcome(report, { text: t, say, list, time }, base) {
  const { methods, run } = report;
  const names = (some) => list(some.map(({ method }) => method).sort(byRank).map((method) => t.method[method] ?? method));
  const of = (...verdicts) => names(methods.filter(({ verdict }) => verdicts.includes(verdict)));
  const which = kind(report);
  const { host } = new URL(base);
  const values = { good: of("passed", "warning"), bad: of("failed"), flawed: of("warning"), host };
  if (which === "required") {
    values.bad = names(methods.filter(({ required, verdict }) => required && verdict === "failed"));
  }
  const unsure = which === "warning" && !values.bad;
  const summary = which === "required" && values.good ? t.summary.requiredBesides
    : unsure ? t.summary.unsure : t.summary[which];
  const idle = Math.max(0, ...methods.map(({ idleTestedMs }) => idleTestedMs ?? 0));
  const tried = of("passed", "warning", "failed", "inconclusive");
  const next = [[t.next, t.nextStep[which]]];
  if (tried && which !== "own") {
    next.unshift(
      [t.tested, say(t.testedWhat, { host, time: time(run.durationUs) })],
      [t.untested, idle ? say(t.untestedWhat, { idle: time(idle * 1000) }) : t.untestedAll],
    );
  }
  return { state: STATES[which] ?? "warning", headline: t.headline[which], summary: say(summary, values), next };
}
