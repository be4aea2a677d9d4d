// Answers in the page for a server that has support links, by the token's first digit, and keeps what was asked and sent.
// Reports are taken as that server takes them; all else goes where it was to go.
(() => {
  const asked = { links: [], reports: [] };
  globalThis.linkedLab = asked;
  const link = (more) => ({
    ticket: "ACME-4711",
    from: "ACME support",
    note: "Hello,\nplease run this at your desk.",
    language: null,
    test: { required: ["web-socket"], mode: "quick", skip: ["streaming-fetch"], endpoints: [] },
    start: "click",
    level: "support",
    expiresAt: Date.now() + 864e5,
    runsLeft: 3,
    alternates: ["https://other.example"],
    before: null,
    ...more,
  });
  const markup = "<img src=x onerror='globalThis.acted = 1'><script>acted = 1</script>";
  const endpoints = [
    { method: "web-socket", url: "wss://chat.app.example/live?room=7" },
    { method: "server-sent-events", url: "https://events.app.example:8443/" },
  ];
  const LINKS = {
    0: link({}),
    1: link({ test: { required: [], mode: "quick", skip: [], endpoints }, start: "itself" }),
    2: link({ start: "itself" }),
    3: link({ language: "ja", before: "K7M2PX" }),
    4: link({ from: markup, note: markup, ticket: markup, level: markup, language: markup, alternates: [markup, "javascript:acted=1"], before: markup,
      test: { required: [markup], mode: markup, skip: markup, endpoints: [{ method: markup, url: markup }, { method: "web-socket", url: "javascript:acted=1" }] } }),
    5: link({ level: "public", note: null }),
    6: link({ level: "full", test: { required: [], mode: "thorough", skip: [], endpoints: [] } }),
  };
  const REFUSED = { 7: [400, "malformed"], 8: [404, "unknown"], 9: [410, "expired"], a: [410, "used-up"], b: [410, "revoked"] };
  const answer = (status, said, headers = { "Pushcheck-Answer": "1" }) => new Response(JSON.stringify(said), { status, headers });
  const refusal = (status, why) => answer(status, { type: "about:blank", title: why, status, link: why });
  const { fetch: go } = globalThis;
  globalThis.fetch = async (url, init = {}) => {
    const { pathname } = new URL(url instanceof Request ? url.url : url, location.href);
    if (init.method !== "POST") return go(url, init);
    if (pathname.endsWith("/v1/link")) {
      asked.links.push(init.body);
      const [first] = init.body;
      if (first === "c") return new Response("<h1>Please sign in</h1>");
      if (first === "d" && !asked.heals) throw new TypeError("unreachable");
      if (first === "e") return answer(503, { title: "overloaded", status: 503 });
      return REFUSED[first] ? refusal(...REFUSED[first]) : answer(200, LINKS[first] ?? LINKS[0]);
    }
    if (pathname.endsWith("/v1/reports")) {
      asked.reports.push({ body: init.body, credentials: init.credentials });
      return asked.closed ? refusal(410, asked.closed) : answer(201, { id: "0123456789abcdef0123456789abcdef", number: "K7M2PX" });
    }
    return go(url, init);
  };
})();
