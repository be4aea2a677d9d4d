import assert from "node:assert/strict";
import { test } from "node:test";
import { golden, known, load, spoken } from "./here.mjs";

const [en, ja] = await Promise.all(["en", "ja"].map(spoken));
const { TOLD, reply } = await load("staff/reply.js");
const { message } = await load("staff/message.js");
const { csv, cell } = await load("staff/csv.js");
const { tester, body, whole } = await load("staff/profile.js");
const { counts, leading, share } = await load("staff/tally.js");
const { customers, language } = await load("staff/language.js");

/** Every sentence by its path. */
const flat = (value, at = "") => (typeof value === "string" ? [[at, value]] : Object.entries(value).flatMap(([key, one]) => flat(one, `${at}.${key}`)));

test("both languages say the same, with the same to fill in", () => {
  const [one, two] = [en.s, ja.s].map((s) => new Map(flat(s)));
  assert.deepEqual([...one.keys()].sort(), [...two.keys()].sort());
  const braces = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const [at, text] of one) assert.deepEqual(braces(two.get(at)), braces(text), at);
  for (const [at, text] of two) {
    if (text === one.get(at)) assert.match(at, /^\.(other|languages|lang|newLink\.endpointUrl|report\.url|admin\.parts)/, `${at} is not translated`);
  }
});

test("the customer's language is the link's, then the browser's, then the page's", () => {
  const report = { surroundings: { language: "ja-JP" } };
  assert.equal(customers({ language: "en" }, report, "ja"), "en");
  assert.equal(customers(null, report, "en"), "ja");
  assert.equal(customers({ language: null }, { surroundings: { language: "" } }, "ja"), "ja");
  assert.equal(customers(null, { surroundings: { language: "fr" } }, "en"), "en");
  assert.equal(language("?lang=ja", ["en-GB"]), "ja");
  assert.equal(language("?lang=xx", ["en-GB"]), "en");
});

const answer = (report, speech, lang) => reply(report, { speech, known: known(lang), number: "K7M-2PX", from: "ACME support", link: null });

