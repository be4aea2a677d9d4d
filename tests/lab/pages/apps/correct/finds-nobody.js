// The stream is not there any more.
const source = new EventSource(`${HTTP}/nothing`);
source.onerror = () => source.close();
