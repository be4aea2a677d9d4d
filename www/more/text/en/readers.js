export default {
  label: "For whom",
  you: "You",
  network: "Your network admin",
  site: "Site operator",
  report: "Report",
  nothing: "Nothing was found that needs a change.",
  unclear: "No cause was found; that does not say that there is none.",
};
