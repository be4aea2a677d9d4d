/**
 * From a finding, or an advice, to what is pasted: lines of configuration, settings of client libraries. Pure: no DOM, no
 * network, no language.
 */

/** The sides on which something can be changed, besides the person's own. */
export const SIDES = ["network", "site"];

/**
 * The blocks for a finding: `{side, product, source, list, parts: [{in, lines}]}`.
 *
 * Where the evidence tells what is missing only that is shown. A line that waits for a fact (`when`) stands where the fact is
 * among the finding's, or where none of those is that the block's lines wait for: then nobody knows.
 */
export function blocks({ code, facts, method }, remedies) {
  const seen = new Set([...facts.map(({ fact }) => fact), method]);
  const found = [];
  for (const side of SIDES) {
    for (const [product, { source, list = null, parts }] of Object.entries(remedies[code]?.[side] ?? {})) {
      const told = parts.some(({ lines }) => lines.some(({ when }) => when?.some((fact) => seen.has(fact))));
      const shown = ({ when }) => !told || !when || when.some((fact) => seen.has(fact));
      const chosen = parts
        .map((part) => ({ in: part.in, lines: part.lines.filter(shown).map((line) => line.line ?? line) }))
        .filter(({ lines }) => lines.length);
      found.push({ side, product, source, list, parts: chosen });
    }
  }
  return found;
}

/** A text whose `{names}` have values; a name without one stays, for whoever pastes to fill in. */
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);

/** How long to wait before the first new attempt, ms. Libraries double it. */
const RECONNECT = 1000;

/** What the templates of clients may say, by the advice. */
function values({ settings }, url) {
  const known = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const { heartbeatMs = 25_000, holdMs = heartbeatMs } = known;
  return {
    holdMs,
    pollMs: 5000,
    connectMs: 5000,
    reconnectMs: RECONNECT,
    ...known,
    heartbeatMs,
    twiceHeartbeatMs: 2 * heartbeatMs,
    halfHeartbeatMs: Math.ceil(heartbeatMs / 2),
    url,
  };
}

/**
 * What to write for a library: `{name, version, source, methods, browser, server: [[where, code]]}`, its code as text. `browser`
 * is null where the library knows none of the methods that work. `url`: where the app is, without a slash at its end.
 */
export function client({ name, version, source, transports, joins, methods, browser, server }, advice, url) {
  const usable = advice.order.filter((method) => transports[method]);
  const [first] = usable;
  const all = { ...values(advice, url), transports: usable.map((method) => transports[method]).join(joins) };
  const code = (lines) => filled(lines.join("\n"), all);
  // Of a client by hand each method is another one.
  const page = methods ? methods[first] : browser;
  const sides = Object.entries(server).filter(([where]) => !methods || where.endsWith(` ${first}`));
  return {
    name,
    version,
    source,
    methods: usable,
    browser: first ? code(page) : null,
    server: first ? sides.map(([where, lines]) => [where.split(" ")[0], code(lines)]) : [],
  };
}
