// The server holds an answer for a second.
async function poll() {
  try {
    const response = await fetch(`${HTTP}/poll`, {signal: AbortSignal.timeout(200)});
    document.title = await response.text();
  } catch {}
  setTimeout(poll, 300);
}
poll();
