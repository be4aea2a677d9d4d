//! What the page is told in its own head: to whom it may post its report, and where else it is reached.

use crate::origin::EmbedOrigin;

/// Each stands in `index.html`, once, with nothing in it.
const POST_TO: &str = "<meta name=\"pushcheck-post-to\" content=\"";
const ALTERNATES: &str = "<meta name=\"pushcheck-alternates\" content=\"";

/// The page with the listed origins and the other addresses in their markers; `None`: there is nothing to name, or no marker.
/// Neither `*` nor `null` is ever named: a report is for somebody.
pub(super) fn told(html: &[u8], listed: &[EmbedOrigin], alternates: &[String]) -> Option<Vec<u8>> {
    let origins: Vec<String> = listed
        .iter()
        .filter_map(|one| match one {
            EmbedOrigin::Of(origin) => Some(origin.to_string()),
            EmbedOrigin::Any | EmbedOrigin::Null => None,
        })
        .collect();
    let html = std::str::from_utf8(html).ok()?;
    let mut page = None;
    // Origins and paths were parsed: they hold neither quotes nor spaces.
    for (marker, values) in [
        (POST_TO, origins.join(" ")),
        (ALTERNATES, alternates.join(" ")),
    ] {
        if let Some(filled) = filled(page.as_deref().unwrap_or(html), marker, &values) {
            page = Some(filled);
        }
    }
    page.map(String::into_bytes)
}

fn filled(html: &str, marker: &str, values: &str) -> Option<String> {
    let (before, after) = html.split_once(marker)?;
    (!values.is_empty()).then(|| [before, marker, values, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = b"<meta name=\"pushcheck-post-to\" content=\"\"><meta name=\"pushcheck-alternates\" content=\"\"><p>";

    fn of(text: &str) -> EmbedOrigin {
        EmbedOrigin::Of(text.parse().expect("an origin"))
    }

    #[test]
    fn only_origins_are_named() {
        assert_eq!(
            told(PAGE, &[EmbedOrigin::Any, EmbedOrigin::Null], &[]),
            None
        );
        assert_eq!(
            told(
                b"<p>",
                &[of("https://app.test")],
                &["https://b.test/".to_owned()]
            ),
            None
        );
        let listed = [
            of("https://app.test"),
            EmbedOrigin::Any,
            of("http://b.test:81"),
        ];
        let expected = "<meta name=\"pushcheck-post-to\" content=\"https://app.test http://b.test:81\"><meta name=\"pushcheck-alternates\" content=\"\"><p>";
        assert_eq!(
            told(PAGE, &listed, &[]).as_deref(),
            Some(expected.as_bytes())
        );
    }

    #[test]
    fn other_addresses_are_named_beside_them_or_alone() {
        let alternates = [
            "https://b.test/check/".to_owned(),
            "https://c.test/check/".to_owned(),
        ];
        let expected = "<meta name=\"pushcheck-post-to\" content=\"\"><meta name=\"pushcheck-alternates\" content=\"https://b.test/check/ https://c.test/check/\"><p>";
        assert_eq!(
            told(PAGE, &[EmbedOrigin::Any], &alternates).as_deref(),
            Some(expected.as_bytes())
        );
        let both = told(PAGE, &[of("https://app.test")], &alternates).expect("both");
        let both = String::from_utf8(both).expect("text");
        assert!(
            both.contains("to\" content=\"https://app.test\">")
                && both.contains("es\" content=\"https://b.test/check/ "),
            "{both}"
        );
    }
}
