/**
 * What the timeline lists and says, from a report's evidence; no DOM. Two clocks are never subtracted: what the server saw has no time
 * of the page's, only a place within its attempt.
 */

/** More than that is counted, not listed. */
const MOST = 20_000;
/** Of a shortened trace the first events that are kept. */
const FIRST = 40;

const METHODS = {
  poll: "polling",
  upload: "polling",
  "long-poll": "long-polling",
  events: "server-sent-events",
  stream: "streaming-fetch",
  "web-socket": "web-socket",
};

export const all = (items) => (Array.isArray(items) ? items.filter((item) => item && typeof item === "object") : []);
export const own = (texts, key) => (Object.hasOwn(texts ?? {}, key) ? texts[key] : undefined);
const known = (n) => (typeof n === "number" && Math.abs(n) < 1e16 ? n : null);

/** Adds to the list that a map has under a key. */
function under(map, key, item) {
  if (map.has(key)) map.get(key).push(item);
  else map.set(key, [item]);
}

/** Attempts of the report by the evidence that they name: id → [[probe, number]]. */
function named({ methods }) {
  const by = new Map();
  const attempts = all(methods).flatMap(({ lanes }) => all(lanes).flatMap(({ attempts }) => all(attempts)));
  for (const { probe, attempt, because } of attempts) {
    for (const id of Array.isArray(because) ? because : []) under(by, id, [probe, attempt]);
  }
  return by;
}

/** What the page saw of an attempt, in order; what stands for events that were left out has no time. */
function ofTrace(trace) {
  const { id, probe, attempt, method, lane, omitted } = trace;
  const base = { id: `trace:${id ?? "?"}`, side: "page", method, lane, attempts: [[probe, attempt]], trace };
  const events = all(trace.events).filter(({ event }) => event && typeof event === "object");
  const listed = events.map(({ at, event }) => ({ ...base, at: known(at), what: event.what, event }));
  if (omitted > 0) listed.splice(FIRST, 0, { ...base, at: null, what: "omitted", event: { what: "omitted", n: omitted } });
  if (!listed.length) listed.push({ ...base, at: known(trace.startedAt), what: "nothing", event: { what: "nothing" } });
  return listed;
}

/** What became of the connections that a watch held. */
function ofWatch(watch) {
  return all(watch?.holds).flatMap(({ method, probe, ended, silences, omitted }) => {
    const base = { id: `watch:${probe ?? "?"}`, side: "page", method, lane: "main" };
    const of = (what, one, at) => ({ ...base, at: known(at), what, event: one, attempts: [[probe, one.attempt ?? null]] });
    return [
      ...all(ended).map((one) => of("hold-ended", one, one.at)),
      ...all(silences).map((one) => of("silence", one, one.since)),
      ...omitted > 0 ? [of("omitted", { what: "omitted", n: omitted }, null)] : [],
    ];
  });
}

/**
 * Everything in the evidence, in order: `{entries, leftOut}`. An entry: `{id, side, what, at, order, method, lane, attempts, event}`.
 * `id`: as findings name it; many share one. `side`: `page` or `server`. `at`: µs since the run began, by the page's clock; null: it has
 * none. `attempts`: `[[probe, number]]` that it belongs to, of several to one of them; none: not known. `might`: their methods. `event`: as
 * the report has it.
 */
