/**
 * The page as a support link opened it: asks what the link is for, shows that above the check, and hands the report over to whoever
 * asked, by a click. Loaded where the address has a link, and nowhere else.
 *
 * The token is kept in memory, and for a reload of this tab in `sessionStorage`; it does not stay in the page's address.
 */
import { dress, el, into } from "./el.js";
import { LEVELS, ask, elsewhere, grouped, options, tell, tokenOf } from "./more/ask.js";
import { RECEIPT, STYLE, looking, panel, receipt, refusal, request, trouble, unloaded } from "./more/panel.js";
import english from "./more/text/en/link.js";
import japanese from "./more/text/ja/link.js";
import { BASE, script } from "./near.js";

const TEXTS = { en: english, ja: japanese };

/** Where a reload finds the token, and the number of what was sent by it. */
const KEPT = "pushcheck-link";

/** How long a page is looked at by somebody who has seen it, ms. */
const GLANCE = 1000;

const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** What was kept; nothing where the browser keeps nothing. */
function kept() {
  try {
    return (sessionStorage.getItem(KEPT) ?? "").split(" ");
  } catch {
    return [];
  }
}

function keep(...words) {
  try {
    sessionStorage.setItem(KEPT, words.filter(Boolean).join(" "));
  } catch {
    // Loaded again, the page says that it has lost its link.
  }
}

/** Once the page was in front for a moment. */
const seen = () => new Promise((done) => {
  let timer;
  const look = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(done, GLANCE);
  };
  document.addEventListener("visibilitychange", look);
  look();
});

/** Once the page is in front. */
const shown = () => new Promise((done) => {
  const look = () => document.hidden || done();
  document.addEventListener("visibilitychange", look);
  look();
});

/** The page in another language: its words, and the element, which reads its own only once. */
function speak(check, lang) {
  const page = document.documentElement;
  if (page.lang === lang) return check;
  page.lang = lang;
  for (const one of document.querySelectorAll("main > h1")) one.hidden = (one.lang || "en") !== lang;
  document.title = document.querySelector("h1:not([hidden])").textContent;
  const other = document.createElement("push-check");
  for (const { name, value } of check.attributes) other.setAttribute(name, value);
  other.options = check.options;
  check.replaceWith(other);
  return other;
}

/**
 * @param {HTMLElement} check The page's own, hidden until the link is known.
 * @param {string} [said] What stood behind `#link=`; undefined: the page is loaded again.
 */
export async function link(check, said) {
  // What the page says of itself is said of the link.
  for (const one of document.querySelectorAll("main > p")) one.hidden = true;
  const place = panel();
  dress(document.adoptedStyleSheets ? document : document.head, STYLE);
  check.before(place);
  const [stored, sent] = said === undefined ? kept() : [];
  const number = grouped(sent?.replace("-", ""));
  const token = tokenOf(said ?? stored);
  const of = (check_) => {
    const { lang } = document.documentElement;
    const base = check_.getAttribute("base") ?? BASE;
    return { m: TEXTS[lang] ?? english, lang, base, host: new URL(base, location.href).host };
  };
  const show = (...nodes) => into(place, ...nodes);
  if (!token) {
    show(...refusal(said === undefined ? "gone" : "malformed", of(check).m));
    alone(check);
    return;
  }
  keep(token, number);
  const attempt = async () => {
    const { m, base } = of(check);
    show(...looking(m));
    const { link: found, why } = await ask(base, token, {
      secure: location.protocol === "https:",
      // Only that page brings its policy with it.
      file: Boolean(document.querySelector("meta[http-equiv=Content-Security-Policy]")),
    });
    if (found) {
      // What starts it stands above.
      check.hidden = true;
      check = speak(check, found.language ?? document.documentElement.lang);
      asked(check, found, { token, place, of: of(check) });
    } else if (m.refused[why]) {
      show(...refusal(why, m, number));
      alone(check);
    } else {
      const known = elsewhere(document.querySelector("[name=pushcheck-alternates]")?.content.split(/\s+/));
      show(...trouble(why, of(check), known.map((url) => `${url}#link=${token}`), attempt));
      // By a WebSocket or in pieces it may go where this question did not.
      handing(check, { from: null, level: LEVELS[0], levels: LEVELS, before: null }, { token, place, of: of(check) });
      check.hidden = false;
    }
    place.querySelector("h2")?.focus();
  };
  await attempt();
}

