import assert from "node:assert/strict";
import { test } from "node:test";
import { golden, load } from "./here.mjs";

const { contradicts, differences } = await load("staff/differ.js");

const server = { id: "a1", startedAt: 1, seenThrough: 9_000, evicted: 0, refused: 0, connectionsLost: 0 };
const seen = (more) => ({
  instance: "a1", probe: "web-socket", attempt: 1, kind: "web-socket", at: 100, method: "GET", status: 101, framesIn: 4, headers: [{ name: "Upgrade", length: 9 }], close: null, ...more,
});
const of = (sightings, more) => ({ complete: true, instances: [server], sightings, connections: [], ...more });
const kinds = ({ changed }) => changed.flatMap(({ fields }) => fields.map(({ field, kind }) => `${field} ${kind}`));

test("the same books do not differ, in whatever order", () => {
  const { evidence } = golden("nginx-no-upgrade-firefox");
  const own = structuredClone(evidence);
  own.sightings.reverse();
  const found = differences(evidence, own);
  assert.equal(found.same, evidence.sightings.length);
  assert.ok(found.same > 3);
  assert.deepEqual([found.changed, found.report, found.ledger, found.instances], [[], [], [], []]);
  assert.equal(contradicts(found), false);
});

test("a field that differs is told with both sides", () => {
  const found = differences(of([seen()]), of([seen({ status: 418 })]));
  assert.deepEqual(found.changed[0].fields, [{ field: "status", report: 101, ledger: 418, kind: "other" }]);
  assert.equal(contradicts(found), true);
});

test("what went on, and what was left out, contradicts nothing", () => {
  const later = differences(of([seen()]), of([seen({ framesIn: 9, close: { code: 4000 } })]));
  assert.deepEqual(kinds(later), ["framesIn later", "close absent"]);
  const less = differences(of([seen({ headers: [] })]), of([seen()]));
  assert.deepEqual(kinds(less), ["headers absent"]);
  assert.equal(contradicts(later) || contradicts(less), false);
});

test("a count that shrank contradicts", () => {
  assert.deepEqual(kinds(differences(of([seen({ framesIn: 9 })]), of([seen()]))), ["framesIn other"]);
});

test("what only one side has is proved only where the other watched and told all", () => {
  const alone = (evidence, ledger) => {
    const found = differences(evidence, ledger);
    return [found.report.map(({ proved }) => proved), found.ledger.map(({ proved }) => proved)];
  };
  const late = seen({ attempt: 2, at: 9_500 });
  assert.deepEqual(alone(of([seen()]), of([])), [[true], []]);
  assert.deepEqual(alone(of([]), of([seen()])), [[], [true]]);
  assert.deepEqual(alone(of([late]), of([])), [[false], []]);
  assert.deepEqual(alone(of([]), of([late])), [[], [false]]);
  assert.deepEqual(alone(of([seen()]), of([], { complete: false })), [[false], []]);
  assert.deepEqual(alone(of([seen()]), of([], { instances: [{ ...server, evicted: 3 }] })), [[false], []]);
  assert.deepEqual(alone(of([seen()]), of([], { instances: [] })), [[false], []]);
});

test("an arrival on another server, of another attempt or at another time is another", () => {
  for (const more of [{ instance: "b2" }, { probe: "poll" }, { attempt: 2 }, { kind: "poll" }, { at: 101 }]) {
    const found = differences(of([seen()]), of([seen(more)]));
    assert.deepEqual([found.same, found.changed.length, found.report.length, found.ledger.length], [0, 0, 1, 1], JSON.stringify(more));
  }
});

test("two arrivals alike are two", () => {
  const found = differences(of([seen(), seen()]), of([seen()]));
  assert.deepEqual([found.same, found.report.length], [1, 1]);
});

test("a server that the page did not hear is named", () => {
  const found = differences(of([], { instances: [] }), of([]));
  assert.deepEqual(found.instances, [{ id: "a1", missing: true, fields: [] }]);
});

test("without evidence or books there is nothing to say", () => {
  assert.equal(differences(null, of([])), null);
  assert.equal(differences(of([]), null), null);
});

test("what strangers wrote does not throw", () => {
  for (const odd of [{}, { sightings: 7, instances: "x" }, { sightings: [null, 3, {}], instances: [null] }]) differences(odd, of([seen()]));
  const found = differences(of([seen({ ["__proto__x"]: 1, constructor: 2 })]), of([seen()]));
  assert.deepEqual(kinds(found).sort(), ["__proto__x gone", "constructor gone"]);
});
