/**
 * The page around <push-check>: reads its own address and tells whoever framed or opened it.
 *
 * The address prefills (`?required=web-socket&methods=…&need=chat`) and may start (`&auto`), always against the server that this
 * page came from: no address names another.
 */
import "./push-check.js";

const check = document.querySelector("push-check");
const asked = new URLSearchParams(location.search);

for (const name of ["required", "methods"]) {
  const words = asked.get(name)?.match(/[a-z-]+/g);
  if (words) check.setAttribute(name, words.join(" "));
}

const need = asked.get("need");
if (need) check.setAttribute("need", need);

const reader = parent !== window ? parent : opener;
// Where the browser tells who framed us, the others need not be tried: each miss is an error in the console.
const framer = location.ancestorOrigins?.[0];
const named = document.querySelector("[name=pushcheck-post-to]").content.split(/\s+/);
// Only origins that the operator has named in the page, parted by spaces; never `*`.
const origins = named.filter((origin) => /^https?:\/\/[^/*]+$/.test(origin) && (!framer || origin === framer));

for (const what of ["progress", "report"]) {
  const type = `pushcheck-${what}`;
  check.addEventListener(type, ({ detail }) => origins.forEach((origin) => reader?.postMessage({ type, [what]: detail }, origin)));
}

if (asked.has("auto")) check.start();
