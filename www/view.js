/**
 * What <push-check> shows from the first moment on: built and changed here. Knows reports and texts; starts nothing, and parses no
 * HTML: reports come from strangers.
 */
import { el, into } from "./el.js";
import { untried } from "./lanes.js";
import { outcome, spare } from "./outcome.js";
import { path, stands } from "./path.js";
import { METHODS, SIGNS } from "./words.js";

/** Places of a WebSocket that say what became of its handshake, and nothing of what would have come after it. */
const HANDSHAKE = ["answered-for", "request-altered", "answer-altered"];

const muted = (...children) => el("p", { class: "muted" }, ...children);
const terms = (pairs) => pairs.flatMap(([term, ...what]) => [el("dt", {}, term), el("dd", {}, ...what)]);

const rank = ({ method }) => METHODS.indexOf(method);

export class View {
  #rows = new Map();
  #words;
  /** What the path picture shows. */
  #path = [];

  /** `act`, `longer`, `watch`, `copy`, `download`, `details`, `share`: what the buttons do. */
  constructor(root, words, { act, longer, watch, copy, download, details, share }) {
    this.#words = words;
    const { t } = words;
    const button = (part, label, click) => {
      const made = el("button", { type: "button", part }, label);
      made.addEventListener("click", click);
      return made;
    };
    this.word = el("p", { part: "word" });
    this.headline = el("h2", { part: "headline", id: "headline", tabindex: "-1" });
    this.summary = el("p", { part: "summary", class: "muted" });
    this.header = el("header", {}, el("span", { class: "icon", "aria-hidden": true }), el("div", {}, this.word, this.headline, this.summary));
    this.todo = el("p", { part: "todo" });
    this.change = el("div", { part: "change" });
    this.bar = el("progress", { part: "progress", max: 1000, "aria-label": t.progress });
    this.path = el("div", { part: "path" });
    this.columns = el("div", { class: "columns", "aria-hidden": true }, ...t.numbers.map((name) => el("span", {}, name)));
    this.list = el("ul", { part: "methods" });
    this.next = el("dl", { part: "next" });
    this.act = button("primary", "", act);
    this.longer = button("longer", t.longer, longer);
    this.watch = button("watch", t.watch.start, watch);
    this.offers = el("ul", { part: "offers" }, ...[[this.longer, t.longerTells], [this.watch, t.watch.tells]].map(([one, tells]) => {
      const item = el("li", {}, one, muted(tells));
      // Hidden as one.
      one.offer = item;
      return item;
    }));
    this.consent = el("input", { type: "checkbox" });
    this.consents = el("label", { part: "consent", class: "muted" }, this.consent, el("span", {}));
    this.copy = button("copy", t.copy, copy);
    this.download = button("download", t.download, download);
    this.share = button("share", t.share, share);
    this.details = button("details", t.details, details);
    this.note = el("p", { class: "muted note", role: "status" });
    this.more = el("div", { part: "more" });
    // Two or three messages a run, not one a method: rows change silently.
    this.status = el("p", { class: "unseen", role: "status" });
    this.card = el("section", { part: "card", lang: t.lang, dir: t.dir, "aria-labelledby": "headline" },
      el("slot", { name: "intro" }), this.header, this.todo, this.bar, this.consents,
      el("div", { class: "actions" }, this.act, this.share, this.copy, this.download, el("slot", { name: "actions" })),
      this.note, this.change, this.path, this.columns, this.list, this.next, this.offers, this.details, this.more, this.status);
    root.append(this.card);
    this.idle();
  }

  /** Nothing has been tried, and nothing is shown. */
  idle() {
    const { t } = this.#words;
    this.#say("", t.title, t.intro);
    this.status.textContent = "";
    this.#shape("idle", t.start);
    this.#list(METHODS);
  }

