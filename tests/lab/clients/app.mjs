// One server, one port: the same job behind six real push endpoints, to prove the client settings.
//   node app.mjs --listen 127.0.0.1:8080 [--cert FILE --key FILE]
// Settings: environment HEARTBEAT_MS, HOLD_MS, QUIET_MS.
import http from "node:http";
import https from "node:https";
import { readFileSync } from "node:fs";
import { Server as SocketIO } from "socket.io";
import sockjs from "sockjs";
import { WebSocketServer } from "ws";
import { hub } from "./signalr.mjs";

const settings = {
  heartbeatMs: +(process.env.HEARTBEAT_MS ?? 25000),
  holdMs: +(process.env.HOLD_MS ?? 25000),
  quietMs: +(process.env.QUIET_MS ?? 60000),
};

// ---- the job: ten messages with gaps of 60–400 ms, silence, one last message -------------------

const jobs = new Map();

class Job {
  static count = 0;
  log = [];
  connections = 0;
  listeners = new Set();

  constructor() {
    this.id = (++Job.count).toString(36) + Math.random().toString(36).slice(2, 8);
    this.quietMs = settings.quietMs;
    jobs.set(this.id, this);
    this.next(1);
  }

  next(n) {
    const gap = n === 11 ? this.quietMs : 60 + Math.random() * 340;
    setTimeout(() => {
      const message = { id: `${this.id}.${n}`, n, at: Date.now() };
      this.log.push(message);
      for (const listener of this.listeners) listener(message);
      if (n < 11) this.next(n + 1);
      else setTimeout(() => jobs.delete(this.id), 60000).unref();
    }, gap).unref();
  }

  // Everything after the given number now, then what comes; returns how to stop. Each message tells by which connection of the
  // job it goes, and by which method.
  follow(n, via, listener) {
    const connection = ++this.connections;
    const hand = (message) => listener({ ...message, connection, via });
    this.log.filter((message) => message.n > n).forEach(hand);
    this.listeners.add(hand);
    return () => this.listeners.delete(hand);
  }
}

// The id of the last message received says where to resume; without one a new job begins.
function resume(after) {
  const [id, n] = (after ?? "").split(".");
  return jobs.has(id) ? [jobs.get(id), +n] : [new Job(), 0];
}

const echo = (data) => ({ echo: data, at: Date.now() });
const parse = (text) => { try { return JSON.parse(text); } catch { return text; } };

// ---- plain HTTP endpoints -----------------------------------------------------------------------

// Streams until the client leaves: SSE (a comment and a named event each beat) or lines of JSON.
function stream(request, response, url, via, type, first, beat, format) {
  response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-cache, no-store, no-transform", "X-Accel-Buffering": "no" });
  response.write(first);
  const timer = setInterval(() => response.write(beat), settings.heartbeatMs);
  const [job, n] = resume(request.headers["last-event-id"] ?? url.searchParams.get("after"));
  const stop = job.follow(n, via, (message) => response.write(format(message)));
  response.on("close", () => { clearInterval(timer); stop(); });
}

// Answers with what there is after the id, or with the first that comes within the hold (`hold=0`: at once).
function poll(response, url) {
  const [job, n] = resume(url.searchParams.get("after"));
  let stop, timer;
  const answer = (messages) => {
    clearTimeout(timer);
    stop?.();
    if (!response.writableEnded) json(response, messages);
  };
  const hold = url.searchParams.get("hold") ?? settings.holdMs;
  // Each is a connection of its own, whatever happens: they count as one.
  const named = (message) => ({ ...message, connection: 1, via: +hold === 0 ? "polling" : "long-polling" });
  const waiting = job.log.filter((message) => message.n > n).map(named);
  // A poll that comes home empty must still be able to name its job: the cursor is the job’s message 0.
  const empty = n === 0 ? [{ id: `${job.id}.0`, n: 0, at: Date.now() }] : [];
  if (waiting.length || +hold === 0) return answer(waiting.length ? waiting : empty);
  timer = setTimeout(answer, +hold, empty);
  stop = job.follow(n, "long-polling", (message) => answer([named(message)]));
  response.on("close", () => { clearTimeout(timer); stop(); });
}

function json(response, value, status = 200) {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(value));
}

