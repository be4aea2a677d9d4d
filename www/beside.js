/** Two reports side by side in a page around <push-check>, by the element's own room and in its own look. */
import { dress, el } from "./el.js";
import { STYLE, compare } from "./more/compare.js";
import { style } from "./style.js";
import { words } from "./words.js";

/** Tables of the element's rooms. */
const TABLES = `
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px }
table { border-collapse: collapse; width: 100%; font-size: .88em; white-space: nowrap }
th, td { padding: .45em .8em; text-align: start; font-weight: 400; border-top: 1px solid var(--line) }
thead th { border: 0; background: var(--soft); color: var(--muted) }
`;

const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * Shows them in a place, instead of what it showed before. `heading`: what screen readers are told of it.
 *
 * @param {Element} mount
 * @param {object[]} reports The earlier first.
 * @param {{tag: string, texts: object, rooms: object, heading: string}} said A language tag, the check's texts and its rooms'.
 */
export function beside(mount, reports, { tag, texts, rooms, heading }) {
  const spoken = words(tag, texts);
  const root = mount.shadowRoot ?? mount.attachShadow({ mode: "open" });
  if (!root.childElementCount) dress(root, style + TABLES + STYLE);
  const act = { evidence() {}, remark() {}, copy: async () => {}, save() {} };
  const ctx = { words: spoken, m: rooms, known: null, base: new URL("./", location.href).href, about: null, act };
  const title = el("h2", { class: "unseen" }, heading);
  const card = el("section", { part: "card", lang: spoken.t.lang, dir: spoken.t.dir }, title, ...[compare(reports, ctx)].flat());
  const hue = () => card.toggleAttribute("data-dark", dark.matches);
  hue();
  dark.onchange = hue;
  root.querySelector("[part=card]")?.remove();
  root.append(card);
}
