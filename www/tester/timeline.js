/** The messages, newest first: a few of many are shown, and drawn at most a few times a second. */
import { el, into } from "../el.js";
import { base64, dump, hex, pretty } from "./core.js";
import { button, choice, copy, say } from "../parts.js";
import { HELD, MOST } from "./store.js";

/** How many rows at first, and how many more at a time. */
const ROWS = 100;
/** Between two drawings, ms. */
const PACE = 150;
/** The most that is shown of one message, in characters, and in bytes as a dump. */
const SHOWN = 64_000;
const DUMPED = 8_000;
/** The most of a message in its row. */
const PREVIEW = 160;

const ARROWS = { in: "↓", out: "↑", note: "·" };

/** `{node, changed()}`: `changed` whenever the store is. */
export function timeline(t, store, bytes) {
  let filter = "all";
  let rows = ROWS;
  let timer;
  const shown = new Map();
  const clock = new Intl.DateTimeFormat(t.locale, { hour: "numeric", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  const full = new Intl.DateTimeFormat(t.locale, { dateStyle: "medium", timeStyle: "long" });
  const note = el("p", { class: "muted", role: "status" });
  const dropped = el("p", { class: "muted", id: "dropped" });
  const counts = el("p", { class: "muted", id: "counts" });
  const [filterField] = choice(t.filter, t.filters, "all", (value) => {
    filter = value;
    rows = ROWS;
    draw();
  });
  const list = el("ol", { id: "entries" });
  const none = el("p", { class: "muted" }, t.none);
  const older = button("", () => {
    rows += ROWS;
    draw();
  });
  const all = button(t.copyAll, () => copy(JSON.stringify(visible().map(plain), null, 2), note, t));
  const clear = button(t.clear, () => store.clear());
  const node = el("section", { "aria-label": t.timeline }, el("h2", {}, t.timeline), counts,
    el("div", { class: "bar" }, filterField, el("div", { class: "actions" }, all, clear)), dropped, none, list,
    el("div", { class: "actions" }, older), note);

  const visible = () => (filter === "all" ? store.entries : store.entries.filter(({ direction }) => direction === filter));
  const plain = ({ at, direction, kind, name, size, cut, text, bytes: data }) => ({
    at: new Date(at).toISOString(), direction, kind, ...(name && { name }), size, ...(cut && { cut }), ...(data ? { base64: base64(data) } : { text }),
  });

  function preview(entry) {
    const text = entry.bytes ? hex(entry.bytes.subarray(0, 32)).replace(/..(?=.)/g, "$& ") : entry.text.slice(0, PREVIEW);
    return text.replace(/\s+/g, " ") || t.details.empty;
  }

  function row(entry) {
    const summary = el("summary", {}, el("time", { datetime: new Date(entry.at).toISOString() }, clock.format(entry.at)),
      el("span", { class: "arrow" }, el("span", { "aria-hidden": "true" }, `${ARROWS[entry.direction]} `), t.directions[entry.direction]),
      el("span", { class: "size" }, [t.entryKinds[entry.kind] ?? entry.kind, entry.direction !== "note" && bytes(entry.size)].filter(Boolean).join(", ")),
      el("span", { class: "preview" }, [entry.name && `${entry.name}: `, preview(entry)].filter(Boolean).join("")));
    const details = el("details", {}, summary);
    // Built when somebody looks.
    details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(inside(entry)), { once: true });
    return el("li", { "data-direction": entry.direction, "data-kind": entry.kind }, details);
  }

  function inside(entry) {
    const before = store.entries[store.entries.indexOf(entry) - 1];
    const rows = {
      at: full.format(entry.at),
      since: before && !entry.saved ? `${(entry.since - before.since).toLocaleString(t.locale, { maximumFractionDigits: 1 })} ms` : t.details.first,
      kind: [t.entryKinds[entry.kind] ?? entry.kind, entry.name, entry.id && `id ${entry.id}`].filter(Boolean).join(", "),
      size: say(t.details.bytes, { n: entry.size.toLocaleString(t.locale) }),
    };
    const parts = [el("dl", {}, ...Object.entries(rows).flatMap(([name, value]) => [el("dt", {}, t.details[name]), el("dd", {}, value)]))];
    const box = (name, text, wrap) => {
      const told = el("pre", { class: wrap && "wrap", tabindex: 0, role: "group", "aria-label": t.details[name] }, text);
      parts.push(el("h3", {}, t.details[name]), told);
    };
    if (entry.cut) parts.push(el("p", { class: "muted" }, say(t.details.cut, { n: (entry.bytes ?? entry.text).length.toLocaleString(t.locale) })));
    const less = (n) => parts.push(el("p", { class: "muted" }, say(t.details.shown, { n: n.toLocaleString(t.locale) })));
    const actions = [];
    if (entry.bytes) {
      if (entry.bytes.length > DUMPED) less(DUMPED);
      const part = entry.bytes.subarray(0, DUMPED);
      box("hex", dump(part));
      box("base64", base64(part), true);
      actions.push(button(t.copyHex, () => copy(hex(entry.bytes), note, t), "small"), button(t.copyBase64, () => copy(base64(entry.bytes), note, t), "small"));
    } else {
      if (entry.text.length > SHOWN) less(SHOWN);
      const laid = !entry.cut && entry.text.length <= SHOWN && pretty(entry.text);
      if (laid) box("pretty", laid);
      box("text", entry.text.slice(0, SHOWN) || t.details.empty, true);
      if (entry.direction !== "note" && entry.text) {
        const raw = new TextEncoder().encode(entry.text.slice(0, DUMPED / 4));
        const more = el("details", {}, el("summary", {}, t.details.hex));
        more.addEventListener("toggle", () => more.childElementCount === 1
          && more.append(el("pre", { tabindex: 0, role: "group", "aria-label": t.details.hex }, dump(raw))), { once: true });
        parts.push(more);
      }
      actions.push(button(t.copyOne, () => copy(entry.text, note, t), "small"));
    }
    return el("div", { class: "inside" }, ...parts, el("div", { class: "actions" }, ...actions));
  }

  function draw() {
    clearTimeout(timer);
    timer = undefined;
    const of = visible();
    const wanted = of.slice(-rows).reverse();
    const keep = new Set(wanted.map(({ n }) => n));
    for (const [n, made] of shown) {
      if (keep.has(n)) continue;
      made.remove();
      shown.delete(n);
    }
    // What is open stays open, and keeps its focus.
    let next = list.firstChild;
    for (const entry of wanted) {
      let made = shown.get(entry.n);
      if (!made) shown.set(entry.n, made = row(entry));
      if (made === next) next = next.nextSibling;
      else list.insertBefore(made, next);
    }
    const left = of.length - wanted.length;
    older.hidden = !left;
    older.textContent = say(t.older, { n: Math.min(ROWS, left) });
    none.hidden = of.length > 0;
    all.disabled = clear.disabled = !store.entries.length;
    dropped.hidden = !store.dropped;
    dropped.textContent = say(t.dropped, { n: store.dropped.toLocaleString(t.locale), most: MOST.toLocaleString(t.locale), bytes: bytes(HELD) });
    const { in: received, out: sent } = store.counts;
    counts.textContent = say(t.counted, { received: received.toLocaleString(t.locale), sent: sent.toLocaleString(t.locale), bytes: bytes(store.counts.bytes) });
  }

  draw();
  return { node, changed: () => (timer ??= setTimeout(draw, PACE)) };
}
