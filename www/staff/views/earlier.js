/** What has changed since an earlier run of the same ticket. */
import { el, into } from "../../el.js";
import { beside } from "../../beside.js";
import { checked } from "../../more/reading.js";
import { choice } from "../../parts.js";
import { grouped } from "../rows.js";

/** `lines`: the other runs of the ticket. The one that the link was made after is shown first, else the newest before this one. */
export function earlier({ report, link, arrivedAt }, lines, context) {
  const { s, w, m, api } = context;
  const e = s.earlier;
  const place = el("div", { class: "beside" });
  const note = el("p", { class: "muted", role: "status" });
  const sorted = [...lines].sort((one, other) => other.arrivedAt - one.arrivedAt);
  const first = sorted.find(({ id }) => id === link?.after) ?? sorted.find((line) => line.arrivedAt < arrivedAt) ?? sorted[0];
  let turn = 0;
  async function show(id) {
    const mine = (turn += 1);
    note.textContent = e.loading;
    try {
      const other = checked((await api.get(`/v1/reports/${id}`)).report).report;
      if (mine !== turn) return;
      note.textContent = other ? "" : e.unreadable;
      if (!other) return;
      const both = other.run.startedAt > report.run.startedAt ? [report, other] : [other, report];
      beside(place, both, { tag: w.locale, texts: w.t, rooms: m, heading: e.heading });
    } catch (error) {
      if (mine === turn) note.textContent = context.problem(error);
    }
  }
  const named = Object.fromEntries(sorted.slice(0, 50).map(({ id, number, result, arrivedAt: at }) =>
    [id, w.say(e.run, { number: grouped(number), date: w.date(at), result: m.compare.results[result] ?? "" })]));
  const [field] = choice(e.with, named, first.id, show);
  show(first.id);
  return [field, note, into(el("div", {}), place)];
}
