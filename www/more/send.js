/**
 * A report sent over whichever method works here. Each way, and each size, is tried once; an answer that does not bear the
 * server's mark is a stranger's, and counts for nothing.
 */
import { print } from "./redact.js";
import { base64url, deflated } from "./short.js";

/** What the server takes of one report, bytes. */
export const MOST_SENT = 256 * 1024;

/** How long each request is waited for, and all pieces together, ms. */
const PATIENCE = 8000;
const PATIENCE_PIECES = 40_000;

/** How long a piece is, characters, how many there may be, and how many are under way at once. */
export const PIECE = 1500;
export const MOST_PIECES = 64;
const AT_ONCE = 4;

/**
 * Why it was not sent: `reason` is `unreached`, `late`, `stranger`, `refused` (with the status, and in `link` what is wrong with the
 * link where it is for that), or `large`.
 */
export class NotSent extends Error {
  constructor(reason, status = null, link = null) {
    super(reason);
    Object.assign(this, { reason, status, link });
  }
}

const quiet = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error" };

/**
 * The ways to try, best first: those go last whose method does not work here.
 *
 * @param {object} report
 * @returns {("post"|"web-socket"|"get")[]}
 */
export function ways({ methods }) {
  const works = (name) => !methods.some(({ method, verdict }) => method === name && verdict !== "passed" && verdict !== "warning");
  const all = [["post", works("polling")], ["web-socket", works("web-socket")], ["get", works("polling") || works("long-polling")]];
  return [...all.filter(([, works]) => works), ...all.filter(([, works]) => !works)].map(([way]) => way);
}

/**
 * What fits into so many bytes: `{text, bytes, left}`, `left` being what had to stay, `evidence` or `attempts` (which go after it),
 * or null. The text is null where nothing fits.
 *
 * @param {object} report
 * @param {number} most Bytes.
 * @param {?string} left What was left out before.
 */
export function fit(report, most = MOST_SENT, left = null) {
  const without = { ...report, evidence: null };
  const bare = () => ({
    ...without,
    methods: report.methods.map((one) => ({ ...one, lanes: one.lanes.map((lane) => ({ ...lane, attempts: [] })) })),
  });
  const parts = [[null, () => report], ["evidence", () => without], ["attempts", bare]];
  for (const [name, part] of parts.slice(parts.findIndex(([name]) => name === left))) {
    const text = print(part());
    const bytes = new TextEncoder().encode(text).length;
    if (bytes <= most) return { text, bytes, left: name };
  }
  return { text: null, bytes: 0, left: "attempts" };
}

/** What is wrong with the link that a report came by; null: nothing is said of it. */
const wrong = (said) => (["malformed", "unknown", "expired", "used-up", "revoked"].includes(said) ? said : null);

/** What the server calls it: its id, and a short number to read out, if it gives one; anything else is not its word. */
function numbered(said) {
  const { id, number, status, link } = said ?? {};
  // On a WebSocket a refusal comes as a message.
  if (id === undefined && Number.isInteger(status)) throw new NotSent(status === 413 ? "large" : "refused", status, wrong(link));
  if (typeof id !== "string" || !/^[\w-]{1,64}$/.test(id)) throw new NotSent("stranger");
  return { id, number: /^\w{1,16}$/.test(number ?? "") ? number : null };
}

/** One request; its status, and what it says where it is the server's. */
async function asked(url, init, patience = PATIENCE) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience);
  try {
    const answer = await fetch(url, { ...quiet, ...init, signal: abort.signal });
    if (!answer.headers.has("pushcheck-answer")) throw new NotSent("stranger", answer.status);
    if (answer.status === 204) return null;
    const said = await answer.json().catch(() => null);
    if (answer.status !== 201) throw new NotSent(answer.status === 413 ? "large" : "refused", answer.status, wrong(said?.link));
    return numbered(said);
  } catch (error) {
    if (error instanceof NotSent) throw error;
    throw new NotSent(abort.signal.aborted ? "late" : "unreached");
  } finally {
    clearTimeout(timer);
  }
}

async function post(text, base) {
  const named = await asked(new URL("v1/reports", base), { method: "POST", body: text });
  return named ?? numbered();
}

