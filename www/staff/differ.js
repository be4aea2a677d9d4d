/**
 * The report's copy of what the server saw, held against the server's own: what differs, and what is on one side alone. Pure.
 *
 * Nothing that is absent proves anything by itself: what leaves is chosen by the customer, the page's copy was read before the server's,
 * and a server forgets.
 */

/** More of them are not looked at. */
const MOST = 5000;

/** What makes a sighting the same on both sides. */
const KEY = ["instance", "probe", "attempt", "kind", "at"];

/** What grows as long as an exchange lasts. */
const GROWS = [
  "framesIn", "strangeIn", "malformedIn", "framesOut", "ticksOut", "payloadIn", "payloadOut", "bytesIn", "bytesOut", "handedAt", "seenThrough",
  "evicted", "refused", "connectionsLost",
];

const list = (value) => (Array.isArray(value) ? value.slice(0, MOST).filter((one) => one && typeof one === "object") : []);
const keyOf = (seen) => JSON.stringify(KEY.map((name) => seen[name] ?? null));
const isEmpty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

/** Whether two values are the same, in whatever order their keys stand. */
function same(one, other) {
  if (one === other) return true;
  if (!one || !other || typeof one !== "object" || typeof other !== "object" || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]));
}

/**
 * Why a field may differ: `absent` (the report does not tell it: left out, or not known yet), `later` (it went on after the page asked),
 * `gone` (the server's copy alone does not tell it), `other` (they contradict each other).
 */
function kindOf(name, report, ledger) {
  if (isEmpty(report)) return "absent";
  if (isEmpty(ledger)) return "gone";
  return GROWS.includes(name) && typeof report === "number" && typeof ledger === "number" && ledger > report ? "later" : "other";
}

/** The fields of two copies of one thing that are not the same: `{field, report, ledger, kind}`. */
export function fields(report, ledger) {
  const names = [...new Set([...Object.keys(ledger), ...Object.keys(report)])].slice(0, 100);
  const own = (of, name) => (Object.hasOwn(of, name) ? of[name] : undefined);
  return names.map((field) => ({ field, report: own(report, field), ledger: own(ledger, field) }))
    .filter(({ report, ledger }) => !same(report, ledger) && !(isEmpty(report) && isEmpty(ledger)))
    .map((one) => ({ ...one, kind: kindOf(one.field, one.report, one.ledger) }));
}

/** By key; of what has the same one each in its turn, as scanners and retries do. */
function byKey(seen) {
  const all = new Map();
  seen.forEach((one, at) => {
    const key = keyOf(one);
    all.set(key, [...all.get(key) ?? [], [one, at]]);
  });
  return all;
}

/** Whether one side was watching, and told all, when the other side's sighting was made. */
const watched = (complete, instances, { instance, at }) =>
  complete === true && list(instances).some(({ id, seenThrough, evicted }) => id === instance && seenThrough >= at && !evicted);

/**
 * `{same, changed, report, ledger, instances, complete}`; null where one side has nothing at all. `same`: how many sightings are alike;
 * `changed`: `{seen, at, fields}` each, `at` the place in the report; `report` and `ledger`: what only that side has, `{seen, proved}`:
 * `proved`, the other side was watching then and tells of everything it saw. `instances`: the fields of each server that differ.
 */
export function differences(evidence, ledger) {
  if (!evidence || !ledger) return null;
  const theirs = byKey(list(evidence.sightings));
  const ours = byKey(list(ledger.sightings));
  const found = { same: 0, changed: [], report: [], ledger: [], instances: [], complete: { report: evidence.complete === true, ledger: ledger.complete === true } };
  for (const [key, mine] of theirs) {
    const others = ours.get(key) ?? [];
    mine.forEach(([seen, at], n) => {
      if (!others[n]) {
        found.report.push({ seen, at, proved: watched(ledger.complete, ledger.instances, seen) });
        return;
      }
      const differing = fields(seen, others[n][0]);
      if (differing.length) found.changed.push({ seen, at, fields: differing });
      else found.same += 1;
    });
  }
  for (const [key, mine] of ours) {
    mine.slice(theirs.get(key)?.length ?? 0).forEach(([seen]) => {
      found.ledger.push({ seen, proved: watched(evidence.complete, evidence.instances, seen) });
    });
  }
  for (const instance of list(ledger.instances)) {
    const theirs = list(evidence.instances).find(({ id }) => id === instance.id);
    const differing = theirs ? fields(theirs, instance) : [];
    if (!theirs || differing.length) found.instances.push({ id: instance.id, missing: !theirs, fields: differing });
  }
  return found;
}

/** Whether anything contradicts: what only came later, or was left out, does not. */
export const contradicts = ({ changed, report, ledger }) =>
  changed.some(({ fields }) => fields.some(({ kind }) => kind === "other")) || [...report, ...ledger].some(({ proved }) => proved);
