//! HTML, written and never glued from texts: what is not markup is escaped.

use std::fmt::Write as _;

/// A piece of a page.
#[derive(Clone, Default)]
pub(super) struct Html(String);

impl Html {
    /// The text of it.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl FromIterator<Self> for Html {
    fn from_iter<T: IntoIterator<Item = Self>>(pieces: T) -> Self {
        Self(pieces.into_iter().map(|piece| piece.0).collect())
    }
}

/// A text as it stands between tags, or in quotes.
pub(super) fn text(text: &str) -> Html {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            other => escaped.push(other),
        }
    }
    Html(escaped)
}

/// An element with its attributes and what is in it.
pub(super) fn el<const N: usize>(
    name: &str,
    attributes: &[(&str, &str)],
    inner: [Html; N],
) -> Html {
    all(name, attributes, inner)
}

/// The same of any number of pieces.
pub(super) fn all(
    name: &str,
    attributes: &[(&str, &str)],
    inner: impl IntoIterator<Item = Html>,
) -> Html {
    let Html(mut made) = empty(name, attributes);
    for piece in inner {
        made += &piece.0;
    }
    let _ = write!(made, "</{name}>");
    Html(made)
}

/// An element that has nothing in it, and no end tag.
pub(super) fn empty(name: &str, attributes: &[(&str, &str)]) -> Html {
    let mut made = format!("<{name}");
    for (key, value) in attributes {
        let _ = write!(made, " {key}");
        if !value.is_empty() {
            let _ = write!(made, "=\"{}\"", text(value).0);
        }
    }
    made.push('>');
    Html(made)
}

/// A text whose `settings` are code.
pub(super) fn rich(marked: &str) -> Html {
    let pieces = marked.split('`').enumerate();
    pieces
        .map(|(at, piece)| match at % 2 {
            0 => text(piece),
            _ => el("code", &[], [text(piece)]),
        })
        .collect()
}

/// The document around its head and body.
pub(super) fn document(lang: &str, head: Html, body: [Html; 2]) -> String {
    let html = el(
        "html",
        &[("lang", lang)],
        [el("head", &[], [head]), el("body", &[], body)],
    );
    format!("<!doctype html>\n{}\n", html.into_string())
}

#[cfg(test)]
mod tests {
    use super::{document, el, rich, text};

    #[test]
    fn what_is_no_markup_is_escaped() {
        let made = el(
            "p",
            &[("title", "\"<&"), ("hidden", "")],
            [text("a < b & \"c\"")],
        );
        assert_eq!(
            made.into_string(),
            "<p title=\"&quot;&lt;&amp;\" hidden>a &lt; b &amp; &quot;c&quot;</p>"
        );
        assert_eq!(
            rich("set `a <b>` so").into_string(),
            "set <code>a &lt;b&gt;</code> so"
        );
        assert_eq!(
            document("en", text("h"), [text("b"), text("c")]),
            "<!doctype html>\n<html lang=\"en\"><head>h</head><body>bc</body></html>\n"
        );
    }
}
