/** What a customer reads above the check who opened a support link. Knows texts and links; asks nobody. */
import { el } from "../el.js";

/** How it looks, on the page; the check's own parts there step back behind the link's. */
export const STYLE = `
.asked { --back: #fff; --text: #123; --muted: #567; --line: #dde; --soft: #f5f7fa; --accent: #35d; --on-accent: #fff; --warn: #850 }
.asked { box-sizing: border-box; max-width: 46em; margin: 0 0 1.25rem; padding: clamp(1em, 5vw, 1.75em); overflow-wrap: anywhere }
.asked { border: 1px solid var(--line); border-radius: 16px; background: var(--back); color: var(--text) }
[data-theme=dark] .asked { --back: #151a23; --text: #eef; --muted: #9ab; --line: #234; --soft: #1c2330; --accent: #8af; --on-accent: #112; --warn: #fb6 }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) .asked { --back: #151a23; --text: #eef; --muted: #9ab; --line: #234; --soft: #1c2330; --accent: #8af; --on-accent: #112; --warn: #fb6 } }
.asked p { margin: .5em 0 0; font-size: 1em; opacity: 1 }
.asked h2 { margin: 0; font-size: 1.35em; line-height: 1.25; text-wrap: balance }
.asked .ticket { margin: 0 0 .2em; color: var(--muted); font-size: .85em; font-weight: 600 }
.asked .muted { color: var(--muted) }
.asked .small { font-size: .92em }
.asked a, .asked summary { color: var(--accent) }
.asked summary { cursor: pointer }
.asked details { margin-top: 1.25em }
.asked blockquote { margin: 1em 0 0; padding: .7em 1em; border-inline-start: 4px solid var(--accent); border-radius: 0 10px 10px 0; background: var(--soft) }
.asked blockquote p { margin: 0; white-space: pre-line }
.asked blockquote .muted { font-size: .85em; font-weight: 600 }
.asked dl { display: grid; grid-template-columns: minmax(8em, auto) 1fr; gap: .8em 1.4em; margin: 1em 0 0; font-size: .92em }
.asked dt { color: var(--muted) }
.asked dd { margin: 0 }
.asked dd p + p { margin-top: .4em }
.asked dd p:first-child { margin: 0 }
.asked ul { margin: .4em 0 0; padding-inline-start: 1.2em }
.asked .actions { display: flex; flex-wrap: wrap; gap: .6em 1em; align-items: center; margin-top: 1.25em }
.asked .actions p { flex: 1 1 16em; margin: 0 }
.asked button { padding: .55em 1.1em; border: 1px solid var(--accent); border-radius: 10px; background: var(--accent); color: var(--on-accent) }
.asked button { font: inherit; font-weight: 600; cursor: pointer }
.asked button.plain { border-color: var(--line); background: var(--back); color: var(--text) }
.asked [hidden] { display: none }
.asked :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.asked h2:focus { outline: none }
.asked .done:empty { display: none }
.asked .wrong { padding-inline-start: .9em; border-inline-start: 4px solid var(--warn) }
@media (max-width: 32em) { .asked dl { grid-template-columns: 1fr; gap: .15em } .asked dd { margin-bottom: .8em } }
@media (forced-colors: active) { .asked { border: 1px solid } }
@media print { .asked button { display: none } }
push-check[data-link]::part(share) { display: none }
push-check[data-link=done]::part(primary) { border-color: var(--line); background: var(--back); color: var(--text) }
`;

const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const p = (...children) => el("p", {}, ...children);

/** A button; `plain`: another one is the one to press. */
export function button(label, click, plain) {
  const made = el("button", { type: "button", class: plain && "plain" }, label);
  made.addEventListener("click", click);
  return made;
}

/** An empty panel, which keeps its place. */
export const panel = () => el("section", { class: "asked", "aria-labelledby": "asked" });

const heading = (text) => el("h2", { id: "asked", tabindex: "-1", dir: "auto" }, text);

/** It is being asked for. */
export const looking = (m) => [el("h2", { id: "asked", role: "status" }, m.looking)];

/** Hosts as people read them, each once. */
const hosts = (lang, own, endpoints) => new Intl.ListFormat(lang).format([...new Set([own, ...endpoints.map(({ host }) => host)].filter(Boolean))]);

/**
 * Who asks, for what, and what is seen by it: `{nodes, details, done}`. `details` steps back once the check runs, and `done` has room
 * for a word when it is over.
 *
 * @param {object} link As `read()` of `ask.js` gives it.
 * @param {{m: object, lang: string, host: string}} of The texts, their language, and the server.
 * @param {() => void} start What the button does.
 */
