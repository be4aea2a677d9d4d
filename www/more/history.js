/** The last reports, kept in this browser only by consent, and comparing with them or with files. */
import { el, into } from "../el.js";
import { compare } from "./compare.js";
import { short } from "./compared.js";
import { LAST, checked, fromElsewhere, readFile, unread } from "./reading.js";

/** Where they are kept, as JSON: `[{at, result, host, report}]`, the newest first. That it is there at all is the consent. */
export const KEY = "pushcheck-history";

/** How many are kept, and how long their text may be. */
const MOST = 10;
const ROOM = 400_000;

export const STYLE = `
.history p { margin: .5em 0 }
.history label { display: flex; gap: .6em; align-items: baseline }
.history input[type=checkbox] { flex: none; width: 1.2em; height: 1.2em; accent-color: var(--accent) }
.history ol { margin: .8em 0; padding: 0; list-style: none }
.history ol > li { display: flex; flex-wrap: wrap; gap: .5em 1em; align-items: center; padding: .6em 0; border-top: 1px solid var(--line) }
.history li > p { flex: 1 1 14em; margin: 0 }
.history .actions { margin-top: .6em }
.history li .actions { margin: 0 }
.history li button { padding: .35em .8em; font-size: .92em }
.history .file { margin-top: 1em; padding: .8em 1em; border: 1px dashed var(--muted); border-radius: 10px }
.history .file label { display: block }
.history .file input { display: block; margin-top: .4em }
.history .file.over { border-style: solid; border-color: var(--accent) }
`;

/** What is kept → `{entries, dropped}`; `dropped`: something there was none of ours, or no longer readable, and is left out. */
export function readHistory(text) {
  if (text.length > 2 * ROOM) return { entries: [], dropped: true };
  try {
    const all = JSON.parse(text);
    const entries = all.slice(0, MOST).flatMap((entry) => {
      const { report } = checked(entry?.report ?? null);
      return report && Number.isFinite(entry.at) && Math.abs(entry.at) <= LAST && typeof entry.host === "string"
        ? [{ at: entry.at, result: report.result, host: entry.host.slice(0, 260), report }] : [];
    });
    return { entries, dropped: entries.length !== all.length };
  } catch {
    return { entries: [], dropped: true };
  }
}

/** The entries with a report of `host` before them, made at `at` (ms since 1970); the same run stands there once, the oldest go. */
export function withReport(entries, report, host, at) {
  const entry = { at, result: report.result, host, report: { ...report, evidence: null } };
  const all = [entry, ...entries.filter((one) => one.report.run.id !== report.run.id)].slice(0, MOST);
  while (JSON.stringify(all).length > ROOM) all.pop();
  return all;
}

/** The browser's store: text, null where nothing is kept; undefined where the browser does not allow it. */
function load() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return undefined;
  }
}

