// Greets at once, and the socket is still connecting.
const socket = new WebSocket(`${LIVE}/echo`);
socket.onclose = socket.onerror = () => {};
socket.send("hello");
