// Tries at once, and keeps for later what is too early.
const socket = new WebSocket(`${LIVE}/echo`);
const waiting = [];
const say = (text) => {
  try {
    socket.send(text);
  } catch {
    waiting.push(text);
  }
};
socket.onopen = () => waiting.splice(0).forEach(say);
socket.onclose = () => {};
say("hello");
