/**
 * A report as Markdown, for a ticket: pure, no DOM. What strangers wrote stands in code spans, where no renderer looks for markup,
 * addresses or names of people; in a word of a list only letters, digits and hyphens pass.
 */
import { outcome } from "../outcome.js";
import { print } from "./redact.js";

/** What fits into an issue of a usual tracker, characters. */
export const MOST_IN_A_TICKET = 65_536;

/** So many of each list are told; the JSON has all. */
const MOST = 40;

/** A code span, whatever is in it. A bar would end a cell of a table even there. */
function code(text) {
  const line = String(text).replace(/[\p{C}\s]+/gu, " ").replaceAll("|", "¦").trim().slice(0, 300);
  if (!line) return "–";
  const ticks = "`".repeat(Math.max(0, ...line.match(/`+/g)?.map(({ length }) => length) ?? []) + 1);
  return ticks.length > 1 ? `${ticks} ${line} ${ticks}` : `\`${line}\``;
}

/** A word of a list, perhaps of a newer one. */
const raw = (word) => (/^[a-zA-Z0-9-]{1,80}$/.test(word) ? word : "?");

/** What is said for a word, and for no name that every object has. */
const own = (texts, word) => (Object.hasOwn(texts, word) ? texts[word] : undefined);

/** A text of ours; `settings` stay code. */
const plain = (text) => text.replace(/[\\<>|*]/g, "\\$&");

/** JSON in a fence that nothing in it can end. */
function fenced(text) {
  const ticks = "`".repeat(Math.max(2, ...text.match(/`+/g)?.map(({ length }) => length) ?? []) + 1);
  return `${ticks}json\n${text}\n${ticks}`;
}

/** When something was, as every log has it; the day alone where no more left. */
function utc(ms) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "–";
  return date.toISOString().replace(/T00:00:00\.000Z$/, "").replace(/\.\d+Z$/, "Z");
}

/** The answer in one or two sentences; no host is named that is not in the report. */
function answer(report, words) {
  const { t } = words;
  const nobody = "nobody.invalid";
  try {
    const told = { ...report, methods: report.methods.map((one) => ({ ...one, method: raw(one.method) })) };
    const host = report.lanes.find(({ id }) => id === "main")?.host;
    const { headline, summary } = outcome(told, words, `https://${/^[\w.-]+$/.test(host ?? "") ? host : nobody}/`, []);
    return [headline, summary.includes(nobody) ? "" : summary];
  } catch {
    return [own(t.headline, report.result) ?? raw(report.result), ""];
  }
}

function row({ method, verdict, place, required, delivery, overhead, idleTestedMs, idleCut, lanes }, { t, say, time, count }) {
  const timing = (lanes.find(({ lane }) => lane === "main") ?? lanes[0])?.timing;
  const [state, where] = [own(t.state, verdict) ?? raw(verdict), place && place !== "nowhere" && (own(t.place, place) ?? raw(place))];
  const worst = delivery && [delivery.relative && t.relativeDelay, say(t.worst, { worst: time(delivery.worstUs) })];
  return [
    `${own(t.method, method) ?? raw(method)}${required ? ` (${t.required})` : ""}`,
    [state, where].filter(Boolean).join(" – "),
    time(timing?.openUs),
    time(timing?.roundTrip?.medianUs),
    delivery && `${time(delivery.medianUs)} (${worst.filter(Boolean).join(", ")})`,
    overhead && say(t.bytes, { n: count(overhead.upBytes + overhead.downBytes) }),
    idleCut ? `${time(idleCut.diedMs * 1000)} (${t.cut})` : idleTestedMs && `${time(idleTestedMs * 1000)} (${t.survived})`,
  ].map((cell) => plain(cell || "–"));
}

/** A fact's sentence. */
function said({ fact, value }, { texts }, { say, time, count }) {
  const n = Number(value);
  const told = value === null ? "" : code(value);
  const sentence = own(texts.facts, fact);
  if (!sentence) return `${raw(fact)}${told && `: ${told}`}`;
  const finite = Number.isFinite(n);
  return say(plain(sentence), { value: told, time: finite ? time(n * 1000) : told, count: finite ? count(n) : told });
}

function found({ code: name, method, lane, place, strength, seen, of, facts, rivals, foldedUnder }, { t, say, count }, known) {
  const where = own(t.place, place) ?? (place ? raw(place) : t.unknownPlace);
  const whose = own(t.method, method) ?? (method ? raw(method) : "");
  const cause = (code) => say(plain(own(t.finding, code) ?? t.newer), { method: whose, code: raw(code), place: where });
  const others = rivals.slice(0, 3).map(({ code }) => say(t.rival, { cause: cause(code) }));
  const about = [
    code(name), whose, lane && code(lane), plain(where),
    say(t.seen, { strength: own(t.surely, strength) ?? raw(strength), seen: count(seen), of: count(of) }),
    foldedUnder && `⊂ ${code(foldedUnder)}`,
  ].filter(Boolean);
  const told = known ? facts.slice(0, MOST).map((fact) => `  - ${said(fact, known, { say, ...known.words })}`) : [];
  return [`- ${[cause(name), ...others].join(t.between)}`, `  - ${about.join(" · ")}`, ...told].join("\n");
}

/**
 * @param {object} report As it leaves: already redacted.
 * @param {object} words Of the page's language.
 * @param {?object} known The catalogue, for the facts behind findings; null: without them.
 * @param {object} texts The room's `ticket`: headings and terms.
 */
export function markdown(report, words, known, texts) {
  const { t, say, count, list, time } = words;
  const { run, software, surroundings: { engine, userAgent, origin }, about, advice, methods, findings, lanes } = report;
  const [headline, summary] = answer(report, words);
  const ranks = Object.keys(t.method);
  const sorted = methods.slice(0, MOST).sort((a, b) => ranks.indexOf(a.method) - ranks.indexOf(b.method));
  const cut = (items) => (items.length > MOST ? [`- ${say(texts.more, { n: count(items.length - MOST) })}`] : []);
  const table = (lines) => lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const term = (name, value) => `- ${plain(name)}: ${value}`;
  const head = [texts.method, texts.verdict, ...t.numbers].map(plain);
  const facts = known && { ...known, words: { time, count } };
  const told = [...findings.slice(0, MOST).map((one) => found(one, words, facts)), ...cut(findings)];
  const nobody = /^0+$/.test(run.id);
  const ways = lanes.slice(0, MOST).map(({ id, scheme, host, port, skipped }) => {
    const why = skipped ? ` (${plain(own(t.skipped, skipped) ?? raw(skipped))})` : "";
    return code(`${id} ${scheme}${host ? `://${host}` : " "}:${port}`) + why;
  });
  return [
    [`**${plain(headline)}**`, plain(summary)].filter(Boolean).join(" "),
    table([head, head.map(() => "---"), ...sorted.map((one) => row(one, words))]),
    ...findings.length ? [`**${plain(texts.findings)}**`, told.join("\n")] : [],
    `**${plain(texts.details)}**`,
    [
      advice?.order.length && term(t.advice, list(advice.order.slice(0, MOST).map((method) => own(t.method, method) ?? raw(method)))),
      term(texts.began, `${utc(run.startedAt)} (${raw(run.mode)}, ${time(run.durationUs)})`),
      !nobody && term(texts.run, code(run.id)),
      term(texts.browser, engine ? `${raw(engine.family)} ${engine.version}` : code(userAgent)),
      engine && userAgent && `  - ${code(userAgent)}`,
      origin && `  - ${code(origin)}`,
      about && !/^0+$/.test(about.instance) && term(texts.server, code(about.instance)),
      term(texts.version, code(`${software.name} ${software.version}`)),
      ways.length && term(texts.lanes, list(ways)),
      ...run.labels.slice(0, MOST).map(({ name, value }) => `- ${code(name)}: ${code(value)}`),
    ].filter(Boolean).join("\n"),
    `<details><summary>JSON</summary>\n\n${fenced(print(report))}\n\n</details>\n`,
  ].join("\n\n");
}
