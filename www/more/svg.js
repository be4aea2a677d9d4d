/** Drawings, for the rooms. */
export { svg } from "../el.js";
