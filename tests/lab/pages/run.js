// `?module=` names the widget's module; by default that beside this folder.
const module = new URLSearchParams(location.search).get("module") ?? new URL("../pkg/pushcheck.js", import.meta.url).href;
const widget = await import(module);
await widget.default();
window.widget = widget;
