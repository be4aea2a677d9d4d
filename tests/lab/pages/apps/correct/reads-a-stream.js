// Takes what comes.
fetch(`${HTTP}/stream`).then(async ({body}) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) document.title = part.value;
});
