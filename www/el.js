/** An element with attributes and children; what is empty is left out. */
export function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const name in attributes) {
    if (attributes[name]) made.setAttribute(name, attributes[name]);
  }
  return into(made, ...children);
}

/** Replaces what is in it. */
export function into(node, ...children) {
  node.replaceChildren(...children.filter(Boolean));
  return node;
}

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
