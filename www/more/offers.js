/** What two devices hand each other through the server: one leaves a report under its run, the other asks for it with the same key. */

/** How often the server is asked, how long one answer is waited for, and all of it, ms. */
const EVERY = 3000;
const PATIENCE = 10_000;
const LONGEST = 900_000;

/** What a server takes of a key and a report, bytes. */
const FITS = 60_000;

/** Every answer of the server's bears it: one without is somebody else's. */
const MARK = "Pushcheck-Answer";

/** A new key: 128 bits as 32 hexadecimal digits. */
export const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * The body that leaves a report: `{text, left, bytes}`, `left` what had to be left out: null, `evidence`, `attempts` (both); null:
 * even so it does not fit.
 */
export function fitting(report, key) {
  const methods = report.methods.map((method) => ({ ...method, lanes: method.lanes.map((lane) => ({ ...lane, attempts: [] })) }));
  const parts = [[null, report], ["evidence", { ...report, evidence: null }], ["attempts", { ...report, evidence: null, methods }]];
  for (const [left, part] of parts) {
    const text = `${key}\n${JSON.stringify(part)}`;
    const bytes = new Blob([text]).size;
    if (bytes <= FITS) return { text, left, bytes };
  }
  return null;
}

/** What an answer means to whoever waits: `report`, `waiting`, `old` (too late), `unreached` (it may come yet), `refused`. */
export function meant(status, marked) {
  if (!marked || status === 429 || status >= 500) return "unreached";
  if (status === 200) return "report";
  if (status === 204) return "waiting";
  return status === 404 || status === 410 ? "old" : "refused";
}

/** Status 0: no answer came. */
async function post(run, base, body, signal) {
  const late = new AbortController();
  const stop = () => late.abort();
  const timer = setTimeout(stop, PATIENCE);
  signal?.addEventListener("abort", stop);
  try {
    const how = { method: "POST", body, credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", signal: late.signal };
    const answer = await fetch(new URL(`v1/runs/${run}/offer`, base), how);
    return { status: answer.status, marked: answer.headers.has(MARK), text: await answer.text() };
  } catch {
    return { status: 0, marked: false, text: "" };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Until so many ms have passed (null: as long as it takes), the page is shown or hidden, or it is over. */
const pause = (ms, signal) => new Promise((done) => {
  let timer;
  const end = () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", end);
    signal.removeEventListener("abort", end);
    done();
  };
  if (ms !== null) timer = setTimeout(end, ms);
  document.addEventListener("visibilitychange", end);
  signal.addEventListener("abort", end);
});

/**
 * Asks for a run's report until it is there or there is no more hope, and never while the page is hidden. `wanted()`: somebody
 * still waits; `tell(state)`: `waiting`, `unreached` or `paused` meanwhile. Resolves with `{state, text}`: `report` and the text,
 * `old`, `refused`, `late` or `stopped`.
 */
export async function waitFor({ run, key, base }, wanted, signal, tell) {
  const began = performance.now();
  for (;;) {
    if (signal.aborted || !wanted()) return { state: "stopped" };
    if (document.hidden) {
      tell("paused");
      await pause(null, signal);
      continue;
    }
    const { status, marked, text } = await post(run, base, key, signal);
    if (signal.aborted) return { state: "stopped" };
    const state = meant(status, marked);
    if (state !== "waiting" && state !== "unreached") return { state, text };
    if (performance.now() - began > LONGEST) return { state: "late" };
    tell(state);
    await pause(EVERY, signal);
  }
}

/**
 * Leaves a report for whoever holds the key, and waits: `{why, left}`. `why` is null where the server has it, else `too-large`,
 * `old`, `refused`, or `unreached`: no answer, or one that was not the server's.
 */
export async function offer(report, key, base) {
  const fits = fitting(report, key);
  if (!fits) return { why: "too-large", left: null };
  const { status, marked } = await post(report.run.id, base, fits.text);
  const { left } = fits;
  if (marked && (status === 201 || status === 204)) return { why: null, left };
  if (marked && status === 413) return { why: "too-large", left };
  const why = meant(status, marked);
  return { why: ["old", "unreached"].includes(why) ? why : "refused", left };
}
