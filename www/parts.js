/** Pieces of forms: each with its label, and nothing but text in it. */
import { el, into } from "./el.js";

let last = 0;

/** An id that nothing else here has. */
export const id = () => `t${(last += 1)}`;

/** Sentences with their braces filled; what is not known stays away. */
export const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** A button that does something. */
export function button(text, act, kind) {
  const made = el("button", { type: "button", class: kind }, text);
  made.addEventListener("click", act);
  return made;
}

/** A label above its input, select or textarea: `[the whole, the input]`. */
export function field(text, input) {
  input.id ||= id();
  return [el("div", { class: "field" }, el("label", { for: input.id }, text), input), input];
}

/** A line to type in. */
export function line(text, attributes, changed) {
  const [whole, input] = field(text, el("input", { type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off", ...attributes }));
  input.addEventListener("input", () => changed?.(input.value));
  return [whole, input];
}

/** A choice among words with texts. */
export function choice(text, texts, chosen, changed) {
  const select = el("select", {}, ...Object.entries(texts).map(([value, said]) => Object.assign(el("option", {}, said), { value })));
  select.value = chosen;
  select.addEventListener("change", () => changed(select.value));
  return field(text, select);
}

/** A box to tick. */
export function tick(text, changed) {
  const input = el("input", { type: "checkbox" });
  input.addEventListener("change", () => changed?.(input.checked));
  return [el("label", { class: "choice" }, input, text), input];
}

/** A list of names and values that can be edited: `{node, show(pairs)}`; `changed(pairs, n)` with the one that was touched. */
export function pairs(t, changed) {
  const rows = el("div", {});
  let all = [];
  const told = (n) => changed(all, n);
  function row(pair, n) {
    const cell = (name, key, sentence) => {
      const input = el("input", { type: "text", class: "code", spellcheck: "false", autocomplete: "off" });
      input.value = pair[key];
      input.addEventListener("input", () => {
        pair[key] = input.value;
        told(n);
      });
      return el("label", { class: key === "value" && "second" }, el("span", { "aria-hidden": "true", class: "muted" }, name),
        el("span", { class: "unseen" }, say(sentence, { n: n + 1 })), input);
    };
    const gone = button(t.remove, () => {
      all.splice(n, 1);
      show(all);
      told(-1);
      (rows.querySelector("input") ?? more).focus();
    }, "small");
    gone.setAttribute("aria-label", say(t.removes, { name: pair.name || n + 1 }));
    return el("div", { class: "pair" }, cell(t.name, "name", t.nameOf), cell(t.value, "value", t.valueOf), gone);
  }
  function show(next) {
    all = next;
    into(rows, ...all.map(row));
  }
  const more = button(t.add, () => {
    all.push({ name: "", value: "" });
    show(all);
    rows.lastChild.querySelector("input").focus();
  }, "small");
  return { node: el("div", {}, rows, el("div", { class: "actions" }, more)), show };
}

/** What can be folded away. */
export const fold = (text, ...children) => el("details", { class: "fold" }, el("summary", {}, text), ...children);

/** Words of a list that is parted by commas. */
export const listed = (text) => text.split(",").map((one) => one.trim()).filter(Boolean);

/** Between the last key and what a screen reader is told of it, ms. */
const PAUSE = 900;

/** What is said once the typing pauses: `[node, say(text)]`. */
export function aside() {
  const node = el("p", { class: "unseen", role: "status" });
  let timer;
  return [node, (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (node.textContent !== text) node.textContent = text;
    }, PAUSE);
  }];
}

/** Copies a text, and says whether it could. */
export async function copy(text, note, t) {
  try {
    await navigator.clipboard.writeText(text);
    note.textContent = t.copied;
  } catch {
    // Not on plain pages: the old way (HTML § 6.10) needs what is to be copied chosen.
    const box = el("textarea", { class: "unseen", "aria-hidden": "true" });
    box.value = text;
    document.body.append(box);
    box.select();
    note.textContent = document.execCommand("copy") ? t.copied : t.notCopied;
    box.remove();
  }
}
