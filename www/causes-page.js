/**
 * The pages of single causes, which say all they have to say without this: shows one language of the two, draws where it breaks,
 * and tells the page's whole address.
 */
const LANGUAGES = ["en", "ja"];

/** What is said in one language; in it may be words of another. */
const PIECES = "body [lang]:not([hreflang], body [lang] [lang])";

const asked = () => LANGUAGES.find((lang) => location.hash === `#${lang}`);
const preferred = () => navigator.languages.map((tag) => tag.split("-")[0]).find((lang) => LANGUAGES.includes(lang));

function show(lang) {
  document.documentElement.lang = lang;
  for (const piece of document.querySelectorAll(PIECES)) piece.hidden = piece.lang !== lang;
  for (const link of document.querySelectorAll("nav a[hreflang]")) {
    if (link.lang === lang) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  // Whoever has chosen need not choose again on the next page.
  for (const link of document.querySelectorAll("a[href*='.html']:not([rel])")) link.hash = lang;
}

/** The picture that the check draws, of the one thing that breaks here. */
async function draw(figure) {
  const { code, method, place, state } = figure.dataset;
  const { lang } = figure.closest("[lang]");
  const [{ path, stands }, { default: t }] = await Promise.all([import("./path.js"), import(`./text/${lang}.js`)]);
  const row = { method, place, state, stands: stands([{ code, method, strength: "proved", severity: "blocking" }], method) };
  figure.prepend(path([row], t.path, t.place[place]));
}

show(asked() ?? preferred() ?? LANGUAGES[0]);
addEventListener("hashchange", () => asked() && show(asked()));
// With one language left there is nothing to jump to below the code.
for (const article of document.querySelectorAll("article")) article.removeAttribute("id");
if (asked()) scrollTo(0, 0);
for (const address of document.querySelectorAll("[data-address]")) address.textContent = location.origin + location.pathname;
// Without the picture the page is whole.
for (const figure of document.querySelectorAll("figure[data-place]")) draw(figure).catch(() => {});
