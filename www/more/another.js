/** The same check from another network, or of the site's plain-http half: started by a link, waited for, and judged together. */
import { el, into, svg } from "../el.js";
import { cause, doubts, inOrder, table } from "./compare.js";
import { short } from "./compared.js";
import { fitting, newKey, offer, waitFor } from "./offers.js";
import { fromElsewhere, readReport, unread } from "./reading.js";
import { together } from "./together.js";

export { offer };

/** Light cells around a code (ISO/IEC 18004 § 9.1). */
const QUIET = 4;

export const STYLE = `
.another p, .another ul { margin: .5em 0 }
.another h4 { margin: 1.2em 0 .3em; font-size: 1em }
.another ul { padding-inline-start: 1.2em; list-style: disc }
.another .code { display: flex; flex-wrap: wrap; gap: 1em; align-items: center; margin: .8em 0 }
.another .code svg { display: block; max-width: 100%; height: auto; border-radius: 8px; forced-color-adjust: none }
.another .code > div:last-child { flex: 1 1 14em }
.another .actions { margin-top: .8em }
.another pre { max-height: 22em; margin: .6em 0 0; padding: .8em 1em; overflow: auto; border: 1px solid var(--line); border-radius: 10px }
.another pre { background: var(--soft); font-size: .8em; white-space: pre-wrap; overflow-wrap: anywhere; direction: ltr; text-align: left }
.another code { overflow-wrap: anywhere }
.another [aria-disabled] { color: var(--muted); cursor: default }
.another .scroll { position: relative; margin: .6em 0 }
.another td, .another th { vertical-align: top }
.another td { white-space: normal; min-width: 6em }
`;

const button = (label, click) => {
  const made = el("button", { type: "button" }, label);
  made.addEventListener("click", click);
  return made;
};

/** The address of the same check as another run; the key travels in the fragment, which no request carries. */
export const joining = (base, key) => `${new URL(base).href}#join=${key}`;

/** Whether an address is this device's own, so that no other device reaches it. */
export const onlyHere = (base) => /^(.*\.)?localhost$|^127\.|^\[::1\]$/.test(new URL(base).hostname);

/** Something does not work as it should here. */
export const isWrong = ({ methods, result }) => result === "failed" ||
  methods.some(({ verdict, watched }) => ["failed", "warning"].includes(verdict) || watched?.cuts > 0);

/**
 * The base of an https page's plain-http half, where that was skipped as mixed content; null: there is none. Host and port are
 * the server's word (`about`): a report may be anybody's.
 */
export function plainHalf({ lanes }, about, base) {
  const url = new URL(base);
  const skipped = lanes.filter((lane) => lane.scheme === "http" && lane.skipped === "mixed-content").map(({ id }) => id);
  const lane = about?.lanes?.find(({ id, scheme }) => scheme === "http" && skipped.includes(id));
  if (!lane || url.protocol !== "https:") return null;
  url.protocol = "http:";
  if (lane.host) url.hostname = lane.host;
  url.port = lane.port;
  return url.href;
}

/** The path of a code's dark cells (SVG 2 § 9.3), one unit each, inside its light border. */
export const cells = ({ rows }) => rows.flatMap((row, y) => [...row.matchAll(/1+/g)]
  .map(({ 0: { length }, index }) => `M${index + QUIET} ${y + QUIET}h${length}v1h-${length}z`)).join("");

