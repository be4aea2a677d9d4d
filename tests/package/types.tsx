/** What must not pass the compiler does not, and JSX knows the element. */
import { PushCheck } from "pushcheck/react";
import type { Options, Report, Progress } from "pushcheck/report";
import { judgeNetLog, run } from "pushcheck/run";

// @ts-expect-error A package has no server of its own.
void run({});
// @ts-expect-error No such method.
const wrong: Options = { methods: ["carrier-pigeon"] };
// @ts-expect-error It is read only.
new PushCheck().running = true;
// @ts-expect-error No report is without its result.
const none: Report = { schema: 1 };
// @ts-expect-error No such attribute.
const unknown = <push-check base="https://probe.example/" bass="x" />;
// @ts-expect-error A server has to be named.
const nowhere = <push-check />;

const told = (report: Report) => report.methods.map(({ method, verdict }) => `${method}: ${verdict}`);
const read: Report | "empty" | "too-large" | "no-log" | "other-run" = judgeNetLog("");

export const element = (
  <push-check
    base="https://probe.example/"
    auto=""
    required="web-socket"
    ref={(check: PushCheck | null) => void check?.stop()}
    options={{ need: "chat" }}
    report={null}
    onpushcheck-report={({ detail }) => told(detail)}
    onpushcheck-progress={({ detail }: CustomEvent<Progress>) => detail.permille}
  />
);
export { none, nowhere, read, unknown, wrong };
