const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; what is empty is left out. */
export const el = (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children);

/** The same of a drawing. */
export const svg = (tag, attributes, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

function filled(made, attributes, children) {
  for (const name in attributes) {
    if (attributes[name] || attributes[name] === 0) made.setAttribute(name, attributes[name]);
  }
  return into(made, ...children);
}

/** Replaces what is in it. */
export function into(node, ...children) {
  node.replaceChildren(...children.filter(Boolean));
  return node;
}

/** The same value, in which nothing is found but what was put there: keys come from strangers, who may ask for `constructor`. */
export const bare = (value) => (value && typeof value === "object" && !Array.isArray(value)
  ? Object.assign(Object.create(null), Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bare(one)]))) : value);

/**
 * Adds a style sheet to a root. A constructed one needs no `style-src`, and its text comes with the modules: a `<link>` or a fetch
 * would cost a request that starts only when the element is there.
 */
export function dress(root, css) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    // Safari before 16.4.
    root.append(Object.assign(document.createElement("style"), { textContent: css }));
  }
}
