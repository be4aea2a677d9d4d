/**
 * A letter to whoever runs the network, made of a report: first whether anything has to change. Pure: no DOM, no network; of the
 * surroundings only this device's time zone.
 */
import { said } from "../causes.js";
import { blocks as settings, filled } from "../remedy.js";

/** Whose a cause is by its nature, where its place does not tell. All others stand somewhere between: whose they are is not known. */
const OWNERS = {
  network: `captive-portal inspection-ca-untrusted tls-inspection-present tls-inspection-strips-upgrade proxy-connect-port-denied
    proxy-auth-407 proxy-policy-websocket`,
  nothing: "browser-offline own-failure",
  elsewhere: `method-not-supported page-code queued-in-browser bad-url-syntax browser-blocked-port mixed-content-ws csp-connect-src
    extension-block managed-policy-block local-network-access-denied service-worker-interference self-throttled
    http1-six-connection-limit ws-socket-limit background-throttle device-suspend slow-main-thread scheme-port-mismatch rp-no-upgrade
    rp-connection-only h2-no-extended-connect ws-path-404 ws-redirect origin-rejected auth-rejected waf-blocks-handshake upstream-down
    ws-version-or-not-ws cdn-or-feature-off no-sticky-session server-restart-101x app-close-4xxx delivery-hidden out-of-order`,
};
const BY_CODE = new Map(Object.entries(OWNERS).flatMap(([owner, codes]) => codes.split(/\s+/).map((code) => [code, owner])));

/** In the browser, and so perhaps of whoever manages it. */
const MANAGED = ["method-not-supported", "extension-block", "managed-policy-block", "local-network-access-denied"];
/** What the server's own short try from outside cannot meet. */
const LATER = ["idle-timeout", "max-lifetime", "nat-state-loss", "abrupt-close"];
/** The certificate of the server itself. */
const ITS_OWN = ["certificate-expired", "certificate-other-name", "certificate-self-signed"];
/** What is said of the server's half, though it stands in the page's trace. */
const LEDGER = ["nothing-arrived", "arrival-unknown"];
/** The strongest claim first. */
const WEIGHT = ["nothing", "network proved", "network likely", "between proved", "between likely", "network possible", "open", "elsewhere"];
const KINDS = ["web-socket", "long-poll", "events", "stream", "upload", "poll"];
const OF_METHOD = {
  "web-socket": "web-socket", "server-sent-events": "events", "streaming-fetch": "stream", "long-polling": "long-poll", polling: "poll",
};
const METHOD_OF = { ...Object.fromEntries(Object.entries(OF_METHOD).map(([method, kind]) => [kind, method])), upload: "polling" };

const MOST = 20;
const FEW = 5;
/** Clocks that are further apart than this, ms, mislead whoever searches a log. */
const APART = 2000;
const many = (items) => [...new Set(items)].slice(0, MOST);

const byCode = (code) => BY_CODE.get(code) ?? "between";

/** Whose a finding is: `network`, `elsewhere` (site, page, browser), `between` (one of them), `nothing` (it tells of none). */
export function owner({ code, place, facts }) {
  const whose = byCode(code);
  const has = (...names) => facts.some(({ fact }) => names.includes(fact));
  if (whose !== "between") return whose;
  // Nothing left the page; or all came, and the server itself said no; or it is so for everybody.
  const everybody = !LATER.includes(code) && has("outside-fails") && !has("outside-works");
  return place === "page" || place === "server" || everybody || has(...ITS_OWN) ? "elsewhere" : "between";
}

/** What may be said of a finding to whoever runs the network: `{finding, whose, strength}`; `open`: whose it is cannot be said. */
function claim(finding) {
  const whose = owner(finding);
  const { strength, rivals } = finding;
  const sure = strength === "proved" || strength === "likely";
  const weak = whose === "between" || rivals.some(({ code }) => byCode(code) !== whose);
  return !sure && weak ? { finding, whose: "open", strength: "possible" } : { finding, whose, strength: sure ? strength : "possible" };
}

