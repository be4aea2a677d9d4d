/** The staff listener's HTTP API, with what a session needs. */

/** How long an answer is waited for, ms. */
const PATIENCE = 20_000;

/** Why something was not done: the status (0: no answer), and what the server says (RFC 9457). */
export class Problem extends Error {
  constructor(status, { title, detail, errors } = {}, retryAfter = null) {
    const line = (text) => (typeof text === "string" ? text.slice(0, 500) : "");
    super(line(detail) || line(title) || String(status));
    Object.assign(this, { status, title: line(title), detail: line(detail), errors: Array.isArray(errors) ? errors.slice(0, 20) : [], retryAfter });
  }
}

/** `{get, post, put, remove, session}`; `onSignedOut` is told when the server knows no session any more. */
export function connect(onSignedOut, ask = fetch) {
  let csrf = null;
  async function call(method, path, body) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET" && csrf) headers["Pushcheck-CSRF"] = csrf;
    let answer;
    try {
      answer = await ask(path, {
        method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store", redirect: "error",
        referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      throw new Problem(0);
    }
    const json = await answer.json().catch(() => null);
    if (answer.ok) return json;
    if (answer.status === 401 && csrf) {
      csrf = null;
      onSignedOut();
    }
    throw new Problem(answer.status, json ?? {}, Number(answer.headers.get("Retry-After")) || null);
  }
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    remove: (path) => call("DELETE", path),
    /** What the server says of who is signed in is kept for what changes something. */
    session(said) {
      csrf = said?.csrf ?? null;
    },
  };
}

/** The same promise, whose refusal with a status says this. */
export const saying = (status, text, promise) => promise.catch((error) => {
  throw error.status === status ? Object.assign(error, { said: text }) : error;
});

/** A path with a query; what is empty is left out. */
export function path(name, query = {}) {
  const all = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return all.length ? `${name}?${new URLSearchParams(all)}` : name;
}
