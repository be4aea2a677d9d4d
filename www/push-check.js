/**
 * <push-check>: which push methods work from here, as an element. `push-check.d.ts` tells its attributes, properties,
 * methods and events.
 */
import { judgeClients, judgeNetLog, readNetLog, run, runOf } from "./pkg/pushcheck.js";
import { dress } from "./el.js";
import { fallback } from "./fallback.js";
import { Unable, load, more, said, textsOf } from "./load.js";
import { BASE } from "./near.js";
import { style } from "./style.js";
import { View } from "./view.js";
import { METHODS, words } from "./words.js";

/** Whether the browser, or the system, is set to dark. */
const DARK = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

// Importing this file where there is no DOM must not throw.
const Base = globalThis.HTMLElement ?? class {};

export class PushCheck extends Base {
  static observedAttributes = ["theme"];
  #view;
  #ready;
  #words;
  #abort = null;
  #run = null;
  #report = null;
  /** This page has made it itself. */
  #own = false;
  /** The report before that: what a change did is seen beside it. */
  #previous = null;
  /** It was set, and no report since. */
  #held = false;
  #reading = false;
  /** The report that the rooms were asked about. */
  #explained = null;
  #dressed = false;
  /** The rooms' texts, once they are there, and what shows what leaves. */
  #m = null;
  #share = null;
  /** What the last run was asked for. */
  #ran = null;
  #hue = () => this.#view?.dark(this.getAttribute("theme"), DARK?.matches);
  /** Perhaps set before this file arrived. */
  options = this.options ?? {};
  texts = this.texts ?? null;

  constructor() {
    super();
    dress(this.attachShadow({ mode: "open" }), style);
    // Set on an element that was not one yet, it hides what this class defines.
    for (const name of ["previous", "report"]) {
      const value = this[name];
      delete this[name];
      if (value) this[name] = value;
    }
  }

  connectedCallback() {
    this.#ready ??= this.#build();
    DARK?.addEventListener("change", this.#hue);
    if (!this.hasAttribute("auto")) {
      // Static files only, so that the button answers at once; what fails is said when it is pressed.
      load().catch(() => {});
    } else if (!this.#report) this.start();
  }

  attributeChangedCallback() {
    this.#hue();
  }

  /** The view, in the language of the page or of the browser: all but English is loaded first. */
  async #build() {
    // One turn later, so that whoever makes an element can still say what it speaks.
    await null;
    const tag = this.lang || this.closest("[lang]")?.lang || navigator.language;
    const texts = await textsOf(tag.split("-")[0]);
    const view = () => new View(this.shadowRoot, this.#words, {
      // The second click of a double click would stop what the first one started.
      act: ({ detail }) => detail < 2 && (this.running ? this.stop() : this.start()),
      longer: () => this.start({ mode: "thorough" }),
      watch: () => this.start({ mode: "watch" }),
      copy: () => this.#copy(this.#json, this.#words.t.copied),
      details: () => this.#fill(this.#report),
      share: () => this.#share?.(),
      download: () => this.#save(`pushcheck-${this.#report.run.id}.json`, "application/json", this.#json),
    });
    try {
      this.#words = words(tag, this.texts ? { ...(texts ?? words("en").t), ...this.texts } : texts);
      this.#view = view();
    } catch {
      // Texts of the page's own that are none.
      this.#words = words(tag, texts);
      this.#view = view();
    }
    this.#hue();
  }

