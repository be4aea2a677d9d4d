/** The widget without its element, as `pushcheck/run`. */
import { file } from "./near.js";
import { initSync } from "./pkg/pushcheck.js";

export { judgeClients, judgeNetLog, readNetLog, run, runOf } from "./pkg/pushcheck.js";

let loading;

/** Makes the widget ready, once; tried anew after a failure. */
export default function init() {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load() {
  const module = await WebAssembly.compile(await (await file("pkg/pushcheck_bg.wasm")).arrayBuffer());
  initSync({ module });
}
