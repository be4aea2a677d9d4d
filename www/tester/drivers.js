/**
 * The three interfaces of the browser, each behind the same few words. A driver only does and tells: `heard` gets `open`, `message`,
 * `note`, `ended`, `failed`, in the order in which they happen, and nothing once it was stopped but its end.
 */

/** The longest that is read of an answer's head. */
const HEADS = 100;

function webSocket({ url, protocols }, heard) {
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  let [opened, closing] = [false, false];
  socket.onopen = () => {
    opened = true;
    heard.open({ protocol: socket.protocol });
  };
  socket.onmessage = ({ data }) => heard.message(typeof data === "string" ? { kind: "text", text: data } : { kind: "binary", bytes: new Uint8Array(data) });
  socket.onclose = ({ code, reason, wasClean }) => heard.ended({ how: "closed", code, reason, clean: wasClean, opened });
  return {
    waits: "connecting",
    send: (data) => socket.send(data),
    close(code, reason) {
      closing = true;
      socket.close(code, reason);
    },
    stop() {
      const waits = opened && !closing;
      closing = true;
      socket.close();
      // Before it has opened nobody answers; and whoever has waited once for the other side's close need not again.
      if (!waits) heard.ended({ how: "stopped", opened });
    },
  };
}

function eventSource({ url, events, withCredentials }, heard) {
  const source = new EventSource(url, { withCredentials });
  let opened = false;
  source.onopen = () => {
    opened = true;
    heard.open({});
  };
  for (const name of new Set(["message", ...events])) {
    // An event of the server's that is called `error` or `open` has data; the browser's own have none.
    source.addEventListener(name, (event) => {
      if (typeof event.data === "string") heard.message({ kind: "event", text: event.data, name, id: event.lastEventId });
    });
  }
  source.onerror = (event) => {
    if (typeof event.data === "string") return;
    if (source.readyState === EventSource.CLOSED) heard.ended({ how: "events", opened });
    else heard.retrying();
  };
  return {
    waits: "connecting",
    stop() {
      source.close();
      heard.ended({ how: "stopped", opened });
    },
  };
}

function http({ url, method, headers, credentials, body }, heard) {
  const stop = new AbortController();
  let size = 0;
  let answer = null;
  // What is wrong with a request is thrown here, before anything is sent.
  const request = new Request(url, {
    method,
    headers: headers.map(({ name, value }) => [name, value]),
    credentials,
    body: body ?? undefined,
    cache: "no-store",
    signal: stop.signal,
  });
  const run = async () => {
    answer = await fetch(request);
    const fields = [...answer.headers].slice(0, HEADS);
    heard.open({ status: answer.status, text: answer.statusText, redirected: answer.redirected && answer.url, fields });
    const type = answer.headers.get("content-type") ?? "";
    const isText = /^text\/|[/+](json|xml|javascript)\b|x-www-form-urlencoded|ndjson/i.test(type);
    const decoder = isText && new TextDecoder();
    const reader = answer.body?.getReader();
    for (let pieces = 1; reader; pieces += 1) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      heard.message(decoder ? { kind: "chunk", text: decoder.decode(value, { stream: true }), size: value.length } : { kind: "chunk", bytes: value });
      // A body that never ends would leave the page no turn of its own.
      if (pieces % 64 === 0) await new Promise((done) => setTimeout(done));
    }
    heard.ended({ how: "whole", status: answer.status, size, opened: true });
  };
  run().catch((error) => {
    if (stop.signal.aborted) heard.ended({ how: "stopped", opened: Boolean(answer) });
    else if (answer) heard.ended({ how: "cut", status: answer.status, size, opened: true });
    else heard.ended({ how: "fetch", opened: false, message: String(error?.message ?? error) });
  });
  return { waits: "waiting", stop: () => stop.abort() };
}

const DRIVERS = { "web-socket": webSocket, "server-sent-events": eventSource, http };

/** Starts; throws what the browser's constructor throws. */
export const start = (kind, what, heard) => DRIVERS[kind](what, heard);