test("an answer tells what works, what does not, and what to do", () => {
  const text = answer(golden("nginx-no-upgrade-firefox"), en, "en");
  assert.match(text, /number K7M-2PX/);
  assert.match(text, /^- Works: .*Server-sent events/m);
  assert.match(text, /^- Does not work: WebSocket$/m);
  assert.match(text, /\(Upgrade\)/);
  assert.match(text, /If it needs the rest \(WebSocket\): As far as we can see, it is not your network/);
  assert.match(text, /Kind regards\nACME support\n$/);
  assert.doesNotMatch(text, /\{|undefined|\[object/);
});

test("nobody is asked to send on to us what we have", () => {
  // To others, or only if it goes on.
  const others = ["managed-policy-block", "dpi-reset", "cert-untrusted", "tls-inspection-strips-upgrade", "filter-rewrites-101", "filter-holds-downstream", "ip-mismatch",
    "close-code-altered", "invalid-utf8-1007"];
  const asks = Object.entries(known("en").texts.causes).filter(([, { person }]) => /report|tell the site|site know|support/.test(person)).map(([code]) => code);
  assert.deepEqual(asks.filter((code) => !others.includes(code)).sort(), [...TOLD].sort());
  assert.doesNotMatch(answer(golden("nginx-no-upgrade-firefox"), en, "en"), /send this report/);
});

test("a healthy run asks for nothing, and finds nothing", () => {
  const text = answer(golden("direct-plain-chromium"), en, "en");
  assert.match(text, /Nothing has to change on your side/);
  assert.doesNotMatch(text, /What was found|Does not work/);
});

test("it is written in the language that was chosen", () => {
  const text = answer(golden("nginx-no-upgrade-firefox"), ja, "ja");
  assert.match(text, /番号K7M-2PX/);
  assert.match(text, /使えない方式：WebSocket/);
  assert.doesNotMatch(text, /Kind regards|Works:/);
});

test("every golden report can be answered in both languages", async () => {
  const { readdirSync } = await import("node:fs");
  const names = readdirSync(new URL("../cases/", import.meta.url)).filter((name) => name.endsWith(".json.gz")).map((name) => name.slice(0, -8));
  assert.ok(names.length > 50);
  for (const name of names) {
    const report = golden(name);
    for (const [speech, lang] of [[en, "en"], [ja, "ja"]]) {
      const text = answer(report, speech, lang);
      assert.doesNotMatch(text, /\{\w+\}|undefined|\[object|null/, `${name} ${lang}`);
      assert.ok(text.length < 5000, `${name} ${lang}`);
    }
    assert.match(csv({ number: "K7M2PX", ticket: "T", report }), /^number,.*\r\nK7M2PX,T,/, name);
  }
});

test("strangers' words stay words in an answer", () => {
  const report = golden("nginx-no-upgrade-firefox");
  report.findings = [{ ...report.findings[0], code: "constructor", method: "__proto__", place: "toString", strength: "valueOf" }];
  report.methods[0].method = "to\nString\u202e";
  report.lanes[0].host = "evil.example/<b>";
  const text = answer(report, en, "en");
  assert.doesNotMatch(text, /function|\[native|\u202e|<b>/);
  assert.match(text, /constructor/);
});

test("a message has the link, the alternates and the ticket", () => {
  const link = { url: "https://check.example/#link=x", alternates: ["https://other.example/#link=x"], expiresAt: 1_795_651_200_000, runsLeft: 3, ticket: "ACME-1", mode: "quick", after: null };
  const text = message(link, "ACME support", en);
  for (const part of [link.url, link.alternates[0], "ACME-1", "a few seconds", "reports left: 3"]) assert.ok(text.includes(part), part);
  assert.match(message({ ...link, after: "x" }, "ACME support", en), /whether the change has helped/);
  assert.match(message({ ...link, mode: "thorough", alternates: [] }, "ACME", ja), /2～6分間/);
});

test("no cell of a table is a formula or breaks its row", () => {
  assert.equal(cell("=1+1"), "'=1+1");
  assert.equal(cell("@x"), "'@x");
  assert.equal(cell(-5), "-5");
  assert.equal(cell('a"b,c'), '"a""b,c"');
  assert.equal(cell("a\r\nb"), '"a\r\nb"');
  assert.equal(cell(null), "");
});

test("a profile fills the tester in", () => {
  const profile = { method: "web-socket", url: "wss://a.example/s?x=1", query: [{ name: "v", value: "a b&c" }], protocols: ["chat.v2"], firstMessage: "{}" };
  assert.equal(whole(profile), "wss://a.example/s?x=1&v=a+b%26c");
  const url = new URL(tester(profile, "https://check.example/base/"));
  assert.equal(url.origin + url.pathname, "https://check.example/base/tester.html");
  const pairs = [...new URLSearchParams(url.hash.slice(1))];
  assert.deepEqual(pairs, [["kind", "web-socket"], ["url", whole(profile)], ["protocol", "chat.v2"], ["format", "text"], ["payload", "{}"]]);
  assert.equal(tester(profile, null), null);
  assert.equal(body({ ...profile, name: " n ", owner: "", tags: [], notes: "", expectedReply: "", state: "draft" }).expectedReply, null);
});

test("counts by cause lose nothing", () => {
  const causes = "abcdefgh".split("").map((code, at) => ({ code, n: 8 - at }));
  const codes = leading([{ causes }]);
  assert.deepEqual(codes, ["a", "b", "c", "d", "e", "f", null]);
  assert.deepEqual(counts({ causes }, codes), [8, 7, 6, 5, 4, 3, 3]);
  assert.deepEqual(counts({ causes: [{ code: "h", n: 2 }] }, codes), [0, 0, 0, 0, 0, 0, 2]);
  assert.equal(share({ runs: 0, works: 0 }), null);
  assert.equal(share({ runs: 3, works: 1 }), 333);
  assert.equal(share({ runs: 3, works: 5 }), 1000);
});
