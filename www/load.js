/** What the element loads: the widget itself, texts of another language, and the rooms. Each once for all elements of a page. */
import { at, file, script } from "./near.js";
import { initSync } from "./pkg/pushcheck.js";
import { LANGUAGES } from "./words.js";

/** How long the texts of another language are waited for, ms. */
const PATIENCE = 2000;

/** Why there is no report: a key of the texts' `unable`, and what its sentence needs. */
export class Unable extends Error {
  constructor(reason, values = {}) {
    super(Object.values(values).join(": ") || reason);
    Object.assign(this, { reason, values });
  }
}

/** The texts of a language but English, which is always there; undefined: they did not come in time. */
export async function textsOf(language) {
  if (!LANGUAGES.includes(language) || language === "en") return undefined;
  // What does not come from here in time is not waited for: English is there.
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const asked = script(`text/${language}.js`).then((module) => module.default, () => undefined);
  return Promise.race([asked, late]);
}

let rooms;

/** What is shown on demand, once for all elements of a page; tried anew after a failure. */
export function more() {
  rooms ??= script("more.js").catch((error) => {
    rooms = undefined;
    throw error;
  });
  return rooms;
}

let loading;

/** The widget itself, once for all elements of a page; tried anew after a failure. */
export function load() {
  loading ??= fetchWidget().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function fetchWidget() {
  if (!globalThis.WebAssembly) throw new Unable("no-webassembly");
  const violations = [];
  const note = (event) => violations.push(event);
  document.addEventListener("securitypolicyviolation", note);
  const name = "pkg/pushcheck_bg.wasm";
  const url = at(name);
  try {
    const answer = await file(name);
    // Not while it arrives: that would ask for a media type that not every server knows.
    initSync({ module: await WebAssembly.compile(await answer.arrayBuffer()) });
  } catch (error) {
    // The event comes in a task of its own, after the rejection.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const forbidden = error instanceof WebAssembly.CompileError && /policy|CSP/i.test(error.message);
    if (forbidden || violations.some(({ blockedURI }) => blockedURI === "wasm-eval")) throw new Unable("policy-wasm");
    const named = violations.find(({ blockedURI }) => blockedURI.startsWith(new URL(url, document.baseURI).origin));
    if (named) throw new Unable("policy", { url, directive: named.effectiveDirective });
    throw new Unable("module", { url, message: said(error) });
  } finally {
    document.removeEventListener("securitypolicyviolation", note);
  }
}

/** What an error says. */
export const said = (error) => String(error?.message ?? error);
