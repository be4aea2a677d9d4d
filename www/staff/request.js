/** What a new link asks for, from a form and back. Pure. */

import { METHODS } from "../words.js";

/** The widest that the server takes. */
export const HOURS = [1, 2160];
export const RUNS = [1, 100];
export const ENDPOINTS = 5;
export const TICKET = 80;
export const NOTE = 2000;

/** What a form holds at first. */
export const FRESH = {
  ticket: "", note: "", language: "", required: [], mode: "quick", skip: [], endpoints: [], start: "click", expiresInHours: 168, runs: 3,
  level: "support", profile: null, after: null,
};

/** Schemes by method: what a page may open with it. */
const SCHEMES = { "web-socket": ["ws:", "wss:"] };
const HTTP = ["http:", "https:"];
const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443" };

/** Whether an address is among those that may be named: `scheme://host[:port]`, a host that begins with `*.` being all below it. */
export function allowed(url, patterns) {
  return patterns.some((pattern) => {
    const [, scheme, wild, host, port] = /^([a-z]+:)\/\/(\*\.)?(\[[\da-f:.]+\]|[^/:*[\]]+)(?::(\d+))?\/?$/i.exec(pattern) ?? [];
    if (!host || url.protocol !== scheme.toLowerCase()) return false;
    const usual = PORTS[url.protocol];
    if ((url.port || usual) !== (port ?? usual)) return false;
    return wild ? url.hostname.endsWith(`.${host.toLowerCase()}`) : url.hostname === host.toLowerCase();
  });
}

/** Methods of which a link may name an endpoint: polling has none but the server's own. */
export const TRIED = METHODS.filter((method) => method !== "polling");

/** Why an endpoint cannot be asked: `method`, `url`, `scheme`, `secret` (user or password in it), `list`; null: it can. */
export function wrong({ method, url }, patterns) {
  if (!TRIED.includes(method)) return "method";
  if (!URL.canParse(url)) return "url";
  const read = new URL(url);
  if (!(SCHEMES[method] ?? HTTP).includes(read.protocol)) return "scheme";
  if (read.username || read.password) return "secret";
  return allowed(read, patterns) ? null : "list";
}

/** What is wrong with a request: `{field, why, at}` each, the first of the form first. */
export function faults(request, patterns) {
  const found = [];
  const { ticket, endpoints, expiresInHours, runs } = request;
  const within = (value, [least, most]) => Number.isInteger(value) && value >= least && value <= most;
  if (!ticket.trim()) found.push({ field: "ticket", why: "empty" });
  endpoints.forEach((one, at) => {
    const why = endpoints.slice(0, at).some(({ method }) => method === one.method) ? "twice" : wrong(one, patterns);
    if (why) found.push({ field: "endpoints", why, at });
  });
  if (request.skip.some((method) => request.required.includes(method))) found.push({ field: "skip", why: "required" });
  if (METHODS.every((method) => request.skip.includes(method))) found.push({ field: "skip", why: "all" });
  if (!within(expiresInHours, HOURS)) found.push({ field: "expiresInHours", why: "range" });
  if (!within(runs, RUNS)) found.push({ field: "runs", why: "range" });
  return found;
}

/** What is sent: without what is empty, and never starting by itself where endpoints are named. */
export function body(request) {
  const { ticket, note, language, endpoints, start, profile, after, ...rest } = request;
  return {
    ...rest, ticket: ticket.trim(), note: note.trim() || null, language: language || null, endpoints,
    start: endpoints.length ? "click" : start, ...profile && { profile }, ...after && { after },
  };
}

/** The same once more, after a report: what it was asked for, by its link, or by the report itself. */
export function again({ id, ticket, link, report }) {
  const from = link ? Object.fromEntries(Object.keys(FRESH).map((name) => [name, link[name] ?? FRESH[name]])) : { ...FRESH, ticket: ticket ?? "" };
  const mode = ["quick", "thorough"].includes(report?.run?.mode) ? report.run.mode : "quick";
  const required = (report?.methods ?? []).filter((one) => one.required).map(({ method }) => method);
  return { ...from, ...!link && { mode, required }, expiresInHours: FRESH.expiresInHours, note: "", after: id };
}
