// Wrong itself, and at a server that wants nobody: which of them it is cannot be told from here.
const socket = new WebSocket(`${LIVE}/refused`);
socket.onclose = () => {};
socket.send("hello");
