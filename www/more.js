/**
 * What stands below the answer: who has to do what, and everything that it is made of. Puts the rooms together; each of them
 * stands in `more/`. Those to look at closely come with `look.js`, once one of them is opened.
 */
import { STYLE as CAUSES, advice, catalogue, causes } from "./causes.js";
import { dress, el, into } from "./el.js";
import { STYLE as ADMIN, admin } from "./more/admin.js";
import { STYLE as ANOTHER, another, joined } from "./more/another.js";
import { STYLE as COMPARE, afterChange } from "./more/compare.js";
import { details } from "./more/details.js";
import { keep } from "./more/history.js";
import { STYLE as LEAVE, leave } from "./more/leave.js";
import { STYLE as LOG, log } from "./more/log.js";
import english from "./more/text/en.js";
import { script } from "./near.js";

/** How long the server's word of itself is waited for, ms. */
const PATIENCE = 1500;

/** How it looks: what all rooms share, then each. */
export const STYLE = `
[part=more] details { margin-top: .6em }
[part=more] > .fold { margin: 0; border-top: 1px solid var(--line); font-size: 1em }
.fold > summary { padding: .7em 0 }
.room { padding-bottom: 1.2em }
.room > :is([part=side], [part=timeline], .history) > h3:first-child { display: none }
[part=readers] + .fold { margin-top: 1.5em }
[part=more] h3 { margin: 1.25em 0 .4em }
[part=readers] { margin-top: 1em }
[role=tablist] { display: flex; flex-wrap: wrap; gap: .3em; border-bottom: 1px solid var(--line) }
[role=tab] { border: 0; border-bottom: 3px solid transparent; border-radius: 8px 8px 0 0; background: none; color: var(--muted) }
[role=tab][aria-selected=true] { border-bottom-color: var(--accent); color: var(--text) }
[role=tabpanel] { padding-top: .4em }
.scroll { position: relative; overflow-x: auto; border: 1px solid var(--line); border-radius: 10px }
table { border-collapse: collapse; width: 100%; font-size: .88em; white-space: nowrap }
th, td { padding: .45em .8em; text-align: start; font-weight: 400; border-top: 1px solid var(--line) }
thead th { border: 0; background: var(--soft); color: var(--muted) }
.facts { grid-template-columns: auto 1fr }
input[type=file] { max-width: 100%; font: inherit }
@media (forced-colors: active) { [role=tab][aria-selected=true] { outline: 2px solid Highlight; outline-offset: -2px } }
@media print { [role=tablist] { display: none } }
${[CAUSES, ADMIN, ANOTHER, COMPARE, LEAVE, LOG].join("")}`;

/** The rooms' texts in a language; English where there are no others. */
async function texts(language) {
  if (language === "en") return english;
  try {
    return (await script(`pkg/more-${language}.js`)).default;
  } catch {
    return english;
  }
}

/** What the rooms say, in the words of an element. */
export const said = async ({ t }) => t.rooms ?? texts(t.lang);

