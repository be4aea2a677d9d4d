/** A new link, and what became of one. */
import { linked } from "./linked.js";
import { fresh } from "./new-link.js";

export default (context, route) => (route.of && route.of !== "new" ? linked(context, route.of) : fresh(context, route.query));
