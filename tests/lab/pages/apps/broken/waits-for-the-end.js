// The stream has no end.
fetch(`${HTTP}/stream`).then(async (response) => {
  document.title = await response.text();
});