export function request(link, { m, lang, host }, start) {
  const list = (methods) => new Intl.ListFormat(lang).format(methods.map((method) => m.method[method]));
  const tried = link.endpoints.filter(({ barred }) => !barred);
  const sockets = tried.filter(({ method }) => method === "web-socket");
  const until = link.expiresAt === null ? "" : new Date(link.expiresAt).toLocaleString(lang, { dateStyle: "long", timeStyle: "short" });
  const terms = [
    [m.tested, [
      p(say(m.methods, { methods: list(link.methods), host })),
      link.required.length && p(say(m.required, { methods: list(link.required) })),
      link.endpoints.length && el("ul", {}, ...link.endpoints.map(({ method, shown, barred }) =>
        el("li", {}, say(barred ? m.barred[barred] : m.endpoint, { method: m.method[method], address: shown })))),
    ]],
    [m.time, [p(m.takes[link.mode])]],
    [m.seen, [
      p(say(m.sees, { hosts: hosts(lang, host, tried), host })),
      sockets.length && p(say(m.cookies, { hosts: hosts(lang, null, sockets) })),
    ]],
    [m.link, [
      until && p(say(m.until, { date: until })),
      link.runsLeft !== null && p(say(m.runs, { n: link.runsLeft.toLocaleString(lang) })),
    ]],
  ];
  const go = button(tried.length ? say(m.startHosts, { hosts: hosts(lang, null, tried) }) : m.start, start);
  const line = el("div", { class: "actions" }, !link.itself && go, el("p", { class: "muted small" }, link.itself ? m.byItself : m.byClick));
  const details = el("details", {}, el("summary", {}, m.about),
    el("dl", {}, ...terms.filter(([, what]) => what.some(Boolean)).flatMap(([term, what]) => [el("dt", {}, term), el("dd", {}, ...what)])));
  details.open = true;
  const done = el("p", { class: "done", role: "status" });
  return {
    nodes: [
      link.ticket && el("p", { class: "ticket", dir: "auto" }, say(m.request, { ticket: link.ticket })),
      heading(say(m.title, { from: link.from })),
      link.note && el("blockquote", {}, el("p", { class: "muted" }, m.note), el("p", { dir: "auto" }, link.note)),
      details,
      line,
      done,
    ].filter(Boolean),
    details,
    done,
  };
}

/** There is no such link, or no more. `number`: of the report that was sent by it from here. */
export const refusal = (why, m, number) => [
  heading(m.refused[why]),
  number && p(say(m.received.before, { number })),
  p(m.what[why]),
  el("p", { class: "muted" }, m.alone),
].filter(Boolean);

/** Nobody knows what the link says. `others`: where it works, too. */
export const trouble = (why, { m, host }, others, retry) => [
  heading(say(m.trouble[why], { host })),
  el("p", { class: "wrong" }, m.troubled[why]),
  p(m.anyway),
  others.length && p(m.alternates),
  others.length && el("ul", {}, ...others.map((url) => el("li", {}, el("a", { href: url, rel: "noreferrer" }, url.split("#")[0])))),
  el("div", { class: "actions" }, button(m.retry, retry, true)),
].filter(Boolean);

/** A line below all that: what is needed to send did not come. */
export const unloaded = (m, from) => el("p", { class: "wrong", role: "status" }, say(m.unloaded, { from }));

/** How what is sent looks, among the check's rooms. */
export const RECEIPT = `
.receipt { padding: 1em 1.2em; border: 1px solid var(--line); border-radius: 12px; background: var(--soft) }
.receipt h3 { margin: 0; font-size: 1.15em; outline: none }
.receipt .number { display: flex; flex-wrap: wrap; gap: .3em .9em; align-items: center; margin-top: .6em }
.receipt output { font: 700 1.7em/1.2 ui-monospace, monospace; letter-spacing: .06em; font-variant-numeric: slashed-zero; user-select: all }
.receipt > p { margin-top: .6em }
.receipt details { margin-top: 1em }
.leave.sends { margin-top: 1.25em; padding: 1em 1.2em; border: 2px solid var(--accent); border-radius: 12px }
.leave.sends > h3 { margin: 0 0 .3em; font-size: 1.15em }
.leave.sends pre { max-height: 14em }
`;

/** It has arrived. `act.copy(text, done)` as the rooms have it. */
export function receipt({ number, id, bytes, text, why }, from, { m, lang }, act) {
  const r = m.received;
  const copy = button(r.copy, () => act.copy(number ?? id, r.copied));
  const count = bytes.toLocaleString(lang);
  return el("section", { class: "receipt" },
    el("h3", { tabindex: "-1" }, from ? say(r.title, { from }) : r.plain),
    el("div", { class: "number" },
      el("span", { class: "muted" }, r.number),
      // Looked at as two halves, read out letter by letter.
      el("output", {},
        el("span", { "aria-hidden": true }, number ?? id),
        el("span", { class: "unseen" }, [...(number ?? id).replace("-", "")].join(", "))),
      copy),
    p(r.close),
    why && el("p", { class: "muted" }, why),
    el("details", {}, el("summary", {}, say(r.sent, { n: count })),
      el("pre", { tabindex: "0", role: "region", "aria-label": say(r.sent, { n: count }) }, text)));
}
