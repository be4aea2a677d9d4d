/**
 * The path picture: page → browser → network → server, a line for each method, and where it breaks. Pure: builds an SVG from
 * states, places and texts; live while a run is on, since it is drawn anew.
 */
import { svg } from "./el.js";
import { SIGNS } from "./words.js";

const WIDTH = 360;
const ROW = 15;
const TOP = 34;
/** Where the stations stand. */
const STATIONS = { page: 44, browser: 122, network: 218, server: 316 };
/** Where a method breaks, by its place: what never left the page stops before the browser sends it. */
const BREAKS = { page: 83, server: 316 };

/** Who stands there, by what the codes of its findings begin with. */
const STANDS = [
  ["filter", /^(filter|frame-tamper|tls-inspection|inspection)-?/],
  ["proxy", /^(proxy|transparent-proxy)-/],
  ["portal", /^captive-portal$/],
  ["gateway", /^(rp|waf|cdn)-/],
  ["policy", /^(csp-connect-src|managed-policy-block)$/],
  ["extension", /^extension-block$/],
];

/** Who stands where a method breaks; undefined: not known, or there are others whom it could be. */
export const stands = (findings, { method, verdict }) => {
  const own = (one) => (one.method ?? method) === method && (one.lane ?? "main") === "main" && !one.foldedUnder && one.severity !== "info";
  const sure = (one) => one.strength === "proved" || (one.strength === "likely" && !one.rivals?.length);
  const found = ["failed", "warning"].includes(verdict) && findings.find((one) => own(one) && sure(one));
  return found ? STANDS.find(([, codes]) => codes.test(found.code))?.[0] : undefined;
};

const bar = (x1, x2, y, kind) => svg("path", { d: `M${x1} ${y}H${x2}`, class: kind });

/** Something that stops, holds or ends what goes by. */
const MARKS = { stop: "m-4-4 8 8m0-8-8 8", held: "m-2-4v8m4-8v8", cut: "m-4 5 8-10" };

/** One method's line. */
function line({ method, state, place }, at) {
  const y = TOP + at * ROW;
  const { page, network, server } = STATIONS;
  const x = BREAKS[place] ?? network;
  const broken = state === "failed" && place && place !== "nowhere";
  const flawed = state === "warning" && place && place !== "nowhere";
  const mark = broken ? "stop" : flawed && (place === "cut" ? "cut" : "held");
  const lines = broken ? [bar(page, x, y, "sure"), bar(x, server, y, "faint")] : [bar(page, server, y, state)];
  return svg("g", { "data-state": state },
    svg("text", { x: 14, y: y + 4 }, SIGNS[method] ?? "·"),
    ...lines,
    mark && svg("path", { d: `M${x} ${y}${MARKS[mark]}`, class: "mark" }),
    svg("text", { x: WIDTH - 12, y: y + 4, class: "sign" }, SIGNS[state] ?? ""));
}

/**
 * The picture. `rows`: `{method, state, place, stands}`, each as in a report, or as a run's word goes; `label`: what it says.
 * `t`: the texts of `path`.
 */
export function path(rows, t, label) {
  const bottom = TOP + (rows.length - 1) * ROW + 10;
  const stops = Object.entries(STATIONS).map(([name, x]) => svg("g", { class: "station" },
    svg("path", { d: `M${x} ${TOP - 12}V${bottom}` }), svg("text", { x, y: 14 }, t[name])));
  // Neighbours behind one box share it.
  const boxes = [];
  rows.forEach(({ stands, place }, at) => {
    if (!stands) return;
    const last = boxes.at(-1);
    if (last?.stands === stands && last.to === at - 1) last.to = at;
    else boxes.push({ stands, x: BREAKS[place] ?? STATIONS.network, from: at, to: at });
  });
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${bottom + (boxes.length ? 18 : 4)}`, role: "img", "aria-label": label },
    ...stops,
    ...rows.map(line),
    ...boxes.flatMap(({ stands, x, from, to }) => [
      svg("rect", { x: x - 9, y: TOP + from * ROW - 8, width: 18, height: (to - from) * ROW + 16, rx: 4, class: "box" }),
      svg("text", { x, y: bottom + 13, class: "who" }, t[stands]),
    ]));
}
