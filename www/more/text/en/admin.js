export default {
  title: "A letter to your network admin",
  intro: "It says first whether anything has to change, then what, and how that is known. Nothing is sent until you send it.",
  language: "Language of the letter:",
  copy: "Copy letter",
  copied: "Letter copied.",
  mail: "Mail …",
  cut: "The letter is too long for a link: “Mail …” begins it and copies all of it, to be pasted there. Or attach the saved text.",
  copiedForMail: "Letter copied: paste it into the mail.",
  save: "Save as text",
  unloaded: "The letter could not be loaded in that language.",
};
