// The server restarts; nobody notices.
const socket = new WebSocket(`${LIVE}/restarts`);
socket.onmessage = ({data}) => {
  document.title = data;
};
socket.onopen = () => setInterval(() => socket.send("still there"), 500);
