import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./here.mjs";

const { fits, fitsLink, grouped, plain, put, rows, tidy } = await load("staff/rows.js");

const line = (more) => ({ id: "1", number: "K7M2PX", ticket: "ACME-4711", arrivedAt: 10, result: "failed", firstCause: "dns-failure", place: "way-out", browser: "gecko 140", marks: 0, ...more });
const link = (more) => ({ id: "2", ticket: "ACME-4711", note: "", state: "sent", createdAt: 5, openedAt: null, ...more });

test("numbers are read out in threes, and found as they were heard", () => {
  assert.equal(grouped("K7M2PX"), "K7M-2PX");
  assert.equal(grouped("<b>"), "<b>");
  assert.equal(plain(" k7m-2px"), "K7M2PX");
  assert.equal(plain("k7m 2px"), "K7M2PX");
  assert.equal(plain("acme-4711"), "acme-4711");
});

test("what strangers wrote stays on its line, in order and short", () => {
  assert.equal(tidy("a\u202eb\nc\u0000"), "a b c");
  assert.equal(tidy("x".repeat(500)).length, 200);
  assert.equal(tidy(null), "");
});

test("the newest stands first, links among reports", () => {
  const all = rows([line(), line({ id: "3", arrivedAt: 3 })], [link(), link({ id: "4", openedAt: 20 })], false);
  assert.deepEqual(all.map(({ id }) => id), ["4", "1", "2", "3"]);
});

test("where there are more reports, older links wait", () => {
  assert.deepEqual(rows([line()], [link()], true).map(({ id }) => id), ["1"]);
  assert.deepEqual(rows([line()], [link()], false).map(({ id }) => id), ["1", "2"]);
});

test("an item is put in its own place", () => {
  assert.deepEqual(put([line(), line({ id: "3" })], line({ marks: 2 })).map(({ id, marks }) => [id, marks]), [["1", 2], ["3", 0]]);
  assert.deepEqual(put([line()], line({ id: "9" })).map(({ id }) => id), ["9", "1"]);
});

test("an arrival is shown where it fits, and asked about where its line does not tell", () => {
  assert.equal(fits(line(), {}), true);
  assert.equal(fits(line(), { result: "passed" }), false);
  assert.equal(fits(line(), { place: "server" }), false);
  assert.equal(fits(line(), { ticket: "OTHER" }), false);
  assert.equal(fits(line(), { mark: "any" }), false);
  assert.equal(fits(line({ marks: 1 }), { mark: "right" }), null);
  assert.equal(fits(line(), { cause: "mtu-blackhole" }), null);
  assert.equal(fits(line(), { q: "k7m-2px" }), true);
  assert.equal(fits(line(), { q: "acme" }), true);
  assert.equal(fits(line(), { q: "somebody" }), null);
});

test("links are listed as long as something may come of them", () => {
  const shown = ["sent", "opened", "running", "broken-off", "arrived", "expired", "revoked"].filter((state) => fitsLink(link({ state }), {}));
  assert.deepEqual(shown, ["sent", "opened", "running", "broken-off"]);
  assert.equal(fitsLink(link(), { result: "failed" }), false);
  assert.equal(fitsLink(link(), { q: "globex" }), false);
});
