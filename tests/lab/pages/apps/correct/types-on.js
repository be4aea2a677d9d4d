// Each letter asks anew, and takes the question before it back; the last one is taken back, too.
let typed = new AbortController();
["a", "ab", "abc", "abcd"].forEach((text, turn) => setTimeout(() => {
  typed.abort();
  typed = new AbortController();
  fetch(`${HTTP}/poll?q=${text}`, {signal: typed.signal}).catch(() => {});
}, 150 * turn));
setTimeout(() => typed.abort(), 700);
