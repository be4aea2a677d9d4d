/**
 * The page that has everything in it: speaks the browser's language, and knows its probe server from its own markup. A support link
 * opens it, too: `#link=…` behind the file's address.
 */
import "./push-check.js";

const spoken = navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag === "en" || tag === "ja") ?? "en";
document.documentElement.lang = spoken;
for (const one of document.querySelectorAll("main > :is(h1, p)")) one.hidden = one.lang !== spoken;
document.title = document.querySelector("h1:not([hidden])").textContent;

const check = document.querySelector("push-check");
const [, token] = /^#link=(.*)/.exec(location.hash) ?? [];
addEventListener("hashchange", () => location.reload());
if (token) history.replaceState("link", "", location.pathname + location.search);
// Also where it is loaded again.
if (history.state === "link") {
  check.hidden = true;
  import("./link.js").then(({ link }) => link(check, token));
}
