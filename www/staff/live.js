/**
 * What happens, as it happens: server-sent events, and polling where these do not come through. Knows no DOM; what it is given opens,
 * asks and waits for it.
 */

/** How long the stream may take to open, ms; and to open again, before which browsers wait for up to five seconds. */
const OPENS = 5_000;
const REOPENS = 10_000;
/** How often it may break, and for how long it lives that is not broken by its way: the server ends each after a while. */
const BREAKS = 2;
const STEADY = 300_000;
/** How often it is asked without it, and after how long the stream is tried again, ms. */
const EVERY = 5_000;
const AGAIN = 300_000;

/**
 * `open(url)`: an EventSource; `ask(path)`: the API's GET. `told`: `{report, link, gap, state}`: what came; that something may have been
 * missed, so that lists are asked for anew; and `connecting`, `stream`, `polling` or `lost`.
 */
export class Live {
  #stream = null;
  #timer = null;
  #again = null;
  #breaks = 0;
  #steady = false;
  #cursor = null;
  #ended = false;
  #state = null;

  constructor(open, ask, told, clock = globalThis) {
    Object.assign(this, { open, ask, told, clock });
  }

  start() {
    this.#breaks = 0;
    this.#listen();
  }

  end() {
    this.#ended = true;
    this.#close();
    this.clock.clearTimeout(this.#again);
  }

  #close() {
    this.clock.clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
  }

  #say(state) {
    if (this.#state !== state) this.told.state(state);
    this.#state = state;
  }

  #listen() {
    this.#say("connecting");
    const stream = (this.#stream = this.open("/v1/live"));
    this.#wait();
    stream.onopen = () => {
      this.clock.clearTimeout(this.#timer);
      this.#timer = this.clock.setTimeout(() => {
        this.#steady = true;
        this.#breaks = 0;
      }, STEADY);
      this.#say("stream");
      this.told.gap();
    };
    for (const what of ["report", "link"]) {
      stream.addEventListener(what, ({ data, lastEventId }) => {
        this.#cursor = lastEventId || this.#cursor;
        this.#hand(what, data);
      });
    }
    stream.onerror = () => {
      const opened = this.#state === "stream";
      this.#breaks += opened && !this.#steady;
      this.#steady = false;
      // 2: it will not try again (HTML § 9.2.2).
      if (stream.readyState === 2 || this.#breaks >= BREAKS) this.#poll();
      else if (opened) {
        this.#say("connecting");
        this.#wait(REOPENS);
      }
    };
  }

  #wait(ms = OPENS) {
    this.clock.clearTimeout(this.#timer);
    this.#timer = this.clock.setTimeout(() => this.#poll(), ms);
  }

  #hand(what, data) {
    try {
      this.told[what](JSON.parse(data));
    } catch {
      // Not what it says it is: the next list has it.
    }
  }

  async #poll() {
    if (this.#ended) return;
    this.#close();
    this.#again ??= this.clock.setTimeout(() => {
      this.#again = null;
      this.#close();
      this.start();
    }, AGAIN);
    const asked = this.#cursor;
    const path = asked === null ? "/v1/changes" : `/v1/changes?after=${encodeURIComponent(asked)}`;
    const answer = await this.ask(path).catch(() => null);
    // Meanwhile it ended, or the stream is tried again.
    if (this.#ended || this.#stream) return;
    this.#say(answer ? "polling" : "lost");
    if (answer) {
      this.#cursor = answer.cursor ?? asked;
      if (asked === null) this.told.gap();
      for (const link of answer.links ?? []) this.told.link(link);
      for (const report of answer.reports ?? []) this.told.report(report);
    }
    this.#timer = this.clock.setTimeout(() => this.#poll(), EVERY);
  }
}