/** What two checks say together. */
function verdict(here, there, plain, ctx) {
  const { words: { t, say, list, locale }, m } = ctx;
  const a = m.another;
  const said = plain ? a.plainSaid : a.said;
  const judged = together(here, there, plain);
  const { kind, engine, causes, weak, apartMs } = judged;
  const names = (methods) => list(methods.slice(0, 20).map((method) => t.method[method] ?? short(method)));
  const values = Object.fromEntries(["network", "page", "shared", "there", "unknown"].map((which) => [which, names(judged[which])]));
  const unit = { style: "unit", unit: "minute", unitDisplay: "long", maximumFractionDigits: 0 };
  const minutes = (ms) => (ms / 6e4).toLocaleString(locale, unit);
  const told = !["one", "own", "servers", "unknown"].includes(kind);
  const more = told ? [
    kind !== "page" && judged.page.length && a.alsoPage,
    kind !== "there" && judged.there.length && said.alsoThere,
    judged.unknown.length && a.alsoUnknown,
    !plain && ["network", "mixed", "there"].includes(kind) && a.engine[engine],
    !plain && ["both", "apart", "mixed"].includes(kind) && a.sameNetwork,
    (weak.length || apartMs) && a.hint,
  ].filter(Boolean) : [];
  const rows = inOrder(judged.methods, ctx.words).map((one) => el("tr", {},
    el("th", { scope: "row" }, t.method[one.method] ?? short(one.method)),
    ...[one.here, one.there].map((word) => el("td", {}, t.state[word] ?? short(word))),
    el("td", {}, (plain ? a.plainSays : a.says)[one.says])));
  const grown = causes.map((one) => el("li", {},
    say(a.effect[one.effect], { cause: cause({ ...one, strength: "proved" }, ctx.words) }),
    el("p", { class: "muted" }, a.because[one.says])));
  return [
    el("h4", {}, a.result),
    el("p", {}, el("strong", {}, say(said[kind], values))),
    more.length && el("p", {}, more.map((sentence) => say(sentence, values)).join(t.between)),
    (told || kind === "unknown") && table(a.result, plain ? a.plainColumns : a.columns, rows),
    ...grown.length ? [el("h4", {}, a.causes), el("ul", {}, ...grown)] : [],
    ...weak.length ? [el("h4", {}, m.compare.weakness), doubts(weak, ctx)] : [],
    apartMs && el("p", { class: "muted" }, say(a.apart, { time: minutes(apartMs) })),
  ];
}

/** Waits for the other run's report and shows what it says; `over()` when there is nothing more to wait for. */
async function follow(report, { run, key, plain, place, note, signal, over }, ctx) {
  const { words: { say }, m, base } = ctx;
  const texts = { ...m.another.state, ...plain && m.another.plainState };
  const tell = (text) => {
    // Said anew it would be read out anew.
    if (note.textContent !== text) note.textContent = text;
  };
  into(place);
  tell(texts.waiting);
  const { state, text } = await waitFor({ run, key, base }, () => note.isConnected, signal, (now) => tell(texts[now]));
  over();
  const { report: there, ...why } = state === "report" ? readReport(text) : {};
  if (there) into(place, ...verdict(report, there, plain, ctx));
  tell(state === "report" && !there ? unread(why, m.another.name, m.history.unread, say) : texts[state]);
}

/** The link as a picture, and what to do with it; where that cannot be made the link stands alone. */
async function draw(place, text, link, { scan, picture: label }) {
  try {
    const { qr } = await import("../qr.js");
    const code = await qr(link);
    const side = code.size + 2 * QUIET;
    const frame = { viewBox: `0 0 ${side} ${side}`, width: 208, height: 208, role: "img", "aria-label": label };
    // Dark on light in every scheme: not every camera reads the reverse.
    into(place, svg("svg", { ...frame, "shape-rendering": "crispEdges" },
      svg("path", { d: `M0 0h${side}v${side}h-${side}z`, fill: "#fff" }),
      svg("path", { d: cells(code), fill: "#000" })));
    text.textContent = scan;
  } catch {
    place.remove();
  }
}

