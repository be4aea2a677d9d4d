/**
 * The look of <push-check>. Themed from outside by the custom properties at the top and by `::part()`.
 *
 * `!important` and `all: initial` keep a page's own rules (`* { all: unset }`) out; `hidden` on the element still hides.
 */
export const style = `
:host { display: block !important }
:host([hidden]) { display: none !important }
[hidden] { display: none !important }
.card {
  --back: var(--push-check-background, #fff);
  --text: var(--push-check-text, #17202e);
  --muted: var(--push-check-muted, #566073);
  --line: var(--push-check-line, #e2e6ee);
  --soft: var(--push-check-soft, #f5f7fa);
  --accent: var(--push-check-accent, #3b5bdb);
  --on-accent: var(--push-check-on-accent, #fff);
  --good: var(--push-check-good, #0b7a55);
  --good-soft: var(--push-check-good-soft, #dff5ea);
  --warn: var(--push-check-warn, #92580a);
  --warn-soft: var(--push-check-warn-soft, #fdf0d5);
  all: initial;
  display: block;
  box-sizing: border-box;
  container-type: inline-size;
  max-width: 46em;
  padding: 1.75em;
  border: 1px solid var(--line);
  border-radius: var(--push-check-radius, 16px);
  background: var(--back);
  box-shadow: var(--push-check-shadow, 0 1px 2px #1018280a, 0 8px 24px -8px #10182814);
  color: var(--text);
  color-scheme: light;
  font: max(1rem, 15px)/1.5 var(--push-check-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
}
@media (prefers-color-scheme: dark) {
  .card {
    --back: var(--push-check-background, #151a23);
    --text: var(--push-check-text, #e8ecf3);
    --muted: var(--push-check-muted, #9fa9bb);
    --line: var(--push-check-line, #2a3241);
    --soft: var(--push-check-soft, #1c2330);
    --accent: var(--push-check-accent, #8ea6ff);
    --on-accent: var(--push-check-on-accent, #101521);
    --good: var(--push-check-good, #5fd3a4);
    --good-soft: var(--push-check-good-soft, #14352b);
    --warn: var(--push-check-warn, #f0bd62);
    --warn-soft: var(--push-check-warn-soft, #3a2d14);
    color-scheme: dark;
  }
}
h2, h3, p, ul, dl, dd { margin: 0; padding: 0 }
ul { list-style: none }
h2 { font-size: 1.35em; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; outline: 0 }
h3 { font-size: 1em; font-weight: 600 }
.muted, small, dt { color: var(--muted) }
a { color: var(--accent); overflow-wrap: anywhere }
code { font: .92em ui-monospace, Menlo, Consolas, monospace }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }

header { display: flex; gap: 1em; align-items: flex-start }
header p { margin-top: .3em; text-wrap: pretty }
.badge, .icon {
  flex: none; display: grid; place-items: center; border-radius: 50%;
  width: 1.75em; height: 1.75em; background: var(--soft); color: var(--muted);
}
.badge { font-size: 1.5em }
.badge:empty { display: none }
svg { width: 1.2em; height: 1.2em; overflow: visible; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round }
[data-state=passed] > .icon, .badge[data-state=passed], [data-state=opens] > .icon { background: var(--good-soft); color: var(--good) }
[data-state=warning] > .icon, .badge[data-state=warning], [data-state=failed] > .icon { background: var(--warn-soft); color: var(--warn) }
[data-state=trying] > .icon, .badge[data-state=trying] {
  background: none; border: 2px solid var(--line); border-top-color: var(--accent); box-sizing: border-box; animation: turn 1s linear infinite;
}
@keyframes turn { to { rotate: 1turn } }

progress { appearance: none; display: block; width: 100%; height: 6px; margin-top: 1.25em; border: 0; border-radius: 3px; overflow: hidden; background: var(--line) }
progress::-webkit-progress-bar { background: var(--line) }
progress::-webkit-progress-value { background: var(--accent); border-radius: 3px; transition: width .3s }
progress::-moz-progress-bar { background: var(--accent); border-radius: 3px }
progress:indeterminate::-moz-progress-bar { width: 0 }

[part=methods] { margin-top: 1.25em; border-top: 1px solid var(--line) }
[part=method] { display: grid; grid-template-columns: auto 1fr; align-items: center; gap: .6em .9em; padding: .85em 0; border-bottom: 1px solid var(--line) }
[part=method] p { font-size: .92em }
.state { color: var(--muted) }
[data-state=passed] .state { color: var(--good) }
[data-state=warning] .state, [data-state=failed] .state { color: var(--warn) }
.numbers { grid-column: 2; display: grid; grid-template-columns: repeat(auto-fill, minmax(5em, 1fr)); gap: .6em .8em }
.numbers:empty, .none, .columns { display: none }
.numbers dt, .columns { color: var(--muted); font-size: .78em }
.numbers dd { font-variant-numeric: tabular-nums; font-weight: 600 }
.numbers small { display: block; font-size: .78em; font-weight: 400; white-space: nowrap }

.next { display: grid; gap: .15em 1.2em; margin-top: 1.25em; padding: 1em 1.2em; border-radius: 12px; background: var(--soft) }
.next dd { margin-bottom: .6em }
.next dd:last-child { margin: 0 }
.next dt { font-weight: 600; font-size: .92em }
.actions { display: flex; flex-wrap: wrap; gap: .6em; margin-top: 1.25em }
button {
  font: inherit; font-weight: 600; padding: .55em 1.1em; border-radius: 10px; border: 1px solid var(--line);
  background: var(--back); color: var(--text); cursor: pointer; transition: filter .15s;
}
button:hover { filter: brightness(.96) }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
[data-shape=running] button.primary { background: var(--back); border-color: var(--line); color: var(--text) }
:is(button, a, summary, .scroll, textarea):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 10px }
.note:not(:empty) { margin-top: .6em; font-size: .92em }
textarea {
  box-sizing: border-box; width: 100%; margin-top: .6em; padding: .8em; border: 1px solid var(--line); border-radius: 10px;
  background: var(--soft); color: var(--text); font: .8em/1.4 ui-monospace, Menlo, Consolas, monospace;
}

details { margin-top: 1.25em; font-size: .92em }
summary { width: fit-content; font-weight: 600; color: var(--accent); cursor: pointer }
details h3 { margin: 1.25em 0 .4em }
details li + li { margin-top: .5em }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px }
table { border-collapse: collapse; width: 100%; font-size: .88em; font-variant-numeric: tabular-nums; white-space: nowrap }
th, td { padding: .45em .8em; text-align: start; font-weight: 400; border-top: 1px solid var(--line) }
thead th { border: 0; background: var(--soft); color: var(--muted) }
.facts { display: grid; grid-template-columns: auto 1fr; gap: .2em 1.2em; margin-top: 1.25em }
.facts dd { overflow-wrap: anywhere }

@container (min-width: 38em) {
  /* Numbers under one line of headings, which stand in each row for screen readers. */
  .measured { grid-template-columns: auto 1fr 27em }
  .numbers { grid-column: 3 }
  .numbers, .columns { grid-template-columns: 1fr 1fr 1.2fr 1fr 1fr }
  .numbers > .none { display: block; color: var(--muted) }
  .numbers dt { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .columns:not([hidden]) { display: grid; gap: .8em; width: calc(27em / .78); margin: 1.5em 0 -.9em auto }
  .next { grid-template-columns: auto 1fr }
}
@media (max-width: 30em) { .card { padding: 1.15em } .actions button { flex: 1 1 auto } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
@media (forced-colors: active) { .badge, .icon, progress { border: 1px solid } }
`;
