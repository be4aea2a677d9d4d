/**
 * A letter to whoever runs the network, made of a report: first whether anything has to change. Pure: no DOM, no network; of the
 * surroundings only this device's time zone.
 */
import { said } from "../causes.js";
import { blocks as settings, filled } from "../remedy.js";
import { ahead, attempts, moment, nameless } from "./logs.js";
import { MANAGED, MOST, byCode, judge, many, methodsOf } from "./owner.js";

/** What is said of the server's half, though it stands in the page's trace. */
const LEDGER = ["nothing-arrived", "arrival-unknown"];
/** Clocks that are further apart than this, ms, mislead whoever searches a log. */
const APART = 2000;

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
