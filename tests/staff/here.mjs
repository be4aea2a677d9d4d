// The page's modules for node: a copy that says that they are modules, as `www/` has no need to.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "pushcheck-staff-"));
cpSync(join(root, "www"), copy, { recursive: true, filter: (from) => !/\/(pkg|examples)$/.test(from) });
writeFileSync(join(copy, "package.json"), '{ "type": "module" }');
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));

/** A module's exports, by its path below `www/`. */
export const load = (name) => import(pathToFileURL(join(copy, name)));

/** A golden report. */
export const golden = (name) => JSON.parse(gunzipSync(readFileSync(join(root, "tests/cases", `${name}.json.gz`))));

/** The catalogue, as the page gets it. */
export const known = (lang) => ({ texts: JSON.parse(readFileSync(join(root, "www/catalogue", `${lang}.json`))), remedies: { causes: {}, products: {} } });

/** What there is to say in a language, as `speech()` has it. */
export async function spoken(lang) {
  const [{ words }, s, texts, m] = await Promise.all([
    load("words.js"), ...[`staff/text/${lang}.js`, `text/${lang}.js`, `more/text/${lang}.js`].map((name) => load(name).then((module) => module.default)),
  ]);
  return { s, w: words(lang, texts), m };
}
