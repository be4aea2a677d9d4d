/**
 * What <push-check> shows: built and changed here. Knows reports and texts; starts nothing, and parses no HTML: reports
 * come from strangers.
 */
import { el, into } from "./el.js";
import en from "./text/en.js";

/** Best first: the order of rows and of lists in sentences. */
export const METHODS = Object.keys(en.method);
const byRank = (a, b) => METHODS.indexOf(a) - METHODS.indexOf(b);

// None of these characters is an emoji anywhere.
const SIGNS = {
  // Of methods, before they are tried.
  "web-socket": "⇄",
  "server-sent-events": "↓",
  "streaming-fetch": "≡",
  "long-polling": "◔",
  polling: "↻",
  // Of words and verdicts; `trying` turns.
  opens: "→",
  waiting: "…",
  passed: "✓",
  warning: "!",
  failed: "✕",
  "fails-so-far": "✕",
  skipped: "–",
  inconclusive: "?",
};

/** Places of a WebSocket that say what became of its handshake, and nothing of what would have come after it. */
const HANDSHAKE = ["answered-for", "request-altered", "answer-altered"];

const muted = (...children) => el("p", { class: "muted" }, ...children);
const terms = (pairs) => pairs.flatMap(([term, ...what]) => [el("dt", {}, term), el("dd", {}, ...what)]);

/** The languages that there are texts of. */
export const LANGUAGES = ["en", "ja"];

/** The texts, and number forms for a language tag; English where there are no others. */
export function words(tag, texts = en) {
  let locale = texts.lang;
  try {
    if (tag.split("-")[0] === locale) [locale] = Intl.getCanonicalLocales(tag);
  } catch {
    // Not a language tag: the language's own numbers.
  }
  const t = texts;
  const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const count = (value, tenths) => value?.toLocaleString(locale, { maximumFractionDigits: tenths ? 1 : 0 });
  return {
    t,
    say,
    count,
    list: (items) => new Intl.ListFormat(locale).format(items),
    left: (us) => say(t.left, { n: count(us / 6e7, true) }),
    bytes: (n) => say(t.kb, { n: count(n / 1e3) }),
    date: (ms) => new Date(ms).toLocaleString(locale),
    /** Of microseconds: two or three digits that matter. */
    time(us) {
      if (us == null) return "";
      return us < 999_500 ? say(t.ms, { n: count(us / 1e3, us < 9_950) }) : say(t.s, { n: count(us / 1e6, us < 99_500_000) });
    },
  };
}

const attemptsOf = (methods) => methods.flatMap(({ lanes }) => lanes.flatMap(({ lane, attempts }) => attempts.map((a) => ({ ...a, lane }))));

/** Which of the headlines fits. `elsewhere`: needed lanes that only another page can try. */
function kind({ result, findings, surroundings, about, methods }, elsewhere) {
  const some = (...verdicts) => methods.some(({ verdict }) => verdicts.includes(verdict));
  const works = some("passed", "warning");
  if (findings.some(({ code }) => code === "own-failure")) return "own";
  if (methods.some(({ watched }) => watched?.cuts)) return "cuts";
  if (result === "passed" && methods.some(({ watched }) => watched)) return "heldOn";
  if (result === "aborted" || result === "passed") return result;
  if (!surroundings.online) return "offline";
  if (surroundings.notices.some(({ notice }) => notice.what === "offline")) return "wentOffline";
  if (works && result === "inconclusive" && elsewhere.length) return "elsewhere";
  if (result === "warning") return some("failed", "inconclusive") ? "warning" : "flawed";
  const attempts = attemptsOf(methods);
  if (!works && !about && !attempts.some(({ marked }) => marked)) return attempts.some(({ blockedBy }) => blockedBy) ? "forbidden" : "unheard";
  return result === "failed" && works ? "required" : result;
}

const BADGES = { passed: "passed", heldOn: "passed", inconclusive: "inconclusive", aborted: "skipped", elsewhere: "inconclusive" };

