// The server ends a session that is not signed in; the app never asks why, and never waits.
function connect() {
  new WebSocket(`${LIVE}/ends`).onclose = connect;
}
connect();
