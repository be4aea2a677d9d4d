/**
 * What of a report may leave, by `redact.json`: a field that the table does not let out is gone. Pure: no DOM, no network.
 *
 * The table: `levels`, the narrowest first; `fields`, each path of the schema's leaves (`[]`: of an array, `X.*`: all below X,
 * of which only numbers, yes, no and short words pass) to the lowest level that it leaves at; `facts`, the same for the value of a
 * fact by the fact's name; `instead`, what stands where the schema allows no null; `coarse`, of which number a multiple stays.
 */

const WORD = /^[a-zA-Z0-9-]{1,40}$/;

/** How strangers' trees are kept from filling the stack: the schema is half as deep. */
const DEEPEST = 24;

const compiled = new WeakMap();

/** The table for one level: what passes (`leaves`, `trees`, and `inner`, the ways there), and what it knows at all. */
function compile({ levels, fields, facts }, rank) {
  const passes = (level) => levels.indexOf(level) >= 0 && levels.indexOf(level) <= rank;
  const [leaves, trees, inner, known] = [new Set(), new Set(), new Set(), new Set()];
  for (const [pattern, level] of Object.entries(fields)) {
    const tree = pattern.endsWith(".*");
    const path = tree ? pattern.slice(0, -2) : pattern;
    const pieces = path.split(/\.|(?=\[\])/);
    for (let n = 1; n <= pieces.length; n++) {
      const way = pieces.slice(0, n).join(".").replaceAll(".[]", "[]");
      known.add(way);
      if (passes(level) && n < pieces.length) inner.add(way);
    }
    if (passes(level)) (tree ? trees : leaves).add(path);
  }
  return { leaves, trees, inner, known, named: new Set(Object.keys(facts).filter((name) => passes(facts[name]))) };
}

/** Of a tree that holds numbers, yes, no and words only: the rest of it is null. */
function harmless(value, depth) {
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) return value.map((one) => harmless(one, depth + 1));
  if (value && typeof value === "object") {
    const named = Object.entries(value).filter(([name]) => WORD.test(name));
    return Object.fromEntries(named.map(([name, one]) => [name, harmless(one, depth + 1)]));
  }
  return typeof value !== "string" || WORD.test(value) ? value : null;
}

/**
 * A copy of a report of which only that is left that may leave at a level; the rest is as the schema demands it: null, an empty
 * list, or what the table puts there instead.
 *
 * @param {object} report
 * @param {string} level One of the table's `levels`: at the last of them all leaves; one that it does not know is the first.
 * @param {object} table `redact.json`.
 */
export function redact(report, level, table) {
  const { levels, fields, facts, instead, coarse } = table;
  const rank = Math.max(0, levels.indexOf(level));
  if (rank === levels.length - 1) return JSON.parse(JSON.stringify(report));
  if (!compiled.has(table)) compiled.set(table, levels.map((_, at) => compile({ levels, fields, facts }, at)));
  const { leaves, trees, inner, known, named } = compiled.get(table)[rank];

  const gone = (path, value) => {
    if (Object.hasOwn(coarse, path) && Number.isFinite(value)) return value - (value % coarse[path]);
    return Object.hasOwn(instead, path) ? instead[path] : Array.isArray(value) ? [] : null;
  };
  const copy = (value, path) => {
    // Nothing tells nothing, at every level.
    if (value === null) return null;
    if (Array.isArray(value)) {
      const all = `${path}[]`;
      const passes = inner.has(all) || leaves.has(all) || trees.has(all);
      return passes ? value.map((one) => copy(one, all)) : gone(path, value);
    }
    if (trees.has(path)) return harmless(value, 0);
    if (typeof value !== "object") return leaves.has(path) ? value : gone(path, value);
    if (!inner.has(path) && path) return gone(path, value);
    const out = {};
    for (const name of Object.keys(value)) {
      const way = path ? `${path}.${name}` : name;
      if (known.has(way)) out[name] = copy(value[name], way);
    }
    if (path === "findings[].facts[]" && named.has(value.fact) && typeof value.value === "string") out.value = value.value;
    return out;
  };
  return copy(report, "");
}

/** A line of so many characters is full: so many stand beside each other in a wide card. */
const LINE = 80;

/**
 * JSON as it leaves: in filled lines, so that it can be read and is little longer than the shortest.
 *
 * @param {*} value
 * @param {string} indent What stands before it.
 */
export function print(value, indent = "") {
  const whole = JSON.stringify(value);
  if (whole.length + indent.length <= LINE || value === null || typeof value !== "object") return whole;
  const deeper = `${indent} `;
  const items = Array.isArray(value)
    ? value.map((one) => print(one, deeper))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${print(one, deeper)}`);
  const lines = [];
  let room = 0;
  for (const item of items) {
    room -= item.length + 1;
    if (room < 0 || item.includes("\n")) {
      lines.push(item);
      room = item.includes("\n") ? 0 : LINE - deeper.length - item.length;
    } else lines.push(`${lines.pop()},${item}`);
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${lines.map((line) => deeper + line).join(",\n")}\n${indent}${close}`;
}
