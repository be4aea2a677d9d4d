/**
 * The page that shows a report from elsewhere: of its own address, which no server is told behind the `#`, of a file, or pasted.
 * Asks for nothing but this server's own files.
 */
import { el, into } from "./el.js";
import { MOST, checked, readReport, unread } from "./more/reading.js";
import { unpack } from "./more/short.js";
import { LANGUAGES, words } from "./words.js";

const HERE = new URL("./", import.meta.url).href;

const TEXTS = {
  en: {
    title: "A connection report",
    address: "From the address of this page: that part of it is sent to nobody.",
    file: "From the file {name}.",
    pasted: "From pasted text.",
    short: "It is a short form: results, causes and figures. Single attempts and what each side saw are not in it.",
    bare: "It came without what each side saw: the charts and the timeline have little to show.",
    anybody: "Whoever gave you this could have written anything into it. It tells of another time, and perhaps of another network.",
    two: "Comparison",
    open: "Open a report",
    offline: "It is read in this browser and sent to nobody. Two files at once are compared.",
    choose: "Choose or drop files: JSON, or Markdown with a report in it",
    paste: "Or paste JSON, Markdown, or a link to a report",
    show: "Show it",
    unable: "What shows it could not be loaded from this server. Load this page again once it can be reached.",
    what: { address: "The report in the address", pasted: "What was pasted" },
    many: "Two reports can be compared, and {n} files were chosen: these are the first two.",
    why: {
      cut: "{name} is cut off: it ends before the report does.",
      "no-block": "{name} holds no report: there is no JSON in it, and no link to a report.",
      damaged: "{name} is damaged, or not all of it is there: copy the whole link.",
      newer: "{name} was made by a newer version than this page: open it where it was made.",
      large: "{name} is larger than a short form can be.",
      unable: "{name} is packed, and this browser cannot unpack it: a newer one can.",
    },
  },
  ja: {
    title: "接続診断レポート",
    address: "このページのアドレスから読み取りました。その部分は、どこにも送信されません。",
    file: "ファイル「{name}」から読み取りました。",
    pasted: "貼り付けられた内容から読み取りました。",
    short: "これは短縮形です。結果、原因、測定値を含み、個々の試行や両側の観測記録は含みません。",
    bare: "両側の観測記録を含まないため、グラフやタイムラインに表示できるものはわずかです。",
    anybody: "内容は、渡した人が自由に書き換えられるものです。また、これは別の時点の結果であり、別のネットワークのものかもしれません。",
    two: "比較",
    open: "レポートを開く",
    offline: "このブラウザーの中だけで読み取り、どこにも送信しません。2つのファイルを同時に選ぶと、比較します。",
    choose: "ファイルを選ぶか、ここにドロップしてください（JSON、またはレポートを含むMarkdown）",
    paste: "または、JSON、Markdown、レポートへのリンクを貼り付けてください",
    show: "表示する",
    unable: "表示に必要なファイルを、このサーバーから読み込めませんでした。接続できる状態になってから、このページを再読み込みしてください。",
    what: { address: "アドレスに含まれるレポート", pasted: "貼り付けられた内容" },
    many: "比較できるのは2つです。{n}個のファイルが選ばれたため、最初の2つを表示しています。",
    why: {
      cut: "{name}は途中で切れていて、レポートの終わりまで入っていません。",
      "no-block": "{name}に診断レポートがありません。JSONもレポートへのリンクも見つかりません。",
      damaged: "{name}は壊れているか、一部が欠けています。リンク全体をコピーしてください。",
      newer: "{name}は、このページより新しい版で作られています。作成元のページで開いてください。",
      large: "{name}は、短縮形の上限より大きくなっています。",
      unable: "{name}は圧縮されていて、このブラウザーでは展開できません。新しいブラウザーをお使いください。",
    },
  },
};

