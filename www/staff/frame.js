/** What stands around every view: where to go, who is signed in, how news come, and a voice for screen readers. */
import { el, into } from "../el.js";
import { button } from "../parts.js";
import { write } from "./route.js";
import { grouped, tidy } from "./rows.js";

/** The entries of the menu. */
const MENU = ["inbox", "links", "import", "figures", "profiles", "admin"];

/** `{nodes, show(view), mark(route), busy(yes), say(text), refuse(text), state(word), arrived(line), heading()}`. */
export function frame({ s, w, m }, session, signOut) {
  const to = (view) => (view === "links" ? write("links", "new") : view === "admin" ? write("admin", "users") : write(view));
  const links = MENU.filter((view) => view !== "admin" || session.role === "admin")
    .map((view) => [view, el("a", { href: to(view) }, s.menu[view])]);
  const state = el("span", { class: "live" });
  const voice = el("p", { class: "unseen", role: "status" });
  const refused = el("p", { class: "notice why", role: "alert", hidden: true });
  const main = el("main", { id: "main", tabindex: "-1" });
  const skip = el("a", { class: "skip", href: "#main" }, s.skip);
  skip.addEventListener("click", (event) => {
    // The part behind the `#` is the view's.
    event.preventDefault();
    main.focus();
  });
  const other = s.lang === "en" ? "ja" : "en";
  const tongue = el("a", { href: `?lang=${other}`, lang: other, hreflang: other }, s.other);
  tongue.addEventListener("click", (event) => {
    event.preventDefault();
    location.href = `?lang=${other}${location.hash}`;
  });
  const head = el("header", { class: "top" },
    el("div", { class: "who" },
      el("strong", {}, session.organisation || s.name), state, el("span", { class: "spread" }),
      tongue, el("span", { class: "muted" }, session.name), button(s.sign.leave, signOut, "small")),
    el("nav", { "aria-label": s.menu.label }, ...links.map(([, link]) => link)));
  let heading = main;
  // What has arrived since the inbox was last looked at.
  let unseen = 0;
  let here = null;
  const told = new Set();
  let title = s.name;
  const inbox = links[0][1];
  const tell = () => {
    inbox.textContent = unseen ? w.say(s.menu.arrived, { n: w.count(unseen) }) : s.menu.inbox;
    document.title = unseen ? `(${w.count(unseen)}) ${title}` : title;
  };
  return {
    nodes: [skip, head, refused, main, voice],
    heading: () => heading,
    show(view) {
      heading = el("h1", { tabindex: "-1" }, view.title);
      refused.hidden = true;
      into(main, heading, ...view.nodes);
      title = `${view.title} – ${s.name}`;
      tell();
    },
    mark({ view, of }) {
      here = view;
      if (view === "inbox") unseen = 0;
      for (const [name, link] of links) {
        const is = name === view && !(name === "links" && of !== "new");
        if (is) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    },
    busy: (yes) => main.setAttribute("aria-busy", yes),
    say: (text) => {
      voice.textContent = text;
    },
    /** What was asked for up there was not done. */
    refuse(text) {
      refused.textContent = text;
      refused.hidden = false;
    },
    state(word) {
      state.dataset.state = word;
      state.textContent = s.live[word];
    },
    arrived({ id, number, ticket, result, readAt }) {
      // A line comes again when it is read or marked.
      if (told.has(id) || readAt !== null) return;
      told.add(id);
      unseen += here !== "inbox" || document.hidden;
      tell();
      voice.textContent = w.say(s.arrived, { number: grouped(number), ticket: tidy(ticket, 100) || s.noTicket, result: m.compare.results[result] ?? "" });
    },
  };
}