/** There is nobody to send anything to. */
function alone(check) {
  rooms({ mute: true });
  check.dataset.link = "alone";
  check.hidden = false;
}

/** Tells the rooms, which are loaded at once, how reports leave here; false: they do not come. */
const rooms = (how) => script("more.js").then(({ handOver }) => {
  handOver(how);
  return true;
}, () => false);

/** Shows what is asked for, and lets it be started. */
function asked(check, link, of) {
  const { token, place, of: { m, base } } = of;
  check.options = { ...check.options, ...options(link) };
  const begin = () => check.start();
  const { nodes, details, done } = request(link, of.of, begin);
  into(place, ...nodes);
  let unopened = true;
  const opened = () => {
    if (unopened) tell(base, token, "opened");
    unopened = false;
  };
  seen().then(opened);
  let run = null;
  check.addEventListener("pushcheck-start", () => {
    run = null;
    // A link of one run would take that word no more once it has begun.
    opened();
    check.hidden = false;
    details.open = false;
    done.textContent = "";
    check.shadowRoot.querySelector("[part=headline]")?.focus();
  });
  check.addEventListener("pushcheck-progress", ({ detail }) => {
    if (run) return;
    run = detail.run;
    tell(base, token, `running ${run}`);
  });
  check.addEventListener("pushcheck-end", ({ detail }) => {
    run = null;
    if (detail.result && detail.result !== "aborted") done.textContent = say(m.done, { from: link.from });
  });
  addEventListener("pagehide", () => run && tell(base, token, `broken-off ${run}`));
  handing(check, { ...link, levels: LEVELS.slice(0, LEVELS.indexOf(link.level) + 1) }, of);
  if (link.itself) shown().then(begin);
}

const handed = new WeakSet();

/** Reports of this page leave by the link. */
function handing(check, { from, level, levels, before }, { token, place, of }) {
  const { m } = of;
  const who = from ?? m.send.unknown;
  const how = {
    token,
    level,
    levels,
    title: say(m.send.title, { from: who }),
    why: [say(m.send.why, { from: who }), before && say(m.send.changed, { from: who, number: before })].filter(Boolean),
    send: say(m.send.send, { from: who }),
    failed: (reason) => m.ended[reason] && say(m.ended[reason], { from: who }),
    received(done, why, act) {
      const told = grouped(done.number);
      keep(token, told);
      for (const one of place.querySelectorAll(".done")) one.textContent = "";
      return receipt({ ...done, number: told, why }, from, of, act);
    },
  };
  let known = false;
  const ready = rooms(how).then((yes) => (known = yes));
  // Asked anew, the same element has a listener.
  if (handed.has(check)) return;
  handed.add(check);
  dress(check.shadowRoot, RECEIPT);
  let note = null;
  // One thing is to be done after the run, and that is to send its report.
  check.addEventListener("pushcheck-start", () => {
    check.dataset.link = "runs";
    place.querySelector(".actions").hidden = true;
  });
  check.addEventListener("pushcheck-end", () => (check.dataset.link = "done"));
  check.addEventListener("pushcheck-report", async () => {
    const late = !known;
    note?.remove();
    note = null;
    if (!await ready && !await rooms(how)) {
      place.append((note = unloaded(m, who)));
      return;
    }
    // What is calm, or came before this was known, is not filled with what hands it over: as if somebody asked for it.
    const details = check.shadowRoot.querySelector("[part=details]");
    if (late || !details.hidden) details.click();
  });
}
