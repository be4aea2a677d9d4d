import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./here.mjs";

const { Live } = await load("staff/live.js");

/** A clock that goes when it is told to, streams that do what they are told, and what was said. */
function scene(answers = []) {
  let now = 0;
  let last = 0;
  const timers = new Map();
  const clock = {
    setTimeout: (run, ms) => (timers.set((last += 1), { run, at: now + ms }), last),
    clearTimeout: (id) => timers.delete(id),
  };
  const pass = async (ms) => {
    const until = now + ms;
    for (;;) {
      const [id, next] = [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (!id) break;
      timers.delete(id);
      now = next.at;
      next.run();
      await new Promise(setImmediate);
    }
    now = until;
    await new Promise(setImmediate);
  };
  const streams = [];
  const open = (url) => {
    const listeners = {};
    const stream = { url, readyState: 0, closed: false, listeners, addEventListener: (what, run) => (listeners[what] = run), close: () => (stream.closed = true) };
    streams.push(stream);
    return stream;
  };
  const said = [];
  const asked = [];
  const ask = async (path) => {
    asked.push(path);
    const answer = answers.shift() ?? { cursor: "9", reports: [], links: [] };
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const told = { state: (word) => said.push(word), gap: () => said.push("gap"), report: ({ id }) => said.push(`report ${id}`), link: ({ id }) => said.push(`link ${id}`) };
  return { live: new Live(open, ask, told, clock), streams, said, asked, pass };
}

test("opened in time, nobody polls", async () => {
  const at = scene();
  at.live.start();
  at.streams[0].onopen();
  at.streams[0].listeners.report({ data: '{"id":"r1"}', lastEventId: "4" });
  at.streams[0].listeners.link({ data: '{"id":"l1"}', lastEventId: "5" });
  at.streams[0].listeners.report({ data: "<html>", lastEventId: "6" });
  await at.pass(60_000);
  assert.deepEqual(at.said, ["connecting", "stream", "gap", "report r1", "link l1"]);
  assert.deepEqual(at.asked, []);
  at.live.end();
});

test("not open within five seconds, it is polled", async () => {
  const at = scene([{ cursor: "1", reports: [], links: [] }, { cursor: "2", reports: [{ id: "r1" }], links: [{ id: "l1" }] }]);
  at.live.start();
  await at.pass(4_999);
  assert.deepEqual(at.asked, []);
  await at.pass(1);
  assert.equal(at.streams[0].closed, true);
  assert.deepEqual(at.asked, ["/v1/changes"]);
  await at.pass(5_000);
  assert.deepEqual(at.asked, ["/v1/changes", "/v1/changes?after=1"]);
  assert.deepEqual(at.said, ["connecting", "polling", "gap", "link l1", "report r1"]);
  at.live.end();
});

test("broken twice, it is polled from where it was", async () => {
  const at = scene();
  at.live.start();
  const [stream] = at.streams;
  stream.onopen();
  stream.listeners.report({ data: '{"id":"r1"}', lastEventId: "a b" });
  stream.onerror();
  assert.equal(at.said.at(-1), "connecting");
  stream.onopen();
  stream.onerror();
  await at.pass(0);
  assert.deepEqual(at.asked, ["/v1/changes?after=a%20b"]);
  assert.equal(at.said.at(-1), "polling");
  at.live.end();
});

test("what the server ends after a while is no break", async () => {
  const at = scene();
  at.live.start();
  const [stream] = at.streams;
  for (let n = 0; n < 4; n++) {
    stream.onopen();
    await at.pass(900_000);
    stream.onerror();
  }
  stream.onopen();
  await at.pass(10_000);
  assert.deepEqual(at.asked, []);
  stream.onerror();
  stream.onopen();
  stream.onerror();
  await at.pass(0);
  assert.deepEqual(at.asked, ["/v1/changes"]);
  at.live.end();
});

test("broken once, it has the time that a browser takes to open it again", async () => {
  const at = scene();
  at.live.start();
  at.streams[0].onopen();
  at.streams[0].onerror();
  await at.pass(9_999);
  assert.deepEqual(at.asked, []);
  await at.pass(1);
  assert.deepEqual(at.asked, ["/v1/changes"]);
  at.live.end();
});

test("errors before it opens are not breaks", async () => {
  const at = scene();
  at.live.start();
  at.streams[0].onerror();
  at.streams[0].onerror();
  at.streams[0].onopen();
  await at.pass(10_000);
  assert.deepEqual(at.asked, []);
  assert.equal(at.said.at(-2), "stream");
  at.live.end();
});

test("refused for good, it is polled at once", async () => {
  const at = scene();
  at.live.start();
  at.streams[0].readyState = 2;
  at.streams[0].onerror();
  await at.pass(0);
  assert.deepEqual(at.asked, ["/v1/changes"]);
  at.live.end();
});

test("an answer that does not come is said, and asked for again", async () => {
  const at = scene([new Error(), { cursor: "1", reports: [], links: [] }]);
  at.live.start();
  await at.pass(5_000);
  assert.equal(at.said.at(-1), "lost");
  await at.pass(5_000);
  assert.deepEqual(at.said.slice(-2), ["polling", "gap"]);
  at.live.end();
});

test("after five minutes of polling the stream is tried again", async () => {
  const at = scene();
  at.live.start();
  await at.pass(5_000 + 300_000);
  assert.equal(at.streams.length, 2);
  at.streams[1].onopen();
  const { length } = at.asked;
  await at.pass(60_000);
  assert.equal(at.asked.length, length);
  at.live.end();
});

test("what is answered after the end is told to nobody", async () => {
  const at = scene([{ cursor: "1", reports: [{ id: "r1" }], links: [] }]);
  at.live.start();
  at.streams[0].readyState = 2;
  at.streams[0].onerror();
  at.live.end();
  await at.pass(1_000_000);
  assert.deepEqual([at.said, at.asked.length], [["connecting"], 1]);
});

test("ended, nothing goes on", async () => {
  const at = scene();
  at.live.start();
  at.live.end();
  await at.pass(1_000_000);
  assert.deepEqual([at.asked, at.streams.length, at.streams[0].closed], [[], 1, true]);
});
