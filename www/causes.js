/**
 * What was found and what can be done, for each reader, and what to use here: loaded once there is a report to explain. Knows
 * the catalogue and builds what is shown of it; starts nothing, and parses no HTML.
 */
import { bare, el } from "./el.js";
import { file } from "./near.js";
import { blocks, client, filled } from "./remedy.js";

/** How it looks. */
export const STYLE = `
[part=cause] h4 { margin: 1.2em 0 .3em }
[part=cause] details, [part=advice] details { margin-top: .35em }
[part=cause] details details, [part=advice] details details { margin-inline-start: 1em }
[part=advice] h4 { margin: .9em 0 .2em; font-size: .9em }
[part=cause] p, [part=advice] p { margin: .35em 0 }
[part=cause] ul, [part=advice] ul { margin: .35em 0; padding-inline-start: 1.2em; list-style: disc }
pre { margin: .3em 0; padding: .6em .8em; overflow-x: auto; border: 1px solid var(--line); border-radius: .4em; background: var(--soft); font-size: .85em; tab-size: 4 }
code { overflow-wrap: anywhere }
pre code { overflow-wrap: normal }
`;

/** How long each part is waited for, ms. */
const PATIENCE = 20_000;

const loading = new Map();

/** A part of the catalogue, once; asked for anew after a failure. */
function part(name) {
  if (!loading.has(name)) {
    const asked = file(`causes/${name}.json`, { signal: AbortSignal.timeout(PATIENCE) }).then((answer) => answer.json()).then(bare);
    asked.catch(() => loading.delete(name));
    loading.set(name, asked);
  }
  return loading.get(name);
}

/** All that there is to say in that language. */
export async function catalogue(lang) {
  const [texts, remedies, clients] = await Promise.all([lang, "remedies", "clients"].map(part));
  return { texts, remedies, clients };
}

/** A text whose `settings` are code. */
const rich = (tag, text) => el(tag, {}, ...text.split("`").map((piece, at) => (at % 2 ? el("code", {}, piece) : piece)));

const pasted = (code) => el("pre", { tabindex: "0" }, el("code", {}, code));

const folded = (title, ...children) => el("details", {}, el("summary", {}, title), ...children);

function sources(addresses, words) {
  const links = addresses.map((url) => el("a", { href: url, target: "_blank", rel: "noreferrer" }, url));
  return el("p", { class: "muted" }, words.source, ...links.flatMap((link) => [" ", link]));
}

/** One product's lines, as a numbered list where there is one for it. */
function product({ product: name, source, list, parts }, { texts, remedies }) {
  const lines = parts.flatMap(({ in: where, lines }) => [rich("p", texts.contexts[where] ?? where), pasted(lines.join("\n"))]);
  const steps = texts.lists[list];
  // In a file of IIS angle brackets are its own.
  const fillIn = parts.some(({ in: where, lines }) => (where.startsWith("iis/") ? /\{\w+\}/ : /\{\w+\}|<[^<>]+>/).test(lines.join()));
  return folded(
    remedies.products[name] ?? name,
    ...steps ? [el("ol", {}, ...steps.map((step, at) => {
      const item = rich("li", step);
      if (at === LINES_AT) item.append(...lines);
      return item;
    }))] : lines,
    fillIn && el("p", { class: "muted" }, texts.words.fillIn),
    sources(source, texts.words),
  );
}

/** Which step of a list the lines belong to. */
const LINES_AT = 2;

/** What a fact says. */
export function said({ fact, value }, { texts }, { say, time, count }) {
  const sentence = texts.facts[fact];
  if (!sentence) return say(texts.words.newerFact, { fact });
  return say(sentence, { value: value ?? "", time: time(value * 1000), count: count(Number(value)) });
}

/** Requests → the methods that they are of. */
const METHODS = {
  poll: "polling",
  upload: "polling",
  "long-poll": "long-polling",
  events: "server-sent-events",
  stream: "streaming-fetch",
  "web-socket": "web-socket",
};

/** Which method a fact is about, where a finding is about several. */
function methodOf({ from }, evidence, t) {
  const [kind, number] = from.split(":");
  const trace = kind === "trace" && evidence?.traces.find(({ id }) => id === Number(number));
  const sighting = kind === "sighting" && evidence?.sightings[number - 1];
  const method = trace ? trace.method : METHODS[sighting?.kind];
  return method && el("b", {}, `${t.method[method]}: `);
}

