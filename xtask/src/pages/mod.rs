//! A page for each cause, to be named on the phone and read without a run: made of the catalogue.

mod html;
mod source;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::catalogue::{LANGUAGES, read, write};
use crate::workspace::Workspace;
use html::{Html, all, document, el, empty, rich, text};
use source::{Declared, Scenario};

/// Who can change something, besides the person.
const SIDES: [&str; 2] = ["network", "site"];
/// Which step of a numbered list the lines belong to, as in `www/causes.js`.
const LINES_AT: usize = 2;

/// Writes the pages into `www/causes`, and takes those away whose causes are gone.
pub(crate) fn make(ws: &Workspace) -> Result<()> {
    let folder = ws.root.join("www/causes");
    let pages = pages(&ws.root)?;
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let file = entry?.path();
        let is_page = file.extension().is_some_and(|kind| kind == "html");
        let is_known = pages.iter().any(|(name, _)| file.ends_with(name));
        if is_page && !is_known {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    for (name, page) in pages {
        write(&folder.join(name), &page)?;
    }
    Ok(())
}

/// All pages, by the names of their files.
fn pages(root: &Path) -> Result<Vec<(String, String)>> {
    let catalogue = root.join("www/catalogue");
    let code = root.join("src/diagnosis/code.rs");
    let code = fs::read_to_string(&code).with_context(|| code.display().to_string())?;
    let book = Book {
        declared: source::codes(&code).context("src/diagnosis/code.rs")?,
        scenarios: source::scenarios(&root.join("tests/lab/scenarios"))?,
        languages: LANGUAGES
            .iter()
            .map(|lang| read(&catalogue.join(format!("{lang}.json"))))
            .collect::<Result<_>>()?,
        remedies: read(&catalogue.join("remedies.json"))?,
        own: read(&catalogue.join("pages.json"))?,
    };
    let mut pages = vec![("index.html".into(), book.index()?)];
    for declared in &book.declared {
        let page = book.page(declared).with_context(|| declared.code.clone())?;
        pages.push((format!("{}.html", declared.code), page));
    }
    Ok(pages)
}

/// All that the pages are made of.
struct Book {
    declared: Vec<Declared>,
    scenarios: Vec<Scenario>,
    /// The catalogue in each language.
    languages: Vec<Value>,
    remedies: Value,
    /// What only these pages say, by language.
    own: Value,
}

impl Book {
    /// All causes in their groups.
    fn index(&self) -> Result<String> {
        let in_each = |texts: &dyn Fn(&Value, &Value) -> Result<Html>, tag: &str| {
            let all = self.languages.iter().map(|known| {
                let lang = word(known, "lang")?;
                let told = texts(known, &self.own[lang])?;
                Ok(el(tag, &[("lang", lang)], [told]))
            });
            all.collect::<Result<Html>>()
        };
        let mut body = vec![
            el(
                "h1",
                &[],
                [in_each(&|_, own| Ok(text(word(own, "title")?)), "span")?],
            ),
            in_each(&|_, own| Ok(text(word(own, "intro")?)), "p")?,
        ];
        for group in self.declared.chunk_by(|one, next| one.group == next.group) {
            let title = |_: &Value, own: &Value| Ok(text(word(&own["groups"], &group[0].group)?));
            body.push(el("h2", &[], [in_each(&title, "span")?]));
            let items = group.iter().map(|Declared { code, .. }| {
                let headline = |known: &Value, own: &Value| Ok(text(&headline(known, own, code)?));
                let link = el(
                    "a",
                    &[("href", &format!("{code}.html"))],
                    [el("code", &[], [text(code)])],
                );
                Ok(el("li", &[], [link, in_each(&headline, "p")?]))
            });
            let items = items.collect::<Result<Vec<_>>>()?;
            body.push(all("ul", &[("class", "codes")], items));
        }
        let titles = LANGUAGES.map(|lang| word(&self.own[lang], "title"));
        let titles = titles.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(document(
            LANGUAGES[0],
            head(&titles.join(" · ")),
            [self.switch(false)?, all("main", &[], body)],
        ))
    }

    /// One cause.
    fn page(&self, declared: &Declared) -> Result<String> {
        let code = &declared.code;
        let name = format!("{code}.html");
        let quote = el(
            "header",
            &[],
            [
                el("p", &[("class", "muted")], [self.in_all("say")?]),
                el("h1", &[("translate", "no")], [text(code)]),
                el(
                    "p",
                    &[("class", "muted")],
                    [
                        self.in_all("address")?,
                        el(
                            "a",
                            &[("href", &name), ("data-address", ""), ("translate", "no")],
                            [text(&format!("causes/{name}"))],
                        ),
                    ],
                ),
            ],
        );
        let mut body = vec![quote];
        for known in &self.languages {
            body.push(self.article(declared, known)?);
        }
        let title = format!(
            "{code}: {}",
            headline(&self.languages[0], &self.own[LANGUAGES[0]], code)?
        );
        Ok(document(
            LANGUAGES[0],
            head(&title),
            [self.switch(true)?, all("main", &[], body)],
        ))
    }

    /// One cause in one language.
    fn article(&self, declared: &Declared, known: &Value) -> Result<Html> {
        let code = &declared.code;
        let lang = word(known, "lang")?;
        let (own, cause, words) = (&self.own[lang], &known["causes"][code], &known["words"]);
        let section = |title: &str, told: &str| -> Result<[Html; 2]> {
            Ok([
                el("h3", &[], [text(title)]),
                el("p", &[], [rich(word(cause, told)?)]),
            ])
        };
        let mut pieces = vec![el("h2", &[], [text(&headline(known, own, code)?)])];
        pieces.extend(self.figure(declared, own)?);
        pieces.extend(section(word(own, "person")?, "person")?);
        pieces.extend(section(word(own, "happened")?, "happened")?);
        pieces.extend(section(word(words, "means")?, "means")?);
        for side in SIDES {
            pieces.push(el("h3", &[], [text(word(words, side)?)]));
            let told = cause[side].as_str().map(|told| el("p", &[], [rich(told)]));
            let products = self.products(code, side, known)?;
            if told.is_none() && products.is_empty() {
                pieces.push(el("p", &[], [text(word(words, "nothing")?)]));
            }
            pieces.extend(told.into_iter().chain(products));
        }
        pieces.extend(section(word(words, "known")?, "known")?);
        Ok(all("article", &[("id", lang), ("lang", lang)], pieces))
    }

    /// Where it breaks, for the page's script to draw; none where it breaks nothing.
    fn figure(&self, declared: &Declared, own: &Value) -> Result<Option<Html>> {
        let Declared { code, places, .. } = declared;
        let proof = source::proof(&self.scenarios, code);
        let broken = proof.map(|proof| {
            let at_its_place = proof
                .broken
                .iter()
                .find(|(_, place, _)| places.contains(place));
            at_its_place.unwrap_or(&proof.broken[0]).clone()
        });
        let usual = places.iter().find(|place| *place != "nowhere");
        let drawn = broken.or_else(|| {
            let place = usual?.clone();
            let state = if ["held", "close"].contains(&&*place) {
                "warning"
            } else {
                "failed"
            };
            Some((String::new(), place, state.to_owned()))
        });
        let Some((method, place, state)) = drawn else {
            return Ok(None);
        };
        let caption = match proof {
            Some(Scenario {
                name,
                title,
                causes,
                ..
            }) => {
                // Where the lab itself takes another answer for right, this one is not proved.
                let key = if causes.len() == 1 { "proved" } else { "alike" };
                [
                    rich(&word(own, key)?.replace("{name}", name)),
                    text(" "),
                    el("span", &[("lang", "en")], [text(title)]),
                ]
            }
            None => [
                text(word(own, "unproved")?),
                Html::default(),
                Html::default(),
            ],
        };
        let attributes = [
            ("data-code", code.as_str()),
            ("data-place", &place),
            ("data-method", &method),
            ("data-state", &state),
        ];
        Ok(Some(el(
            "figure",
            &attributes,
            [el("figcaption", &[("class", "muted")], caption)],
        )))
    }

    /// What to set in each product on one side.
    fn products(&self, code: &str, side: &str, known: &Value) -> Result<Vec<Html>> {
        let of_side = self.remedies["causes"][code][side].as_object();
        let all = of_side.into_iter().flatten();
        all.map(|(product, block)| {
            self.product(product, block, known)
                .with_context(|| product.clone())
        })
        .collect()
    }

    /// All lines for one product, whatever was found: nobody has looked.
    fn product(&self, product: &str, block: &Value, known: &Value) -> Result<Html> {
        let words = &known["words"];
        let (mut lines, mut has_blanks) = (Vec::new(), false);
        for part in list(block, "parts")? {
            let place = word(part, "in")?;
            let code: Vec<&str> = list(part, "lines")?
                .iter()
                .map(|line| {
                    line["line"]
                        .as_str()
                        .or_else(|| line.as_str())
                        .context("no line")
                })
                .collect::<Result<_>>()?;
            // In a file of IIS angle brackets are its own.
            has_blanks |= code.iter().any(|line| {
                blank(line, '{', '}') || !place.starts_with("iis/") && blank(line, '<', '>')
            });
            lines.push(el("p", &[], [rich(word(&known["contexts"], place)?)]));
            lines.push(el(
                "pre",
                &[("tabindex", "0")],
                [el("code", &[], [text(&code.join("\n"))])],
            ));
        }
        let steps = block["list"]
            .as_str()
            .map(|name| list(&known["lists"], name));
        let told = match steps.transpose()? {
            None => lines,
            Some(steps) => {
                let items = steps.iter().enumerate().map(|(at, step)| {
                    let step = rich(step.as_str().unwrap_or_default());
                    let with = if at == LINES_AT {
                        lines.clone()
                    } else {
                        Vec::new()
                    };
                    all("li", &[], [step].into_iter().chain(with))
                });
                vec![all("ol", &[], items)]
            }
        };
        let fill_in = has_blanks.then(|| word(words, "fillIn")).transpose()?;
        let fill_in = fill_in.map(|told| el("p", &[("class", "muted")], [text(told)]));
        let mut sources = vec![text(word(words, "source")?)];
        for url in list(block, "source")? {
            let url = url.as_str().context("a source is no address")?;
            sources.push(text(" "));
            sources.push(el(
                "a",
                &[("href", url), ("rel", "noreferrer")],
                [text(url)],
            ));
        }
        let name = self.remedies["products"][product].as_str();
        let title = el("h4", &[], [text(name.unwrap_or(product))]);
        let sources = all("p", &[("class", "muted")], sources);
        Ok([title]
            .into_iter()
            .chain(told)
            .chain(fill_in)
            .chain([sources])
            .collect())
    }

    /// The way to each language, and elsewhere.
    fn switch(&self, with_index: bool) -> Result<Html> {
        let mut links = Vec::new();
        for lang in LANGUAGES {
            links.push(el(
                "a",
                &[
                    ("href", &format!("#{lang}")),
                    ("lang", lang),
                    ("hreflang", lang),
                ],
                [text(word(&self.own[lang], "language")?)],
            ));
        }
        let mut elsewhere = vec![("../index.html", self.in_all("check")?)];
        if with_index {
            elsewhere.push(("index.html", self.in_all("all")?));
        }
        links.extend(
            elsewhere
                .into_iter()
                .map(|(href, label)| el("a", &[("href", href)], [label])),
        );
        Ok(all("nav", &[("aria-label", "Language")], links))
    }

    /// A text in all languages, for the page's script to choose from.
    fn in_all(&self, key: &str) -> Result<Html> {
        let all = LANGUAGES.iter().map(|lang| {
            let told = text(word(&self.own[lang], key)?);
            Ok([el("span", &[("lang", lang)], [told]), text(" ")])
        });
        let all = all.collect::<Result<Vec<_>>>()?;
        Ok(all.into_iter().flatten().collect())
    }
}

fn head(title: &str) -> Html {
    [
        empty("meta", &[("charset", "utf-8")]),
        empty(
            "meta",
            &[
                ("name", "viewport"),
                ("content", "width=device-width, initial-scale=1"),
            ],
        ),
        empty(
            "meta",
            &[("name", "color-scheme"), ("content", "light dark")],
        ),
        el("title", &[], [text(title)]),
        empty("link", &[("rel", "icon"), ("href", "../icon.svg")]),
        empty("link", &[("rel", "stylesheet"), ("href", "../causes.css")]),
        el(
            "script",
            &[("type", "module"), ("src", "../causes-page.js")],
            [],
        ),
    ]
    .into_iter()
    .collect()
}

/// The one sentence of a cause.
fn headline(known: &Value, own: &Value, code: &str) -> Result<String> {
    let headline = word(&known["causes"][code], "headline")?;
    Ok(headline.replace("{method}", word(own, "method")?))
}

fn word<'a>(of: &'a Value, key: &str) -> Result<&'a str> {
    of[key]
        .as_str()
        .with_context(|| format!("has no text {key}"))
}

fn list<'a>(of: &'a Value, key: &str) -> Result<&'a [Value]> {
    let list = of[key]
        .as_array()
        .with_context(|| format!("has no list {key}"))?;
    Ok(list)
}

/// Whether something stands between marks for whoever pastes it to fill in.
fn blank(line: &str, open: char, close: char) -> bool {
    line.split(open).skip(1).any(|rest| {
        let inside = rest.split_once(close).map_or("", |(inside, _)| inside);
        !inside.is_empty()
            && (open == '<'
                || inside
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || letter == '_'))
    })
}
