/** Administration: who may sign in, tokens for programs, addresses that are told of arrivals, and who did what. */
import { el } from "../../el.js";
import { write } from "../route.js";
import { audit } from "./audit.js";
import { tokens } from "./tokens.js";
import { users } from "./users.js";
import { webhooks } from "./webhooks.js";

const PARTS = { users, tokens, webhooks, audit };

export default async function admin(context, { of }) {
  const { s } = context;
  const part = of ?? "users";
  const links = Object.keys(PARTS).map((name) => el("a", { href: write("admin", name), "aria-current": name === part && "page" }, s.admin.parts[name]));
  return { title: s.admin.parts[part], nodes: [el("nav", { class: "contents", "aria-label": s.menu.admin }, ...links), ...await PARTS[part](context)] };
}
