// 1001 is none that a page may send: close() throws, and the socket stays open until the server ends it.
const socket = new WebSocket(`${LIVE}/ends`);
socket.onopen = () => {
  try {
    socket.close(1001);
  } catch {
    document.title = "still open";
  }
};
