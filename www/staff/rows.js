/** What the inbox lists: reports, and links that nothing has come of yet, as rows of one list. Pure. */

/** States of links that somebody may still be waiting for. */
export const OPEN = ["sent", "opened", "running", "broken-off"];

/** A report's number as it is read out. */
export const grouped = (number) => (/^[0-9A-Z]{6}$/.test(number ?? "") ? `${number.slice(0, 3)}-${number.slice(3)}` : tidy(number, 20));

/** The same for a search: people type what they heard. */
export const plain = (text) => (/^[0-9a-z]{3}[-\s][0-9a-z]{3}$/i.test(text.trim()) ? text.replace(/[-\s]/g, "").toUpperCase() : text.trim());

/** What strangers wrote, on one line and in order, no longer than that. */
export const tidy = (text, most = 200) => String(text ?? "").slice(0, 4 * most).replace(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]+/gu, " ").trim().slice(0, most);

/** Puts an item into a list, in the place of what had its id. */
export function put(items, item) {
  return items.some(({ id }) => id === item.id) ? items.map((one) => (one.id === item.id ? item : one)) : [item, ...items];
}

const has = (text, part) => String(text ?? "").toLowerCase().includes(part);

/** Whether a report belongs to what is asked for; of what its line does not hold, the server alone can tell: then null. */
export function fits(line, { q = "", result, cause, place, ticket, mark }) {
  if (result && line.result !== result) return false;
  if (place && line.place !== place) return false;
  if (ticket && line.ticket !== ticket) return false;
  if (mark && !line.marks) return false;
  // Its other causes stand in no line.
  if (cause && line.firstCause !== cause) return null;
  const part = plain(q).toLowerCase();
  if (part && ![line.number, line.ticket, line.browser, line.firstCause].some((text) => has(text, part))) return null;
  return mark && mark !== "any" ? null : true;
}

/** Whether a link belongs there: it has no result, no cause and no place. */
export function fitsLink(link, { q = "", result, cause, place, ticket, mark }) {
  if (result || cause || place || mark || !OPEN.includes(link.state)) return false;
  if (ticket && link.ticket !== ticket) return false;
  const part = plain(q).toLowerCase();
  return !part || has(link.ticket, part) || has(link.note, part);
}

/** When something last became of a link. */
const momentOf = ({ openedAt, createdAt }) => openedAt ?? createdAt ?? 0;

/**
 * Rows, the newest first: `{kind, id, at, of}`. Where there are more reports than were asked for (`more`), links that are older than
 * the oldest of them wait for their turn.
 */
export function rows(reports, links, more) {
  const all = reports.map((of) => ({ kind: "report", id: of.id, at: of.arrivedAt, of }));
  const oldest = more && all.length ? Math.min(...all.map(({ at }) => at)) : -Infinity;
  const waiting = links.map((of) => ({ kind: "link", id: of.id, at: momentOf(of), of })).filter(({ at }) => at >= oldest);
  return [...all, ...waiting].sort((one, other) => other.at - one.at);
}
