/** For whoever runs the network: a letter to copy, to mail or to save, in a language of its own. */
import { el, into } from "../el.js";
import { LANGUAGES } from "../words.js";
import { letter, mail } from "./letter.js";

/** How it looks. */
export const STYLE = `
.admin select { padding: .4em .6em; border: 1px solid var(--line); border-radius: 10px; background: var(--back) }
.admin select { color: var(--text); font: inherit }
.admin .actions { align-items: center }
.admin .mail { padding: .55em 1.1em; border: 1px solid var(--line); border-radius: 10px; font-weight: 600 }
.admin > p { margin: .6em 0 }
.letter { margin-top: .8em; padding: .4em 1.2em 1em; border: 1px solid var(--line); border-radius: 12px }
.letter h4 { margin: 1.4em 0 .3em; font-size: 1em }
.letter p, .letter ul { margin: .6em 0; overflow-wrap: anywhere }
.letter ul { padding-inline-start: 1.2em; list-style: disc }
.letter .subject { padding-bottom: .6em; border-bottom: 1px solid var(--line); font-weight: 600 }
.letter .answer { font-weight: 600 }
`;

/** A text in which what stands between backticks is code. */
const rich = (tag, attributes, text) =>
  el(tag, attributes, ...text.split("`").map((piece, at) => (at % 2 ? el("code", {}, piece) : piece)));

/** One block of the letter; `answer`: it is the one that says whether anything has to change. */
function shown({ kind, text, items, label, head, rows }, answer) {
  if (kind === "heading") return el("h4", {}, text);
  if (kind === "list") return el("ul", {}, ...items.map((item) => rich("li", {}, item)));
  if (kind === "code") return el("pre", { tabindex: "0", dir: "ltr" }, el("code", {}, text));
  if (kind === "paragraph") return rich("p", { class: answer && "answer" }, text);
  const cells = (row) => row.map((cell, at) => el(at ? "td" : "th", { scope: !at && "row", dir: "auto" }, cell));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, el("table", {},
    el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, cell)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row))))));
}

/** Languages by their own names. */
function option(lang, chosen) {
  const name = new Intl.DisplayNames([lang], { type: "language" }).of(lang);
  return el("option", { value: lang, lang, selected: lang === chosen }, name);
}

/** The room. */
export function admin(report, { words, m, known, base, about, own, act }) {
  const texts = m.admin;
  const button = (name, press) => {
    const made = el("button", { type: "button" }, name);
    made.addEventListener("click", press);
    return made;
  };
  const select = el("select", {}, ...LANGUAGES.map((lang) => option(lang, words.t.lang)));
  const article = el("article", { class: "letter" });
  const link = el("a", { class: "mail" }, texts.mail);
  const cut = el("p", { class: "muted" }, texts.cut);
  const file = ["pushcheck", report.run.id.replace(/\W|^0*$/g, "")].filter(Boolean).join("-");
  let written;
  let whole;
  const write = (of) => {
    const { t } = of.words;
    written = letter(report, { words: of.words, l: of.m.letter, known: of.known, base, about, own });
    const begun = mail(written, of.m.letter.rest);
    ({ whole } = begun);
    link.setAttribute("href", begun.href);
    cut.hidden = whole;
    article.lang = t.lang;
    article.dir = t.dir;
    into(article, el("p", { class: "subject" }, written.subject), ...written.blocks.map((block, at) => shown(block, at === 1)));
  };
  let chosen = words.t.lang;
  select.addEventListener("change", async () => {
    const { value } = select;
    const before = chosen;
    chosen = value;
    try {
      const of = value === words.t.lang ? { words, m, known } : await act.language(value);
      // Another was chosen since.
      if (chosen === value) write(of);
    } catch {
      if (chosen !== value) return;
      select.value = chosen = before;
      act.remark(texts.unloaded);
    }
  });
  link.addEventListener("click", () => whole || act.copy(written.text, texts.copiedForMail));
  write({ words, m, known });
  return el("div", { class: "admin" },
    el("h3", {}, texts.title),
    el("p", {}, texts.intro),
    el("p", {}, el("label", {}, texts.language, " ", select)),
    el("div", { class: "actions" },
      button(texts.copy, () => act.copy(written.text, texts.copied)),
      link,
      button(texts.save, () => act.save(`${file}.txt`, "text/plain", written.text))),
    cut,
    article);
}