const weight = ({ whose, strength }) => WEIGHT.findIndex((one) => one === whose || one === `${whose} ${strength}`);

/**
 * Whether anything has to change: `{works, methods, focus, lanes, claims, aside, …}`. `works`: what the app needs works here as it
 * is, by `methods`, of which `beats` only where something is sent every so many ms; `focus`: the methods that the claims are about;
 * `lanes`: needed ones that nothing works on, or that were not tried; `aside`: findings that cost nothing here; `left`: how many
 * are not told; `ended`: before all was tried.
 */
export function judge(report) {
  const { run, methods, findings, advice, lanes: all, result } = report;
  const methodOf = methodsOf(report);
  const order = advice?.order ?? [];
  const beat = advice?.settings?.find(({ name }) => name === "heartbeatMs")?.value ?? null;
  const good = ({ method, verdict }) => verdict === "passed" || (verdict === "warning" && order.includes(method));
  const tried = methods.filter(({ verdict }) => verdict !== "skipped");
  const required = methods.filter((method) => method.required);
  const lives = methods.flatMap((method) => method.lanes.filter(({ verdict }) => verdict === "passed" || verdict === "warning"));
  const lanes = all.filter(({ id, required: needed }) => needed && id !== "main" && !lives.some(({ lane }) => lane === id));
  const lacking = required.length ? required.filter((method) => !good(method)) : tried.some(good) ? [] : methods;
  const shown = findings.filter(({ foldedUnder }) => !foldedUnder);
  const broke = shown.find(({ code }) => code === "own-failure");
  const works = !broke && !lacking.length && !lanes.length && tried.some(good);
  const focus = (works ? tried.filter(({ verdict }) => verdict !== "passed") : lacking).map(({ method }) => method);
  // What a finding about several methods is about stands in its facts.
  const of = ({ method, facts }) => (method ? [method] : facts.map(methodOf).filter(Boolean));
  const touches = (about) => focus.length && (!about.length || about.some((method) => focus.includes(method)));
  const concerned = (finding) => (finding.lane && finding.lane !== "main"
    ? lanes.some(({ id }) => id === finding.lane)
    : finding.severity !== "info" && touches(of(finding)));
  const claims = (broke ? [broke] : shown.filter(concerned)).map(claim).sort((one, other) => weight(one) - weight(other));
  const beside = broke ? [] : shown.filter((finding) => !concerned(finding));
  // By rank, and what works only under a condition only where nothing else does.
  const ranked = order.map((one) => tried.find(({ method }) => method === one)).filter(Boolean);
  const passed = (ranked.length ? ranked : tried).filter(({ verdict }) => verdict === "passed");
  const named = (required.length ? required : passed.length ? passed : ranked).slice(0, MOST);
  return {
    works,
    methods: named.map(({ method }) => method),
    beats: named.filter(({ verdict }) => verdict !== "passed").map(({ method, idleCut }) => [method, idleCut?.beatMs ?? beat]),
    required: required.length > 0,
    whole: tried.every(({ verdict }) => verdict === "passed"),
    focus: many(focus),
    lanes,
    claims: claims.slice(0, FEW),
    aside: beside.slice(0, FEW),
    left: Math.max(0, claims.length - FEW) + Math.max(0, beside.length - FEW),
    ended: result === "aborted" || run.truncated === true,
  };
}

/** A run's id that was left out where the report came from: nothing is known by it, and its moments are cut to the day. */
const nameless = ({ id }) => /^0*$/.test(id ?? "");

/** Which request a probe makes: the path's last part (`src/wire/path.rs`). */
export function kindOf(probe, method) {
  const name = probe.replace(/^watch-/, "");
  return KINDS.find((kind) => name === kind || name.startsWith(`${kind}-`)) ?? OF_METHOD[method] ?? null;
}

