/** Two checks from two networks, or of a site's two halves, judged together. Pure: no DOM, no clock, no language. */
import { changeOf, weaknesses } from "./compared.js";

/** Clocks of two devices, and faults that pass: further apart than this two checks may have met different weather. ms */
const SOON = 600_000;

// Whose doing a cause would be, of those that another network tells from each other.
const SIDE = {
  site: [
    "rp-no-upgrade", "rp-connection-only", "origin-rejected", "waf-blocks-handshake", "waf-kills-after-101", "ws-path-404",
    "auth-rejected", "upstream-down", "cert-untrusted", "tls-version-or-mtls", "message-too-big-1009",
  ],
  network: [
    "proxy-policy-websocket", "tls-inspection-strips-upgrade", "inspection-ca-untrusted", "proxy-auth-407", "mtu-blackhole",
    "upload-blocked", "nat-state-loss",
  ],
  device: ["extension-block", "av-webshield"],
};
const sideOf = (code) => Object.keys(SIDE).find((side) => SIDE[side].includes(code));

/** In what two halves of a site may differ by nature: the server itself names the other one. */
const BY_NATURE = ["host", "origin", "lanes", "vantage", "way"];

/** Another network shows both: whether the site fails everybody, which `outside-in` would tell as well. */
const SEPARATES = ["other-network", "outside-in"];

/**
 * What a method's two verdicts say: `network` (fails or is flawed here, passes there), `page` (here nothing left the page, so no
 * network has part in it), `there` (passes here, not there), `fine`, `both` (neither passes, at the same place), `apart` (neither,
 * at different places), `somewhere` (neither, and one place is not known), `partly` (neither, but not equally), `unknown`.
 */
export function saysOf(here, there, name) {
  const [one, two] = [here, there].map(({ methods }) => methods.find(({ method }) => method === name));
  const change = changeOf(here, there, name);
  if (one?.place === "page" && ["better", "same", "moved"].includes(change)) return "page";
  if (change === "better") return two.verdict === "passed" ? "network" : "partly";
  if (change === "worse") return one.verdict === "passed" ? "there" : "partly";
  if (change === "moved") return "apart";
  if (change !== "same") return "unknown";
  if (one.verdict === "passed") return "fine";
  return one.place && one.place === two.place ? "both" : "somewhere";
}

/** How far it is the same browser: `same`, `other` or `unknown` kind. */
function engines(here, there) {
  const [one, two] = [here, there].map(({ surroundings }) => surroundings.engine?.family);
  return !one || !two ? "unknown" : one === two ? "same" : "other";
}

/** What separates a cause from those that look like it: it grows `stronger` or `weaker`; null: the other network does not tell. */
function effect(side, says, otherDevice) {
  if (says === "network") return { network: "stronger", site: "weaker" }[side] ?? null;
  return { network: "weaker", site: "stronger", device: otherDevice ? "weaker" : null }[side] ?? null;
}

/**
 * The causes named here that the other network speaks for or against, once each: `{code, method, place, effect, says}`. Only
 * where the report itself says that another network would tell; what is proved stays as it is.
 */
function strengthened(here, there, says, kind) {
  const otherDevice = here.surroundings.userAgent !== there.surroundings.userAgent;
  const found = new Map();
  for (const { code, method, place, strength, rivals, foldedUnder } of here.findings.slice(0, 200)) {
    const told = method ? says.get(method) : kind;
    const separable = rivals.filter(({ code: rival, separatedBy }) => SEPARATES.includes(separatedBy) && sideOf(rival) !== sideOf(code));
    const all = [code, ...separable.map((rival) => rival.code)];
    if (strength === "proved" || foldedUnder || !separable.length || !["network", "both"].includes(told)) continue;
    // That it passes elsewhere speaks against the site alone: between this network and this device it does not choose.
    if (told === "network" && !all.some((one) => sideOf(one) === "site")) continue;
    for (const one of all) {
      const grows = effect(sideOf(one), told, otherDevice);
      if (grows && !found.has(one)) found.set(one, { code: one, method, place, effect: grows, says: told });
    }
  }
  return [...found.values()];
}

/**
 * What the report of another device says of `here`; with `plain`, what the same device's plain-http half says of the https one.
 *
 * `{kind, network, page, shared, there, unknown, engine, methods, causes, weak, apartMs}`: `kind` is the first sentence's: `network`,
 * `mixed` (some of both), `both`, `apart` (they fail on both, not surely at one place), `page`, `there`, `fine`, `unknown`, `own`
 * (one of the checks failed itself), `servers` (they asked two), `one` (the same check). `network` to `unknown`: methods.
 * `methods`: `{method, here, there, says}`, see `saysOf`. `causes`: see above. `weak`: see `weaknesses`. `apartMs`: by the two
 * clocks, where long.
 */
export function together(here, there, plain = false) {
  const names = [...new Set([...here.methods, ...there.methods].slice(0, 200).map(({ method }) => method))];
  const verdict = (report, name) => report.methods.find(({ method }) => method === name)?.verdict ?? "skipped";
  const methods = names.map((method) => ({
    method, here: verdict(here, method), there: verdict(there, method), says: saysOf(here, there, method),
  }));
  const of = (...words) => methods.filter(({ says }) => words.includes(says)).map(({ method }) => method);
  const [network, page] = [of("network"), of("page")];
  const shared = of("both", "apart", "somewhere", "partly");
  // What was tried on neither side was not wanted.
  const wanted = (one) => one.here !== "skipped" || one.there !== "skipped";
  const unknown = methods.filter((one) => one.says === "unknown" && wanted(one)).map(({ method }) => method);
  const badHere = methods.some((one) => one.says === "unknown" && ["failed", "warning"].includes(one.here));
  const own = [here, there].some(({ findings }) => findings.some(({ code }) => code === "own-failure"));
  const weak = weaknesses(here, there).filter(({ what }) => what !== "engine" && !(plain && BY_NATURE.includes(what)));
  const otherServer = weak.some(({ what }) => what === "host");
  const kind = () => {
    if (here.run.id === there.run.id) return "one";
    if (own) return "own";
    if (otherServer) return "servers";
    if (network.length) return shared.length ? "mixed" : "network";
    if (shared.length) return of("both").length === shared.length ? "both" : "apart";
    if (page.length) return "page";
    if (badHere || methods.every(({ says }) => says === "unknown")) return "unknown";
    return of("there").length ? "there" : "fine";
  };
  const says = new Map(methods.map((one) => [one.method, one.says]));
  const apartMs = Math.abs(here.run.startedAt - there.run.startedAt);
  return {
    kind: kind(), network, page, shared, there: of("there"), unknown, engine: engines(here, there), methods,
    causes: plain || own || otherServer ? [] : strengthened(here, there, says, kind()), weak, apartMs: apartMs > SOON ? apartMs : null,
  };
}