/** The result in plain words, and what to do next. */
function outcome(report, { t, say, list, time, bytes }, base, elsewhere) {
  const { methods, run, findings } = report;
  const which = kind(report, elsewhere);
  const of = (...verdicts) => {
    const some = methods.filter(({ verdict, required }) => verdicts.includes(verdict) && (required || which !== "required" || verdict !== "failed"));
    return list(some.map(({ method }) => method).sort(byRank).map((method) => t.method[method] ?? method));
  };
  const { host } = new URL(base);
  const directive = attemptsOf(methods).find(({ blockedBy }) => blockedBy)?.blockedBy;
  const values = { good: of("passed", "warning"), bad: of("failed"), flawed: of("warning"), host, directive };
  const next = [[t.next, say(t.nextStep[which], values)]];
  if (which !== "own" && which !== "forbidden" && methods.some(({ verdict }) => verdict !== "skipped")) {
    const idle = Math.max(1000, ...methods.map(({ idleTestedMs }) => idleTestedMs));
    next.unshift(
      [t.tested, say(t.testedWhat, { host, time: time(run.durationUs) })],
      [t.untested, say(t.untestedWhat, { idle: time(idle * 1000) })],
    );
  }
  for (const { code, method, place, strength, rivals } of findings.filter(({ code, severity, foldedUnder }) => severity !== "info" && !foldedUnder && code !== "own-failure")) {
    const named = (code) => say(t.finding[code] ?? t.newer, { method: t.method[method] ?? method, code, place: t.place[place] ?? place ?? t.unknownPlace });
    const known = say(t.finding[code] ? t.strength[strength] : "{cause}", { cause: named(code) });
    const said = [known, ...rivals.filter(({ code }) => t.finding[code]).map(({ code }) => say(t.rival, { cause: named(code) }))];
    next.push([t.method[method] ?? t.why, said.join(t.between)]);
  }
  for (const { idleCut: cut, method } of methods.filter(({ idleCut }) => idleCut)) {
    const [lived, died, beat] = [cut.livedMs, cut.diedMs, cut.beatMs].map((ms) => time(ms * 1000));
    const anyway = cut.pageBeatKeeps === false && cut.serverBeatKeeps !== true;
    const said = [cut.told ? t.cutTold : t.cutUntold, cut.beatMs === null ? t.cutReconnect : t.beatKeeps];
    const sentences = anyway ? [t.cutAnyway, t.cutReconnect] : said;
    next.push([t.method[method] ?? method, sentences.map((sentence) => say(sentence, { lived, died, beat })).join(t.between)]);
  }
  for (const { method, bursts } of methods.filter(({ bursts }) => bursts)) {
    const { down, up, cutDown, cutUp } = bursts;
    const said = [];
    if (findings.some(({ code }) => code === "queue-hidden")) said.push(say(t.queue, { sent: down.sent, kept: bytes(down.queue.hiddenBytes), waited: time(down.queue.waitedUs) }));
    const lost = (burst) => burst?.cut && burst.sent > burst.arrived && burst.arrived !== null;
    const [broke, onPurpose] = [[down, up], [cutDown, cutUp]].map((bursts) => bursts.find(lost));
    if (broke ?? onPurpose) said.push(broke ? say(t.broke, broke) : say(t.brokeOnPurpose, onPurpose));
    if (said.length) next.push([t.method[method] ?? method, [...said, t.acknowledge].join(t.between)]);
  }
  for (const { method, sizes } of methods) {
    const lost = sizes.find(({ echoedUs }) => echoedUs === null);
    if (lost) next.push([t.method[method] ?? method, say(t.sizeLost, { size: bytes(lost.bytes) })]);
  }
  for (const { method, compressed, verdict } of methods.filter(({ compressed }) => compressed)) {
    if (compressed.verdict === "failed" && verdict !== "failed") next.push([t.method[method] ?? method, t.compressionBreaks]);
  }
  for (const { method, watched } of methods.filter(({ watched }) => watched)) {
    const { cuts, together, unclear, unopened, silences, everyMs, beatMs } = watched;
    const [every, beat, held] = [everyMs, beatMs, watched.heldMs].map((ms) => time((ms ?? 0) * 1000));
    const values = { cuts, together, unclear, unopened, silences, every, beat, held };
    // A rule of age, where what goes over it came several times before.
    const cut = everyMs === null ? t.watch.cuts : everyMs > 2 * beatMs ? t.watch.age : t.watch.every;
    const said = [cuts ? cut : t.watch.none, together && everyMs === null && t.watch.together, unopened && t.watch.unopened, unclear && t.watch.unclear, silences && t.watch.silences];
    next.push([t.method[method] ?? method, said.filter(Boolean).map((sentence) => say(sentence, values)).join(t.between)]);
  }
  if (methods.some(({ uploads }) => uploads?.inOrder === false)) next.push([t.method.polling, t.outOfOrder]);
  for (const { method, held } of methods.filter(({ held }) => held)) {
    const by = held.reliefs.find(({ relieves }) => relieves);
    if (by) next.push([t.method[method] ?? method, t.relief[by.relief] ?? by.relief]);
  }
  for (const { method } of methods.filter(({ resume }) => resume?.goesOn === false)) next.push([t.method[method] ?? method, t.noResume]);
  if (run.mode !== "watch" && which === "passed") next.push([t.watch.offer, t.watch.offered]);
  const summary = which === "warning" && !values.bad ? "unsure" : which;
  return [BADGES[which] ?? "warning", t.headline[which], say(t.summary[summary], values), next];
}

