/** Charts to look at, each with the same as a table: only those for which the report has something. */
import { el } from "../el.js";
import { deliveryQueue } from "./charts/queue.js";
import { idleLadder } from "./charts/ladder.js";
import { roundTripStrip } from "./charts/strip.js";
import { ticks } from "./charts/ticks.js";
import { waterfall } from "./charts/waterfall.js";

/**
 * How they look. Time goes from left to right in every language; what is drawn is told apart by its shape, and by colour besides.
 */
export const STYLE = `
.chart { margin-top: 2em; font-variant-numeric: tabular-nums }
.chart:first-child { margin-top: .8em }
.chart p, .chart .seen { margin-top: .4em }
.chart .seen li { margin-top: .2em }
.plot { margin: 1em 0 .6em; padding-inline: 6px; line-height: 1.3 }
.chart svg { display: block; overflow: visible; direction: ltr }
.plot .defs { position: absolute }
.plot .name, .plot .figure { font-size: max(.86em, 11px); overflow-wrap: anywhere }
.plot text, .plot .label { font-size: max(.82em, 11px); fill: var(--muted); color: var(--muted) }
.plot .strong { font-weight: 600; fill: var(--text) }
.plot .row { display: grid; grid-template-columns: 1fr auto; gap: 0 .8em; align-items: center }
.plot .line { grid-row: 2; grid-column: 1 / -1 }
.plot .figure { text-align: end; white-space: nowrap; color: var(--muted) }
.plot .name:empty { display: none }
@container (min-width: 34em) {
  .plot .row { grid-template-columns: 9em 1fr }
  .plot .line { grid-row: 1; grid-column: 2 }
  .plot.waterfall .row { grid-template-columns: 12em 1fr 8.5em }
}
.chart .group { margin-top: .8em; font-weight: 600 }
.group .muted { font-weight: 400 }
.chart .legend, .chart .told { margin-top: .5em; font-size: max(.88em, 11px) }
.legend { display: flex; flex-wrap: wrap; gap: .2em 1.2em; color: var(--muted) }
.legend li { display: flex; gap: .4em; align-items: center }
.legend svg { flex: none }
.chart .scroll { position: relative; margin-top: .5em }
.chart .to { min-width: 24px; min-height: 24px; padding: 0; border: 0; background: none }
.chart .to { color: var(--accent); font-weight: 400; text-decoration: underline }

.chart .grid { stroke: var(--line) }
.chart .aslant { stroke: var(--muted) }
.phase.dns, .phase.connect, .phase.tls { fill: var(--text) }
.phase.request { fill: var(--back); stroke: var(--accent); stroke-width: 1.5 }
.phase.receive, .phase.open { fill: var(--accent) }
.phase.open { fill-opacity: .5; stroke: var(--accent) }
.phase.unknown { stroke: var(--muted) }
.chart .answer { stroke: var(--text); stroke-width: 2 }
.chart .server { fill: var(--text); stroke: var(--back) }
.chart .torn { fill: var(--muted) }

.plot.ticks { display: grid; grid-template-columns: repeat(auto-fill, minmax(max(7em, 22%), 1fr)); gap: 1em }
.plot .square { aspect-ratio: 1; margin: .4em 0 .2em; border: 1px solid var(--muted); border-width: 0 0 1px 1px; direction: ltr }
.plot .ends { display: flex; justify-content: space-between; direction: ltr }
.plot .live { stroke: var(--muted); stroke-dasharray: 4 3 }
.plot .dot { fill: var(--accent); fill-opacity: .55; stroke: var(--accent) }
.plot .late { fill: var(--warn); stroke: var(--warn) }
.late line { stroke-opacity: .6 }

.plot .span { stroke: var(--muted) }
.plot .middle { stroke: var(--text); stroke-width: 3 }
.plot .worst { fill: none; stroke: var(--text); stroke-width: 2 }

.plot .untold { stroke: var(--muted); stroke-dasharray: 1 4 }
.plot .outlived { stroke: var(--accent); stroke-width: 4 }
.plot .between { stroke: var(--muted) }
.chart .rung { fill: var(--back); stroke: var(--text); stroke-width: 2 }
.chart .rung.lived { fill: var(--accent); stroke: var(--back); stroke-width: 1 }
.chart .rung.told, .chart .rung.lost { stroke: var(--warn); stroke-width: 2.5 }
.chart .rung.untried { stroke: var(--muted) }

.plot .bytes { border: 1px solid var(--muted); border-width: 0 0 1px 1px }
.plot .hidden { fill: var(--warn-soft) }
.chart .sent, .chart .acked, .chart .arrived { fill: none; stroke: var(--text); stroke-width: 2; vector-effect: non-scaling-stroke }
.chart .sent { stroke-dasharray: 2 4 }
.chart .acked { stroke: var(--warn); stroke-dasharray: 7 4 }
.chart .arrived { stroke: var(--accent) }
.plot .peak { stroke: var(--warn) }
@media (forced-colors: active) {
  .chart { --text: CanvasText; --muted: CanvasText; --line: GrayText; --back: Canvas }
  .chart { --accent: LinkText; --warn: CanvasText; --warn-soft: Canvas }
}
`;

/** Report → nodes. */
export function charts(report, ctx) {
  const made = [waterfall, ticks, roundTripStrip, idleLadder, deliveryQueue].map((one) => one(report, ctx)).filter(Boolean);
  return made.length ? made : [el("p", { class: "muted" }, ctx.m.charts.none)];
}
