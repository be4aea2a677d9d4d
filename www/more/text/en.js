/** English: what the rooms say. Another language is a file beside it with the same keys. */
import admin from "./en/admin.js";
import another from "./en/another.js";
import charts from "./en/charts.js";
import compare from "./en/compare.js";
import details from "./en/details.js";
import history from "./en/history.js";
import leave from "./en/leave.js";
import letter from "./en/letter.js";
import log from "./en/log.js";
import readers from "./en/readers.js";
import side from "./en/side.js";
import timeline from "./en/timeline.js";

export default { admin, another, charts, compare, details, history, leave, letter, log, readers, side, timeline };
