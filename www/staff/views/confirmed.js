/** A button that asks once before it does what cannot be undone. */
import { el, into } from "../../el.js";
import { button } from "../../parts.js";

/** `question` names what it is about. */
export function confirmed(label, question, s, act, { problem }) {
  const place = el("span", { class: "confirmed" });
  const first = button(label, () => {
    const yes = button(label, async () => {
      yes.disabled = true;
      try {
        await act();
        back();
      } catch (error) {
        into(place, first, el("span", { class: "why", role: "alert" }, problem(error)));
      }
    }, "danger");
    const no = button(s.no, () => {
      back();
      first.focus();
    });
    into(place, el("span", { role: "alert" }, question), yes, no);
    no.focus();
  }, "danger");
  const back = () => into(place, first);
  back();
  return place;
}
