/**
 * The page around <push-check>: reads its own address and tells whoever framed or opened it.
 *
 * The address prefills (`?required=web-socket&methods=…&need=chat&lang=ja&theme=dark`) and may start (`&auto`), always against the
 * server that this page came from: no address names another.
 */
import "./push-check.js";

const check = document.querySelector("push-check");
const asked = new URLSearchParams(location.search);

// Before the element looks: it speaks what the page speaks.
const wanted = [asked.get("lang"), ...navigator.languages].map((tag) => tag?.split("-")[0]);
document.documentElement.lang = wanted.find((tag) => tag === "en" || tag === "ja") ?? "en";
for (const one of document.querySelectorAll("main > :is(h1, p)")) one.hidden = (one.lang || "en") !== document.documentElement.lang;
document.title = document.querySelector("h1:not([hidden])").textContent;

for (const name of ["required", "methods"]) {
  const words = asked.get(name)?.match(/[a-z-]+/g);
  if (words) check.setAttribute(name, words.join(" "));
}

for (const name of ["need", "theme"]) {
  const value = asked.get(name);
  if (value) check.setAttribute(name, value);
}
document.documentElement.dataset.theme = asked.get("theme") ?? "auto";

// The key that another device's page made, with which that one reads what is found here; or a support link's token. Neither stays
// in the address, and one that comes later is taken as the first.
addEventListener("hashchange", () => location.reload());
const [, what, key] = /^#(join|link)=(.*)/.exec(location.hash) ?? [];
if (what) history.replaceState(what, "", location.pathname + location.search);
if (what === "join" && /^[0-9a-f]{32}$/.test(key)) {
  check.options = { ...check.options, key };
  // One run is asked for.
  check.addEventListener("pushcheck-start", () => delete check.options.key, { once: true });
}

const reader = parent !== window ? parent : opener;
// Where the browser tells who framed us, the others need not be tried: each miss is an error in the console.
const framer = location.ancestorOrigins?.[0];
const named = document.querySelector("[name=pushcheck-post-to]").content.split(/\s+/);
// Only origins that the operator has named in the page, parted by spaces; never `*`.
const origins = named.filter((origin) => /^https?:\/\/[^/*]+$/.test(origin) && (!framer || origin === framer));

for (const what of ["progress", "report"]) {
  const type = `pushcheck-${what}`;
  // Where they bubble to: a link's language takes another element.
  addEventListener(type, ({ detail }) => origins.forEach((origin) => reader?.postMessage({ type, [what]: detail }, origin)));
}

// Also where a link's page is loaded again.
if (history.state === "link") {
  check.hidden = true;
  import("./link.js").then(({ link }) => link(check, key), () => {
    check.hidden = false;
    // To try again is to load the page again.
    if (key) history.replaceState(null, "", `#link=${key}`);
  });
} else if (asked.has("auto")) check.start();
