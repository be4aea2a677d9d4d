/**
 * The look of <push-check>. Themed from outside by the custom properties at the top and by `::part()`.
 *
 * In wide cards numbers stand under one line of headings, which stay in each row for screen readers.
 *
 * `!important` and `all: initial` keep a page's own rules (`* { all: unset }`) out; `hidden` on the element still hides.
 */
export const style = `
:host { display: block !important }
:host([hidden]), [hidden] { display: none !important }
[part=card] {
  --back: var(--push-check-background, #fff);
  --text: var(--push-check-text, #123);
  --muted: var(--push-check-muted, #567);
  --line: var(--push-check-line, #dde);
  --soft: var(--push-check-soft, #f5f7fa);
  --accent: var(--push-check-accent, #35d);
  --on-accent: var(--push-check-on-accent, #fff);
  --good: var(--push-check-good, #075);
  --good-soft: var(--push-check-good-soft, #dfe);
  --warn: var(--push-check-warn, #850);
  --warn-soft: var(--push-check-warn-soft, #fed);
  all: initial;
  display: block;
  box-sizing: border-box;
  container-type: inline-size;
  max-width: 46em;
  padding: clamp(1em, 5vw, 1.75em);
  border: 1px solid var(--line);
  border-radius: var(--push-check-radius, 16px);
  background: var(--back);
  box-shadow: var(--push-check-shadow, 0 4px 20px -8px #0003);
  color: var(--text);
  color-scheme: light;
  font: max(1rem, 15px)/1.5 var(--push-check-font, system-ui, sans-serif);
}
[data-dark] {
  --back: var(--push-check-background, #151a23);
  --text: var(--push-check-text, #eef);
  --muted: var(--push-check-muted, #9ab);
  --line: var(--push-check-line, #234);
  --soft: var(--push-check-soft, #1c2330);
  --accent: var(--push-check-accent, #8af);
  --on-accent: var(--push-check-on-accent, #112);
  --good: var(--push-check-good, #5da);
  --good-soft: var(--push-check-good-soft, #143);
  --warn: var(--push-check-warn, #fb6);
  --warn-soft: var(--push-check-warn-soft, #432);
  color-scheme: dark;
}
h2, h3, h4, h5, p, ul, ol, dl, dd, figure { margin: 0; padding: 0 }
ul { list-style: none }
h2 { font-size: 1.35em; line-height: 1.25 }
h3 { font-size: 1em }
h3, summary, [part=next] dt, .numbers dd { font-weight: 600 }
.muted, .state, .columns, small, dt { color: var(--muted) }
a { color: var(--accent) }
a, .facts dd { overflow-wrap: anywhere }
code, textarea { font: .9em monospace }
[part=method] p, [part=next] dt, .note, details { font-size: .92em }
.columns, .numbers dt, small { font-size: .78em }
[part=methods], [part=next], [part=offers], [part=more], progress, .actions, .facts { margin-top: 1.25em }
[part=details] { margin-top: 1.25em }
[part=offers] { display: grid; gap: .8em 1.2em; grid-template-columns: repeat(auto-fit, minmax(min(16em, 100%), 1fr)) }
[part=offers] p { margin-top: .3em; font-size: .88em }

[part=word] { font-size: .85em; font-weight: 600; color: var(--muted) }
header[data-state=passed] [part=word] { color: var(--good) }
header[data-state=warning] [part=word] { color: var(--warn) }
[part=word]:empty { display: none }
[part=todo] { margin-top: 1em; padding-inline-start: .9em; border-inline-start: 4px solid var(--accent); font-weight: 600; text-wrap: pretty }

[part=path], [part=change]:not(:empty) { margin-top: 1.25em }
[part=path] svg { display: block; width: 100%; max-width: 34rem; margin: auto; fill: currentColor; font: 600 11px var(--push-check-font, system-ui, sans-serif) }
[part=path] path { fill: none; stroke: var(--muted); stroke-width: 2 }
[part=path] text { text-anchor: middle }
.station path { stroke: var(--line) }
.station text, .who { font-size: 12px }
@container (max-width: 24em) { .station text, .who { font-size: 15px } [part=path] text { font-size: 14px } }
.who { fill: var(--warn) }
[part=path] .sure, [part=path] .passed, [part=path] .opens { stroke: var(--good) }
[part=path] .warning, [part=path] .mark, [part=path] .box { stroke: var(--warn) }
[part=path] .mark { stroke-width: 2.5 }
.box { fill: none; stroke-dasharray: 3 2 }
.faint, .failed, .inconclusive, .waiting, .fails-so-far, .not-needed { stroke-dasharray: 1 5 }
[part=path] .skipped { stroke: none }
.trying, .opens { stroke-dasharray: 6 6; animation: flow 1s linear infinite }
@keyframes flow { to { stroke-dashoffset: -12 } }
[data-state=passed] .sign { fill: var(--good) }
[data-state=warning] .sign, [data-state=failed] .sign { fill: var(--warn) }

header { display: flex; gap: 1em }
.glyph { margin-inline-end: .5em; color: var(--muted); font-weight: 400 }
:not([data-state]) > div > h3 > .glyph { display: none }
header p, .note, textarea { margin-top: .4em }
.icon { flex: none; display: grid; place-items: center; box-sizing: border-box; width: 1.75em; height: 1.75em; border-radius: 50%; background: var(--soft); color: var(--muted); font-weight: 700; line-height: 1 }
header .icon { font-size: 1.5em }
.icon:empty { display: none }
[data-state=passed] .icon, [data-state=opens] .icon { background: var(--good-soft); color: var(--good) }
[data-state=warning] .icon, [data-state=failed] .icon { background: var(--warn-soft); color: var(--warn) }
[data-state=trying] .icon { background: none; border: 2px solid var(--line); border-top-color: var(--accent); animation: turn 1s linear infinite }
@keyframes turn { to { rotate: 1turn } }
[data-state=passed] .state { color: var(--good) }
[data-state=warning] .state, [data-state=failed] .state { color: var(--warn) }

progress { display: block; width: 100%; accent-color: var(--accent) }

[part=method] { display: grid; grid-template-columns: auto 1fr; align-items: center; gap: .6em .9em; padding: .85em 0; border-top: 1px solid var(--line) }
.numbers { grid-column: 2; display: grid; grid-template-columns: repeat(auto-fill, minmax(5em, 1fr)); gap: .6em .8em; font-variant-numeric: tabular-nums }
.numbers:empty, .none, .columns { display: none }
small { display: block; font-weight: 400; white-space: nowrap }

[part=consent] { display: flex; gap: .6em; margin-top: 1.25em }
[part=next], .facts { display: grid; gap: .3em 1.2em }
[part=next] { padding: 1em 1.2em; border-radius: 12px; background: var(--soft) }
.actions { display: flex; flex-wrap: wrap; gap: .6em }
button, textarea { padding: .55em 1.1em; border: 1px solid var(--line); border-radius: 10px; background: var(--back); color: var(--text) }
button { font: inherit; font-weight: 600; cursor: pointer }
button:hover { filter: brightness(.96) }
[part=primary] { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
textarea { box-sizing: border-box; width: 100% }

summary { color: var(--accent); cursor: pointer }

.unseen { position: absolute; overflow: hidden; clip-path: inset(50%); width: 1px; height: 1px; white-space: nowrap }
@container (min-width: 38em) {
  .measured { grid-template-columns: auto 1fr 26em }
  .numbers { grid-column: 3 }
  .numbers, .columns { grid-template-columns: 1fr 1fr 1.2fr 1fr 1fr }
  .none { display: block; color: var(--muted) }
  .numbers dt { position: absolute; overflow: hidden; clip-path: inset(50%); width: 1px; height: 1px }
  .columns { display: grid; gap: .8em; width: calc(26em / .78); margin-block: 1.5em -.9em; margin-inline: auto 0 }
  [part=next] { grid-template-columns: auto 1fr }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important } }
@media (forced-colors: active) { .icon { border: 1px solid } [part=path] path:not(.skipped) { stroke: CanvasText !important } }
@media print { button, input, .actions, [part=offers], [part=details] { display: none } [part=card] { border: 0; box-shadow: none } }
`;