/** A code to make, for another device. */
function device(report, ctx) {
  const { words: { say }, m, base, act } = ctx;
  const a = m.another;
  const place = el("div", {});
  const shown = el("div", {});
  const note = el("p", { role: "status" });
  const make = button(a.make, async () => {
    const key = newKey();
    const waiting = new AbortController();
    let run;
    try {
      run = await act.runId(key);
    } catch {
      note.textContent = a.state.unable;
      return;
    }
    const link = joining(base, key);
    const picture = el("div", {});
    const text = el("p", {}, a.open);
    const copy = button(a.copy, () => act.copy(link, a.copied));
    const stop = button(a.stop, () => waiting.abort());
    make.hidden = true;
    into(shown, el("div", { class: "code" }, picture,
      el("div", {}, text, el("p", {}, el("code", {}, link)), el("div", { class: "actions" }, copy, stop))));
    copy.focus();
    draw(picture, text, link, a);
    const over = () => {
      const focused = shown.contains(shown.getRootNode().activeElement);
      into(shown);
      make.textContent = a.anew;
      make.hidden = false;
      if (focused) make.focus();
    };
    follow(report, { run, key, plain: false, place, note, signal: waiting.signal, over }, ctx);
  });
  const { host } = new URL(base);
  return [
    el("h3", {}, a.title),
    el("p", {}, a.what),
    onlyHere(base) && el("p", { class: "muted" }, say(a.onlyHere, { host })),
    el("div", { class: "actions" }, make), shown, note, place,
  ];
}

/** A link to the plain-http half, for this device. */
function half(report, url, ctx) {
  const { words: { say }, m, act } = ctx;
  const a = m.another;
  const place = el("div", {});
  const note = el("p", { role: "status" });
  const line = el("div", { class: "actions" });
  // A link serves one run; the next one gets another.
  const renew = async () => {
    const focused = line.contains(line.getRootNode().activeElement);
    try {
      const key = newKey();
      const run = await act.runId(key);
      const link = el("a", { href: joining(url, key), target: "_blank", rel: "noreferrer" }, a.runPlain);
      let waiting = null;
      const start = () => {
        if (waiting) return;
        waiting = new AbortController();
        line.append(button(a.stop, () => waiting.abort()));
        follow(report, { run, key, plain: true, place, note, signal: waiting.signal, over: renew }, ctx);
      };
      link.addEventListener("click", start);
      link.addEventListener("auxclick", start);
      into(line, link);
      if (focused) link.focus();
    } catch {
      into(line);
      note.textContent = a.state.unable;
    }
  };
  renew();
  return [el("h3", {}, a.plainTitle), el("p", {}, say(a.plainWhat, { host: new URL(url).host })), line, note, place];
}

/** The same check elsewhere, where that tells more; nothing for a report of another time or place. */
export function another(report, ctx) {
  if (fromElsewhere(report)) return [];
  const url = plainHalf(report, ctx.about, ctx.base);
  const parts = [...isWrong(report) ? device(report, ctx) : [], ...url ? half(report, url, ctx) : []];
  return parts.length ? el("div", { class: "another" }, ...parts) : [];
}

/** On the device that was asked: hands its report back, by one click. */
export function joined(report, ctx, key) {
  const { words: { say, bytes, count }, m, base } = ctx;
  const j = m.another.joined;
  const note = el("p", { role: "status" });
  const fits = fitting(report, key);
  const values = { host: new URL(base).host, size: bytes(fits?.bytes ?? 0) };
  let done = false;
  const send = button(j.send, async () => {
    if (done) return;
    done = true;
    note.textContent = j.sending;
    const { why } = await offer(report, key, base);
    note.textContent = say(why ? j.failed[why] : j.sent, values);
    done = why === null;
    // Not `disabled`, which would take the focus away.
    if (done) send.setAttribute("aria-disabled", "true");
  });
  return el("div", { class: "another" },
    el("h3", {}, j.title),
    el("p", {}, say(fits ? j.what[fits.left ?? "whole"] : j.failed["too-large"], values)),
    fits && el("details", {},
      el("summary", {}, say(j.exactly, { n: count(fits.bytes) })),
      el("pre", { tabindex: "0", role: "region", "aria-label": j.preview }, fits.text)),
    fits && el("div", { class: "actions" }, send),
    note);
}
