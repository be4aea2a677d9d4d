/** Profiles: what the team tests again and again. */
import { el } from "../../el.js";
import { whole } from "../profile.js";
import { write } from "../route.js";
import { tidy } from "../rows.js";
import { edit } from "./profile.js";
import { badge, own, when } from "./row.js";

const SIGNS = { draft: "waiting", active: "passed", retired: "skipped" };

async function all({ s, w, api }) {
  const p = s.profiles;
  const { items } = await api.get("/v1/profiles?limit=200");
  const rows = items.map((one) => el("li", {},
    el("div", {}, el("a", { href: write("profiles", one.id) }, tidy(one.name, 100)), " ", badge(own(SIGNS, one.state, "inconclusive"), own(p.states, one.state)),
      ...(one.tags ?? []).slice(0, 10).flatMap((tag) => [" ", el("span", { class: "tag" }, tidy(tag, 40))])),
    el("p", { class: "code" }, `${own(w.t.method, one.method)} · ${tidy(whole(one), 300)}`),
    el("p", { class: "muted" }, [tidy(one.owner, 60), tidy(one.updatedBy, 60)].filter(Boolean).join(" · "), " ", when(one.updatedAt, w.locale))));
  return {
    title: p.title,
    nodes: [
      el("p", { class: "lead" }, p.lead), el("p", {}, el("a", { class: "button primary", href: write("profiles", "new") }, p.fresh)),
      items.length ? el("ul", { class: "plain rows card" }, ...rows) : el("p", { class: "empty" }, p.none),
    ],
  };
}

export default (context, { of }) => (of ? edit(context, of) : all(context));
