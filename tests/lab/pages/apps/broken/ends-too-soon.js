// Takes a server that needs a third of a second for one that is not there.
function connect() {
  const socket = new WebSocket(`${LIVE}/slow`);
  const patience = setTimeout(() => socket.close(), 100);
  socket.onopen = () => clearTimeout(patience);
  socket.onclose = () => setTimeout(connect, 1000);
}
connect();
