// One socket is in order; the other one asks for the same subprotocol twice.
new WebSocket(`${LIVE}/echo`).onclose = () => {};
try {
  new WebSocket(`${LIVE}/echo`, ["chat", "chat"]);
} catch {
  document.title = "one is enough";
}