/** Whether it could be stored; null takes all away. */
function store(entries) {
  try {
    if (entries) localStorage.setItem(KEY, JSON.stringify(entries));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}

// What the person has taken out does not come back by being shown.
const deleted = new Set();

/** Something that was stored and was none of ours had to go. */
let lost = false;

/** Keeps a report that this page made, where the person wants that; whether it is kept now. */
export function keep(report, base) {
  const text = load();
  if (typeof text !== "string" || fromElsewhere(report) || deleted.has(report.run.id)) return false;
  const { entries, dropped } = readHistory(text);
  lost ||= dropped;
  return store(withReport(entries, report, new URL(base).host, report.run.startedAt));
}

const button = (label, name, click) => {
  const made = el("button", { type: "button", "aria-label": name }, label);
  made.addEventListener("click", click);
  return made;
};

/** Two reports of any order, the earlier first. */
const ordered = (one, other) => (other.run.startedAt < one.run.startedAt ? [other, one] : [one, other]);

/** The person's consent, the list, and the files. */
export function history(report, ctx) {
  const { words: { say, count, date }, m, base, act } = ctx;
  const h = m.history;
  const place = el("div", {});
  const asked = el("div", {});
  const list = el("div", {});
  const note = el("p", { role: "status" });
  const box = el("input", { type: "checkbox" });
  const tell = (text) => {
    note.textContent = text;
  };
  const show = (one, other) => {
    const made = compare(ordered(one, other), ctx);
    into(place, made);
    made.querySelector("h3").focus();
  };

  function entryOf({ at, result, host, report: kept }) {
    const named = (what) => say(h.named, { what, date: date(at) });
    const shown = kept.run.id === report?.run.id;
    return el("li", {},
      el("p", {}, say(h.entry, { date: date(at), host, result: m.compare.results[result] ?? short(result) }),
        shown && el("span", { class: "muted" }, " ", h.shown)),
      el("div", { class: "actions" },
        !shown && button(h.show, named(h.show), () => act.show(kept)),
        !shown && report && button(h.compare, named(h.compare), () => show(kept, report)),
        button(h.delete, named(h.delete), () => {
          deleted.add(kept.run.id);
          store(readHistory(load() ?? "[]").entries.filter((one) => one.report.run.id !== kept.run.id));
          draw();
          tell(say(h.deleted, { date: date(at) }));
          box.focus();
        })));
  }

  /** From what is kept now: another tab may have changed it. */
  function draw() {
    const text = load();
    const { entries, dropped } = text ? readHistory(text) : { entries: [], dropped: false };
    box.checked = typeof text === "string";
    box.disabled = text === undefined;
    into(asked);
    into(list, text === undefined && el("p", { class: "muted" }, h.forbidden),
      (dropped || lost) && el("p", { class: "muted" }, h.dropped),
      entries.length && el("ol", { "aria-label": h.list }, ...entries.map(entryOf)));
    return entries;
  }

  /** Taking the tick away deletes: said before, done by another click. */
  function ask(entries) {
    box.checked = true;
    const no = button(h.keepThem, null, () => {
      draw();
      box.focus();
    });
    const yes = button(h.deleteAll, null, () => {
      for (const one of entries) deleted.add(one.report.run.id);
      const done = store(null);
      draw();
      tell(done ? h.allDeleted : h.full);
      box.focus();
    });
    into(asked, el("p", {}, say(h.sure, { n: count(entries.length) })), el("div", { class: "actions" }, yes, no));
    no.focus();
  }

  box.addEventListener("change", () => {
    tell("");
    if (!box.checked) {
      const entries = draw();
      if (entries.length) return ask(entries);
      const gone = store(null);
      draw();
      return gone || tell(h.full);
    }
    const own = report && !fromElsewhere(report);
    if (own) deleted.delete(report.run.id);
    const done = store(own ? withReport([], report, new URL(base).host, report.run.startedAt) : []);
    draw();
    if (!done) tell(h.full);
  });

  async function compareFiles(files) {
    const chosen = [...files].slice(0, 2);
    if (files.length > 2) return tell(h.tooMany);
    const read = await Promise.all(chosen.map(readFile));
    const bad = read.findIndex((one) => !one.report);
    if (bad >= 0) return tell(unread(read[bad], chosen[bad].name, h.unread, say));
    const [one, other] = read.map((found) => found.report);
    if (!other && !report) return tell(h.oneMore);
    tell("");
    show(one, other ?? report);
  }

  const input = el("input", { type: "file", accept: ".json,application/json", multiple: true });
  input.addEventListener("change", async () => {
    if (input.files.length) await compareFiles(input.files);
    // The same file again, perhaps changed, is a change, too.
    input.value = "";
  });
  const area = el("div", { class: "file" }, el("label", {}, h.file, input), el("p", { class: "muted" }, h.fileWhat));
  const over = (event, on) => {
    event.preventDefault();
    area.classList.toggle("over", on);
  };
  area.addEventListener("dragover", (event) => over(event, true));
  area.addEventListener("dragleave", (event) => over(event, false));
  area.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer.files.length) compareFiles(event.dataTransfer.files);
  });

  if (report) keep(report, base);
  draw();
  return el("div", { class: "history" }, el("h3", {}, h.title), el("label", {}, box, el("span", {}, h.consent)),
    el("p", { class: "muted" }, h.consentWhat), asked, list, area, note, place);
}
