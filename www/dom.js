/** Elements, icons, and texts with numbers in them. Nothing here parses HTML: reports come from strangers. */
import en from "./text/en.js";

const LANGUAGES = { en };

/** An element with attributes and children; null and false are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value != null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  return into(made, ...children);
}

/** Replaces what is in it. */
export function into(node, ...children) {
  node.replaceChildren(...children.filter((child) => child != null && child !== false));
  return node;
}

const CROSS = "M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2";

// Strokes in a box of 16 by 16.
const STROKES = {
  // Of methods, before they are tried.
  "web-socket": "M4 6.3h8L9.8 4M12 9.7H4l2.2 2.3",
  "server-sent-events": "M8 4v7.6M5 8.8l3 3 3-3",
  "streaming-fetch": "M4 5.2h8M4 8h5.5M4 10.8h7",
  "long-polling": "M5 4h6M5 12h6M5.8 4c0 3.6 4.4 4.4 4.4 8M10.2 4c0 3.6-4.4 4.4-4.4 8",
  polling: "M12 8a4 4 0 1 1-1.2-2.8M11.4 3v2.6H8.8",
  // Of words and verdicts; `trying` turns.
  opens: "M4 8h8M9 5l3 3-3 3",
  waiting: "M8 4.5V8l2.2 1.6",
  passed: "M4.5 8.3l2.4 2.4 4.8-5",
  warning: "M8 4.5v4.2M8 11.4h.01",
  failed: CROSS,
  "fails-so-far": CROSS,
  skipped: "M5 8h6",
  inconclusive: "M6.2 6.2a1.9 1.9 0 1 1 2.6 1.9c-.6.3-.8.6-.8 1.2M8 11.6h.01",
};

/** The sign of a word, verdict or method. */
export function icon(of) {
  const NS = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(NS, "svg");
  const path = document.createElementNS(NS, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  path.setAttribute("d", STROKES[of] ?? "");
  svg.append(path);
  return svg;
}

/** The texts and number forms for a language tag; English where there is no other. */
export function words(tag) {
  const language = String(tag).split("-")[0];
  const text = LANGUAGES[language] ?? en;
  let locale = "en";
  try {
    if (text !== en || language === "en") [locale] = Intl.getCanonicalLocales(tag);
  } catch {
    // Not a language tag: English numbers beside English texts.
  }
  const count = (value, digits = 0) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  return {
    text,
    say,
    count,
    list: (items) => new Intl.ListFormat(locale, { type: "conjunction" }).format(items),
    date: (ms) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(ms),
    /** Of microseconds: two or three digits that matter. */
    time: (us) => us < 999_500
      ? say(text.ms, { n: count(us / 1000, us < 9_950 ? 1 : 0) })
      : say(text.s, { n: count(us / 1e6, us < 99_500_000 ? 1 : 0) }),
  };
}