/** A moment, ms since 1970, as `[UTC, by this device's clock]`, both ISO 8601 with ms; null where it is none. */
export function moment(ms) {
  const date = new Date(ms ?? NaN);
  if (!(Math.abs(date) < 8e15)) return null;
  const ahead = -date.getTimezoneOffset();
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  const zone = `${ahead < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
  return [date.toISOString(), new Date(date.getTime() + ahead * 60_000).toISOString().replace("Z", zone)];
}

/**
 * The attempts for logs: `{rows, more}`. A row is `{id, at, http, path, arrived, how}`: `at` ms since 1970 or null, `http` the
 * request's method, `path` with the origin where it is not the main one, from `…` on where `base` is null or the run has no id,
 * `arrived` how often it did, null: unknown; `how` what came of it. First what failed, then one each that passed.
 */
export function attempts({ run, methods, evidence, lanes }, base, about) {
  const traces = new Map((evidence?.traces ?? []).map((trace) => [trace.id, trace]));
  const arrivals = new Map((evidence?.sightings ?? []).map((sighting) => [`${sighting.probe}/${sighting.attempt}`, sighting]));
  const root = URL.canParse(base) ? new URL(base).pathname : "…/";
  const unnamed = nameless(run);
  const row = (method, lane, own, one, us) => {
    const kind = arrivals.get(`${one.probe}/${one.attempt}`)?.kind ?? kindOf(one.probe, method);
    const { scheme = "", host, port } = lanes.find(({ id }) => id === lane) ?? {};
    const known = about?.lanes?.find(({ id }) => id === lane)?.base ?? root;
    const other = lane === "main" || !host ? "" : `${scheme}://${host}:${port}${known === "…/" ? "/" : ""}`;
    const last = `${one.probe}/${one.attempt}/${kind}`;
    return {
      id: one.id ?? null,
      at: us === undefined || unnamed ? null : run.startedAt + us / 1000,
      http: arrivals.get(`${one.probe}/${one.attempt}`)?.method ?? (kind === "upload" ? "POST" : "GET"),
      // The embedder's own endpoints are in no report.
      path: own || !kind ? null : unnamed ? `…/${last}` : `${other}${known}v1/runs/${run.id}/${last}`,
      way: `${method} ${lane}`,
      arrived: one.arrivals ?? null,
      how: one,
    };
  };
  const all = methods.flatMap(({ method, lanes }) => lanes.flatMap(({ lane, attempts }) =>
    attempts.map((one) => row(method, lane, one.endpoint === "own", one, traces.get(one.id)?.startedAt))));
  const cuts = (evidence?.watch?.holds ?? []).flatMap(({ method, probe, ended }) => ended.filter(({ how }) => how !== "by-server")
    .map(({ attempt, code, startedAt, how }) =>
      row(method, "main", false, { probe, attempt, verdict: how === "unopened" ? "failed" : "cut", close: code && { code } }, startedAt)));
  const failed = [...cuts, ...all].filter(({ how }) => how.verdict !== "passed" && how.verdict !== "skipped");
  const passed = new Map();
  for (const one of all) if (one.how.verdict === "passed" && !passed.has(one.way)) passed.set(one.way, one);
  const rows = [...failed.sort((one, other) => one.at - other.at), ...passed.values()].slice(0, MOST);
  return { rows, more: all.length + cuts.length - rows.length };
}

/** By how much the server's wall clock is ahead of the page's at least, ms: of all that arrived the least; null: unknown. */
export function ahead({ run, evidence }) {
  if (nameless(run)) return null;
  const began = new Map((evidence?.instances ?? []).map(({ id, startedAt }) => [id, startedAt]));
  const left = new Map((evidence?.traces ?? []).map(({ probe, attempt, startedAt }) => [`${probe}/${attempt}`, startedAt]));
  let least = null;
  for (const { probe, attempt, instance, at } of evidence?.sightings ?? []) {
    const late = began.get(instance) - run.startedAt + (at - left.get(`${probe}/${attempt}`)) / 1000;
    if (Number.isFinite(late) && (least === null || late < least)) least = late;
  }
  return least;
}

/** Text from strangers, on one line and in order. */
const CONTROLS = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu;
const clean = (text) => String(text).replace(CONTROLS, " ").slice(0, 2000);

