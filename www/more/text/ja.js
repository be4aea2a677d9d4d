/** Japanese: what the rooms say. */
import admin from "./ja/admin.js";
import another from "./ja/another.js";
import charts from "./ja/charts.js";
import compare from "./ja/compare.js";
import details from "./ja/details.js";
import history from "./ja/history.js";
import leave from "./ja/leave.js";
import letter from "./ja/letter.js";
import log from "./ja/log.js";
import readers from "./ja/readers.js";
import side from "./ja/side.js";
import timeline from "./ja/timeline.js";

export default { admin, another, charts, compare, details, history, leave, letter, log, readers, side, timeline };