export function entries(report) {
  const { evidence, surroundings } = report;
  const server = new Map();
  const homeless = [];
  const put = (attempts, entry) => {
    if (attempts.length) under(server, JSON.stringify(attempts[0]), entry);
    else homeless.push(entry);
  };
  // Ids count what the report has, whatever is in between.
  const numbered = (items, kind) => (Array.isArray(items) ? items : [])
    .slice(0, MOST)
    .map((seen, index) => [seen, `${kind}:${index + 1}`])
    .filter(([seen]) => seen && typeof seen === "object");
  for (const [seen, id] of numbered(evidence?.sightings, "sighting")) {
    const attempts = [[seen.probe, seen.attempt]];
    put(attempts, { id, side: "server", what: "sighting", at: null, method: own(METHODS, seen.kind), lane: null, attempts, event: seen });
  }
  const by = named(report);
  const methodOf = new Map(all(evidence?.traces).map((trace) => [JSON.stringify([trace.probe, trace.attempt]), trace.method]));
  for (const [seen, id] of numbered(evidence?.connections, "connection")) {
    const attempts = by.get(id) ?? [];
    const might = attempts.map((attempt) => methodOf.get(JSON.stringify(attempt)));
    put(attempts, { id, side: "server", what: "connection", at: null, lane: null, attempts, might, event: seen });
  }

  const listed = [];
  const add = (entry, order) => listed.push({ ...entry, order });
  for (const trace of all(evidence?.traces)) {
    const { probe, attempt, method, lane } = trace;
    const key = JSON.stringify([probe, attempt]);
    let order = known(trace.startedAt) ?? 0;
    ofTrace(trace).forEach((entry, index) => {
      order = entry.at ?? order;
      add(entry, order);
      // Nothing arrives before it was asked for, and most of what comes later is an answer.
      if (index) return;
      for (const seen of server.get(key) ?? []) add(seen.attempts.length > 1 ? seen : { ...seen, method, lane }, order);
      server.delete(key);
    });
  }
  for (const entry of ofWatch(evidence?.watch)) {
    const key = JSON.stringify(entry.attempts[0]);
    for (const seen of server.get(key) ?? []) add({ ...seen, lane: "main" }, known(entry.event.startedAt) ?? entry.at ?? Infinity);
    server.delete(key);
    add(entry, entry.at ?? Infinity);
  }
  for (const { at, notice } of all(surroundings?.notices)) {
    if (!notice) continue;
    const entry = { id: "surroundings", side: "page", what: notice.what, at: known(at), attempts: [], event: notice };
    add(entry, entry.at ?? Infinity);
  }
  // Of attempts that the page tells nothing of, as of those of a watch.
  for (const entry of [...[...server.values()].flat(), ...homeless]) add(entry, Infinity);

  // Infinity less itself is no number.
  listed.sort((a, b) => (a.order === b.order ? 0 : a.order - b.order));
  return { entries: listed.slice(0, MOST), leftOut: Math.max(0, listed.length - MOST) };
}

/** The text that an event carried: `{text, bytes}`, `bytes` as it came; null: such events carry none. */
export function payload({ what, line, text, reason, bytes }) {
  const carried = what === "message" || what === "sent" ? line : what === "body" ? text : what === "closed" && reason ? reason : null;
  if (what !== "message" && what !== "sent" && what !== "body" && !carried) return null;
  return { text: typeof carried === "string" ? carried : "", bytes: known(bytes) };
}

const EIGHT = 8;

/** UTF-8 of a text, eight bytes a line, as fits a phone: offset, bytes, and what of it is ASCII. */
export function hex(text) {
  const bytes = new TextEncoder().encode(text);
  const lines = [];
  for (let at = 0; at < bytes.length; at += EIGHT) {
    const part = [...bytes.subarray(at, at + EIGHT)];
    const codes = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")} ${codes.padEnd(3 * EIGHT - 1)} ${ascii}`);
  }
  return lines.join("\n");
}

/** Characters of a payload that are shown. */
const LONGEST = { text: 2048, json: 2048, hex: 512 };

/**
 * A payload as `text`, `json` or `hex`: `{shown, left}`, `left` the characters that are not shown. What is no JSON becomes a string of it.
 */
export function form(text, as) {
  let whole = text;
  if (as === "json") {
    try {
      whole = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      whole = JSON.stringify(text);
    }
  }
  let most = own(LONGEST, as) ?? LONGEST.text;
  // No half of a surrogate pair.
  if (/[\uD800-\uDBFF]/.test(whole[most - 1] ?? "")) most -= 1;
  const shown = whole.slice(0, most);
  return { shown: as === "hex" ? hex(shown) : shown, left: whole.length - shown.length };
}

/** Those entries that a person wants to see. `method`, `side`: `""` for any; `none`: of no method; `ids`: null for any. */
export function chosen(listed, { method, side, ids }) {
  const of = (entry) => !method || (entry.method ?? "none") === method || entry.might?.includes(method);
  return listed.filter((entry) => of(entry) && (!side || entry.side === side) && (!ids || ids.has(entry.id)));
}

const word = (value) => String(value ?? "?");

/** Between two stamps of one clock, µs; null: one is missing. */
const gap = (from, to) => (known(from) === null || known(to) === null ? null : Math.max(0, to - from));

function lasted(from, to, m, time, say) {
  const us = gap(from, to);
  return us !== null && say(m.timeline.lasted, { time: time(us) });
}

