/** What staff found out about each finding afterwards: it was right, it was wrong, or this mended it. */
import { el, into } from "../../el.js";
import { button, choice, field } from "../../parts.js";
import { cause } from "../../more/compare.js";
import { MARKS } from "./filter.js";
import { when } from "./row.js";

/** Nodes. */
export function marks({ id, report, marksList = [] }, context) {
  const { s } = context;
  const list = el("ul", { class: "marks" }, ...report.findings.slice(0, 50).map((finding) => item(id, finding, marksList.find((one) => one.finding === finding.id) ?? null, context)));
  return [el("p", { class: "muted" }, s.marks.why), list];
}

function item(id, finding, mark, context) {
  const { s, w, api } = context;
  const k = s.marks;
  const said = el("div", { class: "said" });
  const note = el("span", { class: "muted", role: "status" });
  const path = `/v1/reports/${id}/marks/${encodeURIComponent(finding.id)}`;
  const [verdictField, verdict] = choice(k.verdict, k.verdicts, mark?.verdict ?? "right", () => {});
  const [textField, text] = field(k.note, el("input", { type: "text", maxlength: 1000 }));
  text.value = mark?.note ?? "";
  const run = async (act, done) => {
    try {
      await act();
      note.textContent = done;
    } catch (error) {
      note.textContent = context.problem(error);
    }
  };
  const gone = button(k.remove, () => run(async () => {
    await api.remove(path);
    show(null);
    fold.open = true;
    verdict.focus();
  }, k.removed), "small");
  const set = button(k.set, () => run(async () => {
    const body = { verdict: verdict.value, note: text.value.trim() };
    await api.put(path, body);
    show({ ...body, who: context.session.name, at: Date.now() });
  }, k.kept), "small");
  const fold = el("details", {}, el("summary", {}, k.change), el("div", { class: "grid" }, verdictField, textField), el("div", { class: "actions" }, set, gone));
  function show(one) {
    gone.hidden = !one;
    into(said, one && el("p", {}, el("strong", {}, k.verdicts[one.verdict] ?? String(one.verdict).slice(0, 20)), one.note && `: ${String(one.note).slice(0, 1000)}`,
      el("small", { class: "muted" }, ` ${String(one.who ?? "").slice(0, 60)}, `, when(one.at, w.locale))));
  }
  show(mark && MARKS.includes(mark.verdict) ? mark : null);
  return el("li", {}, el("p", { class: "finding" }, cause(finding, w), " ", el("code", {}, finding.code.slice(0, 80))), said, fold, note);
}
