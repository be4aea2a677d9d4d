/**
 * In the place of `www/near.js` where no server stands around the element: what comes later is a part of what was built, and
 * whoever uses it names the probe server. No part is asked for by an address, so bundlers may move them.
 */
import { FILES, SCRIPTS } from "./parts.js";

/** Nobody knows: `base` has to say. */
export const BASE = undefined;

/** What a person is told of a part that does not come. */
export const at = (name) => `pushcheck/${name}`;

/** A script's exports. */
export const script = async (name) => SCRIPTS[name]();

/** A file, as the answer that it would come in. */
export async function file(name) {
  const { default: packed } = await FILES[name]();
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
}
