/** A report as its customer saw it: the same element, in the staff's language. Nothing is tried, and nothing is sent. */
import { dress, el } from "../../el.js";
import { script } from "../../near.js";

/** What only a customer's own page has a use for. */
const HIDDEN = "[part=primary], [part=offers], [part=share], [part=send], [data-room=history] { display: none !important } [part=card] { max-width: none !important }";

export function check(report, { s, session }) {
  const made = el("push-check", { lang: s.lang, base: session.publicUrls?.[0] }, s.report.loading);
  script("push-check.js").then(() => {
    customElements.upgrade(made);
    dress(made.shadowRoot, HIDDEN);
    made.report = report;
  }, () => made.replaceWith(el("p", { class: "notice why", role: "alert" }, s.report.unable)));
  return made;
}
