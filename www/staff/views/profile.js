/** One profile, to look at and to change. */
import { el, into } from "../../el.js";
import { choice, field, line, listed, pairs } from "../../parts.js";
import { FRESH, STATES, body, tester } from "../profile.js";
import { write } from "../route.js";
import { tidy } from "../rows.js";
import { confirmed } from "./confirmed.js";

export async function edit(context, of) {
  const { s, w, api, session } = context;
  const p = s.profiles;
  const isNew = of === "new";
  const one = isNew ? structuredClone(FRESH) : { ...FRESH, ...await api.get(`/v1/profiles/${of}`) };
  const text = (name, label, attributes) => {
    const [node, input] = line(label, attributes, (value) => {
      one[name] = value;
    });
    input.value = one[name] ?? "";
    return [node, input];
  };
  const long = (name, label, rows) => {
    const [node, input] = field(label, el("textarea", { rows, maxlength: 10_000, spellcheck: name === "notes" ? "true" : "false" }));
    input.value = one[name] ?? "";
    input.addEventListener("input", () => {
      one[name] = input.value;
    });
    return node;
  };
  const many = (name, label) => {
    const [node, input] = line(label, {}, (value) => {
      one[name] = listed(value);
    });
    input.value = (one[name] ?? []).join(", ");
    return node;
  };
  const set = (name) => (value) => {
    one[name] = value;
  };
  const [nameField, name] = text("name", p.name, { maxlength: 100, required: true });
  const [urlField, url] = text("url", p.url, { class: "code", inputmode: "url", maxlength: 2000, required: true });
  const [methodField] = choice(p.method, w.t.method, one.method, set("method"));
  const [stateField] = choice(p.state, Object.fromEntries(STATES.map((state) => [state, p.states[state]])), one.state, set("state"));
  const [ownerField] = text("owner", p.owner, { maxlength: 100 });
  const query = pairs(p.pairs, (all) => {
    one.query = all;
  });
  query.show(structuredClone(one.query ?? []));
  const said = el("div", { role: "alert" });
  const save = el("button", { type: "submit", class: "primary" }, p.save);
  const form = el("form", { class: "card", novalidate: true },
    nameField, urlField, el("fieldset", {}, el("legend", {}, p.query), query.node),
    el("div", { class: "grid" }, methodField, stateField, many("protocols", p.protocols), ownerField, many("tags", p.tags)),
    long("firstMessage", p.firstMessage, 3), long("expectedReply", p.expectedReply, 3), long("notes", p.notes, 6),
    el("p", { class: "muted" }, p.secrets), said, el("div", { class: "actions" }, save));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const missing = !one.name.trim() ? [name, p.noName] : !URL.canParse(one.url.trim()) ? [url, p.noUrl] : null;
    into(said, missing && el("p", { class: "notice why" }, missing[1]));
    if (missing) return missing[0].focus();
    save.disabled = true;
    try {
      const kept = isNew ? await api.post("/v1/profiles", body(one)) : await api.put(`/v1/profiles/${of}`, body(one));
      into(said, el("p", { class: "notice" }, p.saved));
      if (isNew) location.hash = write("profiles", kept.id);
    } catch (error) {
      into(said, el("p", { class: "notice why" }, context.problem(error)));
    }
    save.disabled = false;
  });
  if (isNew) return { title: p.fresh, nodes: [form] };
  const tries = tester(one, session.publicUrls?.[0]);
  const gone = confirmed(p.remove, w.say(p.removes, { name: tidy(one.name, 100) }), s, async () => {
    await api.remove(`/v1/profiles/${of}`);
    location.hash = write("profiles");
  }, context);
  return {
    title: tidy(one.name, 100),
    nodes: [
      el("div", { class: "actions" },
        el("a", { class: "button primary", href: write("links", "new", { profile: of }) }, p.use),
        tries && el("a", { class: "button", href: tries, target: "_blank", rel: "noreferrer" }, p.tester), gone),
      form,
    ],
  };
}