async function body(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

const sse = (message) => `id: ${message.id}\ndata: ${JSON.stringify(message)}\n\n`;

async function route(request, response) {
  const url = new URL(request.url, "http://app");
  if (url.pathname.startsWith("/sockjs")) return sock(request, response);
  // SignalR sends credentials by default, for which `*` is refused: there the origin is named.
  const origin = request.headers.origin;
  const named = url.pathname.startsWith("/hub") && origin;
  response.setHeader("Access-Control-Allow-Origin", named ? origin : "*");
  if (named) response.setHeader("Access-Control-Allow-Credentials", "true");
  response.setHeader("Vary", "Origin");
  if (request.method === "OPTIONS") {
    response.setHeader("Access-Control-Allow-Methods", "GET, POST, DELETE");
    response.setHeader("Access-Control-Allow-Headers", request.headers["access-control-request-headers"] ?? "*");
    response.setHeader("Access-Control-Max-Age", "600");
    return response.writeHead(204).end();
  }
  switch (`${request.method} ${url.pathname}`) {
    case "GET /events":
      return stream(request, response, url, "server-sent-events", "text/event-stream", "retry: 500\n:\n\n", ":\nevent: beat\ndata: \n\n", sse);
    case "GET /stream":
      return stream(request, response, url, "streaming-fetch", "application/x-ndjson", "\n", "\n", (message) => JSON.stringify(message) + "\n");
    case "GET /poll":
      return poll(response, url);
    case "POST /send":
      return json(response, echo(parse(await body(request))));
  }
  if (url.pathname === "/hub" || url.pathname === "/hub/negotiate") return signalr.request(request, response, url, await body(request));
  json(response, { error: "not found" }, 404);
}

// ---- the server, and the libraries on it --------------------------------------------------------

const option = (name, otherwise) => {
  const at = process.argv.indexOf("--" + name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const cert = option("cert");
const server = cert
  ? https.createServer({ cert: readFileSync(cert), key: readFileSync(option("key")) })
  : http.createServer();

server.on("request", (request, response) => {
  route(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) json(response, { error: String(error) }, 500);
  });
});

// A connection of a library: one job from its beginning, `send` per message.
function run(send, onClose) {
  onClose(new Job().follow(0, "library", send));
}

// Plain WebSocket: answers `beat` with `beat`, and pings by itself.
const plain = new WebSocketServer({ noServer: true });
plain.on("connection", (socket, request) => {
  const [job, n] = resume(new URL(request.url, "http://app").searchParams.get("after"));
  const stop = job.follow(n, "web-socket", (message) => socket.send(JSON.stringify(message)));
  let answered = true;
  socket.on("pong", () => { answered = true; });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, settings.heartbeatMs);
  socket.on("message", (data) => {
    const text = data.toString();
    socket.send(text === "beat" ? "beat" : JSON.stringify(echo(parse(text))));
  });
  socket.on("error", () => {});
  socket.on("close", () => { clearInterval(timer); stop(); });
});

// SignalR, see signalr.mjs.
const signalr = hub(settings, echo, run);

server.on("upgrade", (request, socket, head) => {
  const { pathname } = new URL(request.url, "http://app");
  if (pathname === "/socket") plain.handleUpgrade(request, socket, head, (ws) => plain.emit("connection", ws, request));
  else if (pathname === "/hub") signalr.upgrade(request, socket, head);
  else if (pathname.startsWith("/sockjs")) sock(request, socket, head);
  else if (!pathname.startsWith("/socket.io/")) socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
});

// Socket.IO takes /socket.io/ and passes everything else on.
const io = new SocketIO(server, { serveClient: false, destroyUpgrade: false, cors: { origin: "*" }, pingInterval: settings.heartbeatMs, pingTimeout: 20000 });
io.on("connection", (socket) => {
  run((message) => socket.emit("message", message), (stop) => socket.on("disconnect", stop));
  socket.on("message", (data, done) => {
    if (done) done(echo(data));
    else socket.emit("message", echo(data));
  });
});

const push = sockjs.createServer({ heartbeat_delay: settings.heartbeatMs, disconnect_delay: 10000, log: () => {} });
push.on("connection", (connection) => {
  run((message) => connection.write(JSON.stringify(message)), (stop) => connection.on("close", stop));
  connection.on("data", (text) => connection.write(JSON.stringify(echo(parse(text)))));
});
const handler = push.listener({ prefix: "/sockjs" }).getHandler();
const sock = (request, ...rest) => handler.call(server, request, ...rest);

const [, host, port] = /^(?:(.*):)?(\d+)$/.exec(option("listen", "127.0.0.1:8080")) ?? [];
if (port === undefined) throw new Error("--listen HOST:PORT");
server.listen(+port, (host ?? "127.0.0.1").replace(/^\[|\]$/g, ""), () => {
  const { address, port } = server.address();
  console.log(JSON.stringify({ listening: `${cert ? "https" : "http"}://${address}:${port}`, settings }));
});
