// A socket a job, one after another, each closed when it has its answer.
let jobs = 40;
function work() {
  const socket = new WebSocket(`${LIVE}/echo`);
  socket.onmessage = () => socket.close();
  socket.onclose = () => {
    if (--jobs) work();
  };
}
work();
