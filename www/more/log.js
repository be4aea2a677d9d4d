/** The browser's own log of its network, where one may name a cause that is not sure. */
import { el } from "../el.js";

export const STYLE = `
[part=log] > * { margin-top: .4em }
[part=log] ol { padding-inline-start: 1.3em }
`;

/** How this browser records one; none: it would tell nothing more, or this browser writes none that can be read. */
export function steps({ evidence, findings, methods, surroundings }, l) {
  const traces = evidence?.traces ?? [];
  const failed = methods.some(({ verdict }) => verdict === "failed");
  const sure = findings.length && findings.every(({ strength, severity }) => strength === "proved" || severity === "info");
  const unread = !traces.some(({ events }) => events.some(({ event }) => event.what === "net-error"));
  return failed && !sure && unread && traces.length ? l.steps[surroundings.engine?.family] ?? [] : [];
}

/** What asks for it and takes it. */
export function log(report, { m: { log: l }, act }) {
  const todo = steps(report, l);
  if (!todo.length) return null;
  const file = el("input", { type: "file", accept: ".json,.log,.txt,.moz_log" });
  const take = ({ files }) => files.length && act.log(files[0]);
  file.addEventListener("change", () => {
    take(file);
    file.value = "";
  });
  const shown = el("details", { part: "log" }, el("summary", {}, l.offer), el("p", { class: "muted" }, l.why),
    el("ol", {}, ...todo.map((step) => el("li", {}, step))), el("label", {}, l.choose, " ", file));
  shown.addEventListener("dragover", (event) => event.preventDefault());
  shown.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer);
  });
  return shown;
}
