/** Sessions that are kept in this browser or in files, and links. Storage and files are strangers': what they hold is checked whole. */
import { el, into } from "../el.js";
import { base64, bytes, keepSessions, parsed, readSessions, writeLink } from "./core.js";
import { button, copy, field, line, say, tick } from "../parts.js";
import { beginning, size } from "./store.js";

/** Where they lie. */
const PLACE = "pushcheck-tester";
/** The largest file, as the core has it. */
const LARGEST = 4 * 1024 * 1024;
/** The most entries of a timeline in a session, and the most of one. */
const ENTRIES = 200;
const ENTRY = 16_000;

/** `{node}`; `form()` is what the form holds, `load(session)` fills it in. */
export function keep(t, store, form, load) {
  const [nameField, name] = line(t.sessionName, { maxlength: 80, id: "session-name" }, () => refresh());
  const [valuesField, values] = tick(t.withValues);
  const [entriesField, entries] = tick(t.withEntries);
  const note = el("p", { class: "muted", role: "status", id: "keep-note" });
  const bad = el("div", { id: "damaged", role: "status" });
  const list = el("ul", { id: "sessions" });
  const file = el("input", { type: "file", accept: ".json,application/json", id: "import" });
  const [fileField] = field(t.import, file);
  const save = button(t.save, () => keepOne());
  const out = button(t.export, () => hand());
  const [linkField, link] = field(t.linkOf, el("input", { type: "text", class: "code", readonly: true, id: "link" }));
  const [payloadField, withPayload] = tick(t.withPayload);
  const linkNote = el("div", { role: "status", class: "muted", id: "link-note" });
  const copyLink = button(t.copyLink, () => copy(link.value, note, t));
  linkField.hidden = copyLink.hidden = true;

  const node = el("section", { "aria-label": t.keep }, el("h2", {}, t.keep), nameField, valuesField, entriesField,
    el("div", { class: "actions" }, save, out), fileField, note, bad, el("h3", {}, t.sessions), list,
    el("h3", {}, t.share), el("p", { class: "muted" }, t.shareWhy), payloadField,
    el("div", { class: "actions" }, button(t.makeLink, () => make()), copyLink), linkField, linkNote);

  /** What lies in the browser: `{sessions, damaged}`. */
  function stored() {
    try {
      const text = localStorage.getItem(PLACE);
      return text ? readSessions(text) : { sessions: [], damaged: [] };
    } catch {
      return { sessions: [], damaged: [] };
    }
  }

  const notWhole = ({ damaged: [{ name: which, why, at }] }) => say(t.notWhole, { name: which || t.sessions, why: t.damages[why], at: at && `(${at})` });

  /** Puts them there, and tells how it went: `done`, or why not. */
  function put(sessions, done) {
    try {
      const present = localStorage.getItem(PLACE) ?? "";
      const kept = keepSessions(sessions, present);
      if (kept.text === null) return notWhole(kept);
      // A newer version of this page may read it.
      const place = kept.aside ? `${PLACE}-${Date.now()}` : "";
      if (place) localStorage.setItem(place, present);
      try {
        localStorage.setItem(PLACE, kept.text);
      } catch (error) {
        if (place) localStorage.removeItem(place);
        throw error;
      }
      return place ? `${done} ${say(t.putAside, { place })}` : done;
    } catch {
      return t.notSaved;
    }
  }

  function current() {
    const { kind, url, protocols, events, method, headers, withCredentials, format, payload } = form();
    const credentials = kind !== "server-sent-events" ? form().credentials : withCredentials ? "include" : "same-origin";
    return {
      name: name.value.trim(), savedAt: Date.now(), kind, url, protocols, events, method,
      headers: headers.map((one) => ({ name: one.name, value: values.checked ? one.value : "" })), credentials, format, payload,
      entries: !entries.checked ? [] : store.entries.slice(-ENTRIES).map((entry) => ({
        at: Math.round(entry.at), direction: entry.direction, kind: entry.kind, size: entry.size,
        text: entry.bytes ? "" : beginning(entry.text, ENTRY), base64: entry.bytes ? base64(entry.bytes.slice(0, ENTRY)) : "",
      })),
    };
  }

  function keepOne() {
    const mine = current();
    const others = stored().sessions.filter((one) => one.name !== mine.name);
    note.textContent = put([mine, ...others], t.saved);
    show();
  }

  function hand() {
    const all = stored().sessions;
    const sessions = name.value.trim() ? [current(), ...all.filter((one) => one.name !== name.value.trim())] : all;
    const kept = keepSessions(sessions, "");
    if (kept.text === null) {
      note.textContent = notWhole(kept);
      return;
    }
    const url = URL.createObjectURL(new Blob([kept.text], { type: "application/json" }));
    el("a", { href: url, download: "sessions.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const whole = (why) => ({ sessions: [], damaged: [{ why, name: "", at: "" }] });
    let read;
    if (chosen.size > LARGEST) read = whole("too-large");
    else read = await chosen.text().then(readSessions, () => whole("unreadable"));
    const names = new Set(read.sessions.map((one) => one.name));
    const merged = [...read.sessions, ...stored().sessions.filter((one) => !names.has(one.name))];
    const done = say(t.imported, { n: read.sessions.length });
    note.textContent = read.sessions.length ? put(merged, done) : done;
    file.value = "";
    show(read.damaged.map((one) => ({ ...one, name: one.name || chosen.name.slice(0, 80) })));
  });

  function show(damaged) {
    const { sessions, damaged: own } = stored();
    const rows = sessions.map((one) => {
      const loads = button(t.load, () => {
        load({ ...one, withCredentials: one.credentials === "include" });
        name.value = one.name;
        refresh();
        note.textContent = t.loaded;
      }, "small");
      loads.setAttribute("aria-label", say(t.loads, { name: one.name }));
      const gone = button(t.remove, () => {
        note.textContent = put(stored().sessions.filter((other) => other.name !== one.name), "");
        show();
        name.focus();
      }, "small");
      gone.setAttribute("aria-label", say(t.removes, { name: one.name }));
      const saved = one.savedAt ? new Date(one.savedAt).toLocaleString(t.locale) : "";
      return el("li", {}, el("div", { class: "which" }, el("b", {}, one.name), el("div", { class: "muted" }, [one.url, saved].filter(Boolean).join(" · "))), loads, gone);
    });
    into(list, ...(rows.length ? rows : [el("li", {}, t.noSessions)]));
    const named = (damaged ?? own).map(({ why, name: which, at }) => el("li", { "data-severity": "perhaps" },
      el("span", { class: "sign", "aria-hidden": "true" }, "!"), el("div", {}, say(t.damaged, { name: which || t.unnamed, why: t.damages[why], at: at && `(${at})` }))));
    into(bad, named.length > 0 && el("ul", { class: "doubts" }, ...named));
    refresh();
  }

  function make() {
    const { kind, url, protocols, events, method, headers, format, payload } = form();
    const named = headers.filter((one) => one.name.trim());
    const isHttp = kind === "http";
    const made = writeLink({
      kind, url: parsed(url)?.href ?? url, protocols: kind === "web-socket" ? protocols : [], events: kind === "server-sent-events" ? events : [],
      method: isHttp ? method : "", headers: isHttp ? named.map((one) => one.name.trim()) : [],
      format: withPayload.checked ? format : "", payload: withPayload.checked ? payload : "",
    });
    const list_ = new Intl.ListFormat(t.locale);
    const told = made.fragment === null ? [t.linkLong] : [
      made.leftOut.length && say(t.leftOut, { list: list_.format(made.leftOut) }), made.userLeftOut && t.userLeftOut,
      made.namelessLeftOut && say(t.namelessLeftOut, { n: made.namelessLeftOut }), made.protocolsLeftOut && say(t.protocolsLeftOut, { n: made.protocolsLeftOut }), isHttp && named.length && t.valuesLeftOut,
    ];
    linkField.hidden = copyLink.hidden = made.fragment === null;
    link.value = made.fragment === null ? "" : `${location.origin}${location.pathname}#${made.fragment}`;
    into(linkNote, ...told.filter(Boolean).map((one) => el("p", {}, one)));
  }

  function refresh() {
    save.disabled = !name.value.trim() || size(name.value) > 240;
  }

  show();
  return {
    node,
    /** What the form held has changed: a link of before is not of it. */
    stale() {
      linkField.hidden = copyLink.hidden = true;
      into(linkNote);
    },
    bytes,
  };
}
