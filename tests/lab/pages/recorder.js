// Listens in a page for what an embedder could hear, and keeps the keys of its runs, so that the lab can ask the server
// what it saw. Put there from outside.
if (!window.pushcheckLab) {
  const record = {errors: [], violations: [], events: []};
  const keys = [];
  const lab = {
    record,
    keys,
    reports: [],
    settled: null,
    // Never rejects: what became of the promise stands in `settled`.
    settle(begin) {
      lab.settled = null;
      const failed = (error) => { lab.settled = {error: String(error)}; };
      try {
        Promise.resolve(begin()).then((report) => { lab.settled = {report: report ?? null}; }, failed);
      } catch (error) {
        failed(error);
      }
    },
    start: (element) => lab.settle(() => element.start()),
  };
  window.pushcheckLab = lab;
  window.addEventListener("error", (event) => {
    const source = event.target?.src ?? event.target?.href ?? event.target?.localName;
    record.errors.push(event.message ?? `cannot load ${source}`);
  }, true);
  window.addEventListener("unhandledrejection", (event) => record.errors.push(`unhandled: ${event.reason}`));
  document.addEventListener("securitypolicyviolation", (event) => {
    // MiniBrowser asks for it by itself, whatever the page says.
    if (event.blockedURI === `${location.origin}/favicon.ico`) return;
    record.violations.push(`${event.effectiveDirective} ${event.blockedURI}`.trim());
  });
  for (const name of ["start", "progress", "report", "end"]) {
    window.addEventListener(`pushcheck-${name}`, ({detail}) => {
      const {reason = null, message = null} = (name === "end" && detail) || {};
      record.events.push({name, at: performance.now(), reason, message});
      if (name === "report") lab.reports.push(detail);
    });
  }
  // A run's key is the only thing of sixteen random bytes that the widget draws.
  const {crypto} = window;
  const draw = crypto.getRandomValues;
  crypto.getRandomValues = (array) => {
    const drawn = draw.call(crypto, array);
    if (drawn.byteLength === 16) keys.push(Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join(""));
    return drawn;
  };
}