/** What the server says of itself now; null: it is not heard. */
async function about(base) {
  try {
    const answer = await fetch(new URL("v1/about", base), { credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok && answer.headers.has("pushcheck-answer") ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** What every room gets, of what the element knows. */
export async function context({ words, base, act, ...more }) {
  const { lang } = words.t;
  // Of a report of elsewhere nobody is asked.
  const [known, m, told] = await Promise.all([catalogue(lang), said(words), more.own ? about(base) : null]);
  const language = async (other) => {
    const [of, known, m] = await Promise.all([act.language(other), catalogue(other), texts(other)]);
    return { words: of, known, m };
  };
  return { ...more, words, base, known, m, about: told, act: { ...act, language } };
}

let made = 0;

/** Readers as tabs (ARIA Authoring Practices § Tabs; what has the focus is shown). */
function tabs(label, failed, panels) {
  const id = `readers-${++made}`;
  const buttons = panels.map(([name, title], at) => el("button", {
    type: "button", role: "tab", id: `${id}-${name}`, "aria-controls": `${id}-${name}-panel`, "aria-selected": at ? "false" : "true", tabindex: at ? "-1" : "0",
  }, title));
  const shown = panels.map(([name, , build], at) => {
    const panel = el("div", { role: "tabpanel", part: name, id: `${id}-${name}-panel`, "aria-labelledby": `${id}-${name}`, tabindex: "0", hidden: !!at });
    // Built when it is first looked at.
    panel.build = () => {
      panel.build = null;
      try {
        into(panel, ...[build()].flat());
      } catch {
        // A report that is not what it says it is.
        into(panel, el("p", {}, failed));
      }
    };
    return panel;
  });
  const choose = (chosen) => {
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", at === chosen);
      button.tabIndex = at === chosen ? 0 : -1;
      shown[at].hidden = at !== chosen;
    });
    shown[chosen].build?.();
  };
  const list = el("div", { role: "tablist", "aria-label": label }, ...buttons);
  list.addEventListener("click", ({ target }) => buttons.includes(target) && choose(buttons.indexOf(target)));
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target);
    const forth = getComputedStyle(list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forth === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const to = { [forth]: at + 1, [back]: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
  });
  choose(0);
  const section = el("section", { part: "readers" }, list, ...shown);
  return [section, (name) => {
    const at = panels.findIndex(([one]) => one === name);
    choose(at);
    buttons[at].focus();
  }];
}

let looking;

/** What is looked at closely; asked for anew after a failure. */
function look() {
  looking ??= script("look.js").catch((error) => {
    looking = undefined;
    throw error;
  });
  return looking;
}

/** A room that is built when it is opened, or asked for. */
function fold(part, title, failed, build) {
  const room = el("div", { class: "room" });
  const made = el("details", { class: "fold", "data-room": part }, el("summary", {}, title), room);
  let building;
  made.build = () => {
    made.open = true;
    building ??= build().then((nodes) => into(room, ...[nodes].flat()), () => {
      building = undefined;
      into(room, el("p", {}, failed));
    });
    return building;
  };
  made.addEventListener("toggle", () => made.open && made.build());
  return made;
}

const dressed = new WeakSet();

let handing = null;

/** How reports leave where a support link asked for them, as `leave()` takes it; null: in no other way than elsewhere. */
export const handOver = (how) => (handing = how);

/**
 * Fills the element's places: `mount` for all that, `change` for what became of it since the check before. Returns what shows
 * what leaves.
 */
export function fill(mount, change, report, ctx) {
  const { m, base, previous, key, own } = ctx;
  // With consent only.
  if (own) keep(report, base);
  // The app is where the page is; a page in a sandbox is nowhere.
  const app = origin === "null" ? "https://app.example" : origin;
  const { t } = ctx.words;
  const close = (name) => fold(name, m[name].title, t.unexplained, async () => {
    const rooms = await look();
    const root = mount.getRootNode();
    if (!dressed.has(root)) dress(root, rooms.STYLE);
    dressed.add(root);
    return rooms[name](report, all);
  });
  const times = close("timeline");
  const evidence = async (ids) => {
    await times.build();
    try {
      (await look()).highlight(times, [ids].flat());
    } catch {
      ctx.act.remark(t.unexplained);
    }
  };
  const all = { ...ctx, act: { ...ctx.act, evidence } };
  const you = () => [
    causes(report, all, "person"),
    // Both go on from what this page has tried itself.
    own && another(report, all),
    own && log(report, all),
  ].flat();
  into(change, ...previous ? [afterChange(previous, report, all)].flat() : [], own && handing?.token && leave(report, all, handing));
  const [readers, show] = tabs(m.readers.label, t.unexplained, [
    ["you", m.readers.you, you],
    ["network", m.readers.network, () => admin(report, all)],
    ["site", m.readers.site, () => [...causes(report, all, "site"), el("section", { part: "advice" }, ...advice(report, all, app))]],
    // What a link is for is sent by it, or not at all.
    ["report", m.readers.report, () => leave(report, all, handing && { mute: true })],
  ]);
  into(mount,
    ...own && key ? [joined(report, all, key)].flat() : [],
    readers,
    close("side"),
    close("charts"),
    times,
    close("history"),
    fold("details", m.details.title, "", async () => details(report, all)));
  return () => show("report");
}
