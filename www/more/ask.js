/**
 * What a support link is asked for, and what its server's answer means. Whatever comes from there is bounded, and taken for nothing
 * but text and known words. No DOM.
 */

/** How long an answer is waited for, ms. */
const PATIENCE = 8000;

/** Every answer of the server's bears it: one without is somebody else's. */
const MARK = "pushcheck-answer";

/** Why a link is refused: the server's own words, each with a text. */
export const REFUSALS = ["malformed", "unknown", "expired", "used-up", "revoked"];

/** The methods, best first, and what an option calls an endpoint of each; polling has none. */
export const METHODS = {
  "web-socket": "webSocket",
  "server-sent-events": "serverSentEvents",
  "streaming-fetch": "streamingFetch",
  "long-polling": "longPolling",
  polling: null,
};

/** Levels of redaction, the narrowest first, as `redact.json` has them. */
export const LEVELS = ["public", "support", "full"];

/** How much is taken of what comes from the server: characters, and entries of a list. */
const MOST = { name: 120, note: 4000, list: 10 };

/** The token in what stands behind `#link=`, with what a mail program may have taken for its end; null: there is none. */
export const tokenOf = (said) => /^([0-9a-f]{32})(?![0-9a-z])[^0-9a-z]*$/.exec(said ?? "")?.[1] ?? null;

/** A short report number as it is read out, in two halves; null: it is none. */
export const grouped = (number) =>
  (/^[2-9A-HJKMNP-TV-Z]{6}$/.test(number ?? "") ? `${number.slice(0, 3)}-${number.slice(3)}` : null);

// What would reorder or hide the text around it is left out (Unicode TR 9, C0 and C1).
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const text = (value, most) => (typeof value === "string" ? value.replaceAll("\r\n", "\n").replace(HIDDEN, "").trim().slice(0, most) : "");
const line = (value) => text(value, MOST.name).replace(/\s+/g, " ");
const array = (value) => (Array.isArray(value) ? value.slice(0, MOST.list) : []);
const known = (value) => array(value).filter((one) => Object.hasOwn(METHODS, one));

/**
 * An endpoint as it is shown and tried: `{method, url, protocols, shown, host, barred}`; null: nothing that can be tried. `barred` is why this page
 * may not try it, or null: `file`, as the page in a file connects to its own server alone, or `plain`, as a secure page opens no
 * connection that is not.
 */
function endpoint(one, { secure, file }) {
  const { method, url: said } = one ?? {};
  if (!Object.hasOwn(METHODS, method) || !METHODS[method] || typeof said !== "string" || !URL.canParse(said)) return null;
  const url = new URL(said);
  const schemes = method === "web-socket" ? ["wss:", "ws:"] : ["https:", "http:"];
  if (!schemes.includes(url.protocol) || url.username || url.password) return null;
  const safe = url.protocol === schemes[0];
  url.hash = "";
  const port = url.port || (safe ? "443" : "80");
  const barred = file ? "file" : secure && !safe ? "plain" : null;
  // Each a token, once (RFC 6455 § 4.1): anything else a browser refuses.
  const named = method === "web-socket" ? array(one.protocols) : [];
  const protocols = named.filter((name, at) => typeof name === "string" && /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name) && named.indexOf(name) === at);
  return { method, url: url.href, protocols, shown: `${url.protocol}//${url.hostname}:${port}`, host: url.host, barred };
}

/** Addresses of the same link elsewhere. */
export const elsewhere = (list) => array(list).filter((one) => typeof one === "string" && /^https?:\/\//.test(one) && URL.canParse(one))
  .map((one) => new URL(one)).filter(({ username, password }) => !username && !password)
  .map((url) => {
    [url.search, url.hash] = ["", ""];
    return url.href;
  });

/**
 * A link as the page goes by it; null: this is none. What is not known is the narrower choice: nothing starts by itself, and the
 * least leaves.
 */
export function read(said, page) {
  if (!said || typeof said !== "object" || !line(said.from)) return null;
  const test = said.test ?? {};
  const skip = known(test.skip);
  const all = Object.keys(METHODS).filter((method) => !skip.includes(method));
  const methods = all.length ? all : Object.keys(METHODS);
  const endpoints = array(test.endpoints).map((one) => endpoint(one, page)).filter(Boolean)
    // The widget tries one of each method.
    .filter(({ method, barred }, at, list) => barred || list.findIndex((other) => other.method === method && !other.barred) === at);
  return {
    ticket: line(said.ticket),
    from: line(said.from),
    note: text(said.note, MOST.note),
    language: ["en", "ja"].includes(said.language) ? said.language : null,
    methods,
    required: known(test.required).filter((method) => methods.includes(method)),
    mode: test.mode === "thorough" ? "thorough" : "quick",
    endpoints,
    itself: said.start === "itself" && Array.isArray(test.endpoints) && !test.endpoints.length,
    level: LEVELS.includes(said.level) ? said.level : LEVELS[0],
    expiresAt: Number.isFinite(said.expiresAt) && Math.abs(said.expiresAt) < 8.64e15 ? said.expiresAt : null,
    runsLeft: Number.isInteger(said.runsLeft) && said.runsLeft >= 0 ? said.runsLeft : null,
    alternates: elsewhere(said.alternates),
    before: grouped(said.before),
  };
}

/** The widget's options for it. */
export function options({ methods, required, mode, endpoints }) {
  const tried = endpoints.filter(({ barred }) => !barred);
  return {
    methods,
    required,
    mode,
    ...tried.length && { endpoints: Object.fromEntries(tried.map(({ method, url, protocols }) => [METHODS[method], { url, ...protocols.length && { protocols } }])) },
  };
}

const quiet = { method: "POST", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error" };

/**
 * Asks for a link, for a page that is `secure`, or one in a `file`: `{link}`, or `{why}`, which is one of `REFUSALS`, `unreached`,
 * `late`, `stranger` (an answer that is not the server's), or `busy`. Never rejects.
 */
export async function ask(base, token, page) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    const answer = await fetch(new URL("v1/link", base), { ...quiet, body: token, signal: late.signal });
    if (!answer.headers.has(MARK)) return { why: "stranger" };
    const said = await answer.json().catch(() => null);
    if (late.signal.aborted) return { why: "late" };
    if (answer.ok) {
      const link = read(said, page);
      return link ? { link } : { why: "busy" };
    }
    if (REFUSALS.includes(said?.link)) return { why: said.link };
    // A server that has no links has not this one.
    return { why: answer.status === 404 ? "unknown" : "busy" };
  } catch {
    return { why: late.signal.aborted ? "late" : "unreached" };
  } finally {
    clearTimeout(timer);
  }
}

/** Tells the server what became of a link, also as the page goes. Whether that arrives disturbs nobody. */
export function tell(base, token, word) {
  const [url, body] = [new URL("v1/link", base), `${token}\n${word}`];
  // A beacon brings cookies, which a fetch can leave.
  if (!("keepalive" in Request.prototype)) navigator.sendBeacon?.(url, body);
  else fetch(url, { ...quiet, body, keepalive: true }).catch(() => {});
}
