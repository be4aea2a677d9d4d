// Sends once it is open, comes back after a while, each time a longer one.
const waiting = ["hello"];
let wait = 500;
function connect() {
  const socket = new WebSocket(`${LIVE}/restarts`);
  socket.addEventListener("open", () => {
    waiting.splice(0).forEach((text) => socket.send(text));
  });
  socket.addEventListener("message", () => {
    wait = 500;
  });
  socket.addEventListener("close", () => {
    setTimeout(connect, wait);
    wait *= 2;
  });
}
connect();
