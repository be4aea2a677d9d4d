/**
 * Where the widget cannot run: one fetch, one EventSource, one WebSocket, told as a report that claims nothing. An opening proves
 * no delivery, so the best that is said is "inconclusive".
 */

/** How long each is waited for, ms. */
const PATIENCE = 8000;

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Tries those at once: of each method its name and, in time, whether it opened. */
function tries(base, id, signal, chosen) {
  const url = (probe, kind) => `${base}v1/runs/${id}/${probe}/1/${kind}`;
  const first = (source) => new Promise((resolve) => {
    const end = (opened) => {
      resolve(opened);
      source.close();
    };
    source.onopen = () => end(true);
    source.onerror = source.onclose = () => end(false);
    setTimeout(end, PATIENCE, false);
    signal.addEventListener("abort", () => end(false));
  });
  const made = (make) => {
    try {
      return first(make());
    } catch {
      return false;
    }
  };
  const limited = AbortSignal.any ? AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) : signal;
  const ways = {
    polling: () => fetch(url("fallback-poll", "poll"), { signal: limited, credentials: "omit", referrerPolicy: "no-referrer" })
      .then((answer) => answer.ok && answer.headers.has("pushcheck-answer"), () => false),
    "server-sent-events": () => made(() => new EventSource(url("fallback-events", "events"))),
    "web-socket": () => made(() => new WebSocket(url("fallback-socket", "web-socket").replace(/^http/, "ws"))),
  };
  return Object.keys(ways).filter(chosen).map((method) => [method, ways[method]()]);
}

/** A report (schema 1) of what little could be tried. `base`: URL of the probe server; `blocked` is told which directive forbids it. */
export async function fallback({ base, methods, required }, signal, blocked) {
  const note = ({ effectiveDirective }) => blocked(effectiveDirective);
  document.addEventListener("securitypolicyviolation", note);
  try {
    return await tell(base, (method) => methods?.includes?.(method) ?? true, required ?? [], signal);
  } finally {
    document.removeEventListener("securitypolicyviolation", note);
  }
}

async function tell(base, chosen, required, signal) {
  const startedAt = Date.now();
  const began = performance.now();
  const id = hex(crypto.getRandomValues(new Uint8Array(16)));
  const tried = tries(base, id, signal, chosen);
  if (!tried.length) throw new Error("none of these can be tried");
  const nothing = {
    place: null, candidates: [], delivery: null, held: null, overhead: null, idleTestedMs: null, idleCut: null, resume: null, bursts: null,
    unread: null, uploads: null, sizes: [], compressed: null, watched: null, http: { page: null, server: null }, lanes: [],
  };
  const told = await Promise.all(tried.map(async ([method, trying]) => {
    const opened = await trying;
    return { method, required: required.includes(method), word: opened ? "opens" : "fails-so-far", verdict: opened ? "inconclusive" : "failed", ...nothing };
  }));
  const { origin } = globalThis;
  return {
    schema: 1,
    software: { name: "pushcheck-fallback", version: "0" },
    wire: 1,
    run: { id, startedAt, durationUs: Math.round((performance.now() - began) * 1000), mode: "fallback", labels: [], truncated: true },
    result: signal.aborted ? "aborted" : told.every(({ verdict }) => verdict === "failed") ? "failed" : "inconclusive",
    surroundings: {
      userAgent: navigator.userAgent, engine: null, origin, secureContext: isSecureContext, isolated: !!globalThis.crossOriginIsolated,
      embedded: parent !== window, language: navigator.language, online: navigator.onLine, clockStepUs: 0, hiddenUs: 0, longestGapUs: 0, lateUs: 0,
      notices: [],
      clients: null,
    },
    lanes: [], about: null, methods: told, findings: [], advice: null, evidence: null,
  };
}
