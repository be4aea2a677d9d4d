/** The staff page: who is signed in, which view the address asks for, and what arrives meanwhile. */
import { el, into } from "./el.js";
import { connect } from "./staff/api.js";
import { language, speech } from "./staff/language.js";
import { Live } from "./staff/live.js";
import { invitation, read } from "./staff/route.js";
import { frame } from "./staff/frame.js";
import { accept, signIn } from "./staff/views/sign-in.js";

/** The views; each is loaded when it is first asked for. */
const VIEWS = {
  inbox: () => import("./staff/views/inbox.js"),
  links: () => import("./staff/views/links.js"),
  reports: () => import("./staff/views/report.js"),
  import: () => import("./staff/views/import.js"),
  figures: () => import("./staff/views/figures.js"),
  profiles: () => import("./staff/views/profiles.js"),
  admin: () => import("./staff/views/admin.js"),
};

const page = document.getElementById("page");
const tongue = await speech(language(location.search, navigator.languages));
const { s, w } = tongue;
document.documentElement.lang = s.lang;
const api = connect(() => welcome(s.sign.gone));

/** What the shown view wants to be told, and what it undoes when it goes. */
let shown = { live: {}, leave() {} };
let turn = 0;
let live = null;

function leave() {
  shown.leave();
  shown = { live: {}, leave() {} };
}

/** Asks who they are. */
function welcome(why) {
  leave();
  turn += 1;
  live?.end();
  live = null;
  onhashchange = () => invitation(location.hash) && welcome();
  const token = invitation(location.hash);
  // Whoever reads the address over a shoulder, or its history, finds none.
  if (token) history.replaceState(null, "", location.pathname + location.search);
  const form = token ? accept(token, tongue, api, enter) : signIn(why, tongue, api, enter);
  document.title = `${token ? s.sign.welcome : s.sign.title} – ${s.name}`;
  into(page, form);
  page.querySelector("h1").focus();
}

/** Signed in: from now on there are views, and what arrives is told. */
function enter(session) {
  api.session(session);
  const about = frame(tongue, session, async () => {
    try {
      await api.remove("/v1/session");
    } catch (problem) {
      // Whoever still is signed in must not be told otherwise: the next one at this desk would be, too.
      if (problem.status !== 401) return about.refuse(s.sign.stays);
    }
    api.session(null);
    welcome(s.sign.out);
  });
  into(page, ...about.nodes);
  const context = { ...tongue, api, session, say: about.say };
  live = new Live((url) => new EventSource(url), api.get, {
    state: about.state,
    gap: () => shown.live.gap?.(),
    link: (link) => shown.live.link?.(link),
    report: (line) => {
      shown.live.report?.(line);
      about.arrived(line);
    },
  });
  live.start();
  show(context, about, false);
  // Only the last who signed in listens.
  onhashchange = () => (invitation(location.hash) ? welcome() : show(context, about, true));
}

async function show(context, about, moves) {
  const mine = (turn += 1);
  const route = read(location.hash);
  leave();
  about.mark(route);
  about.busy(true);
  // What arrives while a view is made is in its list already, or not yet.
  const missed = [];
  const keep = (what) => (one) => missed.push([what, one]);
  shown.live = { gap: keep("gap"), report: keep("report"), link: keep("link") };
  let view;
  try {
    const module = await VIEWS[route.view]();
    view = await module.default(context, route);
  } catch (error) {
    view = { title: s.problem.title, nodes: [el("p", { class: "notice why", role: "alert" }, tongue.problem(error))] };
  }
  if (mine !== turn) {
    view.leave?.();
    return;
  }
  about.busy(false);
  shown = { live: view.live ?? {}, leave: view.leave ?? (() => {}) };
  about.show(view);
  for (const [what, one] of missed) shown.live[what]?.(one);
  if (moves) {
    about.heading().focus();
    scrollTo(0, 0);
  }
}

// Kept for going back, a page would hold one of the few connections to this server, and show what stood there to whoever comes after.
addEventListener("pagehide", () => {
  live?.end();
  into(page);
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

try {
  const token = invitation(location.hash);
  if (token) welcome();
  else enter(await api.get("/v1/session"));
} catch (error) {
  if (error.status === 401) welcome();
  else into(page, el("main", { class: "narrow" }, el("h1", {}, s.name), el("p", { class: "notice why", role: "alert" }, tongue.problem(error))));
}
document.documentElement.dataset.ready = w.t.lang;
