/** The ways to the server, and what was tried on them. */
import { el } from "./el.js";

/** Every attempt, with its lane. */
export const attemptsOf = (methods) => methods.flatMap(({ lanes }) => lanes.flatMap(({ lane, attempts }) => attempts.map((a) => ({ ...a, lane }))));

/** Why a lane was not tried, with a link to the same page there where that helps. */
export function untried({ scheme, host, port, skipped }, { t, say }, base) {
  const said = [t.skipped[skipped] ?? skipped];
  if (skipped === "mixed-content" && base) {
    const url = new URL(base);
    url.protocol = scheme;
    if (host) url.hostname = host;
    url.port = port;
    said.push(" ", el("a", { href: url, target: "_blank" }, say(t.openPlain, { url })));
  }
  return said;
}
