/** English: what goes to a customer. */
export default {
  message: {
    hello: "Hello,",
    ask: "please open this link where live updates do not work, on the same device and in the same network:",
    again: "please open this link once more where live updates did not work, on the same device and in the same network. It shows whether the change has helped:",
    quick: "The page checks your connection for a few seconds. It connects to our check server and, if the page says so, to addresses of the app. When it is done, press “Send to {from}”: you see beforehand what is sent.",
    long: "The page checks your connection for two to six minutes: please leave it open and in front. It connects to our check server and, if the page says so, to addresses of the app. When it is done, press “Send to {from}”: you see beforehand what is sent.",
    alternates: "If the link does not open, try:",
    until: "The link works until {until} (reports left: {n}).",
    ticket: "Ticket: {ticket}",
  },
  reply: {
    hello: "Hello,",
    thanks: "thank you for running the check. We have its report, number {number}.",
    lines: {
      passed: "Works: {methods}",
      warning: "Works, with a flaw: {methods}",
      failed: "Does not work: {methods}",
      unsure: "Could not be judged: {methods}",
    },
    found: "What was found:",
    told: "By this report you have told us; we look into it.",
    todo: {
      works: "Nothing has to change on your side for what the app needs.",
      network: "Please pass this on to whoever runs your network (at work: the IT department). We gladly send them a letter with the exact settings.",
      between: "Whether the reason lies in your network, at your provider or with us is not certain yet. A second check from another network, such as a phone’s, would tell: if it works there, it is most likely your network.",
      elsewhere: "As far as we can see, it is not your network. We look into it on our side, and come back to you.",
      nothing: "The check could not tell anything this time. Please run it once more.",
      open: "The reason is not certain yet. A second check from another network, such as a phone’s, would help: if it works there, it is most likely your network.",
    },
    partly: "As long as the app can use what works, nothing has to change on your side. If it needs the rest ({methods}):",
    use: "Until then these work where you are: {methods}.",
    again: "To check again:",
    bye: "Kind regards\n{from}",
  },
};
