// "error" is a name that anybody may give an event of their own.
const socket = new WebSocket(`${LIVE}/echo`);
socket.onclose = () => {};
socket.onmessage = ({data}) => {
  dispatchEvent(new CustomEvent("error", {detail: data}));
};
