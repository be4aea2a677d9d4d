//! Names in the page the origins to which it may post its report when they frame or open it.

use crate::origin::EmbedOrigin;

/// Stands in `index.html`, once, with nothing in it.
const MARKER: &str = "<meta name=\"pushcheck-post-to\" content=\"";

/// The page with the listed origins in its marker; `None`: there is nobody to name, or no marker. Neither `*` nor
/// `null` is ever named: a report is for somebody.
pub(super) fn named(html: &[u8], listed: &[EmbedOrigin]) -> Option<Vec<u8>> {
    let origins: Vec<String> = listed
        .iter()
        .filter_map(|one| match one {
            EmbedOrigin::Of(origin) => Some(origin.to_string()),
            EmbedOrigin::Any | EmbedOrigin::Null => None,
        })
        .collect();
    let html = std::str::from_utf8(html).ok()?;
    let (before, after) = html.split_once(MARKER)?;
    // An origin was parsed: it holds neither quotes nor spaces.
    (!origins.is_empty()).then(|| {
        [before, MARKER, &origins.join(" "), after]
            .concat()
            .into_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_are_named() {
        let html = b"<meta name=\"pushcheck-post-to\" content=\"\"><p>";
        let of = |text: &str| EmbedOrigin::Of(text.parse().expect("an origin"));
        assert_eq!(named(html, &[EmbedOrigin::Any, EmbedOrigin::Null]), None);
        assert_eq!(named(b"<p>", &[of("https://app.test")]), None);
        let page = named(
            html,
            &[
                of("https://app.test"),
                EmbedOrigin::Any,
                of("http://b.test:81"),
            ],
        );
        let expected =
            "<meta name=\"pushcheck-post-to\" content=\"https://app.test http://b.test:81\"><p>";
        assert_eq!(page.as_deref(), Some(expected.as_bytes()));
    }
}
