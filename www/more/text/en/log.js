export default {
  offer: "Make it sure: the browser’s own log",
  why: "A page is never told why a connection fails, but the browser notes it. The log stays on this device: only the names of errors of this check are read from it.",
  choose: "The log",
  read: "The log names {n} of this check’s errors.",
  steps: {
    chromium: ["Open chrome://net-export in a new tab and press “Start Logging to Disk”. Come back here and press “Run again”.", "Press “Stop Logging” there, and choose the file here."],
    gecko: ["Open about:logging in a new tab, choose “Logging to a file” and press “Start Logging”. Come back here and press “Run again”.", "Press “Stop Logging” there, and choose the file here: the one without “child” in its name."],
  },
  unreadable: {
    empty: "There is nothing in that file.",
    "too-large": "That file is too large: more than 500 MB.",
    "no-log": "That file is no such log.",
    "other-run": "That log knows nothing of this check: start it first, then run the check again.",
    file: "That file cannot be read.",
  },
};
