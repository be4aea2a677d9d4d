/** What goes to a customer with a link: in their language, whatever the staff's page speaks. Pure. */

/** A message to paste into a mail or a chat. `s`, `w`: texts of the customer's language. */
export function message(link, from, { s, w }) {
  const c = s.message;
  const alternates = (link.alternates ?? []).slice(0, 5);
  const until = new Date(link.expiresAt).toLocaleString(w.locale, { dateStyle: "long", timeStyle: "short" });
  const lines = [
    c.hello,
    link.after ? c.again : c.ask,
    link.url,
    w.say(link.mode === "thorough" ? c.long : c.quick, { from }),
    alternates.length > 0 && [c.alternates, ...alternates].join("\n"),
    w.say(c.until, { until, n: w.count(link.runsLeft) }),
    link.ticket && w.say(c.ticket, { ticket: link.ticket }),
    from,
  ];
  return lines.filter(Boolean).join("\n\n");
}