/** What a trace's or the page's event says. */
function ofPage({ what, event, trace }, m, { say, count, time, list }) {
  const { kinds } = m.timeline;
  const sentence = (key, values) => say(kinds[key], values);
  const n = (value) => count(known(value)) ?? "?";
  if (what === "opened") {
    const { protocol, extensions } = event;
    const more = [protocol && sentence("openedProtocol", { protocol }), extensions && sentence("openedExtensions", { extensions })];
    return [kinds.opened, ...more];
  }
  if (what === "head") {
    if (event.status === 0) return [kinds.opaque];
    const marked = event.marked === true ? kinds.marked : event.marked === false && kinds.unmarked;
    return [sentence("head", { status: word(event.status) }), marked, event.refused && sentence("refused", event)];
  }
  if (what === "errored") {
    const { closed } = event;
    return [closed === true ? kinds.erroredClosed : closed === false ? kinds.erroredAgain : kinds.errored];
  }
  if (what === "closed") {
    const clean = event.wasClean === true ? kinds.clean : event.wasClean === false && kinds.unclean;
    return [sentence("closed", { code: word(event.code) }), clean, event.reason && kinds.reason];
  }
  if (what === "timed") {
    const { protocol, ...phases } = event.timing ?? {};
    const timed = Object.entries(m.timeline.phases).filter(([name]) => known(phases[name]) !== null);
    const told = [protocol && word(protocol), ...timed.map(([name, phase]) => say(phase, { time: time(phases[name]) }))].filter(Boolean);
    return [told.length ? sentence("timed", { phases: list(told) }) : kinds.untimed];
  }
  if (what === "hold-ended") {
    const code = event.code && sentence("closed", { code: word(event.code) });
    return [own(m.timeline.holds, event.how) ?? word(event.how), lasted(event.openedAt, event.at, m, time, say), code];
  }
  if (what === "silence") return [sentence("silence", { time: time(gap(event.since, event.until)) || "?" })];
  if (what === "omitted") {
    const [messages, sent] = [trace?.omittedMessages, trace?.omittedSent].map(known);
    const whole = messages !== null && sent !== null;
    return [sentence(whole ? "omittedTrace" : "omitted", { n: n(event.n), messages: n(messages), sent: n(sent) })];
  }
  const values = { ...event, n: n(event.bytes), time: time(known(event.us)) || "?" };
  return [own(kinds, what) ? sentence(what, values) : say(m.timeline.newer, { what: word(what) })];
}

/** What the server saw of a request. */
function ofSighting({ event: seen }, m, { say, count, time }) {
  const t = m.timeline;
  const { method, kind, httpVersion, status, refused, at, answeredAt, endedAt, end, framesIn, framesOut, ticksOut } = seen;
  const after = time(gap(at, answeredAt));
  const answered = known(status) === null ? t.unanswered : say(after ? t.answered : t.answeredOnce, { status, time: after });
  const [sent, ...came] = [framesIn, framesOut, ticksOut].map(known);
  const most = Math.max(...came.map((n) => n ?? 0));
  return [
    say(t.arrived, { method: word(method), kind: word(kind), version: word(httpVersion) }),
    answered,
    refused && say(t.refused, { why: word(refused) }),
    (sent > 0 || most > 0) && say(t.counted, { sent: count(sent) ?? "?", came: count(most) }),
    end ? own(t.ends, end) ?? word(end) : t.open,
    lasted(at, endedAt, m, time, say),
  ];
}

/** What the server saw of a connection that made no request. */
function ofConnection({ event: seen }, m, { say, count, time }) {
  const t = m.timeline;
  const { at, port, reached, bytesIn, alert, certificate, endedAt, end, joinedBy } = seen;
  return [
    say(t.connected, { port: word(port) }),
    say(own(t.reached, reached) ?? word(reached), { n: count(known(bytesIn)) ?? "?" }),
    typeof alert === "number" && say(t.alert, { alert }),
    certificate && certificate !== "sound" && (own(t.certificate, certificate) ?? word(certificate)),
    end ? own(t.ends, end) ?? word(end) : t.open,
    lasted(at, endedAt, m, time, say),
    own(t.joined, joinedBy),
  ];
}

/** What an entry says, in whole sentences. */
export function told(entry, m, words) {
  const { what, side } = entry;
  const of = side === "page" ? ofPage : what === "sighting" ? ofSighting : ofConnection;
  return of(entry, m, words).filter(Boolean).join(words.t.between);
}

/** Whose it is: its method and attempts. */
export function whose({ method, lane, attempts }, m, { t, say, list, count }) {
  const named = ([probe, n]) => (n === null ? word(probe) : say(m.timeline.attempt, { probe: word(probe), n: word(n) }));
  const names = attempts.slice(0, 3).map(named);
  const more = attempts.length - names.length;
  if (more > 0) names.push(say(m.timeline.more, { n: count(more) }));
  const which = method && (own(t.method, method) ?? word(method));
  if (!names.length) return which || m.timeline.nobody;
  const sentence = lane && which ? m.timeline.whose : which ? m.timeline.whoseHere : attempts.length > 1 ? m.timeline.oneOf : "{attempts}";
  return say(sentence, { method: which, attempts: list(names), lane: word(lane) });
}
