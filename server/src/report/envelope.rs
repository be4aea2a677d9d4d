//! What may stand before a report: the line `link <token>`, by which it belongs to what support asked for. The line is no
//! header, so that every way of sending has it and none needs a preflight.

use bytes::Bytes;
use hyper::StatusCode;
use pushcheck_store::Id;

use crate::problem::Problem;

/// How much the line may add to a body, bytes.
pub(crate) const LONGEST: u64 = 64;

const WORD: &[u8] = b"link ";

/// The token, where there is one, and the report.
pub(crate) fn split(body: &Bytes) -> Result<(Option<Id>, Bytes), Problem> {
    let Some(rest) = body.strip_prefix(WORD) else {
        return Ok((None, body.clone()));
    };
    let malformed = Problem::link(StatusCode::BAD_REQUEST, "malformed");
    let end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or(malformed)?;
    let token = std::str::from_utf8(&rest[..end])
        .ok()
        .and_then(|token| token.parse().ok());
    Ok((
        Some(token.ok_or(malformed)?),
        body.slice(WORD.len() + end + 1..),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_line_before_a_report_is_taken_off() {
        let body = Bytes::from(format!("link {TOKEN}\n{{}}"));
        let (token, report) = split(&body).expect("a token");
        assert_eq!(
            (token.expect("one").as_str(), &report[..]),
            (TOKEN, &b"{}"[..])
        );
        let bare = Bytes::from_static(b"{\"link \":1}");
        assert_eq!(split(&bare).expect("none"), (None, bare));
    }

    #[test]
    fn what_is_no_token_is_named_as_that() {
        for text in [
            "link \n{}".to_owned(),
            format!("link {TOKEN}"),
            format!("link {TOKEN} \n{{}}"),
            "link \u{e9}\n".to_owned(),
        ] {
            assert_eq!(
                split(&Bytes::from(text.clone())).expect_err(&text).link,
                Some("malformed")
            );
        }
    }
}
