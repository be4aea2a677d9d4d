// A minimal hub of ASP.NET Core SignalR: negotiate version 1, WebSockets, ServerSentEvents, LongPolling;
// JSON hub protocol (records end with 0x1e): handshake, invocation 1, completion 3, ping 6, close 7.
// Server to client: invocation of `message`. Client to server: any method; with an invocation id it is
// answered by a completion, otherwise by an invocation of `message`, both carrying the echo.
import { randomUUID } from "node:crypto";
import { WebSocketServer } from "ws";

const END = "\x1e";
const record = (value) => JSON.stringify(value) + END;

class Connection {
  token = randomUUID();
  id = randomUUID();
  transport = null;     // "ws" | "sse" | "poll"
  write = null;         // puts text on the transport; null while no poll is held
  pending = "";         // text that waits for the next poll
  greeted = false;
  closed = false;
  stop = () => {};

  constructor(hub) {
    this.hub = hub;
    this.heard = this.sent = Date.now();
    // Negotiated but never connected: forget it, as ASP.NET does.
    this.timer = setTimeout(() => { if (!this.transport) this.end(); }, 15000);
  }

  open(transport) {
    this.transport = transport;
    clearTimeout(this.timer);
    if (transport === "poll") return; // inherent keep-alive: no pings, no client timeout
    const every = this.hub.settings.heartbeatMs;
    this.timer = setInterval(() => {
      const now = Date.now();
      if (now - this.heard > 2 * every) return this.close("Client timeout elapsed.");
      if (this.greeted && now - this.sent >= every) this.send(record({ type: 6 }));
    }, Math.max(50, Math.min(1000, every / 10)));
  }

  send(text) {
    this.sent = Date.now();
    if (this.write) this.write(text);
    else this.pending += text;
  }

  receive(text) {
    this.heard = Date.now();
    for (const part of text.split(END)) if (part) this.message(JSON.parse(part));
  }

  message(message) {
    if (!this.greeted) {
      if (message.protocol !== "json" || message.version !== 1) {
        this.send(record({ error: `The protocol '${message.protocol}' is not supported.` }));
        return this.end();
      }
      this.greeted = true;
      this.send(record({}));
      this.hub.run(
        (data) => this.send(record({ type: 1, target: "message", arguments: [data] })),
        (stop) => { this.stop = stop; },
      );
    } else if (message.type === 1) {
      const result = this.hub.echo(message.arguments[0]);
      if (message.invocationId) this.send(record({ type: 3, invocationId: message.invocationId, result }));
      else this.send(record({ type: 1, target: "message", arguments: [result] }));
    } else if (message.type === 7) {
      this.end();
    } // a ping (6) has done its work by being heard
  }

  close(error) {
    this.send(record({ type: 7, error, allowReconnect: true }));
    this.end();
  }

  end() {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.timer);
    this.stop();
    this.hub.connections.delete(this.token);
    this.hangUp?.();
  }
}

export function hub(settings, echo, run) {
  const shared = { settings, echo, run, connections: new Map() };
  const sockets = new WebSocketServer({ noServer: true });
  const plain = (response, status, text = "") => response.writeHead(status, { "Content-Type": "text/plain", "Cache-Control": "no-store" }).end(text);

  function negotiate(response) {
    const connection = new Connection(shared);
    shared.connections.set(connection.token, connection);
    response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
    response.end(JSON.stringify({
      negotiateVersion: 1, connectionId: connection.id, connectionToken: connection.token,
      availableTransports: [
        { transport: "WebSockets", transferFormats: ["Text", "Binary"] },
        { transport: "ServerSentEvents", transferFormats: ["Text"] },
        { transport: "LongPolling", transferFormats: ["Text", "Binary"] },
      ],
    }));
  }

  function events(connection, response) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no" });
    response.write(":\r\n\r\n");
    connection.write = (text) => response.write(`data: ${text}\r\n\r\n`);
    connection.hangUp = () => response.end();
    response.on("close", () => connection.end());
    connection.open("sse");
  }

  // The first poll only opens the connection and comes home empty; a poll after the end gets 204.
  function poll(connection, response) {
    if (!connection.transport) {
      connection.open("poll");
      return plain(response, 200);
    }
    if (connection.write) connection.hangUp(); // a second poll ends the first
    const answer = (status, text) => {
      clearTimeout(timer);
      connection.write = connection.hangUp = null;
      if (!response.writableEnded) plain(response, status, text);
    };
    const timer = setTimeout(() => answer(200, ""), settings.holdMs);
    connection.write = (text) => answer(200, text);
    connection.hangUp = () => answer(204, "");
    response.on("close", () => {
      if (connection.write && !response.writableFinished) connection.write = connection.hangUp = null;
      clearTimeout(timer);
    });
    if (connection.pending) {
      const text = connection.pending;
      connection.pending = "";
      answer(200, text);
    }
  }

  return {
    request(request, response, url, text) {
      if (url.pathname.endsWith("/negotiate")) return request.method === "POST" ? negotiate(response) : plain(response, 405);
      const connection = shared.connections.get(url.searchParams.get("id"));
      if (!connection) return plain(response, 404, "No Connection with that ID");
      if (request.method === "POST") {
        connection.receive(text);
        return plain(response, 200);
      }
      if (request.method === "DELETE") {
        connection.end();
        return plain(response, 202);
      }
      if ((request.headers.accept ?? "").includes("text/event-stream")) return events(connection, response);
      return poll(connection, response);
    },

    // Without an id the negotiation was skipped, which WebSockets allows.
    upgrade(request, socket, head) {
      const id = new URL(request.url, "http://app").searchParams.get("id");
      const connection = id ? shared.connections.get(id) : new Connection(shared);
      if (!connection) return socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      sockets.handleUpgrade(request, socket, head, (ws) => {
        connection.write = (text) => { if (ws.readyState === ws.OPEN) ws.send(text); };
        connection.hangUp = () => ws.close();
        ws.on("message", (data) => connection.receive(data.toString()));
        ws.on("error", () => {});
        ws.on("close", () => connection.end());
        connection.open("ws");
      });
    },
  };
}
