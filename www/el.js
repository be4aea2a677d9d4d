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
