/** A report's result as a plain headline, a summary and what to do next. */

/** Best first: the order of rows and of lists in sentences. */
export const METHODS = ["web-socket", "server-sent-events", "streaming-fetch", "long-polling", "polling"];
export const byRank = (a, b) => METHODS.indexOf(a) - METHODS.indexOf(b);

/** Which of the headlines fits. */
function kind({ result, findings, surroundings, about, methods, lanes }, needed) {
  const of = (...verdicts) => methods.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const works = of("passed", "warning");
  if (findings.some(({ code }) => code === "own-failure")) return "own";
  if (result === "aborted" || result === "passed") return result;
  if (!surroundings.online) return "offline";
  if (surroundings.notices.some(({ notice }) => notice.what === "offline")) return "wentOffline";
  if (works && result === "inconclusive" && lanes.some(({ id, skipped }) => skipped === "mixed-content" && needed.includes(id))) return "elsewhere";
  if (result === "warning") return of("failed", "inconclusive") ? "warning" : "flawed";
  const all = attempts(methods);
  if (!works && !about && !all.some(({ marked }) => marked)) return all.some(({ blockedBy }) => blockedBy) ? "forbidden" : "unheard";
  return result === "failed" && works ? "required" : result;
}

const attempts = (methods) => methods.flatMap(({ lanes }) => lanes.flatMap((lane) => lane.attempts));

const STATES = { passed: "passed", inconclusive: "inconclusive", aborted: "skipped", own: "inconclusive", elsewhere: "inconclusive" };

/** `{ state, headline, summary, next: [[term, text]] }`. */
export function outcome(report, { text: t, say, list, time }, base, needed) {
  const { methods, run } = report;
  const names = (some) => list(some.map(({ method }) => method).sort(byRank).map((method) => t.method[method] ?? method));
  const of = (...verdicts) => names(methods.filter(({ verdict }) => verdicts.includes(verdict)));
  const which = kind(report, needed);
  const { host } = new URL(base);
  const directive = attempts(methods).find(({ blockedBy }) => blockedBy)?.blockedBy;
  const values = { good: of("passed", "warning"), bad: of("failed"), flawed: of("warning"), host, directive };
  if (which === "required") {
    values.bad = names(methods.filter(({ required, verdict }) => required && verdict === "failed"));
  }
  const unsure = which === "warning" && !values.bad;
  const summary = which === "required" && values.good ? t.summary.requiredBesides
    : unsure ? t.summary.unsure : t.summary[which];
  const idle = Math.max(0, ...methods.map(({ idleTestedMs }) => idleTestedMs ?? 0));
  const tried = of("passed", "warning", "failed", "inconclusive");
  const next = [[t.next, say(t.nextStep[which], values)]];
  if (tried && which !== "own" && which !== "forbidden") {
    next.unshift(
      [t.tested, say(t.testedWhat, { host, time: time(run.durationUs) })],
      [t.untested, idle >= 1000 ? say(t.untestedWhat, { idle: time(idle * 1000) }) : t.untestedAll],
    );
  }
  return { state: STATES[which] ?? "warning", headline: t.headline[which], summary: say(summary, values), next };
}
