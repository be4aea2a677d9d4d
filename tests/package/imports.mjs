/** Where there is no page, importing does nothing and throws nothing. */
import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("node_modules/pushcheck/package.json", import.meta.url), "utf8"));
let imported = 0;
for (const [name, of] of Object.entries(exports)) {
  if (!of.default?.endsWith(".js")) continue;
  await import(`pushcheck${name.slice(1)}`);
  imported += 1;
}
const { default: init, run } = await import("pushcheck/run");
if (typeof init !== "function" || typeof run !== "function") throw new Error("pushcheck/run exports something else");
if (globalThis.PushCheck || imported < 4) throw new Error(`${imported} imports`);
console.log(`${imported} imports`);
