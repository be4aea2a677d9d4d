/** Reports that came, and links that are still out, in one list; what comes meanwhile stands on top. */
import { el, into } from "../../el.js";
import { button } from "../../parts.js";
import { path } from "../api.js";
import { filter } from "./filter.js";
import { row } from "./row.js";
import { OPEN, fits, fitsLink, plain, put, rows } from "../rows.js";

/** How many reports are asked for at once. */
const PAGE = 50;
/** The most that the server gives at once. */
const MOST = 200;

export default async function inbox(context, { query }) {
  const { s, w, api } = context;
  const i = s.inbox;
  let asked = { ...query };
  let [reports, links, next] = [[], [], null];
  let turn = 0;

  const note = el("p", { class: "muted", role: "status" });
  const body = el("div", { role: "rowgroup" });
  const head = el("div", { role: "row", class: "head" }, ...Object.values(i.columns).map((text) => el("span", { role: "columnheader" }, text)));
  const table = el("div", { role: "table", "aria-label": i.title, class: "list" }, el("div", { role: "rowgroup" }, head), body);
  const empty = el("p", { class: "empty", hidden: true });
  const csv = el("a", { download: "reports.csv" }, i.csv);
  const more = button(i.more, () => load(true));

  /** What was drawn for a row, as long as it says the same. */
  const drawn = new Map();
  function draw() {
    const all = rows(reports, links, next !== null);
    const kept = all.map((one) => {
      const key = JSON.stringify(one.of);
      const before = drawn.get(one.id);
      if (before?.key === key) return before.node;
      const node = row(one, context);
      drawn.set(one.id, { key, node });
      return node;
    });
    // What has the focus is not taken out and put back.
    if (kept.length !== body.children.length || kept.some((node, at) => body.children[at] !== node)) {
      const focused = body.contains(document.activeElement) ? document.activeElement : null;
      into(body, ...kept);
      if (focused?.isConnected) focused.focus({ preventScroll: true });
    }
    table.hidden = !all.length;
    empty.hidden = all.length > 0;
    const filtered = Object.values(asked).some(Boolean);
    into(empty, filtered ? i.nothing : i.empty, " ", !filtered && el("a", { href: "#/links/new" }, s.menu.links));
    more.hidden = next === null;
    const unread = reports.filter(({ readAt }) => readAt === null).length;
    csv.setAttribute("href", path("/v1/reports.csv", { ...asked, q: asked.q && plain(asked.q) }));
    const told = w.say(i.count, { n: w.count(reports.length), more: next === null ? "" : "+", unread: w.count(unread) });
    // The same is not told twice.
    if (note.textContent !== told) note.textContent = told;
  }

  /** As many as there are, so that nobody loses their place. */
  const shown = () => Math.min(MOST, Math.max(PAGE, reports.length));

  async function load(further = false) {
    const mine = (turn += 1);
    const { q, result, cause, place, ticket, mark } = asked;
    const wanted = { q: q && plain(q), result, cause, place, ticket, mark, limit: further ? PAGE : shown() };
    try {
      const waits = !(result || cause || place || mark) && !further;
      const [came, out] = await Promise.all([
        api.get(path("/v1/reports", { ...wanted, before: further ? next : null })),
        waits ? Promise.all(OPEN.map((state) => api.get(path("/v1/links", { state, q: q && plain(q), limit: PAGE })))) : [],
      ]);
      if (mine !== turn) return;
      reports = further ? [...reports, ...came.items.filter(({ id }) => reports.every((one) => one.id !== id))] : came.items;
      if (!further) links = out.flatMap(({ items }) => items).filter((link) => fitsLink(link, asked));
      next = came.next ?? null;
      draw();
    } catch (error) {
      if (mine === turn) note.textContent = context.problem(error);
    }
  }

  /** Soon, once for many: whatever the line of an arrival does not tell. */
  let soon = 0;
  const reload = () => {
    clearTimeout(soon);
    soon = setTimeout(load, 400);
  };

  const chosen = filter(context, asked, (now) => {
    asked = now;
    // The view stays; the address tells what is shown, for a reload and for whoever gets it.
    history.replaceState(null, "", path("#/inbox", now));
    load();
  });
  await load();
  return {
    title: i.title,
    nodes: [chosen, el("div", { class: "bar" }, note, el("span", { class: "spread" }), csv), table, empty, el("div", { class: "actions" }, more)],
    leave: () => clearTimeout(soon),
    live: {
      gap: reload,
      report(line) {
        const fit = fits(line, asked);
        if (fit === null) reload();
        if (!fit) return;
        reports = put(reports, line);
        if (line.linkId) links = links.filter(({ id, state }) => id !== line.linkId || state === "running");
        draw();
      },
      link(link) {
        const others = links.filter(({ id }) => id !== link.id);
        links = fitsLink(link, asked) ? [link, ...others] : others;
        draw();
      },
    },
  };
}