  /** A run begins; nothing is known. */
  begin(methods, { mode, base }) {
    const { t, say } = this.#words;
    this.#list(methods);
    methods.forEach((method) => this.#state(method, "trying"));
    this.#draw(methods.map((method) => ({ method, state: "trying" })), t.checking);
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
    const states = [...methods].sort((a, b) => rank(a) - rank(b)).map(({ method, word, verdict, ended }) => ({ method, state: verdict ?? word ?? "trying", ended }));
    for (const { method, ended, state } of states) {
      const row = this.#rows.get(method);
      if (!ended || !row) this.#state(method, state);
      else {
        this.#sign(row.item, "warning");
        row.state.textContent = say(t.watch.ended, { ended });
      }
    }
    // Drawn anew it would begin its movement anew.
    if (states.some(({ state }, at) => state !== this.#path[at]?.state)) this.#draw(states, t.checking);
    // All that can be said by then has been said.
    if (!this.consents.hidden && methods.every(({ verdict }) => verdict)) this.headline.textContent = t.watch.on;
  }

  /** The person wants the report sent if the page is closed. */
  get sends() {
    return !this.consents.hidden && this.consent.checked;
  }

  /** The run is over. `base`: the server that was asked; `needed`: lanes that the page cannot do without. `why`: what kept it from more. */
  done(report, base, needed, why) {
    const { t } = this.#words;
    const elsewhere = report.lanes.filter(({ id, skipped }) => skipped === "mixed-content" && needed.includes(id));
    const { badge, headline, summary, act, next } = outcome(report, this.#words, base, elsewhere);
    const methods = [...report.methods].sort((a, b) => rank(a) - rank(b));
    this.#list(methods.map(({ method }) => method));
    for (const method of methods) this.#verdict(method, spare(report, method));
    this.#draw(methods.map(({ method, verdict, place }, at) => ({
      method,
      place,
      state: spare(report, methods[at]) ? "not-needed" : verdict,
      stands: stands(report.findings, methods[at]),
    })));
    this.#say(badge, headline, summary);
    this.todo.textContent = why ?? act;
    into(this.next, ...terms([...next, ...elsewhere.map((lane) => [lane.id, ...untried(lane, this.#words, base)])]));
    this.#shape("done", t.again);
    into(this.change);
    into(this.more);
    this.next.hidden = !next.length && !elsewhere.length;
    // What was silent for longer, or is held, can only be lost where something works.
    const works = report.methods.some(({ idleTestedMs }) => idleTestedMs);
    this.#offer(this.longer, works && report.run.mode === "quick");
    this.#offer(this.watch, works && report.run.mode !== "watch");
  }

  /** What else there is has to be asked for. */
  asks() {
    this.details.hidden = false;
  }

  /** It is there: what leaves is chosen there. Whoever asked goes on at its beginning. */
  filled() {
    const asked = this.#focused === this.details;
    this.details.hidden = this.copy.hidden = this.download.hidden = true;
    this.share.hidden = false;
    if (asked) this.more.querySelector("[role=tab]")?.focus();
  }

  get #focused() {
    return this.card.getRootNode().activeElement;
  }

  /** There is nothing to show but why. */
  unable({ reason, values }) {
    const { t, say } = this.#words;
    this.#list(METHODS);
    if (reason === "stopped") this.#say("skipped", t.headline.aborted, "");
    else this.#say("warning", reason === "report" ? t.headline.unreadable : t.headline.unable, say(t.unable[reason], values));
    this.#shape("unable", t.again);
  }

  /** `theme`: light, dark, or what the system says. */
  dark(theme, system) {
    this.card.toggleAttribute("data-dark", theme === "dark" || (theme !== "light" && system));
  }

  /** A line beside the buttons. */
  remark(text) {
    this.note.textContent = text;
  }

  /** Copies the old way: a text, selected. Where that is not allowed either it stays, for the person to copy. */
  offer(text) {
    const focused = this.#focused;
    this.box?.remove();
    this.box = el("textarea", { readonly: true, rows: 6, "aria-label": this.#words.t.report }, text);
    this.note.after(this.box);
    this.box.focus();
    this.box.select();
    const copied = document.execCommand("copy");
    if (copied) {
      this.box.remove();
      focused?.focus();
    }
    return copied;
  }

  #offer(button, shown) {
    button.offer.hidden = !shown;
    this.offers.hidden &&= !shown;
  }

  #shape(shape, label) {
    const within = (place) => place.contains(this.#focused);
    // What is about to go has the focus: it goes to what starts and stops, or, of what was in the rooms, to the answer.
    const [offered, inside] = [within(this.offers), within(this.more) || within(this.change)];
    this.act.textContent = label;
    this.card.dataset.shape = shape;
    this.bar.hidden = shape !== "running";
    this.offers.hidden = this.consents.hidden = this.details.hidden = this.share.hidden = true;
    this.todo.hidden = this.change.hidden = this.next.hidden = this.more.hidden = this.copy.hidden = this.download.hidden = shape !== "done";
    this.path.hidden = shape !== "done" && shape !== "running";
    this.box?.remove();
    this.remark("");
    if (offered) this.act.focus();
    if (inside) this.headline.focus();
  }

  #say(badge, headline, summary) {
    const { t } = this.#words;
    this.word.textContent = t.badge[badge] ?? "";
    this.headline.textContent = headline;
    this.summary.textContent = summary;
    this.status.textContent = headline + t.between + summary;
    this.#sign(this.header, badge);
  }

  #draw(rows, label) {
    const { t, say } = this.#words;
    this.#path = rows;
    const broken = rows.filter(({ state, place }) => (place ? place !== "nowhere" : state !== "passed"));
    const said = broken.map(({ method, state, place }) =>
      say(t.path.at, { method: t.method[method] ?? method, place: t.place[place] ?? place ?? t.state[state] ?? state }));
    into(this.path, path(rows, t.path, label ?? (said.join(t.between) || t.place.nowhere)));
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
        el("div", {}, el("h3", {}, el("span", { class: "glyph", "aria-hidden": true }, SIGNS[method]), t.method[method] ?? method), state), numbers);
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

  #verdict({ method, verdict, place, required, delivery, held, overhead, idleTestedMs, idleCut, lanes }, spare) {
    const { t, time, say, count } = this.#words;
    const { item, state, numbers } = this.#rows.get(method);
    this.#state(method, spare ? "not-needed" : verdict);
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
