/** What to answer the customer: a letter of a few lines to look over and to copy, and the one to whoever runs their network. */
import { el } from "../../el.js";
import { catalogue } from "../../causes.js";
import { letter } from "../../more/letter.js";
import { button, choice, copy, field } from "../../parts.js";
import { customers, speech } from "../language.js";
import { reply } from "../reply.js";
import { grouped } from "../rows.js";

/** Nodes. */
export async function answer({ report, link, number }, { s, lang, session }) {
  const a = s.answer;
  const note = el("span", { class: "muted", role: "status" });
  const [box, text] = field(a.text, el("textarea", { rows: 16 }));
  const [networkBox, network] = field(a.network, el("textarea", { rows: 16, readonly: true }));
  const why = el("p", { class: "muted" });
  async function write(language) {
    const said = await speech(language);
    // Without it the letter is shorter, and still true.
    const known = await catalogue(language).catch(() => null);
    const from = session.organisation || session.name;
    text.lang = network.lang = language;
    text.value = reply(report, { speech: said, known, number: grouped(number), from, link: null });
    network.value = known ? letter(report, { words: said.w, l: said.m.letter, known, own: false }).text : "";
    networkBox.hidden = !known;
  }
  const first = customers(link, report, lang);
  why.textContent = link?.language ? a.ofLink : report.surroundings.language ? a.ofBrowser : a.ofPage;
  const [languageField] = choice(a.language, s.languages, first, write);
  await write(first);
  return [
    el("p", { class: "muted" }, a.lead), languageField, why, box,
    el("div", { class: "actions" }, button(a.copy, () => copy(text.value, note, s), "primary"), note),
    el("details", { class: "fold" }, el("summary", {}, a.networkTitle), el("p", { class: "muted" }, a.networkWhy), networkBox,
      el("div", { class: "actions" }, button(a.copyNetwork, () => copy(network.value, note, s)))),
  ];
}
