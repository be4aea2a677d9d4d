// Waits for as long as the server holds, and ends what is not wanted any more.
let first = true;
async function poll() {
  const change = new AbortController();
  if (!first) setTimeout(() => change.abort(), 300);
  first = !first;
  try {
    document.title = await (await fetch(`${HTTP}/poll`, {signal: AbortSignal.any([change.signal, AbortSignal.timeout(30_000)])})).text();
  } catch {}
  poll();
}
poll();
