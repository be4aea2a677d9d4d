// Streams end now and then; the browser would open this one again.
const source = new EventSource(`${HTTP}/events`);
source.onmessage = ({data}) => {
  document.title = data;
};
source.onerror = () => source.close();
