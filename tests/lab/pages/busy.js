// A page's own client: it holds two streams, opens a socket again and again, and has something to do.
addEventListener("DOMContentLoaded", () => {
  const run = "0123456789abcdef0123456789abcdef";
  const base = document.querySelector("push-check").getAttribute("base");
  for (const n of [1, 2]) new EventSource(`${base}v1/runs/${run}/own/${n}/events?count=1&silentMs=60000`);
  const retry = () => {
    const socket = new WebSocket(`${base.replace(/^http/, "ws")}nothing`);
    socket.onclose = () => setTimeout(retry, 250);
  };
  retry();
  setInterval(() => {
    const until = performance.now() + 40;
    while (performance.now() < until);
  }, 200);
});
