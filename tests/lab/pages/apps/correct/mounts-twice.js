// As a component does that is mounted, unmounted and mounted again.
function mount() {
  const socket = new WebSocket(`${LIVE}/echo`);
  socket.onclose = () => {};
  return () => socket.close();
}
mount()();
mount();
