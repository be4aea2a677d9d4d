// Asked again for the same request, a person would give up.
const asked = new Set();
chrome.webRequest.onAuthRequired.addListener(
  ({requestId}, answer) => {
    const again = asked.has(requestId);
    asked.add(requestId);
    answer(again ? {cancel: true} : {authCredentials: {username: "visitor", password: "visitor"}});
  },
  {urls: ["<all_urls>"]},
  ["asyncBlocking"],
);
