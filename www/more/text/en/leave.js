/** English: how a report leaves. `{name}` is replaced; nothing is glued from pieces. */
export default {
  title: "Report",
  why: "The report stays on this page until you send, copy or save it. What leaves is exactly what is shown below.",
  level: "How much leaves",
  levels: {
    public: ["Public", "For a public ticket: results, causes and figures; no names or addresses of hosts, nothing that names you or this device."],
    support: ["For support", "For whoever runs {host}: also what that server saw of this check, this page’s address and your browser’s full name."],
    full: ["Everything", "For yourself, or somebody you trust: the whole report."],
  },
  form: "Show it as",
  forms: { json: "JSON", markdown: "Markdown" },
  preview: "What leaves",
  size: "{n} bytes",
  ticket: {
    method: "Method",
    verdict: "Verdict",
    findings: "Findings",
    details: "Details",
    began: "Began",
    run: "Run",
    browser: "Browser",
    server: "Server instance",
    version: "Version",
    lanes: "Ways to the server",
    more: "{n} more in the JSON below.",
  },
  tooLong: "Longer than issues of common trackers may be ({n} characters): attach the JSON file instead, or choose less.",
  loading: "Preparing …",
  noTable: "What may leave could not be loaded, so nothing leaves yet.",
  unmade: "This report is not what it says it is: nothing of it leaves.",
  again: "Try again",

  send: "Send to {host}",
  sending: {
    post: "Sending …",
    "web-socket": "Trying a WebSocket …",
    get: "Trying small pieces …",
  },
  by: {
    post: "Sent in one request. Its number there: {id}.",
    "web-socket": "Sent over a WebSocket. Its number there: {id}.",
    get: "Sent in small pieces. Its number there: {id}.",
  },
  // What had to be left out to fit: the sentence behind one of the above.
  left: {
    evidence: "The raw evidence was left out: with it the report is larger than the server takes. What was sent is shown below.",
    attempts: "The raw evidence and the single attempts were left out: with them the report is larger than the server takes. What was sent is shown below.",
  },
  failed: {
    unreached: "It could not be sent: by no way did an answer of {host} come back. Copy or save the report instead.",
    late: "It could not be sent: {host} did not answer in time. Copy or save the report instead.",
    stranger: "It could not be sent: something on the way answered in the place of {host}. Copy or save the report instead.",
    refused: "{host} did not take it (status {status}). Copy or save the report instead.",
    large: "It could not be sent: it is too large for what gets through here. Choose less, or save the report instead.",
  },

  copyMarkdown: "Copy as Markdown",
  copyJson: "Copy JSON",
  download: "Download JSON",
  print: "Print",
  copied: {
    markdown: "Copied as Markdown.",
    json: "Copied as JSON.",
    link: "Link copied.",
  },

  qr: {
    title: "By QR code",
    why: "A short form: the results, causes and figures, without single attempts. It stands in the part of the address that browsers send to nobody; whoever opens it reads it in their own browser.",
    names: "The report in it names no host, but the link leads to this page’s server, {host}, and so names it to whoever sees it.",
    label: "QR code with a link to the short form of this report",
    link: "The link",
    copy: "Copy the link",
    none: "The QR code could not be drawn here. The link holds the same.",
    unable: "There is no short form of this report.",
  },
};
