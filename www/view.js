/** Builds and changes what <push-check> shows. Knows reports and texts; starts nothing. */
import { details, link, plain } from "./details.js";
import { el, icon, into } from "./dom.js";
import { METHODS, byRank, outcome } from "./outcome.js";

export class View {
  #rows = new Map();
  #words;

  /** `act`, `copy`, `download`: what the three buttons do. */
  constructor(root, words, { act, copy, download }) {
    const t = (this.#words = words).text;
    const button = (part, label, click) => {
      const made = el("button", { type: "button", part, class: part }, label);
      made.addEventListener("click", click);
      return made;
    };
    this.badge = el("span", { class: "badge", "aria-hidden": "true" });
    this.headline = el("h2", { part: "headline", id: "headline" }, t.title);
    this.summary = el("p", { part: "summary", class: "muted" }, t.intro);
    // Two or three messages a run, not one a method: rows change silently.
    this.status = el("p", { class: "unseen", role: "status" });
    this.bar = el("progress", { part: "progress", max: 1000, "aria-label": t.progress });
    this.list = el("ul", { part: "methods" });
    this.next = el("dl", { part: "next", class: "next" });
    this.act = button("primary", t.start, act);
    this.copy = button("copy", t.copy, copy);
    this.download = button("download", t.download, download);
    this.note = el("p", { class: "muted note", role: "status" });
    this.details = el("details", { part: "details" });
    this.columns = el("div", { class: "columns", "aria-hidden": "true", hidden: true },
      ...[t.number.open, t.number.roundTrip, t.number.delay, t.number.overhead, t.number.idle].map((name) => el("span", {}, name)));
    const head = el("header", {}, this.badge, el("div", {}, this.headline, this.summary));
    const actions = el("div", { class: "actions" }, this.act, this.copy, this.download);
    root.append(
      el("section", { part: "card", class: "card", lang: t.lang, dir: t.dir, "aria-labelledby": "headline" },
        head, this.bar, this.columns, this.list, this.next, actions, this.note, this.details, this.status),
    );
    this.#shape("idle");
    this.rows(METHODS);
  }

  /** One row each. */
  rows(methods) {
    const t = this.#words.text;
    this.#rows.clear();
    this.columns.hidden = true;
    into(this.list);
    for (const method of methods) {
      const row = {
        icon: el("span", { class: "icon", "aria-hidden": "true" }, icon(method)),
        state: el("p", { class: "state" }, t.how[method] ?? ""),
        numbers: el("dl", { class: "numbers" }),
      };
      row.item = el("li", { part: "method", "data-state": "ready" }, row.icon,
        el("div", {}, el("h3", {}, t.method[method] ?? method), row.state), row.numbers);
      this.#rows.set(method, row);
      this.list.append(row.item);
    }
  }

  /** A run begins; nothing is known. */
  begin(methods) {
    const t = this.#words.text;
    this.rows(methods);
    methods.forEach((method) => this.#state(method, "trying"));
    this.bar.removeAttribute("value");
    this.#say(t.checking, t.soon, "trying");
    this.#shape("running", t.stop);
  }

  /** A word from the run. */
  progress({ permille, methods }) {
    this.bar.value = permille;
    for (const { method, word, verdict } of methods) this.#state(method, verdict ?? word ?? "trying");
  }

  /** The run is over. `base`: the server that was asked; `needed`: lanes that the page cannot do without. */
  done(report, base, needed) {
    const t = this.#words.text;
    const said = outcome(report, this.#words, base, needed);
    this.rows(report.methods.map(({ method }) => method).sort(byRank));
    for (const method of report.methods) this.#verdict(method);
    this.#say(said.headline, said.summary, said.state);
    into(this.next, ...said.next.flatMap(([term, text]) => [el("dt", {}, term), el("dd", {}, text)]));
    into(this.details, ...details(report, this.#words, base));
    for (const lane of report.lanes.filter((lane) => lane.skipped === "mixed-content" && needed.includes(lane.id))) {
      const { href } = plain(lane, base);
      this.next.append(el("dt", {}, lane.id), el("dd", {}, `${t.skipped["mixed-content"]} `, link(t, href, this.#words)));
    }
    this.#shape("done", t.again);
  }

  /** There is nothing to show but why. */
  unable({ reason, values }) {
    const { text: t, say } = this.#words;
    const halted = reason === "stopped";
    this.rows(METHODS);
    this.#say(halted ? t.headline.aborted : t.headline.unable, halted ? "" : say(t.unable[reason], values), halted ? "skipped" : "warning");
    this.#shape("unable", t.again);
  }

  /** A line beside the buttons. */
  remark(text) {
    this.note.textContent = text;
  }

  /** Copies the old way: a text, selected. Where that is not allowed either it stays, for the person to copy. */
  offer(text) {
    this.box?.remove();
    this.box = el("textarea", { readonly: true, rows: 6, "aria-label": this.#words.text.report });
    this.box.value = text;
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

  #shape(shape, act = this.#words.text.start) {
    this.list.parentNode.dataset.shape = shape;
    this.act.textContent = act;
    this.bar.hidden = shape !== "running";
    this.next.hidden = this.details.hidden = this.copy.hidden = this.download.hidden = shape !== "done";
    this.box?.remove();
    this.remark("");
  }

  #say(headline, summary, state) {
    this.#headline(headline);
    this.summary.textContent = summary;
    this.status.textContent = `${headline} ${summary}`;
    this.badge.dataset.state = state;
    into(this.badge, icon(state));
  }

  #headline(text) {
    if (this.headline.textContent !== text) this.headline.textContent = text;
  }

  #state(method, state) {
    const row = this.#rows.get(method);
    if (!row || row.item.dataset.state === state) return;
    row.item.dataset.state = state;
    row.state.textContent = this.#words.text.state[state] ?? state;
    into(row.icon, icon(state));
  }

  #verdict(report) {
    const { method, verdict, place, required, delivery, overhead, idleTestedMs, lanes } = report;
    const { text: t, time, say, count } = this.#words;
    const row = this.#rows.get(method);
    this.#state(method, verdict);
    if (place && place !== "nowhere") row.state.after(el("p", { class: "muted" }, t.place[place] ?? place));
    if (required) row.state.after(el("p", { class: "muted" }, t.required));
    const timing = (lanes.find(({ lane }) => lane === "main") ?? lanes[0])?.timing;
    const cells = [
      [t.number.open, timing?.openUs != null && time(timing.openUs)],
      [t.number.roundTrip, timing?.roundTrip && time(timing.roundTrip.medianUs)],
      [delivery?.relative ? t.number.relativeDelay : t.number.delay, delivery && time(delivery.medianUs),
        delivery && say(t.worst, { worst: time(delivery.worstUs) })],
      [t.number.overhead, overhead && say(t.bytes, { n: count(overhead.upBytes + overhead.downBytes) }), t.perMessage],
      [t.number.idle, idleTestedMs != null && time(idleTestedMs * 1000), t.survived],
    ];
    if (!cells.some(([, value]) => value)) return;
    this.columns.hidden = false;
    row.item.classList.add("measured");
    into(row.numbers, ...cells.map(([term, value, more]) => el("div", { class: !value && "none" },
      el("dt", {}, term), el("dd", {}, value || "–", value && more && el("small", {}, more)))));
  }
}
