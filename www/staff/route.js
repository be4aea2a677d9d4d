/** What the part of the address behind the `#` says, and how it is written. Pure. */

/** An id of ours. */
const ID = /^[0-9a-f]{32}$/;

/** The views, and what may stand behind each: an id, or one of these words. */
const VIEWS = {
  inbox: [],
  links: ["new"],
  reports: [],
  import: [],
  figures: [],
  profiles: ["new"],
  admin: ["users", "tokens", "webhooks", "audit"],
};

/** `{view, of, query}`; of nothing, and of what is none of ours, the inbox. `of`: an id or a word; null: there is none. */
export function read(hash) {
  const [, path = "", query = ""] = /^#\/([^?]*)(?:\?(.*))?$/s.exec(hash.slice(0, 2000)) ?? [];
  const [view, of = null, ...rest] = path.split("/");
  const known = Object.hasOwn(VIEWS, view) && !rest.length && (of === null || VIEWS[view].includes(of) || (takes(view) && ID.test(of)));
  if (!known) return { view: "inbox", of: null, query: {} };
  const pairs = [...new URLSearchParams(query)].slice(0, 20).filter(([name]) => /^[a-z-]{1,20}$/.test(name));
  return { view, of, query: Object.fromEntries(pairs.map(([name, value]) => [name, value.slice(0, 200)])) };
}

const takes = (view) => ["links", "reports", "profiles"].includes(view);

/** The same the other way: what is empty is left out. */
export function write(view, of = null, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value);
  return `#/${view}${of ? `/${of}` : ""}${pairs.length ? `?${new URLSearchParams(pairs)}` : ""}`;
}

/** The token of an invitation; null: it is none. */
export const invitation = (hash) => /^#invitation=([0-9a-f]{32})$/.exec(hash)?.[1] ?? null;