  disconnectedCallback() {
    // Not when it is only moved to another place of the page.
    queueMicrotask(() => {
      if (this.isConnected) return;
      DARK?.removeEventListener("change", this.#hue);
      this.stop();
    });
  }

  get report() {
    return this.#report;
  }

  /** Shows a report of elsewhere, or nothing; a run that is on is not disturbed. */
  set report(report) {
    if (this.running) return;
    report ??= null;
    this.#report = report;
    this.#own = false;
    // Frameworks set properties in an order of their own.
    if (!this.#held) this.#previous = null;
    this.#held = false;
    this.#ready ??= this.#build();
    this.#ready.then(() => {
      if (report !== this.#report) return;
      try {
        if (report === null) this.#view.idle();
        else this.#show(report);
      } catch {
        // Not what it says it is.
        this.#report = null;
        this.#view.unable(new Unable("report"));
      }
    });
  }

  get previous() {
    return this.#previous;
  }

  /** What the report is held against. */
  set previous(report) {
    this.#previous = report;
    this.#held = true;
    if (this.#report && !this.running) this.#fill(this.#report);
  }

  get running() {
    return this.#abort !== null;
  }

  start(more) {
    // As a listener it is handed an event.
    return (this.#run ??= this.#go(more instanceof Event ? {} : more));
  }

  stop() {
    this.#abort?.abort();
  }

  /** A log that this browser wrote meanwhile, read for the last report: see `push-check.d.ts`. */
  async readNetLog(file) {
    const report = this.#report;
    if (!report || this.running || this.#reading) return null;
    const { id } = report.run;
    let read = "file";
    this.#reading = true;
    try {
      const pieces = file.stream().pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
        if (!readNetLog(id, piece.value)) {
          await pieces.cancel();
          break;
        }
      }
      read = judgeNetLog(id);
    } catch {
      // The file is gone, or the widget is: what was read of it must not stand before the next one.
      try {
        judgeNetLog("");
      } catch {}
    }
    // How it is said comes with the rooms.
    this.#m ??= await more().then(({ said }) => said(this.#words), () => null);
    this.#reading = false;
    // Another run has begun, or ended, since.
    if (report !== this.#report || this.running) return null;
    if (typeof read === "string") {
      this.#view?.remark(this.#m?.log.unreadable[read] ?? read);
      return null;
    }
    this.#report = read;
    const named = read.evidence.traces.filter(({ events }) => events.some(({ event }) => event.what === "net-error")).length;
    this.#show(read);
    const { say, count } = this.#words;
    if (this.#m) this.#view?.remark(say(this.#m.log.read, { n: count(named) }));
    this.#tell("report", read);
    return read;
  }

  /** Shows a report, and all that is shown on demand. */
  #show(report, why) {
    const { base, requiredLanes } = this.#ran ?? {};
    const own = this.#own;
    this.#view?.done(report, own ? base : null, requiredLanes ?? [], why);
    // What nothing is wrong with is explained when somebody asks.
    const calm = own && report.result === "passed" && !report.findings.length && !this.#previous && !this.#ran.key && !remembers()
      // Another page could try those.
      && !report.lanes.some(({ skipped }) => skipped === "mixed-content");
    if (calm) this.#view?.asks();
    else this.#fill(report);
  }

  /** Asks for what is not there from the start: explanations, readers, charts. */
  async #fill(report) {
    const view = this.#view;
    const own = this.#own;
    const previous = this.#previous;
    this.#explained = report;
    const words_ = this.#words;
    const { base, key } = this.#ran ?? this.#asked();
    try {
      const { STYLE, context, fill } = await more();
      const act = {
        copy: (text, done) => this.#copy(text, done),
        save: (name, type, text) => this.#save(name, type, text),
        remark: (text) => view.remark(text),
        show: (other) => (this.report = other),
        runId: runOf,
        log: (file) => this.readNetLog(file),
        language: async (language) => words(language, await textsOf(language)),
      };
      const ctx = await context({ own, previous, words: words_, base, key, act });
      // Another report is shown since.
      if (report !== this.#explained || !view) return;
      if (!this.#dressed) dress(this.shadowRoot, STYLE);
      this.#dressed = true;
      this.#m = ctx.m;
      view.filled();
      this.#share = fill(view.more, view.change, report, ctx);
    } catch {
      // What names the cause is there already; from here the rest does not come.
      if (report === this.#explained) view?.remark(words_.t.unexplained);
    }
  }

  async #go(more) {
    const { signal } = (this.#abort = new AbortController());
    this.#explained = null;
    // What somebody else's check said is nothing that a change here could have cured.
    const previous = this.#own ? this.#report : null;
    let report = null;
    let failure = {};
    let leaving = false;
    try {
      // A load that hangs can be stopped, from the first moment on.
      const stopped = new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Unable("stopped"))));
      stopped.catch(() => {});
      const options = (this.#ran = { ...this.#asked(), ...more });
      const { methods, requiredLanes } = options;
      await Promise.race([this.#ready, stopped]);
      // One turn later, so that `running` and the promise are there for whoever listens.
      await null;
      this.#tell("start", { options });
      this.#view?.begin(METHODS.filter((method) => methods?.includes?.(method) ?? true), options);
      await Promise.race([load(), stopped]);
      // Before the run's own listener, which ends the run: its report comes within that event.
      addEventListener("pagehide", () => (leaving = true), { signal, once: true });
      report = await run(options, signal, (progress) => {
        this.#view?.progress(progress);
        this.#tell("progress", progress);
      });
      // What the page's own clients did, where somebody has looked at them.
      const clients = globalThis.pushCheckObserve?.clients?.();
      if (clients) report = judgeClients(report.run.id, clients) ?? report;
      if (leaving && this.#view?.sends) send(report, options.base);
      this.#report = report;
      this.#own = true;
      this.#previous = previous;
      this.#show(report);
    } catch (error) {
      // `run()` rejects on misuse only.
      failure = error instanceof Unable ? error : new Unable(error instanceof TypeError ? "misuse" : "own", { message: said(error) });
      if (LITTLE.includes(failure.reason)) report = await this.#little(failure, signal);
      else this.#view?.unable(failure);
    }
    this.#abort = this.#run = null;
    if (report) this.#tell("report", report);
    const { reason = null, message = null } = failure;
    this.#tell("end", { result: report?.result ?? (reason === "stopped" ? "aborted" : null), reason, message });
    return report;
  }

  /** What can be tried without the widget; null: not even that. */
  async #little(failure, signal) {
    try {
      const report = (this.#report = await fallback(this.#ran, signal, (directive) => {
        Object.assign(failure, { reason: "policy", values: { url: this.#ran.base, directive } });
      }));
      this.#own = true;
      this.#previous = null;
      this.#show(report, this.#words.say(this.#words.t.unable[failure.reason], failure.values));
      return report;
    } catch {
      this.#view?.unable(failure);
      return null;
    }
  }

  /** Attributes, then `options`. */
  #asked() {
    const options = { base: BASE };
    for (const [name, option] of [["longest-silence-ms", "longestSilenceMs"], ["watch-ms", "watchMs"]]) {
      const ms = this.getAttribute(name);
      if (ms !== null) options[option] = Number(ms);
    }
    for (const name of ["base", "mode", "need", "methods", "required", "lanes"]) {
      const value = this.getAttribute(name);
      if (value !== null) options[name] = ["base", "mode", "need"].includes(name) ? value : value.match(/\S+/g) ?? [];
    }
    Object.assign(options, this.options);
    try {
      const base = new URL(options.base ?? "https://", document.baseURI);
      // A path is a folder, as the widget takes it.
      base.pathname = base.pathname.replace(/\/*$/, "/");
      options.base = base.href;
    } catch {
      // Goes on as it is: `run()` names the field.
    }
    return options;
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(`pushcheck-${what}`, { detail, bubbles: true, composed: true }));
  }

  /** Undefined: what was set cannot be told as JSON. */
  get #json() {
    try {
      return JSON.stringify(this.#report, null, 2);
    } catch {
      return undefined;
    }
  }

  async #copy(text, done) {
    const { t } = this.#words;
    if (text === undefined) return;
    try {
      await navigator.clipboard.writeText(text);
      this.#view.remark(done);
    } catch {
      // No permission, or no secure context.
      this.#view.remark(this.#view.offer(text) ? done : t.copyByHand);
    }
  }

  #save(name, type, text) {
    this.#view.remark("");
    if (text === undefined) return;
    const href = URL.createObjectURL(new Blob([text], { type }));
    Object.assign(document.createElement("a"), { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }
}

/** Why the widget does not run where the browser may still try a little. */
const LITTLE = ["no-webassembly", "policy-wasm", "policy", "module"];

/** Reports are kept in this browser, by consent. */
function remembers() {
  try {
    return localStorage.getItem("pushcheck-history") !== null;
  } catch {
    return false;
  }
}

/** What a page may send that is closed: browsers take 64 KiB in all (Fetch § 4.7). */
const MOST = 60_000;

/** Sends a report to the server that was asked, also when the page goes; without what does not fit. */
function send(report, base) {
  const methods = report.methods.map((method) => ({ ...method, lanes: [] }));
  const fits = [report, { ...report, evidence: null }, { ...report, evidence: null, methods }]
    .map((part) => JSON.stringify(part))
    .find((text) => new Blob([text]).size <= MOST);
  if (!fits) return;
  fetch(new URL("v1/reports", base), { method: "POST", body: fits, keepalive: true, credentials: "omit", referrerPolicy: "no-referrer" })
    // Nobody is there any more to be told.
    .catch(() => {});
}

if (globalThis.customElements && !customElements.get("push-check")) customElements.define("push-check", PushCheck);
