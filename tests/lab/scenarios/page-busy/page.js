const run = "0123456789abcdef0123456789abcdef";
for (const n of [1, 2]) {
  new EventSource(`http://probe.test/v1/runs/${run}/own/${n}/events?count=1&silentMs=60000`);
}
const retry = () => {
  const socket = new WebSocket("ws://probe.test/nothing");
  socket.onclose = () => setTimeout(retry, 100);
};
retry();
