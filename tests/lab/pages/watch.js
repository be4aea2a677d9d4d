// What the page sends as a report goes to an address where its arrival is seen, and is kept in the tab.
const ask = fetch;
globalThis.fetch = (url, init) => {
  if (!String(url).endsWith("/v1/reports")) return ask(url, init);
  const { keepalive, credentials, body } = init;
  sessionStorage.sent = JSON.stringify({ keepalive, credentials, body });
  return ask(String(url).replace("reports", `runs/${JSON.parse(body).run.id}/sent/1/upload`), init);
};
