/** How a report leaves: what of it, exactly as shown, and by which way. */
import { el, into, svg } from "../el.js";
import { file } from "../near.js";
import { MOST_IN_A_TICKET, markdown } from "./markdown.js";
import { print, redact } from "./redact.js";
import { MOST_SENT, NotSent, fit, lineOf, send } from "./send.js";
import { pack } from "./short.js";

export const STYLE = `
.leave fieldset { margin: 1em 0 0; padding: 0; border: 0; min-inline-size: 0 }
.leave legend { padding: 0; font-weight: 600 }
.leave label { display: flex; gap: .6em; align-items: baseline; padding-block: .3em; cursor: pointer }
.leave label > span { min-width: 0 }
.leave label b { display: block; font-weight: 600 }
.leave input { flex: none; inline-size: 1.15em; block-size: 1.15em; margin: 0; translate: 0 .2em; accent-color: var(--accent) }
.leave .row { display: flex; flex-wrap: wrap; gap: .2em 1.2em; align-items: baseline; justify-content: space-between; margin-top: 1em }
.leave .row h4 { margin: 0; font-size: 1em }
.leave .row fieldset { display: flex; flex-wrap: wrap; gap: 0 1.2em; margin: 0 }
.leave .row legend { float: inline-start; padding-block: .3em }
.leave pre { max-height: 22em; margin: .2em 0 0; padding: .8em 1em; overflow: auto; border: 1px solid var(--line); border-radius: 10px }
.leave pre { background: var(--soft); font-size: .8em; white-space: pre-wrap; overflow-wrap: anywhere; direction: ltr; text-align: left }
.leave pre ~ .muted { margin-top: .6em }
.leave .actions { margin-top: 1em }
.leave [part=send] { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
.leave [aria-disabled=true] { opacity: .55; cursor: default }
.leave .note:not(:empty) { margin-top: 1em; padding: .5em .8em; border-inline-start: 4px solid var(--accent) }
.leave .note:not(:empty) { background: var(--soft); color: var(--text) }
.leave svg { display: block; box-sizing: border-box; width: min(100%, 19em); border: 1px solid #fff; forced-color-adjust: none }
.leave .code { margin-top: 1.25em }
.leave .drawn > * { margin-top: .6em }
.leave .link { font: .82em/1.4 monospace; overflow-wrap: anywhere }
@media print { .leave > :not(.code), .leave .code > :not(svg, .link) { display: none } }
`;

/** How long the table is waited for, ms. */
const PATIENCE = 8000;

/** Light modules around a QR code (ISO/IEC 18004 § 6.3.8). */
const QUIET = 4;

/**
 * The dark modules of a QR code as an SVG path, in units of a module.
 *
 * @param {string[]} rows `1` is dark.
 */
export const dark = (rows) => rows.flatMap((row, y) =>
  [...row.matchAll(/1+/g)].map(({ index, 0: { length } }) => `M${index + QUIET} ${y + QUIET}h${length}v1h-${length}z`)).join("");

/** The address of the page that shows a short form. */
export const link = (base, packed) => new URL(`read.html#r=${packed}`, base).href;

/** What a saved file is called: the day and the level, and of the run no more than has left. */
export function fileName({ run: { id, startedAt } }, level) {
  const date = new Date(startedAt);
  const day = Number.isNaN(date.getTime()) ? "report" : date.toISOString().slice(0, 10);
  return ["pushcheck", day, level, /^0*$/.test(id) ? "" : String(id).slice(0, 8)].filter(Boolean).join("-") + ".json";
}

let loaded;

async function table() {
  if (loaded) return loaded;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    const answer = await file("redact.json", { signal: late.signal });
    const rules = await answer.json();
    // Something on the way may have answered in its place.
    if (!Array.isArray(rules?.levels)) throw new TypeError("no table");
    return (loaded = rules);
  } finally {
    clearTimeout(timer);
  }
}

/** The report as Markdown; where that cannot be told, for a report that is not what it says it is, its JSON alone. */
function ticket(report, json, ...how) {
  try {
    return markdown(report, ...how);
  } catch {
    return `\`\`\`json\n${json}\n\`\`\`\n`;
  }
}

const muted = (...children) => el("p", { class: "muted" }, ...children);
let rooms = 0;

/** One of several: `[value, ...label]` each. */
function choice(name, legend, options, chosen, change) {
  const inputs = options.map(([value]) => Object.assign(el("input", { type: "radio", name, value }), { checked: value === chosen }));
  inputs.forEach((input) => input.addEventListener("change", () => change(input.value)));
  return el("fieldset", {}, el("legend", {}, legend),
    ...options.map(([, ...label], at) => el("label", {}, inputs[at], el("span", {}, ...label))));
}

/**
 * @param {object} [how] Where somebody asked for the report by a support link: `token` of the link, `title`, `why` (sentences), `send`
 *   (what the button says), `level` to begin with, `levels` to choose from, `failed(word)`: what is told where the link is
 *   refused, and `received(done, why, act)`: what stands here once it has arrived. Or `mute`: it is not sent from here.
 */
