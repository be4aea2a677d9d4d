/**
 * <push-check>: which push methods work from here, as an element. `push-check.d.ts` tells its attributes, properties,
 * methods and events.
 */
import { words } from "./dom.js";
import { METHODS } from "./outcome.js";
import { style } from "./style.js";
import { View } from "./view.js";
// Named here, though others import them too, so that a page that embeds this file fetches all at once, not in a chain.
import "./details.js";
import "./text/en.js";

const HERE = new URL("./", import.meta.url);
const LISTS = ["methods", "required", "lanes"];

/** Why there is no report: a key of the texts' `unable`, and what its sentence needs. */
class Unable extends Error {
  constructor(reason, values = {}) {
    super([values.url, values.message].filter(Boolean).join(": ") || reason);
    Object.assign(this, { reason, values });
  }
}

let loaded;
let tries = 0;

/** The widget itself, once for all elements of a page; tried anew after a failure. */
function load() {
  loaded ??= fetchWidget().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function fetchWidget() {
  if (typeof WebAssembly !== "object") throw new Unable("no-webassembly");
  const violations = [];
  const note = (event) => violations.push(event);
  document.addEventListener("securitypolicyviolation", note);
  // Browsers remember that a module failed to load: the next try is another URL.
  const again = tries++ ? `?${tries}` : "";
  let url = new URL(`pkg/pushcheck.js${again}`, HERE).href;
  try {
    const widget = await import(url);
    url = new URL("pkg/pushcheck_bg.wasm", HERE).href;
    await widget.default();
    return widget.run;
  } catch (error) {
    // The event comes in a task of its own, after the rejection.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const forbidden = error instanceof WebAssembly.CompileError && /policy|CSP/i.test(error.message);
    if (forbidden || violations.some(({ blockedURI }) => blockedURI === "wasm-eval")) throw new Unable("policy-wasm");
    const named = violations.find(({ blockedURI }) => blockedURI.startsWith(HERE.origin));
    if (named) throw new Unable("policy", { url, directive: named.effectiveDirective });
    throw new Unable("module", { url, message: String(error?.message ?? error) });
  } finally {
    document.removeEventListener("securitypolicyviolation", note);
  }
}

/** Rejects when it is aborted, so that a load that hangs can be stopped. */
function stopped(signal) {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Unable("stopped")), { once: true }));
}

// Importing this file where there is no DOM must not throw.
const Base = globalThis.HTMLElement ?? class {};

export class PushCheck extends Base {
  #view;
  #words;
  #abort = null;
  #run = null;
  #report = null;
  #options = {};

  constructor() {
    super();
    dress(this.attachShadow({ mode: "open" }));
    // A property that was set before this file arrived hides the accessor.
    if (Object.hasOwn(this, "options")) {
      const { options } = this;
      delete this.options;
      this.options = options;
    }
  }

  connectedCallback() {
    if (!this.#view) {
      this.#words = words(this.lang || this.closest("[lang]")?.lang || navigator.language);
      const act = (event) => {
        // The second click of a double click would stop what the first one started.
        if (event.detail < 2) this.running ? this.stop() : this.start();
      };
      this.#view = new View(this.shadowRoot, this.#words, { act, copy: () => this.#copy(), download: () => this.#download() });
    }
    if (this.hasAttribute("auto")) {
      if (!this.#report) this.start();
    } else {
      // Static files only, so that the button answers at once; what fails is said when it is pressed.
      load().catch(() => {});
    }
  }

  disconnectedCallback() {
    // Not when it is only moved to another place of the page.
    queueMicrotask(() => this.isConnected || this.stop());
  }

  get report() {
    return this.#report;
  }

  get running() {
    return this.#abort !== null;
  }

  get options() {
    return this.#options;
  }

  set options(options) {
    this.#options = options ?? {};
  }

  start() {
    this.#run ??= this.#go();
    return this.#run;
  }

  stop() {
    this.#abort?.abort();
  }

  async #go() {
    const { signal } = (this.#abort = new AbortController());
    let [report, failure] = [null, null];
    try {
      const options = this.#asked();
      const { methods, requiredLanes } = options;
      // One turn later, so that `running` and the promise are there for whoever listens.
      await null;
      this.#tell("start", { options });
      this.#view?.begin(Array.isArray(methods) ? METHODS.filter((method) => methods.includes(method)) : METHODS);
      const run = await Promise.race([load(), stopped(signal)]);
      report = await run(options, signal, (progress) => {
        this.#view?.progress(progress);
        this.#tell("progress", progress);
      });
      this.#view?.done(report, options.base, requiredLanes ?? []);
    } catch (error) {
      failure = this.#understood(error);
      this.#view?.unable(failure);
    }
    this.#abort = this.#run = null;
    if (report) {
      this.#report = report;
      this.#tell("report", report);
    }
    const { reason = null, message = null } = failure ?? {};
    this.#tell("end", { result: report?.result ?? (reason === "stopped" ? "aborted" : null), reason, message });
    return report;
  }

  /** Attributes, then `options`. */
  #asked() {
    const options = { base: HERE.href };
    for (const name of LISTS) {
      if (this.hasAttribute(name)) options[name] = this.getAttribute(name).split(/\s+/).filter(Boolean);
    }
    for (const name of ["base", "mode"]) {
      if (this.hasAttribute(name)) options[name] = this.getAttribute(name);
    }
    Object.assign(options, this.#options);
    try {
      options.base = new URL(options.base, document.baseURI).href;
    } catch {
      // Goes on as it is: `run()` names the field.
    }
    return options;
  }

  #understood(error) {
    if (error instanceof Unable) return error;
    const message = String(error?.message ?? error);
    // `run()` rejects on misuse only.
    return new Unable(error instanceof TypeError ? "misuse" : "own", { message });
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(`pushcheck-${what}`, { detail, bubbles: true, composed: true }));
  }

  #json() {
    return JSON.stringify(this.#report, null, 2);
  }

  async #copy() {
    const { text } = this.#words;
    try {
      await navigator.clipboard.writeText(this.#json());
      this.#view.remark(text.copied);
    } catch {
      // No permission, or no secure context.
      this.#view.remark(this.#view.offer(this.#json()) ? text.copied : text.copyByHand);
    }
  }

  #download() {
    const href = URL.createObjectURL(new Blob([this.#json()], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href, download: `pushcheck-${this.#report.run.id}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }
}

/**
 * The style sheet is text in a module: a constructed sheet needs no `style-src`, and the text comes with the modules. A
 * `<link>` or a fetch would cost a request that starts only when the element is there.
 */
let sheet;
function dress(root) {
  try {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Safari before 16.4.
    root.append(Object.assign(document.createElement("style"), { textContent: style }));
  }
}

if (globalThis.customElements && !customElements.get("push-check")) customElements.define("push-check", PushCheck);
