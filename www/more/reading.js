/** Reads what may be a report: from a file, from what this browser kept, from another device. Pure but for its memory of them. */

/** The longest text that is read, bytes of a file or characters. */
export const MOST = 5_000_000;

const SCHEMA = 1;

/** The last moment that a date can tell, ms since 1970 (ECMA-262 § 21.4.1.1). */
export const LAST = 8.64e15;

/** A value that may be null. */
const maybe = (shape) => [shape, null];

const text = "string";
const flag = "boolean";
const number = "number";

const SPREAD = maybe({ n: number, minUs: number, medianUs: number, madUs: number });
const VERDICT = { verdict: text, place: maybe(text), candidates: [text] };
const BURST = maybe({ queue: maybe({ hiddenBytes: number, waitedUs: number }) });

// What the page takes for granted of a report's form. Words newer than this page are welcome.
const REPORT = {
  software: { name: text, version: text },
  run: { id: text, startedAt: number, durationUs: number, mode: text, labels: [{ name: text, value: text }], truncated: flag },
  result: text,
  surroundings: {
    userAgent: text, engine: maybe({ family: text, version: number }), origin: text, language: text, online: flag,
    clockStepUs: number, hiddenUs: number, longestGapUs: number, lateUs: number, notices: [{ at: number, notice: { what: text } }],
  },
  lanes: [{ id: text, scheme: text, port: number, host: maybe(text), skipped: maybe(text), required: flag }],
  about: maybe({
    instance: text, startedAt: number, vantage: { tls: text, tcp: text, trustedHops: number },
    outsideIn: maybe({ ageMs: number, tries: [{ method: text, passed: flag, status: maybe(number) }] }),
  }),
  methods: [{
    ...VERDICT, method: text, required: flag,
    delivery: maybe({
      n: number, medianUs: number, worstUs: number, relative: flag, clockErrorUs: maybe(number),
      atInterval: maybe([{ everyMs: number, meanUs: number, worstUs: number }]),
    }),
    held: maybe({ medianUs: number, reliefs: [{ relief: text }] }),
    overhead: maybe({ upBytes: number, downBytes: number, openBytes: number, ratios: [{ payloadBytes: number, permille: number }] }),
    idleTestedMs: maybe(number),
    idleCut: maybe({ livedMs: number, diedMs: number, told: flag, beatMs: maybe(number) }),
    resume: maybe({ goesOn: flag }),
    bursts: maybe({ down: BURST, up: BURST, cutDown: BURST, cutUp: BURST }),
    unread: maybe({ takenBytes: number }),
    uploads: maybe({ sent: number, answered: number }),
    sizes: [{ form: text, bytes: number, echoedUs: maybe(number) }],
    compressed: maybe({ verdict: text }),
    watched: maybe({ lastedMs: number, heldMs: number, beatMs: number, cuts: number, everyMs: maybe(number), log: [{ atUs: number }] }),
    http: {},
    lanes: [{
      ...VERDICT, lane: text, timing: { openUs: maybe(number), firstMessageUs: maybe(number), roundTrip: SPREAD },
      attempts: [{
        ...VERDICT, id: number, probe: text, attempt: number, because: [text], ended: text, endedUs: number, openUs: maybe(number),
        echo: SPREAD, gapError: SPREAD, close: maybe({ code: number, reason: text }), resourceTiming: maybe({}),
      }],
    }],
  }],
  findings: [{
    id: text, code: text, method: maybe(text), lane: maybe(text), place: maybe(text), strength: text, severity: text, seen: number,
    of: number, because: [text], facts: [{ fact: text, value: maybe(text), from: text }], against: [text],
    rivals: [{ code: text, separatedBy: text }], foldedUnder: maybe(text),
  }],
  advice: maybe({
    need: { uplink: text, downlink: text, latencyMs: number }, order: [text], reasons: [text], because: [text],
    delay: maybe({ typicalUs: number, worstUs: number }), settings: [{ name: text, value: number }],
  }),
  evidence: maybe({
    traces: [{
      id: number, probe: text, attempt: number, method: text, lane: text, startedAt: number,
      events: [{ at: number, event: { what: text } }],
    }],
    sightings: [{
      instance: text, probe: text, attempt: number, kind: text, at: number, headers: [{ name: text, length: number }],
      burst: maybe({ queue: [{ at: number }] }), close: maybe({ code: number }), tcp: maybe({ rttUs: number }),
    }],
    watch: maybe({
      startedAt: number,
      holds: [{ method: text, ended: [{ at: number, how: text }], silences: [{ since: number, until: number }] }],
    }),
    connections: [{ instance: text, at: number, reached: text }],
    instances: maybe([{ id: text, startedAt: number, seenThrough: number }]),
    complete: flag,
  }),
};

