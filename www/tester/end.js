/** How it ended, and what is known of why; what a browser hides is called hidden. */
import { el, into } from "../el.js";
import { consoleLine, told } from "./core.js";
import { field, say } from "../parts.js";

/** `{node, show(end, doubts), hide()}`. */
export function ending(t, bytes) {
  const list = el("div", { id: "end", role: "status" });
  const input = el("textarea", { rows: 2, spellcheck: "false", autocomplete: "off" });
  const [consoleField] = field(t.consoleLine, input);
  const says = el("p", { role: "status" });
  const console = el("div", {}, el("p", { class: "muted" }, t.endOf.console), consoleField, says);
  const node = el("section", { "aria-label": t.end }, el("h2", {}, t.end), list, console);
  node.hidden = true;

  const link = (href, text) => el("a", { href, target: "_blank", rel: "noopener" }, text);
  const causes = (all) => el("ul", {}, ...all.map((code) => el("li", {}, link(`causes/${code}.html`, code))));

  input.addEventListener("input", () => {
    if (!input.value.trim()) return into(says);
    const { cause, netError, status } = consoleLine(input.value);
    return into(says, ...[
      cause && t.consoleSays.cause, cause && " ", cause && link(`causes/${cause}.html`, cause), cause && ". ",
      netError && say(t.consoleSays.netError, { name: netError }), netError && " ",
      status && say(t.consoleSays.status, { status }),
      !cause && !netError && !status && t.consoleSays.nothing,
    ]);
  });

  function closed({ code, reason, clean, opened }) {
    const known = told(code, opened);
    return [
      [say(t.endOf.closed, { code }), t.codes[code] ?? t.ranges[known.range]],
      opened && [reason ? say(t.endOf.reason, { reason }) : clean && t.endOf.noReason, clean ? t.endOf.clean : t.endOf.unclean],
      [known.name && say(t.endOf.named, { code, name: known.name }), !known.onTheWire && say(t.endOf.said, { code }),
        ...known.uses.map(([by, word]) => say(t.endOf.use, { by, word }))],
      !opened && [t.endOf.hidden],
      opened && known.causes.length > 0 && { causes: known.causes },
    ];
  }

  const HOW = {
    closed,
    events: ({ opened }) => [[opened ? t.endOf.unclean : t.endOf.hiddenEvents]],
    fetch: ({ message }) => [[say(t.notes.error, { message })], [t.endOf.hiddenFetch]],
    whole: ({ status, size }) => [[say(t.endOf.whole, { status, bytes: bytes(size) })]],
    cut: ({ status, size }) => [[say(t.endOf.status, { status }), say(t.endOf.cut, { bytes: bytes(size) })]],
    threw: ({ message }) => [[say(t.endOf.threw, { message })]],
    stopped: () => [[t.state.stopped]],
  };

  return {
    node,
    hide() {
      node.hidden = true;
      into(list);
    },
    show(end, doubts) {
      const gap = t.lang === "ja" ? "" : " ";
      const rows = HOW[end.how](end).filter(Boolean).map((row) => (row.causes
        ? el("div", {}, el("p", {}, t.endOf.causes), causes(row.causes))
        : el("p", {}, row.filter(Boolean).join(gap)))).filter(({ textContent }) => textContent);
      const failed = !end.opened && end.how !== "stopped";
      const doubted = doubts.filter(({ severity, cause }) => cause && severity !== "remark").map(({ cause }) => cause);
      if (failed && doubted.length) rows.push(el("p", {}, t.endOf.doubts), causes([...new Set(doubted)]));
      if (failed) rows.push(el("p", {}, t.endOf.checkWhy, " ", link("./", t.endOf.check)));
      into(list, ...rows);
      input.value = "";
      into(says);
      console.hidden = !failed && !(end.how === "closed" && !end.clean);
      node.hidden = false;
    },
  };
}
