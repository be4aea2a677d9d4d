// Listens in a page for what an embedder could hear. Put there from outside, so it touches nothing of the page's own.
if (!window.pushcheckLab) {
  const record = {errors: [], violations: [], events: []};
  const lab = {
    record,
    settled: null,
    // Never rejects: what became of the element's promise stands in `settled`.
    start(element) {
      lab.settled = null;
      const settle = (settled) => { lab.settled = settled; };
      const failed = (error) => settle({error: String(error)});
      try {
        Promise.resolve(element.start()).then((report) => settle({report: report ?? element.report}), failed);
      } catch (error) {
        failed(error);
      }
    },
  };
  window.pushcheckLab = lab;
  window.addEventListener("error", (event) => {
    record.errors.push(event.message ?? `cannot load ${event.target?.src ?? event.target?.href ?? event.target?.localName}`);
  }, true);
  window.addEventListener("unhandledrejection", (event) => record.errors.push(`unhandled: ${event.reason}`));
  document.addEventListener("securitypolicyviolation", (event) => {
    record.violations.push(`${event.effectiveDirective} ${event.blockedURI}`.trim());
  });
  for (const name of ["start", "progress", "report", "end"]) {
    window.addEventListener(`pushcheck-${name}`, () => record.events.push({name, at: performance.now()}));
  }
}