function socket(text, base) {
  return new Promise((resolve, reject) => {
    let opened;
    try {
      opened = new WebSocket(new URL("v1/reports", base).href.replace(/^http/, "ws"));
    } catch {
      reject(new NotSent("unreached"));
      return;
    }
    const end = (settle, what) => {
      clearTimeout(timer);
      opened.onopen = opened.onmessage = opened.onclose = null;
      opened.close();
      settle(what);
    };
    const timer = setTimeout(() => end(reject, new NotSent("late")), PATIENCE);
    opened.onopen = () => opened.send(text);
    opened.onmessage = ({ data }) => {
      try {
        end(resolve, numbered(JSON.parse(data)));
      } catch (error) {
        end(reject, error instanceof NotSent ? error : new NotSent("stranger"));
      }
    };
    // 1009: too large (RFC 6455 § 7.4.1); 1008 and above 3000: it does not want it.
    opened.onclose = ({ code, reason }) => {
      const refused = code === 1008 || code >= 3000;
      end(reject, new NotSent(code === 1009 ? "large" : refused ? "refused" : "unreached", code, refused ? wrong(reason) : null));
    };
  });
}

/** As if deflated (RFC 1951 § 3.2.4), where the browser cannot. */
function stored(bytes) {
  const out = [];
  // A block may hold twice as much; some engines take no more arguments.
  for (let at = 0; at < bytes.length; at += 32_768) {
    const part = bytes.subarray(at, at + 32_768);
    const { length } = part;
    out.push(at + length >= bytes.length ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255, ...part);
  }
  return Uint8Array.from(out);
}

async function pieces(text, base) {
  const bytes = new TextEncoder().encode(text);
  const body = base64url((await deflated(bytes)) ?? stored(bytes));
  const of = Math.ceil(body.length / PIECE);
  if (of > MOST_PIECES) throw new NotSent("large");
  const upload = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const until = performance.now() + PATIENCE_PIECES;
  let next = 0;
  let named = null;
  const worker = async () => {
    while (next < of) {
      const n = ++next;
      const url = new URL(`v1/reports/${upload}/${n}/${of}?${body.slice((n - 1) * PIECE, n * PIECE)}`, base);
      const left = () => Math.min(PATIENCE, until - performance.now());
      const once = () => (left() > 0 ? asked(url, {}, left()) : Promise.reject(new NotSent("late")));
      // On a network that loses some, a piece is worth a second try; what was refused is not.
      named = await once().catch((error) => (error.reason === "unreached" ? once() : Promise.reject(error))) ?? named;
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } catch (error) {
    // The others begin no more.
    next = of;
    throw error;
  }
  return named ?? numbered();
}

/** What tells most first. */
const TELLING = ["refused", "large", "stranger", "late", "unreached"];

const BY = { post, "web-socket": socket, get: pieces };

/** What goes before a report that answers a support link; nothing without its token. */
export const lineOf = (token) => (token ? `link ${token}\n` : "");

/**
 * Sends a report, whole or, where that is too large, without its evidence, then without its attempts.
 *
 * @param {object} report As it may leave.
 * @param {string} base URL of the probe server's base path.
 * @param {("post"|"web-socket"|"get")[]} order
 * @param {(way: string) => void} onTry Told of each try before it.
 * @param {?string} token Of the support link that the report is an answer to: a line before it.
 * @returns {Promise<{by: string, id: string, number: ?string, bytes: number, left: ?string, text: string}>} `text`, of so many bytes, is
 *   the report as it was sent. Rejected with the `NotSent` that tells most.
 */
export async function send(report, base, order = ways(report), onTry = () => {}, token = null) {
  const line = lineOf(token);
  const most = MOST_SENT - line.length;
  const failures = [];
  for (const by of order) {
    // What is too large for one way may fit another: each begins with the whole.
    let part = fit(report, most);
    let last = new NotSent("large");
    while (part.text !== null) {
      onTry(by);
      try {
        return { by, ...await BY[by](line + part.text, base), ...part };
      } catch (error) {
        last = error instanceof NotSent ? error : new NotSent("unreached");
      }
      if (last.reason !== "large" || part.left === "attempts") break;
      part = fit(report, most, part.left === null ? "evidence" : "attempts");
    }
    failures.push(last);
    // By the same server, of the same text: it would not take it by another way either.
    if (last.reason === "refused" && (last.link || [400, 403, 404, 405, 422].includes(last.status))) break;
  }
  throw failures.sort((a, b) => TELLING.indexOf(a.reason) - TELLING.indexOf(b.reason))[0] ?? new NotSent("unreached");
}
