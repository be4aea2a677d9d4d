/** The element, for React: the same script, with types for JSX beside it. */
export * from "./push-check.js";
