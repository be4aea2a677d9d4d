/**
 * The page that tries an endpoint: any WebSocket, event stream or HTTP address, from this browser. Nothing is connected to without
 * a click on the button that names host and port; a link only fills the form in.
 */
import { el, into } from "./el.js";
import { clientCode } from "./tester/code.js";
import { closing } from "./tester/closing.js";
import { admit, base64, load, readLink } from "./tester/core.js";
import { start as connect } from "./tester/drivers.js";
import { ending } from "./tester/end.js";
import { bodiless, endpoint, where } from "./tester/endpoint.js";
import { keep } from "./tester/keep.js";
import { button, say } from "./parts.js";
import { payload } from "./tester/payload.js";
import { Store } from "./tester/store.js";
import { timeline } from "./tester/timeline.js";
import en from "./tester/text/en.js";
import ja from "./tester/text/ja.js";

const HERE = new URL("./", import.meta.url).href;
const TEXTS = { en, ja };

/** Whoever changes the address of an open page might do so under a finger that is about to click, ms. */
const GUARD = 1000;

function page(t) {
  const bytes = (n) => (n < 1000 ? n.toLocaleString(t.locale, { style: "unit", unit: "byte", unitDisplay: "narrow" })
    : (n / (n < 1e6 ? 1e3 : 1e6)).toLocaleString(t.locale, { style: "unit", unit: n < 1e6 ? "kilobyte" : "megabyte", unitDisplay: "short", maximumFractionDigits: 1 }));

  let running = null;
  let state = "idle";
  let since = 0;
  let guarded = false;

  const store = new Store(() => messages?.changed());
  const messages = timeline(t, store, bytes);
  const form = endpoint(t, () => refresh());
  const editor = payload(t, (change) => {
    Object.assign(form.model, change);
    form.refresh();
    kept?.stale();
  }, () => send());
  const closer = closing(t, (code, reason) => {
    if (running?.close) act("closing", () => running.close(code, reason));
  });
  const end = ending(t, bytes);
  const code = clientCode(t);
  const kept = keep(t, store, () => form.model, (session) => {
    const { entries } = session;
    show(session);
    if (entries.length) {
      store.replace(entries.map(({ base64: packed, ...entry }) => ({ ...entry, saved: true, ...(packed && { bytes: Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)) }) })));
      note("saved", say(t.notes.saved, { name: session.name }));
    }
  });

  const linkNote = el("div", {});
  const said = el("p", { id: "state", role: "status" });
  const waited = el("p", { class: "muted", id: "waited" });
  const go = button(t.connectNone, () => begin(), "primary");
  go.id = "connect";
  const stop = button(t.stop, () => running?.stop());
  stop.id = "stop";
  form.node.append(linkNote, el("div", { class: "actions" }, go, stop), said, waited);

  into(document.getElementById("rooms"), form.node, end.node, editor.node, messages.node, closer.node, code.node, kept.node);

  const note = (kind, text) => store.add({ direction: "note", kind, text });

  function show(model) {
    form.show(model);
    code.show(null);
  }

  function refresh() {
    const { parts } = form.taken();
    const { kind, method } = form.model;
    const busy = running !== null;
    const focused = [go, stop].includes(document.activeElement);
    go.disabled = !parts || busy || guarded;
    go.textContent = !parts ? t.connectNone : say(kind === "http" ? t.request : t.connect, { where: where(parts), method });
    stop.hidden = !busy;
    // What is off or away keeps no focus.
    if (focused) (busy ? stop : go).focus();
    editor.show(form.model);
    editor.ready(busy && state === "open" && kind === "web-socket");
    closer.show(kind, busy && state === "open");
    kept?.stale();
  }

  function become(next) {
    state = next;
    said.dataset.state = next;
    said.textContent = t.state[next];
    refresh();
  }

  setInterval(() => {
    const waits = state === "connecting" || state === "waiting";
    const s = Math.round((performance.now() - since) / 1000);
    waited.textContent = waits && s >= 2 ? say(t.waited, { time: s.toLocaleString(t.locale, { style: "unit", unit: "second", unitDisplay: "long" }) }) : "";
  }, 500);

  /** Does what may throw, and shows what was thrown. */
  function act(next, what) {
    try {
      what();
      if (running) become(next);
    } catch (error) {
      note("error", say(t.notes.error, { message: error.message }));
    }
  }

  function send() {
    const data = editor.data();
    if (!data || !running?.send) return;
    act("open", () => {
      running.send(data.text ?? data.bytes);
      store.add({ direction: "out", kind: data.bytes ? "binary" : "text", ...data });
      running.first ??= data;
      worked(running);
    });
  }

  function worked({ sent, first, chosen, events, pieces }) {
    const { kind } = sent;
    const named = [...(events ?? [])];
    code.show({
      kind, url: sent.url, protocols: sent.protocols, chosen: chosen ?? "", events: named, method: sent.method,
      headers: sent.headers, credentials: kind === "http" ? sent.credentials === "include" : sent.withCredentials,
      first: first ? (first.bytes ? { kind: "base64", value: base64(first.bytes) } : { kind: "text", value: first.text }) : null,
      streamed: kind === "http" && pieces > 1,
    });
  }

  function begin() {
    const { parts } = form.taken();
    if (!parts || running || guarded) return;
    const { model } = form;
    const { kind } = model;
    const isHttp = kind === "http";
    const hasBody = isHttp && model.payload !== "" && !bodiless(model);
    const body = hasBody ? editor.data() : null;
    if (hasBody && !body) return;
    const sent = {
      kind,
      // User and password stay: what the browser makes of them is what is asked.
      url: parts.sent,
      typed: model.url.trim(),
      protocols: kind === "web-socket" ? [...model.protocols] : [],
      events: kind === "server-sent-events" ? [...model.events] : [],
      withCredentials: kind === "server-sent-events" && model.withCredentials,
      method: isHttp ? model.method : "",
      headers: isHttp ? model.headers.map(({ name, value }) => ({ name: name.trim(), value: value.trim() })).filter(({ name }) => name) : [],
      credentials: model.credentials,
      body: body && (body.bytes ?? body.text),
    };
    into(linkNote);
    end.hide();
    code.show(null);
    note("start", say(t.notes.start, { url: sent.typed }));
    if (body) store.add({ direction: "out", kind: "body", ...body });
    since = performance.now();
    // Each has its own: what an older one still says is not this one's.
    const mine = { sent, first: body, pieces: 0, events: new Set() };
    const heard = {
      open(told) {
        if (running !== mine) return;
        mine.chosen = told.protocol;
        if (isHttp) {
          note("head", [say(t.notes.status, { status: told.status, text: told.text }), told.redirected && say(t.notes.redirected, { url: told.redirected }),
            ...told.fields.map(([name, value]) => `${name}: ${value}`)].filter(Boolean).join("\n"));
        } else note("open", kind === "web-socket" ? say(t.notes.open, { protocol: told.protocol || t.notes.noProtocol }) : t.notes.openPlain);
        become(isHttp ? "answering" : "open");
        worked(mine);
      },
      message(one) {
        if (running !== mine) return;
        store.add({ direction: "in", ...one });
        mine.pieces += 1;
        const isNew = kind === "server-sent-events" && !mine.events.has(one.name);
        if (isNew) mine.events.add(one.name);
        if (isNew || (isHttp && mine.pieces === 2)) worked(mine);
      },
      retrying() {
        if (running !== mine) return;
        note("error", t.notes.retry);
        become("retrying");
      },
      ended(told) {
        if (running !== mine) return;
        running = null;
        const text = { closed: say(t.notes.closed, told), threw: say(t.endOf.threw, told), fetch: say(t.notes.error, told) }[told.how] ?? t.state[told.how === "stopped" ? "stopped" : "ended"];
        note("end", text.trim());
        become(told.how === "stopped" ? "stopped" : told.opened ? "ended" : "failed");
        end.show(told, form.taken().doubts);
      },
    };
    running = mine;
    try {
      Object.assign(mine, connect(kind, { ...sent, url: sent.typed }, heard));
      if (running === mine) become(mine.waits);
    } catch (error) {
      heard.ended({ how: "threw", message: `${error.name}: ${error.message}`, opened: false });
    }
  }

  /** A link fills the form in, if the operator lets it; it starts nothing. */
  async function fill(fragment) {
    const link = readLink(fragment);
    if (!link || running) return;
    let endpoints;
    try {
      const answer = await fetch(`${HERE}tester.json`);
      ({ endpoints } = answer.ok ? await answer.json() : {});
    } catch {
      // Said below.
    }
    if (running) return;
    const isList = endpoints === null || (Array.isArray(endpoints) && endpoints.every((one) => typeof one === "string"));
    const admission = isList ? admit(link.url, endpoints) : "unknown";
    if (admission !== "yes") {
      into(form.notice, el("div", { class: "notice why" }, el("p", {}, say(t.fromLinkNot, { url: link.url.slice(0, 300) })),
        el("p", {}, `${t.notAdmitted[admission]} ${t.typeIt}`)));
      return;
    }
    guarded = true;
    setTimeout(() => {
      guarded = false;
      refresh();
    }, GUARD);
    show({
      kind: link.kind || "web-socket", url: link.url, protocols: link.protocols, events: link.events, method: link.method || "GET",
      headers: link.headers.map((name) => ({ name, value: "" })), valuesMissing: link.headers.length > 0,
      format: link.format || "text", payload: link.payload,
    });
    into(linkNote, el("p", { class: "notice" }, t.fromLink));
  }

  show({});
  become("idle");
  if (location.hash.length > 1) fill(location.hash);
  addEventListener("hashchange", () => fill(location.hash));
}

async function begin() {
  const query = new URLSearchParams(location.search);
  const asked = [query.get("lang"), ...navigator.languages].map((tag) => tag?.split("-")[0]);
  const lang = asked.find((tag) => Object.hasOwn(TEXTS, tag)) ?? "en";
  // Dates and numbers as the reader’s own region writes them, where the browser names one of this language.
  const t = { ...TEXTS[lang], locale: navigator.languages.find((tag) => tag.split("-")[0] === lang) ?? lang };
  document.documentElement.dataset.theme = query.get("theme") ?? "auto";
  document.documentElement.lang = lang;
  document.title = document.querySelector("h1").textContent = t.title;
  const lead = document.getElementById("lead");
  try {
    await load(HERE);
  } catch {
    lead.textContent = t.unable;
    return;
  }
  lead.textContent = t.lead;
  page(t);
}

// Importing this file where there is no page must not throw.
if (globalThis.document) begin();
