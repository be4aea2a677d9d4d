const check = document.querySelector("push-check");
const place = document.querySelector("#place");
const told = document.querySelector("#told");

// What stands here goes before the attributes; it may be set before the element's own script has arrived.
check.options = { need: "chat", labels: { example: "plain" } };

check.addEventListener("pushcheck-report", ({ detail: report }) => {
  told.textContent = `The report says “${report.result}”; to use here: ${report.advice?.order.join(", ") || "nothing"}.`;
});

document.querySelector("#toggle").addEventListener("click", ({ currentTarget }) => {
  // A run that is on ends with the element, and its connections with it.
  if (check.isConnected) check.remove();
  else place.append(check);
  currentTarget.textContent = check.isConnected ? "Take it away" : "Put it back";
});
