/** What came and went, bounded: the oldest goes first, and it is said how many went. */

/** The most entries that are kept. */
export const MOST = 1000;
/** The most that they hold, in bytes as the browser keeps them, roughly. */
export const HELD = 16e6;
/** The most of one message that is kept, in characters or bytes. */
export const LONGEST = 1e6;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of a text in UTF-8. */
export const size = (text) => (text.length > 4096 ? new Blob([text]).size : encoder.encode(text).length);

/** The beginning of a text, in whole characters. */
export function beginning(text, most) {
  const isHalf = text.length > most && /[\ud800-\udbff]/.test(text[most - 1]);
  return text.slice(0, isHalf ? most - 1 : most);
}

export class Store {
  entries = [];
  dropped = 0;
  counts = { in: 0, out: 0, bytes: 0 };
  #held = 0;
  #next = 0;

  constructor(changed) {
    this.changed = changed;
  }

  /** `{direction, kind}` with `text` or `bytes`; whatever else stays as it is. */
  add(entry) {
    const whole = entry.bytes ?? entry.text ?? "";
    const kept = { at: Date.now(), since: performance.now(), size: entry.bytes ? whole.length : size(whole), ...entry };
    kept.n = this.#next += 1;
    kept.cut = whole.length > LONGEST;
    if (kept.cut) {
      // Copies: a part of an array or of a text holds the whole.
      if (entry.bytes) kept.bytes = entry.bytes.slice(0, LONGEST);
      else kept.text = decoder.decode(encoder.encode(beginning(whole, LONGEST)));
    }
    this.#count(kept);
    this.#held += this.#weight(kept);
    this.entries.push(kept);
    this.#trim();
    this.changed();
    return kept;
  }

  /** Shows what was saved instead of what is there. */
  replace(entries) {
    this.clear();
    for (const entry of entries) this.add(entry);
  }

  clear() {
    this.entries = [];
    this.dropped = this.#held = 0;
    this.counts = { in: 0, out: 0, bytes: 0 };
    this.changed();
  }

  #count({ direction, size }) {
    if (direction === "note") return;
    this.counts[direction] += 1;
    if (direction === "in") this.counts.bytes += size;
  }

  #weight = ({ bytes, text }) => 200 + (bytes ? bytes.length : 2 * (text?.length ?? 0));

  #trim() {
    let gone = 0;
    while (this.entries.length - gone > MOST || (this.#held > HELD && this.entries.length - gone > 1)) {
      this.#held -= this.#weight(this.entries[gone]);
      gone += 1;
    }
    if (!gone) return;
    this.entries.splice(0, gone);
    this.dropped += gone;
  }
}
