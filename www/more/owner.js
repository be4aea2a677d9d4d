/** Whose a finding is, and whether anything has to change for what the app needs. Pure. */
import { METHOD_OF } from "./logs.js";

/** Whose a cause is by its nature, where its place does not tell. All others stand somewhere between: whose they are is not known. */
const OWNERS = {
  network: `captive-portal inspection-ca-untrusted tls-inspection-present tls-inspection-strips-upgrade proxy-connect-port-denied
    proxy-auth-407 proxy-policy-websocket`,
  nothing: "browser-offline own-failure",
  elsewhere: `method-not-supported page-code queued-in-browser bad-url-syntax browser-blocked-port mixed-content-ws csp-connect-src
    extension-block managed-policy-block local-network-access-denied service-worker-interference self-throttled
    http1-six-connection-limit ws-socket-limit background-throttle device-suspend slow-main-thread scheme-port-mismatch rp-no-upgrade
    rp-connection-only h2-no-extended-connect ws-path-404 ws-redirect origin-rejected auth-rejected waf-blocks-handshake upstream-down
    ws-version-or-not-ws cdn-or-feature-off no-sticky-session server-restart-101x app-close-4xxx delivery-hidden out-of-order`,
};
const BY_CODE = new Map(Object.entries(OWNERS).flatMap(([owner, codes]) => codes.split(/\s+/).map((code) => [code, owner])));

/** In the browser, and so perhaps of whoever manages it. */
export const MANAGED = ["method-not-supported", "extension-block", "managed-policy-block", "local-network-access-denied"];
/** What the server's own short try from outside cannot meet. */
const LATER = ["idle-timeout", "max-lifetime", "nat-state-loss", "abrupt-close"];
/** The certificate of the server itself. */
const ITS_OWN = ["certificate-expired", "certificate-other-name", "certificate-self-signed"];
/** The strongest claim first. */
const WEIGHT = ["nothing", "network proved", "network likely", "between proved", "between likely", "network possible", "open", "elsewhere"];

export const MOST = 20;
const FEW = 5;
/** Each once, and no more than can be read. */
export const many = (items) => [...new Set(items)].slice(0, MOST);

export const byCode = (code) => BY_CODE.get(code) ?? "between";

/** Whose a finding is: `network`, `elsewhere` (site, page, browser), `between` (one of them), `nothing` (it tells of none). */
export function owner({ code, place, facts }) {
  const whose = byCode(code);
  const has = (...names) => facts.some(({ fact }) => names.includes(fact));
  if (whose !== "between") return whose;
  // Nothing left the page; or all came, and the server itself said no; or it is so for everybody.
  const everybody = !LATER.includes(code) && has("outside-fails") && !has("outside-works");
  return place === "page" || place === "server" || everybody || has(...ITS_OWN) ? "elsewhere" : "between";
}

/** What may be said of a finding to whoever runs the network: `{finding, whose, strength}`; `open`: whose it is cannot be said. */
function claim(finding) {
  const whose = owner(finding);
  const { strength, rivals } = finding;
  const sure = strength === "proved" || strength === "likely";
  const weak = whose === "between" || rivals.some(({ code }) => byCode(code) !== whose);
  return !sure && weak ? { finding, whose: "open", strength: "possible" } : { finding, whose, strength: sure ? strength : "possible" };
}

const weight = ({ whose, strength }) => WEIGHT.findIndex((one) => one === whose || one === `${whose} ${strength}`);

/**
 * Whether anything has to change: `{works, methods, focus, lanes, claims, aside, …}`. `works`: what the app needs works here as it
 * is, by `methods`, of which `beats` only where something is sent every so many ms; `focus`: the methods that the claims are about;
 * `lanes`: needed ones that nothing works on, or that were not tried; `aside`: findings that cost nothing here; `left`: how many
 * are not told; `ended`: before all was tried.
 */
export function judge(report) {
  const { run, methods, findings, advice, lanes: all, result } = report;
  const methodOf = methodsOf(report);
  const order = advice?.order ?? [];
  const beat = advice?.settings?.find(({ name }) => name === "heartbeatMs")?.value ?? null;
  const good = ({ method, verdict }) => verdict === "passed" || (verdict === "warning" && order.includes(method));
  const tried = methods.filter(({ verdict }) => verdict !== "skipped");
  const required = methods.filter((method) => method.required);
  const lives = methods.flatMap((method) => method.lanes.filter(({ verdict }) => verdict === "passed" || verdict === "warning"));
  const lanes = all.filter(({ id, required: needed }) => needed && id !== "main" && !lives.some(({ lane }) => lane === id));
  const lacking = required.length ? required.filter((method) => !good(method)) : tried.some(good) ? [] : methods;
  const shown = findings.filter(({ foldedUnder }) => !foldedUnder);
  const broke = shown.find(({ code }) => code === "own-failure");
  const works = !broke && !lacking.length && !lanes.length && tried.some(good);
  const focus = (works ? tried.filter(({ verdict }) => verdict !== "passed") : lacking).map(({ method }) => method);
  // What a finding about several methods is about stands in its facts.
  const of = ({ method, facts }) => (method ? [method] : facts.map(methodOf).filter(Boolean));
  const touches = (about) => focus.length && (!about.length || about.some((method) => focus.includes(method)));
  const concerned = (finding) => (finding.lane && finding.lane !== "main"
    ? lanes.some(({ id }) => id === finding.lane)
    : finding.severity !== "info" && touches(of(finding)));
  const claims = (broke ? [broke] : shown.filter(concerned)).map(claim).sort((one, other) => weight(one) - weight(other));
  const beside = broke ? [] : shown.filter((finding) => !concerned(finding));
  // By rank, and what works only under a condition only where nothing else does.
  const ranked = order.map((one) => tried.find(({ method }) => method === one)).filter(Boolean);
  const passed = (ranked.length ? ranked : tried).filter(({ verdict }) => verdict === "passed");
  const named = (required.length ? required : passed.length ? passed : ranked).slice(0, MOST);
  return {
    works,
    methods: named.map(({ method }) => method),
    beats: named.filter(({ verdict }) => verdict !== "passed").map(({ method, idleCut }) => [method, idleCut?.beatMs ?? beat]),
    required: required.length > 0,
    whole: tried.every(({ verdict }) => verdict === "passed"),
    focus: many(focus),
    lanes,
    claims: claims.slice(0, FEW),
    aside: beside.slice(0, FEW),
    left: Math.max(0, claims.length - FEW) + Math.max(0, beside.length - FEW),
    ended: result === "aborted" || run.truncated === true,
  };
}

/** Of a report: fact → the method that it is about; null: not known. */
export function methodsOf({ methods, evidence }) {
  const traces = new Map((evidence?.traces ?? []).map(({ id, method }) => [id, method]));
  for (const { method, lanes } of methods) for (const { attempts } of lanes) for (const { id } of attempts) traces.set(id, method);
  return ({ from }) => {
    const [kind, number] = from.split(":");
    if (kind === "sighting") return METHOD_OF[evidence?.sightings[number - 1]?.kind] ?? null;
    return kind === "trace" ? traces.get(Number(number)) ?? null : null;
  };
}
