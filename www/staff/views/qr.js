/** An address as a QR code, for a screen or paper. */
import { el, svg } from "../../el.js";
import { qr } from "../../qr.js";
import { dark } from "../../more/leave.js";

/** Light modules around it (ISO/IEC 18004 § 6.3.8). */
const QUIET = 4;

/** A place that fills itself. */
export function code(text, label, unable) {
  const place = el("div", { class: "qr" });
  qr(text).then(({ size, rows }) => {
    const side = size + 2 * QUIET;
    place.append(svg("svg", { role: "img", "aria-label": label, viewBox: `0 0 ${side} ${side}`, "shape-rendering": "crispEdges" },
      svg("rect", { width: side, height: side, fill: "#fff" }), svg("path", { d: dark(rows), fill: "#000" })));
  }).catch(() => place.append(el("p", { class: "muted" }, unable)));
  return place;
}
