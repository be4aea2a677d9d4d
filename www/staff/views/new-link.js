/** The form of a new link: a ticket is enough, all else has a sensible value. */
import { el, into } from "../../el.js";
import { button, choice, field, line, tick } from "../../parts.js";
import { METHODS } from "../../words.js";
import { whole } from "../profile.js";
import { write } from "../route.js";
import { ENDPOINTS, FRESH, HOURS, NOTE, RUNS, TICKET, TRIED, again, body, faults } from "../request.js";
import { customers } from "../language.js";
import { grouped, tidy } from "../rows.js";

/** What the form starts with. */
async function begin({ api, lang }, { after, profile, ticket }) {
  const [before, profiles] = await Promise.all([
    /^[0-9a-f]{32}$/.test(after ?? "") ? api.get(`/v1/reports/${after}`) : null,
    // A team without profiles needs none.
    api.get("/v1/profiles?limit=200").then(({ items }) => items, () => []),
  ]);
  const request = before ? { ...again(before), language: customers(before.link, before.report, lang) } : { ...FRESH, ticket: ticket ?? "", language: lang };
  const chosen = profiles.find(({ id }) => id === profile);
  return { before, profiles: profiles.filter(({ state }) => state !== "retired"), request: chosen ? of(chosen, request) : request };
}

/** A request for what a profile names. */
const of = (profile, request) => {
  const { id, method, protocols } = profile;
  return { ...request, profile: id, start: "click", endpoints: [{ method, url: whole(profile), ...method === "web-socket" && { protocols } }] };
};

/** Several of the methods. */
function several(legend, chosen, t, changed) {
  const boxes = METHODS.map((method) => {
    const [node, box] = tick(t.method[method], () => changed(METHODS.filter((_, at) => boxes[at][1].checked)));
    box.checked = chosen.includes(method);
    return [node, box];
  });
  return el("fieldset", {}, el("legend", {}, legend), el("div", { class: "choices" }, ...boxes.map(([node]) => node)));
}

/** What an endpoint may be tried by; one of a profile may have no other method than polling. */
const methods = (t) => Object.fromEntries(TRIED.map((method) => [method, t.method[method]]));

/** Addresses of the app itself, each with its method. */
function endpoints(n, t, request, changed) {
  const list = el("div", {});
  const more = button(n.addEndpoint, () => {
    request.endpoints.push({ method: "web-socket", url: "" });
    draw();
    list.lastChild.querySelector("input").focus();
  }, "small");
  function draw() {
    into(list, ...request.endpoints.map((one, at) => {
      const [methodField] = choice(n.endpointMethod, methods(t), one.method, (value) => {
        one.method = value;
        if (value !== "web-socket") delete one.protocols;
        changed();
      });
      const [urlField, url] = line(n.endpointUrl, { class: "code", inputmode: "url", maxlength: 2000 }, (value) => {
        one.url = value.trim();
        changed();
      });
      url.value = one.url;
      const gone = button(n.remove, () => {
        request.endpoints.splice(at, 1);
        draw();
        more.focus();
      }, "small");
      return el("div", { class: "endpoint" }, methodField, urlField, gone);
    }));
    more.hidden = request.endpoints.length >= ENDPOINTS;
    changed();
  }
  return { node: el("fieldset", {}, el("legend", {}, n.endpoints), list, more), draw };
}

export async function fresh(context, query) {
  const { s, w, m, api, session } = context;
  const n = s.newLink;
  const { before, profiles, request } = await begin(context, query);
  const set = (name) => (value) => {
    request[name] = value;
  };
  const typed = (name, text, attributes) => {
    const [node, input] = line(text, attributes, set(name));
    input.value = request[name];
    return [node, input];
  };
  const number = (name, text, [min, max]) => {
    const [node, input] = line(text, { type: "number", min, max, inputmode: "numeric" }, (value) => set(name)(Number(value)));
    input.value = request[name];
    return [node, input];
  };
  const [ticketField, ticket] = typed("ticket", n.ticket, { maxlength: TICKET, required: true, id: "ticket" });
  const [noteField, note] = field(n.note, el("textarea", { rows: 3, maxlength: NOTE }));
  note.value = request.note;
  note.addEventListener("input", () => set("note")(note.value));
  const [languageField] = choice(n.language, { ...s.languages, "": n.theirs }, request.language, set("language"));

  const [startField, start] = choice(n.start, n.starts, request.start, set("start"));
  const startWhy = el("p", { class: "muted", hidden: true }, n.startWhy);
  const named = endpoints(n, w.t, request, () => {
    const some = request.endpoints.length > 0;
    start.disabled = some;
    if (some) start.value = "click";
    else start.value = request.start;
    startWhy.hidden = !some;
  });
  const [hoursField, hours] = number("expiresInHours", n.hours, HOURS);
  const [runsField, runs] = number("runs", n.runs, RUNS);
  const [modeField] = choice(n.mode, { quick: n.modes.quick, thorough: n.modes.thorough }, request.mode, set("mode"));
  const levels = Object.fromEntries(Object.entries(m.leave.levels).map(([level, [title]]) => [level, title]));
  const [levelField] = choice(n.level, levels, request.level, set("level"));
  const [profileField] = choice(n.profile, { "": n.noProfile, ...Object.fromEntries(profiles.map(({ id, name }) => [id, name.slice(0, 100)])) }, request.profile ?? "", (id) => {
    const chosen = profiles.find((one) => one.id === id);
    Object.assign(request, chosen ? of(chosen, request) : { profile: null, endpoints: [] });
    named.draw();
  });
  named.draw();

  const may = session.allowEndpoints.length > 0;
  const said = el("div", { role: "alert" });
  const go = el("button", { type: "submit", class: "primary" }, n.make);
  const skips = several(n.skip, request.skip, w.t, set("skip"));
  const rest = el("details", { class: "fold", open: request.endpoints.length > 0 }, el("summary", {}, n.more),
    several(n.required, request.required, w.t, set("required")),
    skips,
    el("div", { class: "grid" }, modeField, levelField, hoursField, runsField),
    may && profiles.length > 0 && profileField,
    may && el("p", { class: "muted" }, w.say(n.allowed, { list: session.allowEndpoints.slice(0, 20).join(", ") })),
    // A link that is repeated may name some that are listed no longer.
    (may || request.endpoints.length > 0) && named.node,
    startField, startWhy,
    !may && el("p", { class: "muted" }, n.allowedNone));
  const form = el("form", { class: "card", novalidate: true }, ticketField, languageField, noteField, rest, said, el("div", { class: "actions" }, go));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    const found = faults(request, session.allowEndpoints);
    const places = { ticket, skip: skips.querySelector("input"), expiresInHours: hours, runs, endpoints: named.node.querySelectorAll("input")[found[0]?.at] };
    into(said, ...found.map(({ field: name, why, at }) =>
      el("p", { class: "notice why" }, w.say(n.faults[`${name}-${why}`], { n: (at ?? 0) + 1 }))));
    if (found.length) {
      if (found[0].field !== "ticket") rest.open = true;
      places[found[0].field]?.focus();
      return;
    }
    go.disabled = true;
    try {
      const { id } = await api.post("/v1/links", body(request));
      location.hash = write("links", id);
    } catch (error) {
      go.disabled = false;
      into(said, el("p", { class: "notice why" }, context.problem(error)));
    }
  });
  const lead = before ? w.say(n.again, { number: grouped(before.number), ticket: tidy(before.ticket, 100) || s.noTicket }) : n.lead;
  return { title: before ? n.againTitle : n.title, nodes: [el("p", { class: "lead" }, lead), form] };
}
