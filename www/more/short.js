/**
 * A report in a line: what fits into an address and a QR code. The first character says how the rest is packed: `1` deflated
 * (RFC 1951), `0` as it is; both base64url (RFC 4648 § 5) of a JSON array: a sum over the rest, since links get damaged, and the
 * rest. Lists of words are only added to, at their ends.
 */

/** How long a packed one may be, characters, and what it may become, bytes: whatever a stranger made of it. */
export const MOST_PACKED = 16_384;
const MOST_UNPACKED = 262_144;

/** Why something is no short form: `reason` is `too-large`, `newer`, `damaged`, or `unable`. */
export class NotShort extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

// How a value is put into the array, and got out of it by whoever trusts nobody.
const expect = (right) => {
  if (!right) throw new NotShort("damaged");
};
const number = (most = Number.MAX_SAFE_INTEGER) => ({
  put: (value) => value,
  get: (value) => (expect(Number.isInteger(value) && value >= 0 && value <= most), value),
});
const text = (pattern) => ({
  put: (value) => value,
  get: (value) => (expect(typeof value === "string" && pattern.test(value)), value),
});
const yes = { put: Number, get: (value) => (expect(value === 0 || value === 1), value === 1) };
const word = (...words) => ({
  put(value) {
    if (!words.includes(value)) throw new NotShort("newer");
    return words.indexOf(value);
  },
  get(value) {
    expect(Number.isInteger(value) && value >= 0);
    if (value >= words.length) throw new NotShort("newer");
    return words[value];
  },
});
const maybe = ({ put, get }) => ({
  put: (value) => (value == null ? null : put(value)),
  get: (value) => (value === null ? null : get(value)),
});
const list = ({ put, get }, most) => ({
  put: (values) => values.slice(0, most).map(put),
  get: (values) => (expect(Array.isArray(values) && values.length <= most), values.map(get)),
});
/** `rest`: what the short form does not tell. */
const record = (fields, rest) => ({
  put: (value) => Object.entries(fields).map(([name, { put }]) => put(value[name])),
  get(values) {
    const all = Object.entries(fields);
    expect(Array.isArray(values) && values.length === all.length);
    return { ...rest, ...Object.fromEntries(all.map(([name, { get }], at) => [name, get(values[at])])) };
  },
});

