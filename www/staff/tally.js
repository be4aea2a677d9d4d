/** Figures of many reports, made ready to be drawn. Pure. */

/** So many causes have a colour of their own; the others share one. */
export const NAMED = 6;

const list = (value) => (Array.isArray(value) ? value.slice(0, 500).filter((one) => one && typeof one === "object") : []);
const number = (value) => (Number.isFinite(value) && value > 0 ? value : 0);

/** The causes that were found most, over all rows; `null` stands for all others. */
export function leading(rows) {
  const sums = new Map();
  for (const { causes } of list(rows)) for (const { code, n } of list(causes)) sums.set(code, (sums.get(code) ?? 0) + number(n));
  const sorted = [...sums].filter(([, n]) => n).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([code]) => code);
  return sorted.length > NAMED ? [...sorted.slice(0, NAMED), null] : sorted;
}

/** A row's counts in the order of `codes`, the last, null, being what is in none of them. */
export function counts({ causes }, codes) {
  const of = new Map(list(causes).map(({ code, n }) => [code, number(n)]));
  const all = [...of.values()].reduce((sum, n) => sum + n, 0);
  const named = codes.filter((code) => code !== null).map((code) => of.get(code) ?? 0);
  const rest = all - named.reduce((sum, n) => sum + n, 0);
  return codes.includes(null) ? [...named, rest] : named;
}

/** Of a method's runs the part in which it works, permille; null: it was never tried. */
export const share = ({ runs, works }) => (number(runs) ? Math.round((1000 * Math.min(number(works), runs)) / runs) : null);
