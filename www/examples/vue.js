import { createApp, h, ref, shallowRef } from "vue";

// A render function, because a strict policy forbids compiling templates in the page. In a template, compiled before:
//   <push-check required="server-sent-events" :options.prop="options" @pushcheck-report="report = $event.detail" />
// with `compilerOptions: { isCustomElement: (tag) => tag === "push-check" }`.
createApp({
  setup() {
    const mounted = ref(true);
    // Shallow, and plain: neither a report nor options need a proxy around each of their parts.
    const report = shallowRef(null);
    const options = { need: "chat", labels: { example: "vue" } };
    const told = ({ result, advice }) => `The report says “${result}”; to use here: ${advice?.order.join(", ") || "nothing"}.`;
    return () => [
      h("p", [
        h("button", { type: "button", onClick: () => (mounted.value = !mounted.value) }, mounted.value ? "Unmount" : "Mount"),
      ]),
      mounted.value &&
        h("push-check", {
          required: "server-sent-events",
          ".options": options,
          onPushcheckReport: ({ detail }) => (report.value = detail),
        }),
      h("p", { role: "status" }, report.value ? told(report.value) : "No report yet."),
    ];
  },
}).mount("#app");