/** A block as plain text. */
function plain({ kind, text, items, head, rows }, { row }, say) {
  // What stands between backticks is code, where it is shown as such.
  const bare = (one) => one.replaceAll("`", "");
  if (kind === "list") return items.map((item) => `- ${bare(item)}`).join("\n");
  if (kind === "table") return rows.map((cells) => `- ${say(row, Object.fromEntries(cells.map((cell, at) => [at, cell])))}`).join("\n");
  return kind === "code" ? text : bare(text);
}

/**
 * The letter: `{subject, blocks, text}`. `l`: its texts; `words` and `known` in its language too. A block is `{kind, …}`:
 * `heading`, `paragraph` and `code` have a `text`, `list` has `items`, `table` has `label`, `head` and `rows`. `text` is all of it
 * without markup, wrapped nowhere. Only where `own` is true the report is of this page's server: else `base` and `about` tell
 * nothing of it.
 */
export function letter(report, { words, l, known, own: local, ...server }) {
  const { base, about } = local === true ? server : { base: null, about: null };
  const { t, say, list, time, count, locale } = words;
  const { run, software, surroundings } = report;
  const made = judge(report);
  const methodOf = methodsOf(report);
  const { works, claims, focus, aside } = made;
  const main = report.lanes.find(({ id }) => id === "main");
  const here = URL.canParse(base) ? new URL(base).hostname : null;
  const host = main?.host ?? here;
  const label = (method) => t.method[method] ?? method ?? t.unknown;
  const labels = (methods) => list(many(methods).map(label));
  const where = ({ scheme, host: name, port }) =>
    (name ?? here ? `${scheme}://${name ?? here}:${port}` : say(l.portOnly, { scheme, port }));
  const join = (...sentences) => clean(sentences.filter(Boolean).join(t.between));
  const out = [];
  const add = (kind, text) => text && out.push({ kind, text: kind === "code" ? text : clean(text) });
  const listed = (items) => items.length && out.push({ kind: "list", items: items.map(clean) });
  const named = (code, { method, place }) => say(t.finding[code] ?? t.newer, {
    method: method ? label(method) : labels(focus), code, place: t.place[place] ?? place ?? t.unknownPlace,
  });

  /** How its cause is known. */
  const proof = ({ strength, facts }) => {
    if (strength !== "proved") return "";
    const from = (...sides) => facts.some((fact) => sides.includes(side(fact)));
    if (facts.some(({ fact }) => fact === "net-error")) return l.proof.log;
    const both = facts.some(({ fact, from }) => fact === "nothing-arrived" || /^(sighting|connection):/.test(from));
    return both && from("page") ? l.proof.both : l.proof.proved;
  };
  /** What is claimed, then why. */
  const argued = ({ finding, whose, strength }) => {
    const { code, rivals, seen, of } = finding;
    const cause = named(code, finding);
    const others = strength === "proved" ? [] : rivals.filter((rival) => t.finding[rival.code]).slice(0, 3);
    if (whose === "nothing") return [say(l.claim.nothing, { cause }), ""];
    return [whose === "open" ? l.open : say(l.claim[whose][strength], { cause }), join(
      whose === "open" && say(t.strength.possible, { cause }),
      proof(finding),
      whose === "elsewhere" && finding.facts.some(({ fact }) => fact === "outside-fails") && l.everybody,
      ...others.map((rival) => say(t.rival, { cause: named(rival.code, finding) })),
      whose === "between" && l.whose,
      of > 0 && say(l.seen, { seen: count(seen), of: count(of) }),
    )];
  };

  // 1: does anything have to change?
  add("paragraph", l.to);
  const or = (methods) => new Intl.ListFormat(locale, { type: "disjunction" }).format(methods.map(label));
  const [first, ...others] = claims;
  if (works) {
    const beaten = made.beats.map(([method]) => method);
    const all = made.whole && main ? l.whole : l.worksIf;
    // What was not tried any more may be needed.
    const lead = made.ended ? l.worksIf : made.required ? l.works : all;
    const named = { methods: lead === l.worksIf ? or(made.methods) : labels(made.methods), where: main && where(main) };
    const every = Math.min(...made.beats.map(([, ms]) => ms ?? Infinity));
    const beats = beaten.length && { methods: labels(beaten), time: Number.isFinite(every) ? time(every * 1000) : t.unknown };
    add("paragraph", beats ? say(l.beat, beats) : say(lead, named));
    const without = focus.filter((method) => !beaten.includes(method));
    if (focus.length) add("paragraph", without.length ? say(l.should, { methods: labels(focus) }) : l.otherwise);
    claims.forEach((one) => add("paragraph", join(...argued(one))));
  } else {
    (first ? argued(first) : [l.open]).forEach((text) => add("paragraph", text));
    const found = report.methods.filter(({ verdict }) => verdict === "passed" || verdict === "warning")
      .map(({ method }) => method).filter((method) => !focus.includes(method));
    if (found.length && focus.length) add("paragraph", say(l.lacks, { methods: labels(focus), good: labels(found) }));
    others.forEach((one) => add("paragraph", join(...argued(one))));
  }
  const told = claims.some(({ finding }) => !finding.method) ? focus : claims.map(({ finding }) => finding.method);
  const untold = focus.filter((method) => !told.includes(method));
  if (untold.length && claims[0]?.whose !== "nothing") add("paragraph", say(l.untold, { methods: labels(untold) }));
  made.lanes.filter(({ skipped }) => skipped).slice(0, 5).forEach((lane) => add("paragraph", say(l.untried, { where: where(lane) })));
  if (made.ended) add("paragraph", l.ended);
  const offline = !surroundings.online || surroundings.notices.some(({ notice }) => notice.what === "offline");
  if (offline && focus.length && first?.whose !== "nothing") add("paragraph", l.offline);
  if (aside.length) {
    add("paragraph", l.aside);
    listed(aside.map((finding) => {
      const cause = say(t.strength[finding.strength] ?? "{cause}", { cause: named(finding.code, finding) });
      const lane = report.lanes.find(({ id }) => id === finding.lane && id !== "main");
      return lane ? say(l.of, { what: where(lane), text: cause }) : cause;
    }));
  }

  if (made.left) add("paragraph", say(l.more, { n: count(made.left) }));

  // 2: the smallest change.
  const asked = claims.filter(({ whose }) => whose !== "elsewhere" && whose !== "nothing");
  const helps = claims.filter((one) => asked.includes(one) || MANAGED.includes(one.finding.code));
  const ours = (code) => MANAGED.includes(code) || byCode(code) === "network" || byCode(code) === "between";
  // Where it is not known whose it is, what looks the same as well.
  const advised = helps.flatMap(({ finding, whose }) =>
    [finding, ...whose === "open" ? finding.rivals : []].map(({ code }) => ({ ...finding, code })).filter(({ code }) => ours(code)));
  const needed = asked.map(({ finding: { lane } }) => report.lanes.find(({ id }) => id === lane) ?? main).filter(Boolean);
  const hosts = many([...needed.map((lane) => lane.host ?? here), ...needed.length ? [] : [host]].filter(Boolean));
  const ports = many(needed.map(({ port }) => port));
  const blamed = many(asked.flatMap(({ finding: { method } }) => method ?? focus));
  if (helps.length) add("heading", l.exempt);
  if (asked.length) {
    add("paragraph", l.only);
    const onlySocket = blamed.length === 1 && blamed[0] === "web-socket";
    const addresses = (about?.addresses ?? []).filter(({ name }) => hosts.includes(name)).slice(0, MOST);
    listed([
      hosts.length ? say(l.hosts, { hosts: list(hosts) }) : l.noHosts,
      ...addresses.map(({ name, addresses }) => say(l.addresses, { name, addresses: list(many(addresses)) })),
      ...many(needed.map(({ port, scheme }) => say(l.port, { port, scheme: onlySocket ? scheme.replace("http", "ws") : scheme }))),
      onlySocket ? l.socket : blamed.length > 0 && say(l.methods, { methods: labels(blamed) }),
    ].filter(Boolean));
    const { origin } = surroundings;
    if (URL.canParse(origin) && !hosts.includes(new URL(origin).hostname)) add("paragraph", say(l.app, { origin }));
  }
  // What a stranger's report names is pasted into a configuration only where it can be nothing but a name.
  const fills = Object.fromEntries(Object.entries({ host: hosts[0], port: ports[0] ?? main?.port, origin: surroundings.origin })
    .filter(([, value]) => /^(https?:\/\/)?[\w.:[\]-]+$/.test(value ?? "")));
  const written = [...new Map(advised.map((one) => [one.code, one])).values()].filter(({ code }) => known?.texts.causes[code]).slice(0, 4);
  written.forEach((one) => {
    const { network } = known.texts.causes[one.code];
    const own = settings(one, known.remedies.causes).filter(({ side }) => side === "network");
    if (!network && !own.length) return;
    if (written.length > 1) add("paragraph", say(l.ifSo, { cause: named(one.code, one) }));
    if (MANAGED.includes(one.code)) add("paragraph", l.managed);
    add("paragraph", network);
    own.forEach(({ product, parts, source }) => {
      add("paragraph", say(l.settings, { product: known.remedies.products[product] ?? product }));
      parts.forEach(({ in: place, lines }) => {
        add("paragraph", known.texts.contexts[place] ?? place);
        const code = filled(lines.join("\n"), fills);
        add("code", code);
        if (/\{\w+\}|<[^<>]+>/.test(code)) add("paragraph", known.texts.words.fillIn);
      });
      add("paragraph", `${known.texts.words.source} ${source.slice(0, 3).join(" ")}`);
    });
  });

  // 3: what each side saw.
  add("heading", l.sides);
  const worst = [...report.methods].sort((one, other) => (one.verdict === "passed") - (other.verdict === "passed"));
  listed(worst.slice(0, MOST).map(({ method, verdict, place }) => say(l.of, {
    what: label(method),
    text: join(say(l.state, { state: t.state[verdict] ?? verdict }), place && place !== "nowhere" && (t.place[place] ?? place)),
  })));
  const facts = claims.flatMap(({ finding }) => finding.facts.filter((fact) => tells(fact, known)).map((fact) => ({
    side: side(fact),
    of: finding.method ?? methodOf(fact),
    text: known ? said(fact, known, words) : [fact.fact, fact.value].filter(Boolean).join(" "),
  })));
  const single = new Set(facts.map(({ of }) => of)).size < 2;
  if (facts.length) add("paragraph", host ? say(l.our, { host }) : l.ours);
  for (const one of ["page", "server", "measured"]) {
    const mine = facts.filter(({ side }) => side === one);
    const own = [...new Set(mine.map(({ of, text }) => (single || !of ? text : say(l.of, { what: label(of), text }))))];
    if (!own.length) continue;
    add("paragraph", l.saw[one]);
    listed(own.slice(0, MOST));
    if (own.length > MOST) add("paragraph", say(l.more, { n: count(own.length - MOST) }));
  }

  // 4: for logs.
  const { rows, more } = attempts(report, base, about);
  if (rows.length) {
    add("heading", l.logs);
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
    const clock = ahead(report);
    const apart = clock !== null && Math.abs(clock) >= APART && { time: time(Math.abs(clock) * 1000) };
    const timed = rows.some(({ at }) => at !== null);
    const times = say(local === true ? l.times : l.timesThere, { zone });
    if (timed) add("paragraph", join(times, apart && say(clock > 0 ? l.clockAhead : l.clockBehind, apart)));
    if (host && main) add("paragraph", say(l.connect, { host, port: main.port }));
    const none = t.unknown;
    const cells = rows.map(({ id, at, http, path, arrived, how }) => {
      const [utc, own] = moment(at) ?? [none, none];
      const came = [
        how.verdict === "cut" ? l.cut : t.state[how.verdict] ?? how.verdict,
        how.status && say(l.status, { status: how.status, by: l.seenBy[how.statusFrom] ?? t.unknown }),
        how.close?.code && say(l.close, { code: how.close.code }),
        how.error, how.blockedBy, how.refused,
        arrived !== null && (arrived > 0 ? l.arrived : l.notArrived),
      ].filter(Boolean).join(" · ");
      return [utc, own, http, path ?? l.ownEndpoint, id ?? "–", came].map(clean);
    });
    out.push({ kind: "table", label: l.logs, head: l.columns, rows: cells });
    if (more > 0) add("paragraph", say(l.moreAttempts, { n: count(more) }));
  }

  // 5: what this is.
  add("heading", l.about);
  const began = moment(run.startedAt);
  const unnamed = nameless(run);
  const { engine } = surroundings;
  const browser = surroundings.userAgent?.slice(0, 300) || (engine ? `${engine.family} ${engine.version}` : t.unknown);
  add("paragraph", join(
    here ? say(l.ran, { host: new URL(base).host }) : host ? say(l.ranThere, { host }) : l.ranSomewhere, l.content));
  listed([
    !unnamed && say(l.run, { id: run.id }),
    began && (unnamed ? say(l.beganOn, { day: began[0].slice(0, 10) }) : say(l.began, { utc: began[0], own: began[1] })),
    software && say(l.version, { name: software.name, version: software.version }),
    say(l.browser, { browser }),
  ].filter(Boolean));
  if (here) add("paragraph", say(l.again, { url: base }));

  const text = out.map((block) => plain(block, l, say)).join("\n\n");
  const check = host ? say(l.check, { host }) : l.checkOnly;
  return { subject: clean(say(l.subject[subject(made)], { check })), blocks: out, text: `${text}\n` };
}

