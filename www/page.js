/**
 * The page around <push-check>: reads its own address and tells whoever framed or opened it.
 *
 * The address prefills (`?required=web-socket&methods=…`) and may start (`&auto`), always against the server that this
 * page came from: no address names another.
 */
import "./push-check.js";

const check = document.querySelector("push-check");
const asked = new URLSearchParams(location.search);

for (const name of ["required", "methods"]) {
  const words = asked.get(name)?.match(/[a-z-]+/g);
  if (words) check.setAttribute(name, words.join(" "));
}

/** Only to origins that the operator has named, never to `*`. */
function targets() {
  const reader = window.parent !== window ? window.parent : window.opener;
  const named = document.querySelector('meta[name="pushcheck-post-to"]')?.content.split(/\s+/) ?? [];
  // Where the browser tells who framed us, the others need not be tried: each miss is an error in the console.
  const framer = window.parent !== window ? location.ancestorOrigins?.[0] : undefined;
  const origins = named.filter((origin) => /^https?:\/\/[^/*]+$/.test(origin) && (!framer || origin === framer));
  return reader ? origins.map((origin) => (message) => reader.postMessage(message, origin)) : [];
}

const posts = targets();
const tell = (message) => posts.forEach((post) => post(message));
check.addEventListener("pushcheck-progress", ({ detail }) => tell({ type: "pushcheck-progress", progress: detail }));
check.addEventListener("pushcheck-report", ({ detail }) => tell({ type: "pushcheck-report", report: detail }));

if (asked.has("auto")) check.start();
