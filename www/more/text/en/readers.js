export default {
  label: "For whom",
  you: "You",
  network: "Your network admin",
  site: "Site operator",
  report: "Report",
  nothing: "Nothing was found that needs a change.",
};
