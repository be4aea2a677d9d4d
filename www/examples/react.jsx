import { StrictMode, useCallback, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

/**
 * <push-check> as a component, in React 18 and before, too. From React 19 on the element itself takes
 * `options={options}` and `onpushcheck-report={({ detail }) => …}`.
 */
function PushCheck({ options, onReport, ...attributes }) {
  const check = useRef(null);

  useEffect(() => {
    check.current.options = options;
  }, [options]);

  useEffect(() => {
    const element = check.current;
    const listener = ({ detail }) => onReport(detail);
    element.addEventListener("pushcheck-report", listener);
    return () => element.removeEventListener("pushcheck-report", listener);
  }, [onReport]);

  return <push-check ref={check} {...attributes} />;
}

// One object for all renderings: a new one each time would be set each time.
const OPTIONS = { need: "chat", labels: { example: "react" } };

function App() {
  const [mounted, setMounted] = useState(true);
  const [report, setReport] = useState(null);
  const onReport = useCallback((report) => setReport(report), []);
  return (
    <>
      <p>
        <button type="button" onClick={() => setMounted(!mounted)}>{mounted ? "Unmount" : "Mount"}</button>
      </p>
      {mounted && <PushCheck required="server-sent-events" options={OPTIONS} onReport={onReport} />}
      <p role="status">
        {report
          ? `The report says “${report.result}”; to use here: ${report.advice?.order.join(", ") || "nothing"}.`
          : "No report yet."}
      </p>
    </>
  );
}

createRoot(document.querySelector("#app")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
