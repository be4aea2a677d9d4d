// The server's first word is "welcome".
const socket = new WebSocket(`${LIVE}/echo`);
socket.onclose = () => {};
socket.addEventListener("message", ({data}) => {
  document.title = JSON.parse(data).title;
});
