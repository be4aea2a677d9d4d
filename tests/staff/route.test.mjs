import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./here.mjs";

const { invitation, read, write } = await load("staff/route.js");
const { allowed, again, body, faults, FRESH, wrong } = await load("staff/request.js");
const id = "0123456789abcdef0123456789abcdef";

test("an address is read as it was written", () => {
  for (const [view, of, query] of [["inbox", null, {}], ["inbox", null, { q: "a b&c", result: "failed" }], ["reports", id, {}], ["links", "new", { after: id }], ["admin", "audit", {}]]) {
    assert.deepEqual(read(write(view, of, query)), { view, of, query });
  }
});

test("what is none of ours is the inbox", () => {
  for (const hash of ["", "#", "#/", "#/constructor", "#/toString", `#/inbox/${id}`, "#/reports/../x", "#/reports/new", "#/admin/nobody", `#/reports/${id}/x`, "#/__proto__"]) {
    assert.deepEqual(read(hash), { view: "inbox", of: null, query: {} }, hash);
  }
});

test("an invitation is a token and nothing else", () => {
  assert.equal(invitation(`#invitation=${id}`), id);
  for (const hash of [`#invitation=${id}0`, `#invitation=${id.toUpperCase()}`, "#invitation=", `#/inbox?invitation=${id}`]) assert.equal(invitation(hash), null);
});

test("a link names only what the server allows", () => {
  const is = (url, ...patterns) => allowed(new URL(url), patterns);
  assert.equal(is("wss://x.example/"), false);
  assert.equal(is("wss://a.app.example/x", "wss://*.app.example"), true);
  assert.equal(is("wss://app.example/", "wss://*.app.example"), false);
  assert.equal(is("wss://evilapp.example/", "wss://*.app.example"), false);
  assert.equal(is("ws://a.app.example/", "wss://*.app.example"), false);
  assert.equal(is("wss://a.app.example:8443/", "wss://*.app.example"), false);
  assert.equal(is("wss://a.app.example:8443/", "wss://*.app.example:8443"), true);
  assert.equal(is("https://app.example/", "https://app.example/"), true);
  assert.equal(is("https://app.example/", "https://app.example:443"), true);
  assert.equal(is("https://app.example/", "https://app.example:80"), false);
  assert.equal(is("ws://[::1]:8080/x", "ws://[::1]:8080"), true);
});

const listed = ["wss://a.example", "https://a.example"];

test("an endpoint fits its method and holds no password", () => {
  assert.equal(wrong({ method: "web-socket", url: "wss://a.example/" }, listed), null);
  assert.equal(wrong({ method: "web-socket", url: "https://a.example/" }, listed), "scheme");
  assert.equal(wrong({ method: "long-polling", url: "wss://a.example/" }, listed), "scheme");
  assert.equal(wrong({ method: "long-polling", url: "javascript:alert(1)" }, listed), "scheme");
  assert.equal(wrong({ method: "long-polling", url: "https://me:secret@a.example/" }, listed), "secret");
  assert.equal(wrong({ method: "long-polling", url: "nowhere" }, listed), "url");
  assert.equal(wrong({ method: "long-polling", url: "https://a.example/" }, ["https://b.example"]), "list");
  assert.equal(wrong({ method: "polling", url: "https://a.example/" }, listed), "method");
});

test("what is wrong with a request is told field by field", () => {
  const whys = (more) => faults({ ...FRESH, ticket: "T", ...more }, listed).map(({ field, why }) => `${field} ${why}`);
  assert.deepEqual(whys({}), []);
  assert.deepEqual(whys({ ticket: " " }), ["ticket empty"]);
  assert.deepEqual(whys({ expiresInHours: 2161, runs: 0 }), ["expiresInHours range", "runs range"]);
  assert.deepEqual(whys({ skip: ["polling"], required: ["polling"] }), ["skip required"]);
  const all = ["web-socket", "server-sent-events", "streaming-fetch", "long-polling", "polling"];
  assert.deepEqual(whys({ skip: all }), ["skip all"]);
  const one = { method: "long-polling", url: "https://a.example/" };
  assert.deepEqual(whys({ skip: all, endpoints: [one] }), ["skip all"]);
  assert.deepEqual(whys({ endpoints: [one, { ...one }] }), ["endpoints twice"]);
  assert.deepEqual(whys({ runs: 1.5 }), ["runs range"]);
  assert.deepEqual(whys({ endpoints: [{ method: "long-polling", url: "x" }] }), ["endpoints url"]);
});

test("a link with endpoints never starts by itself", () => {
  const endpoints = [{ method: "polling", url: "https://a.example/" }];
  assert.equal(body({ ...FRESH, ticket: "T", start: "itself" }).start, "itself");
  assert.equal(body({ ...FRESH, ticket: "T", start: "itself", endpoints }).start, "click");
});

test("once more is the same, after it", () => {
  const link = { ...FRESH, ticket: "T", mode: "thorough", required: ["web-socket"], note: "old", runs: 5, expiresInHours: 1 };
  const made = again({ id, ticket: "T", link, report: null });
  assert.deepEqual([made.mode, made.required, made.runs, made.note, made.after, made.expiresInHours], ["thorough", ["web-socket"], 5, "", id, 168]);
  const bare = again({ id, ticket: null, link: null, report: { run: { mode: "watch" }, methods: [{ method: "polling", required: true }] } });
  assert.deepEqual([bare.ticket, bare.mode, bare.required], ["", "quick", ["polling"]]);
});
