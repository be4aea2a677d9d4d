/** The page that has everything in it: speaks the browser's language, and knows its probe server from its own markup. */
import "./push-check.js";

const spoken = navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag === "en" || tag === "ja") ?? "en";
document.documentElement.lang = spoken;
for (const one of document.querySelectorAll("main > :is(h1, p)")) one.hidden = one.lang !== spoken;
document.title = document.querySelector("h1:not([hidden])").textContent;
