/** What is looked at closely, each a room: the methods side by side, charts, the timeline, earlier checks. */
import { STYLE as CHARTS } from "./more/charts.js";
import { STYLE as HISTORY } from "./more/history.js";
import { STYLE as SIDE } from "./more/side.js";
import { STYLE as TIMELINE } from "./more/timeline.js";

export { charts } from "./more/charts.js";
export { history } from "./more/history.js";
export { side } from "./more/side.js";
export { highlight, timeline } from "./more/timeline.js";

/** How they look. */
export const STYLE = [CHARTS, HISTORY, SIDE, TIMELINE].join("");