/** Where a value is not of a shape: a path, `""` for the value itself; null: it is. */
function misfit(value, shape, at = "") {
  if (typeof shape === "string") return typeof value !== shape || (shape === number && !Number.isFinite(value)) ? at : null;
  if (Array.isArray(shape)) {
    const [of] = shape;
    if (shape.length > 1) return value === null ? null : misfit(value, of, at);
    if (!Array.isArray(value)) return at;
    return firstOf(value.keys(), (index) => misfit(value[index], of, `${at}[${index}]`));
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return at;
  // What it would inherit is not its own.
  const own = (key) => (Object.hasOwn(value, key) ? value[key] : undefined);
  return firstOf(Object.keys(shape), (key) => misfit(own(key), shape[key], at ? `${at}.${key}` : key));
}

function firstOf(keys, find) {
  for (const key of keys) {
    const found = find(key);
    if (found !== null) return found;
  }
  return null;
}

const elsewhere = new WeakSet();

/** A report that was read, not made by this page: it tells of another time or place. */
export const fromElsewhere = (report) => elsewhere.has(report);

/** A parsed value → `{report}` or `{why, at}`: see `readReport`. */
export function checked(value) {
  if (value === null || typeof value !== "object" || !Number.isInteger(value.schema)) return { why: "no-report", at: "schema" };
  if (value.schema !== SCHEMA) return { why: "other-schema", at: String(value.schema) };
  const at = misfit(value, REPORT) ?? (/^[0-9a-f]{32}$/.test(value.run.id) ? null : "run.id");
  if (at !== null) return { why: "misshapen", at };
  if (Math.abs(value.run.startedAt) > LAST) return { why: "misshapen", at: "run.startedAt" };
  elsewhere.add(value);
  return { report: value };
}

/** Where a text stopped being JSON, `line:column`, from what the engine says; null where it does not. */
function brokenAt({ message }, text) {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line) return `${line}:${column}`;
  const position = /position (\d+)/.exec(message)?.[1];
  if (!position) return null;
  const lines = text.slice(0, position).split("\n");
  return `${lines.length}:${lines.at(-1).length + 1}`;
}

/**
 * The report that a text is: `{report}`, or `{why, at}`: `empty`; `too-large`; `no-json`, `at` line:column or null; `no-report`,
 * `at` the first thing that is missing; `other-schema`, `at` which; `misshapen`, `at` the path of what is not as it must be.
 */
export function readReport(text) {
  if (text.length > MOST) return { why: "too-large", at: null };
  const bare = text.replace(/^\uFEFF/, "");
  if (!bare.trim()) return { why: "empty", at: null };
  let value;
  try {
    value = JSON.parse(bare);
  } catch (error) {
    return { why: "no-json", at: brokenAt(error, bare) };
  }
  return checked(value);
}

/** The same of a file, which is not read where it is too large; `file` where it cannot be. */
export async function readFile(file) {
  if (file.size > MOST) return { why: "too-large", at: null };
  try {
    return readReport(await file.text());
  } catch {
    return { why: "file", at: null };
  }
}

/** Why a text is no report, as a sentence: `texts` are those of `history.unread`. `name`: what it was called. */
export function unread({ why, at }, name, texts, say) {
  const sentence = (at === null ? null : texts[`${why}-at`]) ?? texts[why] ?? why;
  return say(sentence, { name: String(name).slice(0, 80), at: String(at).slice(0, 80) });
}
