//! A report in pieces, `GET v1/reports/<upload>/<n>/<of>?<piece>`: for networks that let nothing out but GET. Joined in
//! their order the pieces are base64url, without padding, of the raw deflate (RFC 1951) of the report.
//!
//! Whatever has come may come again: networks repeat a GET, and scanners fetch what was fetched. What a piece was answered
//! last it is answered again, and another piece under the same number is a conflict.

use std::fmt::{self, Write as _};
use std::io::Read;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::bufread::DeflateDecoder;
use hyper::{Response, StatusCode};
use pushcheck::wire::IdError;

use crate::answer::{self, Body};
use crate::app::App;
use crate::problem::{Problem, Refusal};
use crate::route::Ask;

use super::intake::{Asker, take};
use super::told;
use super::uploads::{Answered, Finished, Step};

/// The most pieces of one report.
const MOST_PIECES: u8 = 64;

/// The most characters of one piece: with all around it less than the shortest line that servers of today refuse.
const LONGEST: usize = 1_500;

/// Which piece of which report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PiecePath {
    pub(super) upload: UploadId,
    /// From 1.
    pub(super) n: u8,
    pub(super) of: u8,
}

/// A name that the page makes for its report: 32 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UploadId([u8; 32]);

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|digit| f.write_char(char::from(*digit)))
    }
}

impl FromStr for UploadId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits: Result<[u8; 32], _> = text.as_bytes().try_into();
        match digits {
            Ok(digits)
                if digits
                    .iter()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) =>
            {
                Ok(Self(digits))
            }
            _ => Err(IdError("upload")),
        }
    }
}

impl PiecePath {
    /// Of the path's segments.
    pub(crate) fn from_segments(upload: &str, n: &str, of: &str) -> Result<Self, IdError> {
        let number = |text: &str, most: u8, name| {
            let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
            let number = text.parse().ok().filter(|number| *number <= most);
            number.filter(|_| plain).ok_or(IdError(name))
        };
        let of = number(of, MOST_PIECES, "of")?;
        Ok(Self {
            upload: upload.parse()?,
            n: number(n, of, "piece")?,
            of,
        })
    }

    /// From 0.
    pub(super) fn at(&self) -> usize {
        usize::from(self.n) - 1
    }
}

/// 204 as long as others are missing, then what a POST of the whole is answered.
pub(crate) async fn answer(
    app: &App,
    ask: Ask,
    path: PiecePath,
) -> Result<Response<Body>, Problem> {
    let piece = ask.request.uri().query().unwrap_or_default();
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if piece.is_empty() || !piece.bytes().all(is_letter) {
        return Err(Problem::malformed("piece"));
    }
    if piece.len() > LONGEST {
        return Err(Problem::over("piece", Refusal::Size));
    }
    let asker = Asker::of(app, &ask, true);
    let uploads = &app.reports.uploads;
    let turn = match uploads.is_everywhere() {
        true => Some(app.reports.turn(ask.source)?),
        false => None,
    };
    let added = uploads.add(&path, piece, ask.source, app.clock.now());
    let pieces = match added.await? {
        Step::More => return Ok(answer::empty(StatusCode::NO_CONTENT)),
        Step::Known(answer) => return Ok(answer),
        Step::Whole(pieces) => pieces,
    };
    let _turn = match turn {
        Some(turn) => turn,
        None => app.reports.turn(ask.source)?,
    };
    let most = app.limits.report_bytes;
    let whole = pieces.clone();
    // Where it could not be kept the last piece may come again.
    let outcome = take(app, &asker, move || unpacked(&whole, most)).await?;
    let answered = match &outcome {
        Ok(taken) => told(taken),
        Err(wrong) => wrong.clone().answer(),
    };
    let finished = Finished::new(&pieces, Answered::new(answered).await);
    let finish = uploads.finish(&path.upload, ask.source, app.clock.now(), finished);
    finish.await
}

/// What the pieces carry.
fn unpacked(pieces: &[Box<str>], most: u64) -> Result<Bytes, Problem> {
    let packed = URL_SAFE_NO_PAD.decode(pieces.concat()).ok();
    let report = packed.and_then(|packed| inflated(&packed, most).ok());
    match report {
        None => Err(Problem::malformed("report")),
        Some(report) if report.len() as u64 > most => Err(Problem::too_large("report")),
        Some(report) => Ok(report.into()),
    }
}

/// Of more than `most` bytes only one more is made.
fn inflated(packed: &[u8], most: u64) -> std::io::Result<Vec<u8>> {
    let mut report = Vec::new();
    DeflateDecoder::new(packed)
        .take(most.saturating_add(1))
        .read_to_end(&mut report)?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;

    use super::*;

    const UPLOAD: &str = "0123456789abcdef0123456789abcdef";

    fn path(n: &str, of: &str) -> Result<PiecePath, IdError> {
        PiecePath::from_segments(UPLOAD, n, of)
    }

    fn packed(report: &[u8]) -> Vec<Box<str>> {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
        packer.write_all(report).expect("in memory");
        let text = URL_SAFE_NO_PAD.encode(packer.finish().expect("in memory"));
        let pieces = text.as_bytes().chunks(LONGEST);
        pieces
            .map(|piece| String::from_utf8_lossy(piece).into())
            .collect()
    }

    #[test]
    fn a_piece_is_one_of_some() {
        for (n, of) in [("1", "1"), ("64", "64"), ("3", "12")] {
            assert!(path(n, of).is_ok(), "{n}/{of}");
        }
        for n in ["0", "13", "", "+1", "01", "-1", "1.0", "a"] {
            assert_eq!(path(n, "12"), Err(IdError("piece")), "{n}");
        }
        for of in ["0", "65", "", "+1", "012", "300"] {
            assert_eq!(path("1", of), Err(IdError("of")), "{of}");
        }
        for upload in [
            "",
            "0123",
            &UPLOAD.to_uppercase(),
            &UPLOAD.replace('0', "g"),
        ] {
            let path = PiecePath::from_segments(upload, "1", "1");
            assert_eq!(path, Err(IdError("upload")), "{upload}");
        }
    }

    #[test]
    fn of_a_bomb_no_more_is_made_than_fits() {
        let bomb = packed(&vec![b' '; 5_000_000]);
        assert!(bomb.len() <= MOST_PIECES.into(), "{}", bomb.len());
        let made = URL_SAFE_NO_PAD.decode(bomb.concat()).expect("packed");
        assert_eq!(inflated(&made, 1_000).expect("sound").len(), 1_001);
        let problem = unpacked(&bomb, 1_000).expect_err("too large");
        assert_eq!(problem.status, StatusCode::PAYLOAD_TOO_LARGE);
        let fits = unpacked(&packed(&[7; 1_000]), 1_000).expect("it fits");
        assert_eq!(fits, [7; 1_000][..]);
        assert!(unpacked(&packed(&[7; 1_001]), 1_000).is_err());
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(report in prop::collection::vec(0u8..20, 0..4_000)) {
            let again = unpacked(&packed(&report), 4_000).expect("packed");
            prop_assert_eq!(&again[..], &report[..]);
        }

        #[test]
        fn any_pieces_are_unpacked_or_refused(text in "[A-Za-z0-9_-]{0,300}") {
            if let Ok(report) = unpacked(&[text.into()], 500) {
                prop_assert!(report.len() <= 500);
            }
        }
    }
}
