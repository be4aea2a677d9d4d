// Nothing is wrong with it: the server does not want it.
let wait = 300;
function connect() {
  const socket = new WebSocket(`${LIVE}/refused`);
  socket.onclose = () => {
    setTimeout(connect, wait);
    wait *= 2;
  };
}
connect();