/** Why a lane was not tried, with a link to the same page there where that helps. */
function untried({ scheme, host, port, skipped }, { t, say }, base) {
  const said = [t.skipped[skipped] ?? skipped];
  if (skipped === "mixed-content") {
    const url = new URL(base);
    url.protocol = scheme;
    if (host) url.hostname = host;
    url.port = port;
    said.push(" ", el("a", { href: url, target: "_blank" }, say(t.openPlain, { url })));
  }
  return said;
}

/** How this browser records a log, where one may name a cause that is not sure. */
function logSteps({ evidence, findings, methods, surroundings }, { t }) {
  const traces = evidence?.traces ?? [];
  const failed = methods.some(({ verdict }) => verdict === "failed");
  const sure = findings.length && findings.every(({ strength, severity }) => strength === "proved" || severity === "info");
  const unread = !traces.some(({ events }) => events.some(({ event }) => event.what === "net-error"));
  return failed && !sure && unread ? t.logSteps[surroundings.engine?.family] ?? [] : [];
}

/** What stands in the `<details>`. */
function details({ run, software, about, surroundings, findings, lanes, methods }, words, base) {
  const { t, say, time, count, date } = words;
  const part = (title, items) => items.length ? [el("h3", {}, title), el("ul", {}, ...items.map((item) => el("li", {}, ...item)))] : [];

  const found = findings.map(({ code, method, place, strength, seen, of }) => [
    say(t.finding[code] ?? t.newer, { method: t.method[method] ?? method, code, place: t.place[place] ?? place ?? t.unknownPlace }),
    place && el("p", {}, t.place[place] ?? place),
    muted(el("code", {}, code), " · ", say(t.seen, { strength: t.surely[strength] ?? strength, seen, of })),
  ]);

  const ways = lanes.map((lane) => [
    el("code", {}, lane.id), ` ${lane.scheme}${lane.host ? `://${lane.host}:${lane.port}` : ""} · `,
    ...lane.skipped ? untried(lane, words, base) : [t.tried],
  ]);

  const polled = methods.flatMap(({ delivery }) => delivery?.atInterval ?? []).map(({ everyMs, meanUs, worstUs }) =>
    [say(t.polled, { every: time(everyMs * 1000), mean: time(meanUs), worst: time(worstUs) })]);

  const rows = attemptsOf(methods).map((a) => {
    const end = [a.ended, a.status && `${a.status} (${t.seenBy[a.statusFrom]})`, a.close?.code, a.close?.reason, a.closeClass, a.timeClass, a.error, a.blockedBy, a.refused, a.place];
    const cells = [
      a.lane, t.state[a.verdict] ?? a.verdict, time(a.openUs), time(a.firstMessageUs), time(a.endedUs), a.resourceTiming?.protocol,
      count(a.arrivals), end.filter(Boolean).join(" · "),
    ];
    return el("tr", {}, el("th", { scope: "row" }, `${a.probe} ${a.attempt}`), ...cells.map((cell) => el("td", {}, cell || "–")));
  });
  const head = t.columns.map((column) => el("th", { scope: "col" }, column));

  const { engine, userAgent } = surroundings;
  return [
    el("summary", {}, t.details),
    ...part(t.findings, found),
    ...part(t.lanes, ways),
    ...part(t.method.polling, polled),
    el("h3", {}, t.attempts),
    // Wider than a phone: it scrolls by itself, by keyboard too.
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t.attempts },
      el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows))),
    attemptsOf(methods).some((a) => a.failedUs !== null && a.openUs === null && a.status === null) && muted(t.hidden),
    el("dl", { class: "facts" }, ...terms([
      [t.run, run.id],
      [t.began, date(run.startedAt)],
      [t.browser, engine ? `${engine.family} ${engine.version}` : userAgent || t.unknown],
      [t.server, about?.instance ?? t.unknown],
      [t.version, software.version],
    ])),
  ];
}

