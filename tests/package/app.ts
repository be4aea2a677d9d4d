/** An app that uses the package as people do; the address says where its probe server is, and in which language it speaks. */
import "pushcheck";
import type { End, PushCheck } from "pushcheck";
import type { Report } from "pushcheck/report";
import init, { judgeClients, run, runOf } from "pushcheck/run";

const asked = new URLSearchParams(location.search);
const check: PushCheck = document.createElement("push-check");
const base = asked.get("base");
if (base) check.setAttribute("base", base);
check.lang = asked.get("lang") ?? "en";
document.querySelector("#app")?.append(check);

check.addEventListener("pushcheck-report", ({ detail }) => {
  const report: Report = detail;
  document.title = report.result;
});
check.addEventListener("pushcheck-end", ({ detail }: CustomEvent<End>) => console.log(detail.reason));
addEventListener("pushcheck-start", () => {});

/** The widget alone, for whoever asks the page for it. */
async function alone(options: Parameters<typeof run>[0]): Promise<string> {
  await init();
  const report = await run(options, AbortSignal.timeout(20_000), (progress) => console.log(progress.permille));
  // Nobody looked at this page's clients.
  const judged = judgeClients(report.run.id, []);
  return judged?.result ?? "not judged";
}

Object.assign(globalThis, { alone, runOf });
