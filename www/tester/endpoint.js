/** The form: what is tried, taken apart as it is typed. Starts nothing. */
import { el, into } from "../el.js";
import { look, parsed, piece, protocols, take } from "./core.js";
import { aside, button, choice, field, fold, id, line, listed, pairs, say, tick } from "../parts.js";

const SIGNS = { stops: "✕", perhaps: "!", remark: "i" };

/** What a browser does not throw at. */
const LIGHT = ["name-forbidden", "method-not-capitals", "type-is-text"];

/** What the form holds at first. */
export const EMPTY = {
  kind: "web-socket", url: "", protocols: [], events: [], method: "GET", headers: [], credentials: "same-origin",
  withCredentials: false, format: "text", payload: "",
};

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * `{node, model, show(model), taken()}`; `changed()` whenever something was.
 *
 * @param {object} t The texts.
 */
export function endpoint(t, changed) {
  let model = { ...EMPTY };
  let taken = { parts: null, doubts: [] };

  const notice = el("div", { role: "status" });
  const kinds = Object.entries(t.kinds).map(([kind, text]) => {
    const input = el("input", { type: "radio", name: "kind", value: kind });
    input.addEventListener("change", () => edit({ kind }));
    return [el("label", { class: "choice" }, input, text), input];
  });
  const [urlField, url] = line(t.url, { class: "code", inputmode: "url", id: "url" }, (value) => edit({ url: value }));
  const parts = el("dl", { class: "parts" });
  const doubts = el("div", { id: "doubts" });
  const [said, tell] = aside();

  const query = pairs(t, (all, n) => {
    // What is not touched stays as it was spelled.
    const one = all[n];
    if (one) one.raw = piece(one.name, one.value);
    const joined = all.map(({ raw }) => raw).filter(Boolean).join("&");
    const [, before, , after] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url.value) ?? [null, url.value, "", ""];
    url.value = `${before}${joined && "?"}${joined}${after ?? ""}`;
    edit({ url: url.value }, true);
  });
  const queryFold = fold(t.query, query.node);
  const [protocolField, protocol] = line(t.protocols, { class: "code" }, (value) => edit({ protocols: listed(value) }));
  const protocolDoubts = el("ul", { class: "doubts" });
  const [eventField, events] = line(t.events, { class: "code" }, (value) => edit({ events: listed(value) }));
  const [cookieField, cookies] = tick(t.withCredentials, (yes) => edit({ withCredentials: yes }));
  const names = el("datalist", { id: id() }, ...METHODS.map((value) => el("option", { value })));
  const [methodField, method] = line(t.method, { class: "code", list: names.id, maxlength: 64 }, (value) => edit({ method: value.trim() || "GET" }));
  const [credentialField, credentials] = choice(t.credentials, t.credentialsOf, model.credentials, (value) => edit({ credentials: value }));
  const headers = pairs(t, (all) => edit({ headers: all }));
  const missing = el("p", { class: "muted" }, t.valuesMissing);
  missing.hidden = true;
  const requestDoubts = el("ul", { class: "doubts" });
  const preflight = el("p", { class: "muted note" });
  const cannot = el("ul", {});

  const only = {
    "web-socket": [protocolField, protocolDoubts],
    "server-sent-events": [eventField, cookieField],
    http: [methodField, names, credentialField, el("h3", {}, t.headers), missing, headers.node, requestDoubts, preflight],
  };

  const node = el("section", { "aria-label": t.endpoint }, el("h2", {}, t.endpoint), notice,
    el("fieldset", {}, el("legend", {}, t.kindOf), el("div", { class: "choices" }, ...kinds.map(([label]) => label))),
    urlField, parts, doubts, said, queryFold, ...Object.values(only).flat(), fold(t.cannot, cannot));

  function edit(change, fromQuery) {
    Object.assign(model, change);
    refresh(fromQuery);
    changed();
  }

  function refresh(fromQuery) {
    taken = take(model.url, model.kind);
    const crossOrigin = parsed(model.url)?.href.startsWith(`${location.origin}/`) === false;
    for (const [kind, nodes] of Object.entries(only)) for (const one of nodes) one.hidden = kind !== model.kind;
    showParts();
    showDoubts();
    if (!fromQuery) query.show(taken.parts ? taken.parts.query.map(({ raw, name, value }) => ({ raw, name, value })) : []);
    queryFold.hidden = !taken.parts;
    into(cannot, ...t.cannotOf[model.kind].map((one) => el("li", {}, one)));
    into(protocolDoubts, ...(protocols(model.protocols).map(({ code, name }) => doubtful("stops", null, say(t.protocolDoubts[code], { name })))));
    const request = look({ method: model.method, headers: model.headers, body: model.payload !== "" && !bodiless(model) ? model.format : null, crossOrigin });
    into(requestDoubts, ...request.doubts.map(({ code, name }) => doubtful(LIGHT.includes(code) ? "perhaps" : "stops", null, say(t.requestDoubts[code], { name }))));
    preflight.textContent = model.kind === "http" && request.preflight.length ? say(t.preflight, { list: list(request.preflight) }) : "";
    missing.hidden = model.kind !== "http" || !model.valuesMissing || model.headers.every(({ name, value }) => !name || value);
  }

  const list = (all) => new Intl.ListFormat(t.locale).format(all);

  function showParts() {
    parts.hidden = !taken.parts;
    if (!taken.parts) return into(parts);
    const { scheme, host, port, portIsDefault, path, query: all, fragment } = taken.parts;
    const rows = {
      scheme,
      host,
      port: portIsDefault ? say(t.parts.isDefault, { port }) : port,
      path,
      query: all.length ? say(t.parts.parameters, { n: all.length }) : t.parts.nothing,
      fragment: fragment ? say(t.parts.neverSent, { fragment: `#${fragment}` }) : t.parts.nothing,
    };
    return into(parts, ...Object.entries(rows).map(([name, value]) => el("div", {}, el("dt", {}, t.parts[name]), el("dd", {}, String(value)))));
  }

  const doubtful = (severity, part, text, ...more) => el("li", { "data-severity": severity },
    el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[severity]),
    el("div", {}, el("b", {}, part ? `${t.severity[severity]} (${t.part[part]}): ` : `${t.severity[severity]}: `), text, ...more));

  function showDoubts() {
    const heavy = taken.doubts.filter(({ severity }) => severity !== "remark");
    tell(heavy.length ? say(t.doubtsSaid, { n: heavy.length, first: say(t.doubts[heavy[0].code], { value: heavy[0].value ?? "" }) }) : "");
    if (!model.url.trim()) return into(doubts);
    if (!taken.doubts.length) return into(doubts, el("p", { class: "muted" }, t.noDoubts));
    const rows = taken.doubts.map(({ code, part, severity, at, value, fix, cause }) => {
      const actions = [];
      if (fix !== null && fix !== model.url) {
        const mend = button(t.correct, () => {
          url.value = fix;
          edit({ url: fix });
          said.textContent = t.corrected;
          url.focus();
        }, "small");
        mend.setAttribute("aria-label", say(t.corrects, { url: fix }));
        mend.title = fix;
        actions.push(mend);
      }
      if (cause) actions.push(el("a", { href: `causes/${cause}.html`, target: "_blank", rel: "noopener" }, t.more));
      const row = doubtful(severity, part, say(t.doubts[code], { value: value ?? "" }), actions.length && el("div", { class: "actions" }, ...actions));
      row.dataset.code = code;
      if (at) row.dataset.at = at.join("-");
      return row;
    });
    return into(doubts, el("h3", {}, t.doubtsOf), el("ul", { class: "doubts" }, ...rows));
  }

  return {
    node,
    notice,
    get model() {
      return model;
    },
    taken: () => taken,
    /** Fills the form in. */
    show(next) {
      // Its own: lists are edited in place.
      model = structuredClone({ ...EMPTY, ...next });
      for (const [, input] of kinds) input.checked = input.value === model.kind;
      url.value = model.url;
      protocol.value = model.protocols.join(", ");
      events.value = model.events.join(", ");
      method.value = model.method ||= "GET";
      credentials.value = model.credentials ||= "same-origin";
      cookies.checked = model.withCredentials;
      headers.show(model.headers);
      refresh();
      changed();
    },
    refresh: () => refresh(true),
  };
}

/** fetch sends no body with these methods: it throws (Fetch § 5.4). */
export const bodiless = ({ kind, method }) => kind === "http" && /^(get|head)$/i.test(method);

/** Where a URL leads: host and port, the port always. */
export const where = ({ host, port }) => `${host}:${port}`;