/** A block of JSON in Markdown, fenced (CommonMark § 4.5). */
const FENCED = /^(`{3,})json[^\S\n]*\n([^]*?)\n\1`*[^\S\n]*$/m;

/**
 * The report that a text holds: `{report, short}`, or `{why, at}`: those of `readReport`, of a short form's `NotShort`, `cut`, or
 * `no-block`.
 *
 * @param {string} text JSON, Markdown with a block of it, a link to a report, or a short form.
 */
export async function opened(text) {
  if (text.length > MOST) return { why: "too-large", at: null };
  const bare = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n").trim();
  if (/^[\[{]/.test(bare) || !bare) {
    const read = readReport(bare);
    return read.why === "no-json" && !/[\]}]$/.test(bare) ? { why: "cut", at: null } : read;
  }
  const fenced = FENCED.exec(bare)?.[2];
  if (fenced) return readReport(fenced);
  if (/^`{3,}json/m.test(bare)) return { why: "cut", at: null };
  const packed = /#r=([^\s)>\]]*)/.exec(bare)?.[1] ?? (/^\d[\w-]{20,}$/.test(bare) ? bare : null);
  if (packed === null) return { why: "no-block", at: null };
  try {
    return { ...checked(await unpack(packed)), short: true };
  } catch ({ reason = "damaged" }) {
    return { why: reason === "too-large" ? "large" : reason, at: null };
  }
}

/** The same of a file. */
async function openedFile(file) {
  if (file.size > MOST) return { why: "too-large", at: null };
  try {
    return await opened(await file.text());
  } catch {
    return { why: "file", at: null };
  }
}

const $ = (id) => document.getElementById(id);

function start(lang) {
  const here = TEXTS[lang];
  const text = (name) => import(`${HERE}pkg/more-${lang}.js`).then((module) => module.default[name]);
  const { say } = words("en");
  // What was opened last: what comes later from before is not shown.
  let turn = 0;

  const paragraph = (said, kind) => el("p", { class: kind }, said);
  const reason = async (read, name) => {
    const own = here.why[read.why];
    return paragraph(own ? say(own, { name }) : unread(read, name, (await text("history")).unread, say), "why");
  };

  async function show(report, mine) {
    await import(`${HERE}push-check.js`);
    if (mine !== turn) return;
    const before = document.querySelector("push-check");
    const check = before ?? el("push-check", { lang });
    check.report = report;
    if (!before) into($("report"), check);
  }

  async function side(reports, mine) {
    const tag = navigator.languages.find((tag) => tag.split("-")[0] === lang) ?? lang;
    const [{ beside }, own, compare] = await Promise.all([import("./beside.js"), import(`./text/${lang}.js`), text("compare")]);
    if (mine !== turn) return;
    beside($("compare"), reports, { tag, texts: own.default, rooms: { compare }, heading: here.two });
  }

  /** `each`: `[where it is from, what it is called, what was read]`. */
  async function tell(each, mine, more) {
    const good = each.filter(([, , { report }]) => report);
    const reports = good.map(([, , { report }]) => report).sort((a, b) => a.run.startedAt - b.run.startedAt);
    const bad = await Promise.all(each.filter(([, , { report }]) => !report).map(([, name, read]) => reason(read, name)));
    if (mine !== turn) return;
    const told = [...new Set(good.map(([from, name]) => say(here[from], { name })))];
    const some = (is) => good.some(([, , read]) => is(read));
    const means = some(({ short }) => short) ? here.short : some(({ report }) => !report.evidence) && here.bare;
    into($("from"), ...bad, more, told.length && paragraph([...told, means].filter(Boolean).join(lang === "ja" ? "" : " ")),
      told.length && paragraph(here.anybody, "muted"));
    $("compare").hidden = reports.length < 2;
    if (reports.length !== 1) into($("report"));
    if (reports.length === 1) await show(reports[0], mine);
    else if (reports.length) await side(reports, mine);
    if (reports.length && mine === turn) scrollTo(0, 0);
  }

  /** What is opened now; `each()` resolves with what `tell` takes. */
  async function open(each, more) {
    const mine = ++turn;
    try {
      await tell(await each(), mine, more);
    } catch {
      if (mine !== turn) return;
      $("compare").hidden = true;
      into($("report"));
      into($("from"), paragraph(here.unable, "why"));
    }
  }

  const take = (from, content) => open(async () => [[from, here.what[from], await opened(content)]]);

  const takeFiles = (files) => {
    const two = [...files].slice(0, 2);
    const each = () => Promise.all(two.map(async (file) => ["file", file.name.slice(0, 80), await openedFile(file)]));
    return open(each, files.length > 2 && paragraph(say(here.many, { n: files.length })));
  };

  const address = () => location.hash.startsWith("#r=") && take("address", location.hash);

  const file = el("input", { type: "file", multiple: true, accept: ".json,.md,.txt" });
  file.addEventListener("change", () => file.files.length && takeFiles(file.files));
  const box = el("textarea", { rows: 4, spellcheck: "false" });
  const go = el("button", { type: "button" }, here.show);
  go.addEventListener("click", () => take("pasted", box.value));
  into($("open"), el("h2", {}, here.open), paragraph(here.offline, "muted"),
    el("div", { class: "drop" }, el("label", {}, here.choose, file)), el("label", {}, here.paste, box), go);

  document.documentElement.lang = lang;
  document.title = document.querySelector("h1").textContent = here.title;
  const over = (yes) => (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", yes);
  };
  addEventListener("dragover", over(true));
  addEventListener("dragleave", over(false));
  addEventListener("drop", (event) => {
    over(false)(event);
    const { files } = event.dataTransfer;
    if (files.length) takeFiles(files);
    else take("pasted", event.dataTransfer.getData("text"));
  });
  addEventListener("paste", ({ target, clipboardData }) => {
    if (target === box) return;
    if (clipboardData.files.length) takeFiles(clipboardData.files);
    else take("pasted", clipboardData.getData("text"));
  });
  addEventListener("hashchange", address);
  address();
}

// Importing this file where there is no page must not throw.
if (globalThis.document) start(navigator.languages.map((tag) => tag.split("-")[0]).find((lang) => LANGUAGES.includes(lang)) ?? "en");