export class View {
  #rows = new Map();
  #words;

  /** `act`, `longer`, `watch`, `copy`, `download`: what the buttons do. `advise`: asked for advice. `log`: takes a file. */
  constructor(root, words, { act, longer, watch, copy, download, advise, log }) {
    this.#words = words;
    const { t } = words;
    const button = (part, label, click) => {
      const made = el("button", { type: "button", part }, label);
      made.addEventListener("click", click);
      return made;
    };
    this.headline = el("h2", { part: "headline", id: "headline" }, t.title);
    this.summary = el("p", { part: "summary", class: "muted" }, t.intro);
    this.header = el("header", {}, el("span", { class: "icon", "aria-hidden": true }), el("div", {}, this.headline, this.summary));
    this.bar = el("progress", { part: "progress", max: 1000, "aria-label": t.progress });
    this.columns = el("div", { class: "columns", "aria-hidden": true }, ...t.numbers.map((name) => el("span", {}, name)));
    this.list = el("ul", { part: "methods" });
    this.next = el("dl", { part: "next" });
    this.act = button("primary", "", act);
    this.longer = button("longer", t.longer, longer);
    this.watch = button("watch", t.watch.start, watch);
    this.consent = el("input", { type: "checkbox" });
    this.consents = el("label", { part: "consent", class: "muted" }, this.consent, el("span", {}));
    this.copy = button("copy", t.copy, copy);
    this.download = button("download", t.download, download);
    this.file = el("input", { type: "file", accept: ".json,.log,.txt,.moz_log" });
    this.file.addEventListener("change", () => this.file.files.length && log(this.file.files[0]));
    this.steps = el("ol", {});
    this.log = el("details", { part: "log" }, el("summary", {}, t.log.offer), muted(t.log.why), this.steps,
      el("label", {}, t.log.choose, " ", this.file));
    this.log.addEventListener("dragover", (event) => event.preventDefault());
    this.log.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) log(event.dataTransfer.files[0]);
    });
    this.note = el("p", { class: "muted note", role: "status" });
    this.causes = el("section", { part: "causes" });
    this.advice = el("details", { part: "advice" });
    this.advice.addEventListener("toggle", () => this.advice.open && advise());
    this.details = el("details", { part: "details" });
    // Two or three messages a run, not one a method: rows change silently.
    this.status = el("p", { class: "unseen", role: "status" });
    const card = el("section", { part: "card", lang: t.lang, dir: t.dir, "aria-labelledby": "headline" },
      this.header, this.bar, this.columns, this.list, this.next, this.causes, this.consents,
      el("div", { class: "actions" }, this.act, this.watch, this.longer, this.copy, this.download),
      this.note, this.advice, this.log, this.details, this.status);
    root.append(card);
    this.#shape("idle", t.start);
    this.#list(METHODS);
  }

  /** A run begins; nothing is known. */
  begin(methods, { mode, base }) {
    const { t, say } = this.#words;
    this.#list(methods);
    methods.forEach((method) => this.#state(method, "trying"));
    this.bar.removeAttribute("value");
    this.#say("trying", t.checking, mode === "thorough" ? t.later : mode === "watch" ? t.watch.soon : t.soon);
    this.#shape("running", t.stop);
    this.consents.hidden = mode !== "watch";
    this.consents.lastChild.textContent = say(t.watch.consent, { host: URL.canParse(base) ? new URL(base).host : base });
  }

  /** A word from the run. */
  progress({ permille, remainingUs, methods }) {
    const { t, say } = this.#words;
    this.bar.value = permille;
    if (remainingUs) this.summary.textContent = this.#words.left(remainingUs);
    for (const { method, word, verdict, ended } of methods) {
      const row = this.#rows.get(method);
      if (!ended || !row) this.#state(method, verdict ?? word ?? "trying");
      else {
        this.#sign(row.item, "warning");
        row.state.textContent = say(t.watch.ended, { ended });
      }
    }
    // All that can be said by then has been said.
    if (!this.consents.hidden && methods.every(({ verdict }) => verdict)) this.headline.textContent = t.watch.on;
  }

  /** The person wants the report sent if the page is closed. */
  get sends() {
    return !this.consents.hidden && this.consent.checked;
  }

  /** The run is over. `base`: the server that was asked; `needed`: lanes that the page cannot do without. */
  done(report, base, needed) {
    const elsewhere = report.lanes.filter(({ id, skipped }) => skipped === "mixed-content" && needed.includes(id));
    const [badge, headline, summary, next] = outcome(report, this.#words, base, elsewhere);
    this.#list(report.methods.map(({ method }) => method).sort(byRank));
    for (const method of report.methods) this.#verdict(method);
    this.#say(badge, headline, summary);
    into(this.next, ...terms([...next, ...elsewhere.map((lane) => [lane.id, ...untried(lane, this.#words, base)])]));
    into(this.causes);
    into(this.advice, el("summary", {}, this.#words.t.advice));
    this.advice.open = false;
    into(this.details, ...details(report, this.#words, base));
    const steps = logSteps(report, this.#words);
    into(this.steps, ...steps.map((step) => el("li", {}, step)));
    this.file.value = "";
    this.#shape("done", this.#words.t.again);
    // What was silent for longer, or is held, can only be lost where something works.
    const works = report.methods.some(({ idleTestedMs }) => idleTestedMs);
    this.longer.hidden = report.run.mode !== "quick" || !works;
    this.watch.hidden = report.run.mode === "watch" || !works;
    this.log.hidden = !steps.length;
  }

  /** What the catalogue says of the report. */
  explain(causes, advice) {
    into(this.causes, ...causes);
    into(this.advice, el("summary", {}, this.#words.t.advice), ...advice);
  }

  /** What a log said: how many errors it named, or why it tells nothing. */
  logged(named, why) {
    const { t, say, count } = this.#words;
    this.remark(why ? t.unreadable[why] ?? why : say(t.log.read, { n: count(named) }));
    this.file.value = "";
  }

  /** There is nothing to show but why. */
  unable({ reason, values }) {
    const { t, say } = this.#words;
    this.#list(METHODS);
    if (reason === "stopped") this.#say("skipped", t.headline.aborted, "");
    else this.#say("warning", t.headline.unable, say(t.unable[reason], values));
    this.#shape("unable", t.again);
  }

  /** A line beside the buttons. */
  remark(text) {
    this.note.textContent = text;
  }

  /** Copies the old way: a text, selected. Where that is not allowed either it stays, for the person to copy. */
  offer(text) {
    this.box?.remove();
    this.box = el("textarea", { readonly: true, rows: 6, "aria-label": this.#words.t.report }, text);
    this.note.after(this.box);
    this.box.focus();
    this.box.select();
    const copied = document.execCommand("copy");
    if (copied) {
      this.box.remove();
      this.copy.focus();
    }
    return copied;
  }

  #shape(shape, label) {
    this.act.textContent = label;
    this.bar.hidden = shape !== "running";
    this.longer.hidden = this.watch.hidden = this.consents.hidden = this.log.hidden = true;
    this.next.hidden = this.causes.hidden = this.advice.hidden = this.details.hidden = this.copy.hidden = this.download.hidden = shape !== "done";
    this.box?.remove();
    this.remark("");
  }

  #say(badge, headline, summary) {
    this.headline.textContent = headline;
    this.summary.textContent = summary;
    this.status.textContent = headline + this.#words.t.between + summary;
    this.#sign(this.header, badge);
  }

  #sign(item, state) {
    item.dataset.state = state;
    item.firstChild.textContent = SIGNS[state] ?? "";
  }

  /** One row each, not tried yet. */
  #list(methods) {
    const { t } = this.#words;
    this.columns.hidden = true;
    into(this.list, ...methods.map((method) => {
      const state = el("p", { class: "state" }, t.how[method]);
      const numbers = el("dl", { class: "numbers" });
      const item = el("li", { part: "method" }, el("span", { class: "icon", "aria-hidden": true }, SIGNS[method]),
        el("div", {}, el("h3", {}, t.method[method] ?? method), state), numbers);
      this.#rows.set(method, { item, state, numbers });
      return item;
    }));
  }

  #state(method, state) {
    const row = this.#rows.get(method);
    if (!row || row.item.dataset.state === state) return;
    this.#sign(row.item, state);
    row.state.textContent = this.#words.t.state[state] ?? state;
  }

  #verdict({ method, verdict, place, required, delivery, held, overhead, idleTestedMs, idleCut, lanes }) {
    const { t, time, say, count } = this.#words;
    const { item, state, numbers } = this.#rows.get(method);
    this.#state(method, verdict);
    state.after(...[
      required && muted(t.required),
      place && place !== "nowhere" && muted(t.place[place] ?? place),
      held?.heldAs && muted(t.heldAs[held.heldAs] ?? held.heldAs),
      method === "web-socket" && HANDSHAKE.includes(place) && verdict === "failed" && muted(t.behind),
    ].filter(Boolean));
    const timing = (lanes.find(({ lane }) => lane === "main") ?? lanes[0])?.timing;
    const [open, roundTrip, delay, bytes, idle] = t.numbers;
    const cells = [
      [open, time(timing?.openUs)],
      [roundTrip, time(timing?.roundTrip?.medianUs)],
      [delivery?.relative ? t.relativeDelay : delay, time(delivery?.medianUs), delivery && say(t.worst, { worst: time(delivery.worstUs) })],
      [bytes, overhead && say(t.bytes, { n: count(overhead.upBytes + overhead.downBytes) }), t.perMessage],
      idleCut ? [idle, time(idleCut.diedMs * 1000), t.cut] : [idle, idleTestedMs && time(idleTestedMs * 1000), t.survived],
    ];
    if (!cells.some(([, value]) => value)) return;
    this.columns.hidden = false;
    item.classList.add("measured");
    into(numbers, ...cells.map(([term, value, more]) => el("div", { class: !value && "none" },
      el("dt", {}, term), el("dd", {}, value || "–", value && more && el("small", {}, more)))));
  }
}
