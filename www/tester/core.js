/** What decides (`tester/` in Rust): structures go there and back as JSON. */
import * as bound from "../pkg/tester-core.js";

/** Loads it from where the page is served. */
export async function load(here) {
  const answer = await fetch(`${here}pkg/tester.wasm`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  bound.initSync({ module: await WebAssembly.compile(await answer.arrayBuffer()) });
}

/** What a browser makes of a URL, as the core takes it; null: it refuses. */
export function parsed(raw) {
  try {
    const { href, protocol, hostname, port, pathname, search, hash, username, password } = new URL(raw);
    return { href, protocol, hostname, port, pathname, search, hash, username, password };
  } catch {
    return null;
  }
}

const page = () => ({ protocol: location.protocol, hostname: location.hostname });
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
// Half a surrogate pair is no text to the core: it goes as U+FFFD, as it goes over the wire.
const written = (value) => JSON.stringify(value, (_, one) => (typeof one === "string" ? decoder.decode(encoder.encode(one)) : one));
const asked = (call) => (value) => JSON.parse(call(written(value)));

/** The parts of a URL and what is doubtful about it. */
export const take = (raw, kind) => asked(bound.take)({ raw, kind, parsed: parsed(raw), page: page() });
/** A parameter as it stands in a query. */
export const { piece, base64, hex, dump, pretty, bytes } = bound;
/** What is doubtful about a request. */
export const look = asked(bound.look);
/** What is doubtful about subprotocols. */
export const protocols = asked(bound.protocols);
/** What is known of a payload before it is sent. */
export const check = (format, text) => JSON.parse(bound.check(format, text));
/** What is known before a socket is closed. */
export const closing = (code, reason) => JSON.parse(bound.closing(code, reason));
/** What a close code means. */
export const told = (code, opened) => JSON.parse(bound.told(code, opened));
/** What a line of a console says. */
export const consoleLine = (text) => JSON.parse(bound.line(text));
/** Makes a link. */
export const writeLink = asked(bound.write_link);
/** Reads one; null: it is none. */
export const readLink = (fragment) => JSON.parse(bound.read_link(fragment));
/** Whether a link may fill a URL in: `yes`, or why not. */
export const admit = (url, endpoints) => JSON.parse(bound.admit(written({ parsed: parsed(url), endpoints })));
/** Reads saved sessions: `{sessions, damaged}`. */
export const readSessions = (text) => JSON.parse(bound.read_sessions(text));
/** What to put in place of `present`: `{text, damaged, aside}`; text null: nothing, it would not be read again. */
export const keepSessions = (sessions, present) => JSON.parse(bound.keep_sessions(written(sessions), present));
/** Client code in each language. */
export const code = asked(bound.code);
