/** What somebody looks for in logs of a proxy: each attempt with its time and path. Pure, but for this device's time zone. */

const KINDS = ["web-socket", "long-poll", "events", "stream", "upload", "poll"];
const OF_METHOD = {
  "web-socket": "web-socket", "server-sent-events": "events", "streaming-fetch": "stream", "long-polling": "long-poll", polling: "poll",
};
export const METHOD_OF = { ...Object.fromEntries(Object.entries(OF_METHOD).map(([method, kind]) => [kind, method])), upload: "polling" };

const MOST = 20;

/** A run's id that was left out where the report came from: nothing is known by it, and its moments are cut to the day. */
export const nameless = ({ id }) => /^0*$/.test(id ?? "");

/** Which request a probe makes: the path's last part (`src/wire/path.rs`). */
export function kindOf(probe, method) {
  const name = probe.replace(/^watch-/, "");
  return KINDS.find((kind) => name === kind || name.startsWith(`${kind}-`)) ?? OF_METHOD[method] ?? null;
}

/** A moment, ms since 1970, as `[UTC, by this device's clock]`, both ISO 8601 with ms; null where it is none. */
export function moment(ms) {
  const date = new Date(ms ?? NaN);
  if (!(Math.abs(date) < 8e15)) return null;
  const ahead = -date.getTimezoneOffset();
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  const zone = `${ahead < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
  return [date.toISOString(), new Date(date.getTime() + ahead * 60_000).toISOString().replace("Z", zone)];
}

/**
 * The attempts for logs: `{rows, more}`. A row is `{id, at, http, path, arrived, how}`: `at` ms since 1970 or null, `http` the
 * request's method, `path` with the origin where it is not the main one, from `…` on where `base` is null or the run has no id,
 * `arrived` how often it did, null: unknown; `how` what came of it. First what failed, then one each that passed.
 */
export function attempts({ run, methods, evidence, lanes }, base, about) {
  const traces = new Map((evidence?.traces ?? []).map((trace) => [trace.id, trace]));
  const arrivals = new Map((evidence?.sightings ?? []).map((sighting) => [`${sighting.probe}/${sighting.attempt}`, sighting]));
  const root = URL.canParse(base) ? new URL(base).pathname : "…/";
  const unnamed = nameless(run);
  const row = (method, lane, own, one, us) => {
    const kind = arrivals.get(`${one.probe}/${one.attempt}`)?.kind ?? kindOf(one.probe, method);
    const { scheme = "", host, port } = lanes.find(({ id }) => id === lane) ?? {};
    const known = about?.lanes?.find(({ id }) => id === lane)?.base ?? root;
    const other = lane === "main" || !host ? "" : `${scheme}://${host}:${port}${known === "…/" ? "/" : ""}`;
    const last = `${one.probe}/${one.attempt}/${kind}`;
    return {
      id: one.id ?? null,
      at: us === undefined || unnamed ? null : run.startedAt + us / 1000,
      http: arrivals.get(`${one.probe}/${one.attempt}`)?.method ?? (kind === "upload" ? "POST" : "GET"),
      // The embedder's own endpoints are in no report.
      path: own || !kind ? null : unnamed ? `…/${last}` : `${other}${known}v1/runs/${run.id}/${last}`,
      way: `${method} ${lane}`,
      arrived: one.arrivals ?? null,
      how: one,
    };
  };
  const all = methods.flatMap(({ method, lanes }) => lanes.flatMap(({ lane, attempts }) =>
    attempts.map((one) => row(method, lane, one.endpoint === "own", one, traces.get(one.id)?.startedAt))));
  const cuts = (evidence?.watch?.holds ?? []).flatMap(({ method, probe, ended }) => ended.filter(({ how }) => how !== "by-server")
    .map(({ attempt, code, startedAt, how }) =>
      row(method, "main", false, { probe, attempt, verdict: how === "unopened" ? "failed" : "cut", close: code && { code } }, startedAt)));
  const failed = [...cuts, ...all].filter(({ how }) => how.verdict !== "passed" && how.verdict !== "skipped");
  const passed = new Map();
  for (const one of all) if (one.how.verdict === "passed" && !passed.has(one.way)) passed.set(one.way, one);
  const rows = [...failed.sort((one, other) => one.at - other.at), ...passed.values()].slice(0, MOST);
  return { rows, more: all.length + cuts.length - rows.length };
}

/** By how much the server's wall clock is ahead of the page's at least, ms: of all that arrived the least; null: unknown. */
export function ahead({ run, evidence }) {
  if (nameless(run)) return null;
  const began = new Map((evidence?.instances ?? []).map(({ id, startedAt }) => [id, startedAt]));
  const left = new Map((evidence?.traces ?? []).map(({ probe, attempt, startedAt }) => [`${probe}/${attempt}`, startedAt]));
  let least = null;
  for (const { probe, attempt, instance, at } of evidence?.sightings ?? []) {
    const late = began.get(instance) - run.startedAt + (at - left.get(`${probe}/${attempt}`)) / 1000;
    if (Number.isFinite(late) && (least === null || late < least)) least = late;
  }
  return least;
}