/** What each finding is to a person: what to try, what happened, and how it is known; or, if it is newer than the catalogue, its code. */
function toPerson(finding, entry, evidence, ctx) {
  const { known, words, base, act } = ctx;
  const w = known.texts.words;
  const facts = finding.facts.map((fact) => el("li", {}, !finding.method && methodOf(fact, evidence, words.t), said(fact, known, words)));
  const chain = facts.length && el("ul", {}, ...facts);
  if (!entry) return [chain];
  const shown = el("button", { type: "button" }, w.evidence);
  shown.addEventListener("click", () => act.evidence(finding.because));
  return [
    el("p", {}, entry.person),
    folded(w.means, rich("p", entry.happened), rich("p", entry.means)),
    folded(w.known, rich("p", entry.known), chain, evidence && finding.because.length && shown,
      el("p", { class: "muted" }, el("code", {}, finding.code), " · ", words.say(words.t.seen, { strength: words.t.surely[finding.strength], seen: finding.seen, of: finding.of }), " · ",
        // Every probe server has it.
        URL.canParse(base) && el("a", { href: new URL(`causes/${finding.code}.html#${known.texts.lang}`, base), target: "_blank" }, w.page))),
  ];
}

/** The same for whoever runs the network, or the site. */
function toAdmin(finding, entry, side, { known }) {
  if (!entry) return [];
  const own = blocks(finding, known.remedies.causes).filter((block) => block.side === side).map((block) => product(block, known));
  return [entry[side] ? rich("p", entry[side]) : !own.length && el("p", {}, known.texts.words.nothing), ...own];
}

/** What was found, and what one reader can do: `person`, `network` or `site`. */
export function causes({ findings, evidence, result }, ctx, reader) {
  const { known, words: { t, say } } = ctx;
  const shown = findings.filter(({ foldedUnder }) => !foldedUnder);
  const found = shown.map((finding) => {
    const entry = known.texts.causes[finding.code];
    const place = finding.place ? t.place[finding.place] ?? finding.place : t.unknownPlace;
    const headline = entry ? say(t.finding[finding.code], { method: t.method[finding.method] ?? "" }) : say(t.newer, { code: finding.code, place });
    const told = reader === "person" ? toPerson(finding, entry, evidence, ctx) : toAdmin(finding, entry, reader, ctx);
    // What costs the person nothing does not call for attention.
    const calm = finding.severity === "info";
    return el("article", { part: "cause" }, ...calm ? [folded(headline, ...told)] : [el("h4", {}, headline), ...told]);
  });
  return found.length ? [el("h3", {}, known.texts.words.causes), ...found] : [el("p", {}, result === "passed" ? ctx.m.readers.nothing : ctx.m.readers.unclear)];
}

/** What to use here, and how to set up a client for it. `url`: where the app is. */
export function advice({ advice: given, methods }, { known, words: { t, say, time } }, url) {
  if (!given) return [];
  const { words: w, reasons, clients: notes } = known.texts;
  const { order, delay, settings } = given;
  const [first] = order;
  const tested = Math.max(0, ...methods.filter(({ method }) => order.includes(method)).map(({ idleTestedMs }) => idleTestedMs));
  const every = settings.find(({ name }) => name === "pollMs")?.value;
  const times = delay && { typical: time(delay.typicalUs), worst: time(delay.worstUs), every: time(every * 1000) };
  // The library that serves both ends goes first where both are JavaScript.
  const favourite = given.need.javascriptBothEnds ? "socket-io" : null;
  const libraries = Object.entries(known.clients).sort(([one], [other]) => (other === favourite) - (one === favourite));
  const clients = order.length ? libraries.map(([id, library]) => {
    const { name, version, source, browser, server } = client(library, given, url);
    return folded(filled(w.client, { name, version }),
      ...browser ? [el("h4", {}, w.browserSide), pasted(browser), ...server.flatMap(([where, code]) => [el("h4", {}, where), pasted(code)])] : [el("p", {}, w.noTransport)],
      rich("p", notes[id]), sources(source, w));
  }) : [];
  return [
    el("h3", {}, t.advice),
    given.assumed && el("p", { class: "muted" }, w.assumed),
    order.length && el("p", {}, w.order),
    order.length && el("ol", {}, ...order.map((method) => el("li", {}, t.method[method] ?? method))),
    ...given.reasons.map((reason) => el("p", {}, reasons[reason] ?? reason)),
    times && el("p", {}, say(first === "polling" ? w.delayPolls : w.delay, times)),
    settings.length && el("h4", {}, w.settings),
    settings.length && el("ul", {}, ...settings.map(({ name, value }) => el("li", {}, w[name] ? say(w[name], { value: time(value * 1000) }) : `${name}: ${value}`))),
    settings.some(({ name, value }) => name !== "pollMs" && name !== "connectMs" && value > tested) && el("p", { class: "muted" }, say(w.untested, { time: time(tested * 1000) })),
    ...clients,
  ];
}
