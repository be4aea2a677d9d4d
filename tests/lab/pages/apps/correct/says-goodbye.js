// A socket for one job: the server ends it when all is said.
new WebSocket(`${LIVE}/goodbye`).onmessage = ({data}) => {
  document.title = data;
};
