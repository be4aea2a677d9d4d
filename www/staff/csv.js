/** One report's methods as a table for spreadsheets (RFC 4180). Pure. */

/** A cell, in which no spreadsheet finds a formula. */
export function cell(value) {
  const text = value === null || value === undefined ? "" : String(value).slice(0, 500);
  const plain = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

const COLUMNS = ["number", "ticket", "startedAt", "method", "required", "verdict", "place", "openUs", "roundTripUs", "delayUs", "worstDelayUs", "idleCutMs", "causes"];

/** @param {{number: string, ticket: ?string, report: object}} one As the server tells it. */
export function csv({ number, ticket, report }) {
  const { run, methods, findings } = report;
  const began = new Date(run.startedAt);
  const rows = methods.slice(0, 50).map(({ method, required, verdict, place, lanes, delivery, idleCut }) => {
    const timing = (lanes.find(({ lane }) => lane === "main") ?? lanes[0])?.timing;
    const causes = findings.filter((one) => !one.foldedUnder && (!one.method || one.method === method)).map(({ code }) => code);
    return [
      number, ticket, Number.isNaN(began.getTime()) ? "" : began.toISOString(), method, required, verdict, place, timing?.openUs,
      timing?.roundTrip?.medianUs, delivery?.medianUs, delivery?.worstUs, idleCut?.diedMs, causes.join(" "),
    ];
  });
  return [COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
