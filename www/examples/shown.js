// Puts each example's own source below it.
for (const place of document.querySelectorAll("[data-source]")) {
  const answer = await fetch(place.dataset.source);
  place.replaceChildren(Object.assign(document.createElement("code"), { textContent: await answer.text() }));
}
