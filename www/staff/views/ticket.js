/** The report for a ticket system: as Markdown, JSON or a table. */
import { el } from "../../el.js";
import { catalogue } from "../../causes.js";
import { MOST_IN_A_TICKET, markdown } from "../../more/markdown.js";
import { fileName } from "../../more/leave.js";
import { button, copy } from "../../parts.js";
import { csv } from "../csv.js";

/** Hands a text over as a file. */
export function save(name, type, text) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Nodes. */
export function ticket(one, { s, w, m, lang }) {
  const { report, level, number } = one;
  const k = s.ticket;
  const note = el("span", { class: "muted", role: "status" });
  const json = () => JSON.stringify(report, null, 1);
  const text = async () => {
    const known = await catalogue(lang).catch(() => null);
    try {
      return markdown(report, w, known, m.leave.ticket);
    } catch {
      return `\`\`\`json\n${json()}\n\`\`\`\n`;
    }
  };
  const name = fileName(report, level ?? "full").replace(/\.json$/, "");
  const file = (ending) => `${String(number).slice(0, 6)}-${name}.${ending}`;
  return [
    el("p", { class: "muted" }, k.why),
    el("div", { class: "actions" },
      button(k.markdown, async () => {
        const made = await text();
        await copy(made, note, s);
        if (made.length > MOST_IN_A_TICKET) note.textContent += ` ${w.say(k.long, { n: w.count(MOST_IN_A_TICKET) })}`;
      }),
      button(k.json, () => copy(json(), note, s)),
      button(k.saveJson, () => save(file("json"), "application/json", json())),
      button(k.saveMarkdown, async () => save(file("md"), "text/markdown", await text())),
      button(k.csv, () => save(file("csv"), "text/csv", csv(one))), note),
  ];
}
