/** The page's language, and that of a customer: one has nothing to do with the other. */
import { bare } from "../el.js";
import { LANGUAGES, words } from "../words.js";

/** The language that the address asks for, or the browser. */
export function language(search, languages) {
  const wanted = [new URLSearchParams(search).get("lang"), ...languages].map((tag) => String(tag ?? "").split("-")[0]);
  return wanted.find((lang) => LANGUAGES.includes(lang)) ?? "en";
}

/** A customer's: of the link, or of their browser. */
export const customers = (link, report, fallback = "en") =>
  language("", [link?.language, report?.surroundings?.language, fallback]);

/** The texts of each language, loaded when somebody speaks it. */
const TEXTS = {
  en: () => [import("./text/en.js"), import("../text/en.js"), import("../more/text/en.js")],
  ja: () => [import("./text/ja.js"), import("../text/ja.js"), import("../more/text/ja.js")],
};

/**
 * All that there is to say in a language: `s`, the staff page's own texts; `w`, the check's, with number forms; `m`, those of its
 * rooms; `problem(error)`, a sentence.
 */
export async function speech(lang) {
  const [s, texts, m] = (await Promise.all(TEXTS[lang]())).map((module) => module.default);
  const tag = (globalThis.navigator?.languages ?? []).find((one) => one.split("-")[0] === lang) ?? lang;
  const w = words(tag, texts);
  // Words that are looked up in them come from strangers.
  const own = bare(s);
  return { s: own, w, m: bare(m), lang, problem: (error) => problem(error, own, w) };
}

/** Why something did not work, as a sentence. */
function problem({ status, said: own, message, title, detail, errors = [], retryAfter }, s, { say }) {
  if (own) return own;
  if (status === undefined) return say(s.problem.own, { why: String(message ?? "").slice(0, 200) });
  const known = Object.hasOwn(s.problem.status, status) ? s.problem.status[status] : null;
  const said = status === 0 ? s.problem.unheard : say(known ?? s.problem.other, { status, seconds: retryAfter ?? 60 });
  const where = errors.map((one) => [one?.pointer, one?.detail].filter((text) => typeof text === "string").join(": ").slice(0, 200));
  return [said, detail || (!known && title), ...where].filter(Boolean).join(" ");
}