const us = number();
const small = number(4_294_967_295);
const port = number(65_535);
const id = /^[a-z0-9-]{1,40}$/;
const kebab = /^(?=.{1,80}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const method = word("polling", "long-polling", "server-sent-events", "streaming-fetch", "web-socket");
const verdict = word("passed", "warning", "failed", "skipped", "inconclusive");
const place = word("page", "way-out", "secure", "answered-for", "request-altered", "server", "answer-altered", "frames-out",
  "frames-back", "held", "cut", "close", "nowhere");
const often = word("none", "rare", "frequent");

/** An attempt that the headline needs where nothing else came. */
const WITNESS = record({
  id: port, probe: text(id), attempt: port, endpoint: word("probe", "own"), verdict, place: maybe(place),
  ended: word("complete", "failed", "gave-up", "stopped"), status: maybe(port), marked: maybe(yes), error: maybe(text(/^.{0,100}$/)),
  blockedBy: maybe(text(/^.{0,100}$/)), endedUs: us, ticks: small,
}, {
  candidates: [], because: [], statusFrom: null, refused: null, arrivals: null, queuedUs: null, openUs: null, firstMessageUs: null,
  failedUs: null, echo: null, gapError: null, close: null, closeClass: null, timeClass: null, resourceTiming: null,
});

const METHOD = record({
  method, word: maybe(word("opens", "waiting", "fails-so-far")), verdict, place: maybe(place), candidates: list(place, 2), required: yes,
  timing: maybe(record({
    openUs: maybe(us), firstMessageUs: maybe(us),
    roundTrip: maybe(record({ n: small, minUs: us, medianUs: us, madUs: us })),
  })),
  delivery: maybe(record({
    n: small, medianUs: us, worstUs: us, clockErrorUs: maybe(us), relative: yes, missing: small, duplicated: small, reordered: small,
  }, { atInterval: null })),
  held: maybe(record({
    heldAs: maybe(word("until-close", "block", "timer", "one-behind")), medianUs: us, everyUs: maybe(us), blockBytes: maybe(us),
  }, { reliefs: [] })),
  overhead: maybe(record({ messages: small, upBytes: us, downBytes: us, openBytes: us, sendBytes: maybe(us) }, { ratios: [] })),
  idleTestedMs: maybe(us),
  idleCut: maybe(record({
    livedMs: us, diedMs: us, serverDiedMs: maybe(us), told: yes, pageBeatKeeps: maybe(yes), serverBeatKeeps: maybe(yes),
    beatMs: maybe(us),
  })),
  watched: maybe(record({
    lastedMs: us, heldMs: us, beatMs: us, connections: small, cuts: small, together: small, unclear: small, byServer: small,
    unopened: small, silences: small, everyMs: maybe(us),
  }, { log: [] })),
  http: record({ page: maybe(text(/^.{0,40}$/)), server: maybe(text(/^.{0,40}$/)) }),
  witness: maybe(WITNESS),
});

const FINDING = record({
  code: text(kebab), method: maybe(method), lane: maybe(text(id)), place: maybe(place), strength: word("possible", "likely", "proved"),
  severity: word("info", "degraded", "blocking"), seen: small, of: small,
  rivals: list(record({ code: text(kebab), separatedBy: text(kebab) }), 3),
  // Which other one of the list, from 1.
  under: maybe(number(200)),
}, { because: [], facts: [], against: [] });

const ADVICE = record({
  need: record({
    uplink: often, downlink: often, latencyMs: small, audience: word("any", "enterprise"), servers: word("one", "many"),
    javascriptBothEnds: yes,
  }),
  assumed: yes,
  order: list(method, 8),
  reasons: list(word("none-passed", "not-measured", "frequent-uplink", "frequent-downlink", "lag-allowed", "many-servers",
    "lag-not-allowed", "enterprise", "no-fallback", "javascript-both-ends", "flawed", "next-best", "too-late"), 12),
  delay: maybe(record({ typicalUs: us, worstUs: us })),
  settings: list(record({ name: text(/^[a-z][A-Za-z0-9]{0,39}$/), value: us }), 40),
}, { because: [] });

const NOTICE = record({
  at: us,
  what: word("hidden", "visible", "online", "offline", "slept", "stalled", "policy-violation", "own-failure"),
  us: maybe(us), directive: maybe(text(/^.{0,100}$/)), place: maybe(text(/^.{0,200}$/)),
});

const LANE = record({
  id: text(id), scheme: word("http", "https"), port,
  skipped: maybe(word("mixed-content", "not-asked", "unknown", "bad-certificate")), required: yes,
}, { host: null });

/** What each notice tells besides what it is. */
const TELLS = { slept: ["us"], stalled: ["us"], "policy-violation": ["directive"], "own-failure": ["place"] };

const REPORT = record({
  // Null: the widget itself.
  name: maybe(text(/^.{0,40}$/)), version: text(/^.{0,40}$/), wire: small,
  id: maybe(text(/^[0-9a-f]{32}$/)), startedAt: us, durationUs: us,
  mode: word("quick", "thorough", "watch", "fallback"), truncated: yes,
  result: word("passed", "warning", "failed", "inconclusive", "aborted"),
  engine: maybe(record({ family: word("chromium", "gecko", "web-kit"), version: small })),
  secureContext: yes, isolated: yes, embedded: yes, online: yes, clockStepUs: us, hiddenUs: us, longestGapUs: us, lateUs: us,
  notices: list(NOTICE, 8), lanes: list(LANE, 12),
  vantage: maybe(record({
    tls: word("own", "terminated-before"), tcp: word("client", "proxy"), trustedHops: small, undeclaredFront: yes,
  })),
  methods: list(METHOD, 8), findings: list(FINDING, 40), advice: maybe(ADVICE),
});

const NAME = "pushcheck";
const NO_ID = "0".repeat(32);

/** The report without what the short form has no room for. */
function thin({ software, wire, run, result, surroundings, lanes, about, methods, findings, advice }) {
  const all = methods.map(({ lanes, ...one }) => {
    const main = lanes.find(({ lane }) => lane === "main") ?? lanes[0];
    return { ...one, timing: main?.timing, attempts: main?.attempts ?? [], witness: null };
  });
  if (!about && !all.some(({ verdict }) => verdict === "passed" || verdict === "warning")) {
    for (const told of [({ blockedBy }) => blockedBy, ({ marked }) => marked]) {
      const one = all.find(({ attempts, witness }) => !witness && attempts.some(told));
      if (one && !all.some(({ witness }) => witness)) one.witness = one.attempts.find(told);
    }
  }
  return {
    ...surroundings, ...run, wire, result, advice, lanes,
    name: software.name === NAME ? null : software.name,
    version: software.version,
    id: run.id === NO_ID ? null : run.id,
    vantage: about?.vantage,
    notices: surroundings.notices.map(({ at, notice }) => ({ ...notice, at })),
    methods: all,
    findings: findings.map((one) => ({ ...one, under: findings.findIndex(({ id }) => id === one.foldedUnder) + 1 || null })),
  };
}

/** A whole report again, as the schema demands it. */
function whole({
  name, version, wire, id, startedAt, durationUs, mode, truncated, result, vantage, lanes, methods, findings, advice, notices, ...rest
}) {
  return {
    schema: 1,
    software: { name: name ?? NAME, version },
    wire,
    run: { id: id ?? NO_ID, startedAt, durationUs, mode, labels: [], truncated },
    result,
    surroundings: {
      userAgent: "", origin: "", language: "", clients: null, ...rest,
      notices: notices.map(({ at, what, ...told }) => {
        const tells = TELLS[what] ?? [];
        expect(tells.every((name) => told[name] !== null));
        return { at, notice: Object.fromEntries([["what", what], ...tells.map((name) => [name, told[name]])]) };
      }),
    },
    lanes,
    about: vantage && { instance: "0", startedAt: 0, vantage, outsideIn: null },
    methods: methods.map(({ timing, witness, ...one }) => ({
      ...one,
      resume: null, bursts: null, unread: null, uploads: null, sizes: [], compressed: null,
      lanes: timing || witness ? [{
        lane: "main", verdict: one.verdict, place: one.place, candidates: one.candidates,
        timing: timing ?? { openUs: null, firstMessageUs: null, roundTrip: null }, attempts: witness ? [witness] : [],
      }] : [],
    })),
    findings: findings.map(({ under, ...one }, at) => {
      expect(under === null || (under > 0 && under <= findings.length && under !== at + 1));
      return { ...one, id: `f${at + 1}`, foldedUnder: under && `f${under}` };
    }),
    advice,
    evidence: null,
  };
}

/** A sum that a changed character changes. */
const sum = (text) => [...text].reduce((so, one) => (so * 31 + one.codePointAt(0)) % 65_521, 1);

/** Bytes as base64url (RFC 4648 § 5), without padding. */
export function base64url(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What comes out of a (de)compressor for those bytes; no more of it is made than may be. */
async function through(stream, bytes, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > most) {
      await reader.cancel().catch(() => {});
      throw new NotShort("too-large");
    }
    chunks.push(next.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/**
 * Deflated (RFC 1951); null where the browser has no such thing.
 *
 * @param {Uint8Array} bytes
 */
export async function deflated(bytes) {
  let stream;
  try {
    stream = new CompressionStream("deflate-raw");
  } catch {
    return null;
  }
  return through(stream, bytes, Infinity);
}

/**
 * A report's short form.
 *
 * @param {object} report
 * @returns {Promise<string>} base64url; rejected with a `NotShort` where the report is larger, or newer, than the form.
 */
export async function pack(report) {
  const values = JSON.stringify(REPORT.put(thin(report)));
  const bytes = new TextEncoder().encode(`[${sum(values)},${values}]`);
  const small = await deflated(bytes);
  const packed = small ? `1${base64url(small)}` : `0${base64url(bytes)}`;
  if (packed.length > MOST_PACKED) throw new NotShort("too-large");
  return packed;
}

/**
 * The report of a short form, valid by the schema: without attempts and evidence.
 *
 * @param {string} packed Whatever a stranger wrote.
 * @returns {Promise<object>} Rejected with a `NotShort`.
 */
export async function unpack(packed) {
  if (packed.length > MOST_PACKED) throw new NotShort("too-large");
  const [kind] = packed;
  if (/^[2-9]/.test(packed)) throw new NotShort("newer");
  expect(/^[01][\w-]+$/.test(packed));
  let values;
  try {
    const binary = atob(packed.slice(1).replaceAll("-", "+").replaceAll("_", "/"));
    let bytes = Uint8Array.from(binary, (one) => one.charCodeAt(0));
    if (kind === "1") bytes = await through(inflater(), bytes, MOST_UNPACKED);
    const [said, rest] = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    expect(said === sum(JSON.stringify(rest)));
    values = rest;
  } catch (error) {
    throw error instanceof NotShort ? error : new NotShort("damaged");
  }
  return whole(REPORT.get(values));
}

function inflater() {
  try {
    return new DecompressionStream("deflate-raw");
  } catch {
    throw new NotShort("unable");
  }
}
