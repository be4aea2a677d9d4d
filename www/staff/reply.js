/**
 * An answer to a customer, made of a report: what works, what does not, what to do. In the customer's language; pure.
 */
import { judge } from "../more/owner.js";
import { outcome } from "../outcome.js";
import { tidy } from "./rows.js";

/** So many causes are told; the rest is for those who read the report. */
const MOST = 3;

/** Of these the catalogue asks the person to tell the site: by the report they have. */
export const TOLD = new Set(`page-code bad-url-syntax browser-blocked-port mixed-content-ws csp-connect-src cert-name-mismatch
  scheme-port-mismatch frame-tamper http10-downgrade rp-no-upgrade rp-connection-only cors-rejected waf-blocks-handshake
  waf-kills-after-101 ws-version-or-not-ws extension-mismatch cdn-or-feature-off no-sticky-session`.split(/\s+/));

/** What strangers wrote. */
const clean = (text) => tidy(text, 600);
const own = (texts, word) => (Object.hasOwn(texts, word ?? "") ? texts[word] : undefined);
const bare = (text) => clean(text.replaceAll("`", ""));

/** A cause in a sentence, as surely as it was claimed. */
function cause({ code, method, place, strength }, { t, say }) {
  const where = own(t.place, place) ?? t.unknownPlace;
  const named = say(own(t.finding, code) ?? t.newer, { method: own(t.method, method) ?? "", code: clean(code), place: where });
  return say(own(t.strength, strength) ?? "{cause}", { cause: named });
}

/**
 * The text. `speech`: `{s, w, m}` of the customer's language; `known`: the catalogue in it, null without; `number`: the report's, as it is read out;
 * `from`: who answers; `link`: the address of a link to check again, null without.
 */
export function reply(report, { speech: { s, w }, known, number, from, link }) {
  const { t, say, list } = w;
  const r = s.reply;
  const made = judge(report);
  const name = (method) => own(t.method, method) ?? clean(method);
  const verdicts = (...words) => report.methods.filter(({ verdict }) => words.includes(verdict));
  const main = report.lanes.find(({ id }) => id === "main");
  const base = main?.host && /^[\w.-]+$/.test(main.host) ? `https://${main.host}/` : null;
  const { headline } = outcome(report, w, base, []);
  const out = [r.hello, say(r.thanks, { number }), clean(headline)];

  const lines = [
    ["passed", verdicts("passed")], ["warning", verdicts("warning")], ["failed", verdicts("failed")],
    ["unsure", report.methods.filter(({ verdict }) => !["passed", "warning", "failed", "skipped"].includes(verdict))],
  ].filter(([, methods]) => methods.length).map(([word, methods]) => `- ${say(r.lines[word], { methods: list(methods.slice(0, 20).map(({ method }) => name(method))) })}`);
  if (lines.length) out.push(lines.join("\n"));

  const shown = report.findings.filter(({ foldedUnder, severity }) => !foldedUnder && severity !== "info");
  const told = shown.slice(0, MOST).map((finding) => {
    const person = TOLD.has(finding.code) ? r.told : known && own(known.texts.causes, finding.code)?.person;
    return [`- ${cause(finding, w)}`, person && `  ${bare(person)}`].filter(Boolean).join("\n");
  });
  if (told.length) out.push([r.found, ...told].join("\n"));

  const [first] = made.claims;
  const whose = own(r.todo, first?.whose) ?? r.todo.open;
  const lacks = { methods: list(made.focus.map(name)) };
  // What the app needs nobody has said, where nothing is required.
  if (!made.works) out.push(whose);
  else if (made.required || !made.focus.length) out.push(r.todo.works);
  else out.push([say(r.partly, lacks), whose].join(t.between));
  const order = (report.advice?.order ?? []).slice(0, 5).map(name);
  if (!made.works && order.length) out.push(say(r.use, { methods: list(order) }));
  if (link) out.push([r.again, link].join("\n"));
  out.push(say(r.bye, { from: clean(from) }));
  return `${out.filter(Boolean).join("\n\n")}\n`;
}
