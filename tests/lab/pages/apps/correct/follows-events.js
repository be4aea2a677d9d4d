// The browser opens the stream again by itself.
new EventSource(`${HTTP}/events`).addEventListener("message", ({data}) => {
  document.title = data;
});
