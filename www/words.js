/**
 * Texts and numbers in a language, and the signs beside them. Knows no report.
 */
import { bare } from "./el.js";
import en from "./text/en.js";

/** Best first: the order of rows and of lists in sentences. */
export const METHODS = ["web-socket", "server-sent-events", "streaming-fetch", "long-polling", "polling"];

// None of these characters is an emoji anywhere.
export const SIGNS = {
  // Of methods, before they are tried.
  "web-socket": "⇄",
  "server-sent-events": "↓",
  "streaming-fetch": "≡",
  "long-polling": "◔",
  polling: "↻",
  // Of words and verdicts; `trying` turns.
  opens: "→",
  waiting: "…",
  passed: "✓",
  warning: "!",
  failed: "✕",
  "fails-so-far": "✕",
  skipped: "–",
  "not-needed": "–",
  inconclusive: "?",
};

/** The languages that there are texts of. */
export const LANGUAGES = ["en", "ja"];

/** The texts, and number forms for a language tag; English where there are no others. */
export function words(tag, texts = en) {
  let locale = texts.lang;
  try {
    if (tag.split("-")[0] === locale) [locale] = Intl.getCanonicalLocales(tag);
  } catch {
    // Not a language tag: the language's own numbers.
  }
  const t = bare(texts);
  const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const count = (value, tenths) => value?.toLocaleString(locale, { maximumFractionDigits: tenths ? 1 : 0 });
  const of = (unit, value, tenths) =>
    value.toLocaleString(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: tenths ? 1 : 0 });
  return {
    t,
    locale,
    say,
    count,
    list: (items) => new Intl.ListFormat(locale).format(items),
    left: (us) => say(t.left, { time: us < 6e7 ? of("second", us / 1e6) : of("minute", us / 6e7, true) }),
    bytes: (n) => of("kilobyte", n / 1e3),
    date: (ms) => new Date(ms).toLocaleString(locale),
    /** Of microseconds: two or three digits that matter. */
    time(us) {
      if (us == null) return "";
      return us < 999_500 ? of("millisecond", us / 1e3, us < 9_950) : of("second", us / 1e6, us < 99_500_000);
    },
  };
}
