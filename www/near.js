/**
 * What comes later and lies beside these modules on the probe server: scripts, and files that are no scripts. What is built
 * without a server around it has another module in this one's place (`xtask/package/near.js`).
 */

/** Where all this is served. */
const HERE = new URL("./", import.meta.url).href;

/** The probe server of whoever names none. */
export const BASE = HERE;

/** The address of a file. */
export const at = (name) => HERE + name;

/** A script's exports. */
export const script = (name) => import(at(name));

/** A file, as the answer that it came in; rejects where it is not there. `init`: as for `fetch()`. */
export async function file(name, init) {
  const answer = await fetch(at(name), init);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer;
}
