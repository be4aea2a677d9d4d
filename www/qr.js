/**
 * QR codes, by a module of their own that is fetched when the first one is asked for.
 */

import { file } from "./near.js";

let loading;

/** The module's exports, once; asked for anew after a failure. */
function loaded() {
  loading ??= file("pkg/qr.wasm").then(async (answer) => {
    const { instance } = await WebAssembly.instantiate(await answer.arrayBuffer());
    return instance.exports;
  });
  loading.catch(() => loading = undefined);
  return loading;
}

/**
 * The smallest code for a text of up to 2,900 bytes of UTF-8: `{size, rows}`, modules on a side, and of each row a string with
 * `1` for a dark module and `0` for a light one. Draw four light modules around it.
 *
 * @param {string} text
 * @returns {Promise<{size: number, rows: string[]}>}
 * @throws {RangeError} where the text is too long
 */
export async function qr(text) {
  const bytes = new TextEncoder().encode(text);
  const { memory, buffer, longest, encode } = await loaded();
  if (bytes.length > longest()) throw new RangeError(`${bytes.length} bytes are too many for a QR code: ${longest()} at most`);
  const at = buffer();
  new Uint8Array(memory.buffer, at).set(bytes);
  const size = encode(bytes.length);
  if (!size) throw new Error("no QR code could be made");
  const row = (y) => new TextDecoder().decode(new Uint8Array(memory.buffer, at + y * size, size));
  return { size, rows: Array.from({ length: size }, (_, y) => row(y)) };
}
