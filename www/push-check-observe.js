/**
 * Looks at the page's own clients, so that a check can tell whether the page's code is what fails. A plain script, to be put
 * before all others; `push-check-observe.d.ts` tells what it leaves behind: `pushCheckObserve`. It wraps `WebSocket`,
 * `EventSource` and `fetch`, counts what the page does with them, and keeps neither what is said nor the values of queries,
 * headers or cookies. What it wraps behaves as before.
 */
(() => {
  const page = globalThis;
  // Where there is no page there is nothing to look at; a second one would count everything twice.
  if (!page.document || Object.hasOwn(page, "pushCheckObserve")) return;
  // Through a script whose errors are muted (HTML § 8.1.4.3) the page would no longer hear of its own.
  const from = document.currentScript;
  // An inline one has no address.
  const src = from?.src;
  if (src && from.crossOrigin === null && new URL(src).origin !== location.origin) {
    console.warn('push-check-observe.js comes from another origin: load it by <script crossorigin src="…">. Nothing is looked at.');
    return;
  }

  /** More endpoints of one kind are not looked at; of those that nothing is wrong with the oldest makes room. */
  const MOST = 20;
  /** What begins so soon after an end begins at once, ms. */
  const AT_ONCE = 500;
  const TEN_SECONDS = 10_000;
  /** So many messages that are handled after one that was not. */
  const CALM = 3;
  /** After so long nothing will be begun any more, ms: five seconds are a usual wait. */
  const GONE = 6_000;
  /** What has not ended after so long will not soon, ms. */
  const PATIENCE = 2_000;
  /** Who ends what began so lately has changed its mind, ms. */
  const WHIM = 20;
  /** What else somebody calls an exception may be said in confidence. */
  const NAMES = /^(Aggregate|Eval|Range|Reference|Syntax|Type|URI|Abort|Timeout|Security|InvalidState|InvalidAccess|Network|NotAllowed|NotSupported|QuotaExceeded|DataClone|Data|Encoding)?Error$/;
  const STREAMS = /^\s*(text\/event-stream|application\/(x-)?(ndjson|jsonl|stream\+json|json-seq))\b/i;
  const LONGEST = 2_000;
  /** Beside this script lies what the check itself loads; inline or as a module it has no such place. */
  const HERE = src ? new URL(".", src).href : null;
  const OURS = /^(pkg|causes|text)\/|^redact\.json$/;
  const COUNTS = {
    began: 0, opened: 0, failed: 0, endedEarly: 0, threw: 0, sentEarly: 0, sentLate: 0, handlerThrew: 0, unheard: 0, atOnce: 0,
  };

  const targets = new Map();
  const undo = [];
  const removed = new AbortController();
  /** The DOM event that the page handles now, and where it is counted. */
  let handling = null;
  /** Clients that are paused for a check end what they would not have ended. */
  let pausing = false;
  let run = null;

  const now = () => performance.now();
  /** What is strange to us is the page's own business, and the browser's. */
  const tried = (look) => {
    try {
      return look();
    } catch {
      return null;
    }
  };
  const nameOf = (error) => tried(() => (NAMES.test(error.name) ? error.name : null)) ?? "other";

  /** Parts of an address: no value of a query, no user, no fragment. */
  function parts({ protocol, hostname, port, pathname, search, hash }) {
    const scheme = protocol.slice(0, -1);
    if (!/^(https?|wss?)$/.test(scheme)) return { scheme };
    const names = search.slice(1).split("&").filter(Boolean).map((one) => /^([^=]*)=+[^=]/.exec(one)?.[1] ?? "(bare)");
    return { scheme, host: hostname, port, path: pathname, query: names.slice(0, MOST), fragment: hash !== "" };
  }

  /** Where something is counted; null: not at all. `more`: what the check needs to ask the same. */
  function targetOf(method, address, more = {}) {
    if (observer.aside || removed.signal.aborted) return null;
    // What else makes an address of itself might make another each time.
    if (typeof address !== "string" && !(address instanceof URL)) return null;
    // Null: no address. The browser will say so, too.
    const url = tried(() => new URL(address, document.baseURI));
    // What the check itself asks its server for.
    if (run && url?.href.startsWith(run.probes)) return null;
    if (HERE && url?.href.startsWith(HERE) && OURS.test(url.href.slice(HERE.length))) return null;
    // What differs in its query only is of one endpoint: a ticket, a last id, what somebody types.
    const place = url ? url.protocol + url.host + url.pathname : "";
    const key = [method, place, ...(more.protocols ?? [])].join("\n");
    let target = targets.get(key);
    if (target) Object.assign(target, { url, more });
    if (!target) {
      const alike = [...targets].filter(([, other]) => other.method === method);
      if (alike.length >= MOST) {
        const calm = alike.find(([, other]) => weight(other) === 0);
        if (!calm) return null;
        targets.delete(calm[0]);
      }
      target = { method, url, more, ...COUNTS, times: [], runs: [], calm: 0, whole: new Set(), closeCode: null, error: null, endedAt: null, leftAt: null, unheardAt: null, gaveUp: null, lastAt: 0 };
      targets.set(key, target);
    }
    return target;
  }

  function begin(target) {
    if (!target) return null;
    const at = now();
    target.began += 1;
    target.lastAt = at;
    if (target.endedAt !== null && at - target.endedAt < AT_ONCE) {
      target.times = [...target.times.filter((time) => at - time < TEN_SECONDS), at].slice(-100);
      target.atOnce = Math.max(target.atOnce, target.times.length);
    }
    // The same again: it had not changed its mind, it had no patience.
    if (target.gaveUp !== null && target.gaveUp === target.url?.href) target.endedEarly += 1;
    // It goes on after all.
    Object.assign(target, { endedAt: null, leftAt: null, unheard: 0, unheardAt: null, sentLate: 0, gaveUp: null });
    return { target, at, opened: false, ending: false, heard: new Set() };
  }

  function threw(target, error) {
    if (!target) return;
    target.threw += 1;
    target.error = nameOf(error);
  }

  function failed({ target, at }) {
    target.failed += 1;
    target.runs = [...target.runs, at].slice(-100);
    target.endedAt = now();
  }

  /** The page ends it; `timeout`: by a clock. */
  function ends(entry, timeout = false) {
    const { target, at } = entry;
    const early = !entry.opened && !entry.ending && !pausing;
    if (early && timeout) target.endedEarly += 1;
    else if (early && now() - at > WHIM) target.gaveUp = target.url?.href ?? null;
    entry.ending = true;
  }

  /** Whether somebody of the page's listens to such an event. */
  const hears = (object, { heard }, type) => heard.has(type) || typeof object[`on${type}`] === "function";

  const entries = new WeakMap();
  /** What `send()` threw before `open`: a page that catches it may send later. */
  const refused = new WeakMap();
  const uncaught = (error) => {
    const target = error instanceof Object ? refused.get(error) : null;
    if (target) target.sentEarly += 1;
  };

  /** What failed once, and not with the messages since, has spoilt nothing that lasts. */
  function calm(target) {
    target.calm += 1;
    if (target.calm > CALM) target.handlerThrew = 0;
  }

  /** Ours come first, so that what the page's handlers throw is known by the event that they handle. */
  const addListener = EventTarget.prototype.addEventListener;
  function listen(object, entry, handlers) {
    for (const [type, handler] of Object.entries(handlers)) {
      const heard = (event) => {
        // What is said is not held on to.
        handling = { event: new WeakRef(event), target: entry.target };
        if (type === "message") calm(entry.target);
        handler(event);
      };
      addListener.call(object, type, heard, { signal: removed.signal });
    }
    entries.set(object, entry);
  }

  /** Puts a wrapper in the place of what stands there; where the page forbids it nothing is looked at. */
  function replace(of, name, handler) {
    const before = of && Object.getOwnPropertyDescriptor(of, name);
    const value = tried(() => new Proxy(of[name], handler));
    if (!value || !tried(() => Object.defineProperty(of, name, { configurable: true, enumerable: before?.enumerable ?? false, writable: true, value }))) return;
    undo.push(() => {
      // Somebody else has wrapped it since: theirs stays, and passes on what we no longer count.
      if (of[name] !== value) return;
      if (before) Object.defineProperty(of, name, before);
      else delete of[name];
    });
  }

  /** A constructor that follows what it makes. */
  function construct(name, targetFor, follow) {
    const prototype = page[name]?.prototype;
    if (!prototype) return;
    replace(page, name, {
      construct(of, args, newTarget) {
        const target = tried(() => targetFor(args));
        let object;
        try {
          object = Reflect.construct(of, args, newTarget);
        } catch (error) {
          threw(target, error);
          throw error;
        }
        const entry = begin(target);
        if (entry) follow(object, entry);
        return object;
      },
    });
    const made = page[name];
    const constructor = Object.getOwnPropertyDescriptor(prototype, "constructor");
    if (constructor && tried(() => Object.defineProperty(prototype, "constructor", { ...constructor, value: made }))) {
      undo.push(() => tried(() => prototype.constructor === made && Object.defineProperty(prototype, "constructor", constructor)));
    }
    replace(prototype, "addEventListener", {
      apply(of, self, args) {
        if (typeof args[0] === "string") entries.get(self)?.heard.add(args[0]);
        // Whoever has wrapped it for all since is not passed over.
        return Reflect.apply(EventTarget.prototype.addEventListener, self, args);
      },
    });
    replace(prototype, "close", {
      apply(of, self, args) {
        const entry = entries.get(self);
        const state = entry && self.readyState;
        // What throws ends nothing.
        const answer = Reflect.apply(of, self, args);
        if (entry) closes(state, entry);
        return answer;
      },
    });
  }

  function closes(state, entry) {
    if (state > 1) return;
    // An event stream that has broken off is on its way to open again.
    const lost = entry.opened && state === 0;
    if (lost && !pausing && !entry.ending) entry.target.leftAt = now();
    ends(entry);
  }

  function goesUnheard(target) {
    target.unheard += 1;
    target.unheardAt = now();
  }

  const protocolsOf = (given) => (given === undefined ? [] : typeof given === "string" ? [given] : Array.isArray(given) ? given.filter((one) => typeof one === "string") : []);

  construct("WebSocket", ([address, protocols]) => targetOf("web-socket", address, { protocols: protocolsOf(protocols) }), (socket, entry) => {
    const { target } = entry;
    listen(socket, entry, {
      open() {
        entry.opened = true;
        target.opened += 1;
      },
      message() {},
      error() {},
      close({ code, wasClean }) {
        target.closeCode = code;
        if (entry.ending) return;
        target.endedAt = now();
        if (!entry.opened) failed(entry);
        else if (!(wasClean && code === 1000) && !hears(socket, entry, "close") && !hears(socket, entry, "error")) goesUnheard(target);
      },
    });
  });
  replace(page.WebSocket?.prototype, "send", {
    apply(of, self, args) {
      const { target } = entries.get(self) ?? {};
      if (target && self.readyState === 3) target.sentLate += 1;
      try {
        return Reflect.apply(of, self, args);
      } catch (error) {
        if (target && self.readyState === 0) refused.set(error, target);
        throw error;
      }
    },
  });

  construct("EventSource", ([address, init]) => targetOf("server-sent-events", address, { withCredentials: Boolean(init?.withCredentials) }), (source, entry) => {
    const { target } = entry;
    listen(source, entry, {
      open() {
        if (!entry.opened) target.opened += 1;
        entry.opened = true;
      },
      message() {},
      error() {
        // Else the browser opens it again.
        if (source.readyState !== 2 || entry.ending) return;
        target.endedAt = now();
        if (!entry.opened) failed(entry);
        else if (!hears(source, entry, "error")) goesUnheard(target);
      },
    });
  });

  /** What a GET asks for; null: something else, or an address in a form of its own. */
  function asked(input, init) {
    const request = page.Request && input instanceof Request ? input : null;
    const method = String(init?.method ?? request?.method ?? "GET").toUpperCase();
    if (method !== "GET" || !(request || typeof input === "string" || input instanceof URL)) return null;
    let headers = {};
    try {
      headers = Object.fromEntries(new Headers(init?.headers ?? request?.headers));
    } catch {
      // The browser will say so, too.
    }
    const address = new URL(request?.url ?? input, document.baseURI);
    const credentials = init?.credentials ?? request?.credentials ?? "same-origin";
    const withCredentials = credentials === "include" || (credentials === "same-origin" && address.origin === location.origin);
    return { target: targetOf("fetch", address, { headers, withCredentials }), signal: init?.signal ?? request?.signal };
  }

  replace(page, "fetch", {
    apply(of, self, args) {
      const answer = Reflect.apply(of, self, args);
      const { target, signal } = tried(() => asked(...args)) ?? {};
      const entry = begin(target);
      if (!entry) return answer;
      // Handed on, so that a rejection that nobody handles is told as one.
      return answer.then((response) => {
        if (response.status >= 400) failed(entry);
        else target.opened += 1;
        entry.opened = true;
        if (STREAMS.test(response.headers.get("content-type") ?? "")) {
          target.streams = true;
          entries.set(response, entry);
        }
        return response;
      }, (error) => {
        target.error = nameOf(error);
        if (signal?.aborted) ends(entry, [error, signal.reason].some((why) => nameOf(why) === "TimeoutError"));
        else failed(entry);
        throw error;
      });
    },
  });
  for (const name of ["text", "json", "blob", "arrayBuffer", "bytes"]) {
    replace(page.Response?.prototype, name, {
      apply(of, self, args) {
        const answer = Reflect.apply(of, self, args);
        const { target } = entries.get(self) ?? {};
        if (!target) return answer;
        const waits = { since: now() };
        target.whole.add(waits);
        return answer.finally(() => target.whole.delete(waits));
      },
    });
  }
  replace(page.Response?.prototype, "clone", {
    apply(of, self, args) {
      const copy = Reflect.apply(of, self, args);
      const entry = entries.get(self);
      if (entry) entries.set(copy, entry);
      return copy;
    },
  });

  // Reported while the event is still being dispatched (HTML § 8.1.4.6), so that it stands in what the handler does. It may be
  // what a handler calls, and catches itself: hence no proof.
  page.addEventListener("error", (event) => {
    // Images, and the page itself, call events so, too.
    if (!(event instanceof ErrorEvent) || event.target !== page) return;
    const { error } = event;
    uncaught(error);
    if (!(handling?.event.deref()?.eventPhase > Event.NONE)) return;
    handling.target.handlerThrew += 1;
    handling.target.calm = 0;
    handling.target.error = nameOf(error);
  }, { capture: true, signal: removed.signal });
  page.addEventListener("unhandledrejection", ({ reason }) => uncaught(reason), { capture: true, signal: removed.signal });

  const OPTIONS = { "web-socket": "webSocket", "server-sent-events": "serverSentEvents", "long-polling": "longPolling", "streaming-fetch": "streamingFetch" };
  const methodOf = ({ method, streams }) => (method !== "fetch" ? method : streams ? "streaming-fetch" : "long-polling");

  const readWhole = ({ whole }) => [...whole].filter(({ since }) => now() - since > PATIENCE).length;
  const since = (at) => at !== null && now() - at > GONE;

  function counted(target) {
    const { closeCode, error } = target;
    const counts = Object.keys(COUNTS).map((name) => [name, target[name]]);
    const unheard = since(target.unheardAt) ? target.unheard : 0;
    return { ...Object.fromEntries(counts), unheard, left: Number(since(target.leftAt)), readWhole: readWhole(target), closeCode, error };
  }

  /** How much speaks for a look: what spoils a connection, then failures, then nothing. */
  function weight(target) {
    const { sentEarly, handlerThrew, endedEarly, opened, unheard, sentLate, leftAt, whole, atOnce, failed } = target;
    if (sentEarly || handlerThrew || (endedEarly && !opened)) return 3;
    if (unheard || sentLate || leftAt !== null || (whole.size && target.streams) || atOnce > 3) return 2;
    return failed ? 1 : 0;
  }

  /** The endpoint of that method to be asked, too; ordinary requests only where something is wrong with them. */
  function chosen(method) {
    const all = [...targets.values()].filter((target) => target.url && methodOf(target) === method);
    const asked = all.filter((target) => target.method !== "fetch" || weight(target) > 0);
    return asked.sort((a, b) => weight(b) - weight(a) || b.lastAt - a.lastAt)[0];
  }

  /** As an endpoint for `run()`; null: it takes none such. */
  function endpoint({ url, more, method, streams }) {
    const plain = new URL(url);
    plain.hash = "";
    const { protocols = [], headers = {} } = more;
    const texts = [...protocols, ...Object.entries(headers).flat()];
    const secure = location.protocol !== "https:" || ["https:", "wss:"].includes(plain.protocol);
    const http = ["http:", "https:"].includes(plain.protocol);
    if (plain.username || plain.password || plain.href.length > LONGEST || !secure || (!http && method !== "web-socket")) return null;
    if (texts.length > MOST || texts.some((text) => text.length > 200)) return null;
    const set = { url: plain.href };
    if (method === "web-socket") set.protocols = protocols;
    else set.withCredentials = Boolean(more.withCredentials);
    if (method === "fetch") set.headers = headers;
    // That something of a stream comes before its end is the question.
    if (streams) set.expect = "";
    return set;
  }

  const observer = {
    /** While it is true what begins is none of the page's: the check sets it. */
    aside: false,
    prepare(options) {
      run = { at: now(), probes: new URL("v1/", new URL(options.base, document.baseURI)).href, asked: new Map() };
      const endpoints = { ...options.endpoints };
      for (const [method, name] of Object.entries(OPTIONS)) {
        const target = endpoints[name] ? undefined : chosen(method);
        const set = target && endpoint(target);
        if (!set) continue;
        endpoints[name] = set;
        run.asked.set(method, target);
      }
      if (run.asked.size) options.endpoints = endpoints;
    },
    clients() {
      if (!run) return null;
      const all = [];
      for (const method of Object.keys(OPTIONS)) {
        const asked = run.asked.get(method);
        // Which of them threw has no endpoint to compare with.
        const thrower = [...targets.values()].find((target) => target.threw && target !== asked && methodOf(target) === method);
        for (const target of [asked, thrower].filter(Boolean)) {
          const failedInRun = target.runs.filter((at) => at >= run.at).length;
          all.push({ method, lane: target === asked ? `own-${method}` : null, ...counted(target), failedInRun });
        }
      }
      return all;
    },
    record() {
      return [...targets.values()].map((target) => {
        const { protocols = [], headers = {} } = target.more;
        const api = { "web-socket": "WebSocket", "server-sent-events": "EventSource", fetch: "fetch" }[target.method];
        return { api, ...(target.url && parts(target.url)), protocols: protocols.length, headers: Object.keys(headers), ...counted(target) };
      });
    },
    remove() {
      removed.abort();
      undo.reverse().forEach((back) => back());
      undo.length = 0;
      targets.clear();
      if (page.pushCheckObserve === observer) delete page.pushCheckObserve;
    },
  };
  page.pushCheckObserve = observer;

  // Before the page's own listeners, which pause its clients.
  document.addEventListener("pushcheck-start", ({ detail }) => {
    pausing = true;
    setTimeout(() => (pausing = false));
    tried(() => observer.prepare(detail.options));
  }, { capture: true, signal: removed.signal });
})();