export function leave(report, { words, m: { leave: m }, known, base, act }, how = null) {
  const { say, count } = words;
  // A report of elsewhere may be shown where no server is named.
  const server = URL.canParse(base) && new URL(base);
  const host = server ? server.host : words.t.path.server;
  const name = `leave-${++rooms}`;
  const linked = how?.token ? how : null;
  let [level, form, rules] = [linked?.level ?? "public", "json", null];
  // What left in the end, where that is not what was to.
  let sent = null;
  const made = new Map();

  /** What leaves at the level: the report, and its texts. */
  const leaving = () => {
    if (!made.has(level)) {
      const part = redact(report, level, rules);
      // What is sent by a link is what is shown before.
      const json = linked ? fit(part, MOST_SENT - lineOf(linked.token).length).text ?? print(part) : print(part);
      made.set(level, { report: part, json, markdown: ticket(part, json, words, known, m.ticket) });
    }
    return made.get(level);
  };

  const button = (label, click, part) => {
    const one = el("button", { type: "button", part }, label);
    // Disabled it would lose the focus.
    one.addEventListener("click", () => one.ariaDisabled !== "true" && click());
    return one;
  };
  const enable = (yes, ...buttons) => buttons.forEach((one) => one.setAttribute("aria-disabled", !yes));

  const size = el("span", { class: "muted" });
  const shown = el("pre", { tabindex: "0", role: "region", "aria-label": m.preview });
  const long = el("p", { class: "muted", hidden: true });
  const note = el("p", { class: "note", role: "status" });
  const retry = button(m.again, () => begin());
  const submit = button(linked?.send ?? say(m.send, { host }), () => go(), "send");
  const leaves = [
    ...server && !how?.mute ? [submit] : [],
    ...linked ? [] : [button(m.copyMarkdown, () => act.copy(as("markdown"), m.copied.markdown))],
    button(m.copyJson, () => act.copy(as("json"), m.copied.json)),
    button(m.download, () => act.save(fileName(leaving().report, level), "application/json", as("json"))),
    ...linked ? [] : [button(m.print, async () => {
      // On paper the code is what a reader gets on with.
      code.open = true;
      await draw();
      globalThis.print();
    })],
  ];

  function show() {
    const text = sent ?? leaving()[form];
    shown.textContent = text;
    size.textContent = say(m.size, { n: count(new TextEncoder().encode(text).length) });
    long.hidden = form !== "markdown" || text.length <= MOST_IN_A_TICKET;
    long.textContent = say(m.tooLong, { n: count(MOST_IN_A_TICKET) });
  }

  /** What leaves in a form, which is shown then. */
  function as(other) {
    form = other;
    sent = null;
    [...forms.elements].find(({ value }) => value === form).checked = true;
    show();
    return leaving()[form];
  }

  async function begin() {
    shown.textContent = m.loading;
    retry.hidden = true;
    enable(false, ...leaves);
    try {
      rules = await table();
    } catch {
      shown.textContent = m.noTable;
      retry.hidden = false;
      return;
    }
    try {
      show();
    } catch {
      // Not what it says it is: nothing of it leaves.
      shown.textContent = m.unmade;
      return;
    }
    enable(true, ...leaves);
    if (code.open) draw();
  }

  async function go() {
    enable(false, submit);
    as("json");
    try {
      const tried = (way) => (note.textContent = m.sending[way]);
      const done = await send(leaving().report, base, undefined, tried, linked?.token);
      if (linked) {
        const arrived = linked.received(done, m.left[done.left], act);
        room.replaceWith(arrived);
        arrived.querySelector("h3").focus();
        return;
      }
      if (done.left) sent = done.text;
      note.textContent = [say(m.by[done.by], done), m.left[done.left]].filter(Boolean).join(words.t.between);
      show();
    } catch (error) {
      const { reason, status, link: ended } = error instanceof NotSent ? error : new NotSent("unreached");
      note.textContent = linked?.failed(ended) || say(m.failed[reason], { host, status });
    }
    enable(true, submit);
  }

  const drawn = el("div", { class: "drawn" });
  const code = el("details", { class: "code" }, el("summary", {}, m.qr.title), drawn);
  let latest;

  async function draw() {
    if (!rules) return;
    const mine = (latest = level);
    let url;
    try {
      url = link(base, await pack(leaving().report));
    } catch {
      if (mine === latest) into(drawn, muted(m.qr.unable));
      return;
    }
    const picture = await import("../qr.js").then(({ qr }) => qr(url)).then(({ size, rows }) => {
      const side = size + 2 * QUIET;
      return svg("svg", { role: "img", "aria-label": m.qr.label, viewBox: `0 0 ${side} ${side}`, "shape-rendering": "crispEdges" },
        svg("rect", { width: side, height: side, fill: "#fff" }), svg("path", { d: dark(rows), fill: "#000" }));
    }).catch(() => muted(m.qr.none));
    // Another level was chosen meanwhile.
    if (mine !== latest) return;
    into(drawn, muted(m.qr.why), mine === "public" && muted(say(m.qr.names, { host })), picture,
      el("p", { class: "link" }, el("a", { href: url, target: "_blank", rel: "noreferrer" }, url)),
      el("div", { class: "actions" }, button(m.qr.copy, () => act.copy(url, m.copied.link))));
  }
  code.addEventListener("toggle", () => code.open && !drawn.childElementCount && draw());

  const change = () => {
    sent = null;
    note.textContent = "";
    if (rules) show();
    if (code.open) draw();
    else into(drawn);
  };
  const forms = choice(`${name}-form`, m.form, Object.entries(m.forms), form, (value) => {
    form = value;
    change();
  });
  begin();
  const levels = Object.entries(m.levels).filter(([value]) => linked?.levels.includes(value) ?? true);
  const room = el("section", { class: linked ? "leave sends" : "leave" },
    el("h3", {}, linked?.title ?? m.title), ...(linked?.why ?? [m.why]).map((sentence) => muted(sentence)),
    choice(name, m.level, levels.map(([value, [title, tells]]) =>
      [value, el("b", {}, title), el("span", { class: "muted" }, say(tells, { host }))]), level, (value) => {
      level = value;
      change();
    }),
    el("div", { class: "row" }, el("h4", {}, m.preview, " ", size), !linked && forms),
    shown, long, retry, el("div", { class: "actions" }, ...leaves), note, server && !linked && code);
  return room;
}