/** The most that mail programs take of a link, as characters. */
const LINK = 1800;

/**
 * A letter as a link that begins a mail (RFC 6068): `{href, whole}`. Where it is too long for one the body ends after some
 * paragraphs with `rest`, which says so.
 */
export function mail({ subject, text }, rest) {
  const encoded = (part) => encodeURIComponent(part.replace(CONTROLS, (one) => (one === "\n" ? "\r\n" : " ")));
  const href = (...paragraphs) => `mailto:?subject=${encoded(subject)}&body=${encoded(paragraphs.join("\n\n"))}`;
  const all = href(text);
  if (all.length <= LINK) return { href: all, whole: true };
  const taken = [];
  for (const paragraph of text.split("\n\n")) {
    if (href(...taken, paragraph, rest).length > LINK) break;
    taken.push(paragraph);
  }
  return { href: href(...taken, rest), whole: false };
}

/** Which subject fits. */
function subject({ works, focus, ended, claims: [first] }) {
  if (works) return focus.length || ended ? "partly" : "works";
  if (!first || first.whose === "open" || first.whose === "between" || first.strength === "possible") return "unsure";
  return first.whose === "network" ? "asked" : first.whose;
}

/** Who saw a fact. */
function side({ fact, from }) {
  if (LEDGER.includes(fact) || /^(sighting|connection):/.test(from)) return "server";
  return /^(trace:|surroundings$)/.test(from) ? "page" : "measured";
}

/** A fact has the value that its sentence needs. */
function tells({ fact, value }, known) {
  const sentence = known?.texts.facts[fact] ?? "";
  if (/\{(time|count)\}/.test(sentence)) return value !== null && Number.isFinite(Number(value));
  return value !== null || !sentence.includes("{value}");
}

/** Of a report: fact → the method that it is about; null: not known. */
function methodsOf({ methods, evidence }) {
  const traces = new Map((evidence?.traces ?? []).map(({ id, method }) => [id, method]));
  for (const { method, lanes } of methods) for (const { attempts } of lanes) for (const { id } of attempts) traces.set(id, method);
  return ({ from }) => {
    const [kind, number] = from.split(":");
    if (kind === "sighting") return METHOD_OF[evidence?.sightings[number - 1]?.kind] ?? null;
    return kind === "trace" ? traces.get(Number(number)) ?? null : null;
  };
}
