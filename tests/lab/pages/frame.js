// `?page=` names what is framed.
window.messages = [];
window.addEventListener("message", ({data, origin}) => window.messages.push({data, origin}));
document.addEventListener("DOMContentLoaded", () => {
  const frame = document.createElement("iframe");
  frame.src = new URLSearchParams(location.search).get("page");
  document.body.append(frame);
});
