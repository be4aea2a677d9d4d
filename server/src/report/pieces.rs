//! A report in pieces, `GET v1/reports/<upload>/<n>/<of>?<piece>`: for networks that let nothing out but GET. Joined in
//! their order the pieces are base64url, without padding, of the raw deflate (RFC 1951) of the report.
//!
//! Whatever has come may come again: networks repeat a GET, and scanners fetch what was fetched. What a piece was answered
//! last it is answered again, and another piece under the same number is a conflict.

use std::io::Read;
use std::str::FromStr;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::bufread::DeflateDecoder;
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::IdError;
use sha2::{Digest, Sha256};

use crate::answer::{self, Body};
use crate::app::App;
use crate::lock;
use crate::problem::{Problem, Refusal};
use crate::route::Ask;
use crate::shelf::{Room, Shelf};
use crate::source::SourceId;

use super::intake::{Asker, Taken, take};
use super::{Wrong, told};

/// The most pieces of one report.
const MOST_PIECES: u8 = 64;

/// The most characters of one piece: with all around it less than the shortest line that servers of today refuse.
const LONGEST: usize = 1_500;

/// The most uploads that are not whole: of 96 kB each.
const UNFINISHED: usize = 64;

/// The most that are: of what they were answered, for pages that have not heard it.
const FINISHED: usize = 256;

/// How long an upload is known after its last new piece.
const KEEP: Micros = Micros::ms(120_000);

/// Which piece of which report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PiecePath {
    upload: UploadId,
    /// From 1.
    n: u8,
    of: u8,
}

/// A name that the page makes for its report: 32 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct UploadId([u8; 32]);

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
}

/// The reports that come in pieces.
#[derive(Debug)]
pub(crate) struct Uploads(Mutex<Shelves>);

#[derive(Debug)]
struct Shelves {
    unfinished: Shelf<UploadId, Pieces>,
    finished: Shelf<UploadId, Finished>,
}

/// Piece by piece.
type Pieces = Vec<Option<Box<str>>>;

/// What has become of an upload that was whole.
#[derive(Debug)]
struct Finished {
    /// SHA-256 of each piece.
    digests: Vec<[u8; 32]>,
    outcome: Result<Taken, Wrong>,
}

impl Finished {
    fn answer(&self) -> Response<Body> {
        match &self.outcome {
            Ok(taken) => told(taken),
            Err(wrong) => wrong.clone().answer(),
        }
    }
}

/// What a piece makes of its upload.
#[derive(Debug)]
enum Step {
    /// Others are missing.
    More,
    /// It is whole.
    Whole(Vec<Box<str>>),
    /// It was whole before: what was answered then.
    Known(Response<Body>),
}

impl Uploads {
    pub(crate) fn new() -> Self {
        let room = |most| Room {
            most,
            most_of_source: most,
            most_bytes: usize::MAX,
            keep: KEEP,
        };
        Self(Mutex::new(Shelves {
            unfinished: Shelf::new(room(UNFINISHED)),
            finished: Shelf::new(room(FINISHED)),
        }))
    }

    /// Forgets what is over its time.
    pub(crate) fn sweep(&self, now: Micros) {
        let mut shelves = lock(&self.0);
        shelves.unfinished.sweep(now);
        shelves.finished.sweep(now);
    }

    fn add(
        &self,
        path: &PiecePath,
        piece: &str,
        source: SourceId,
        now: Micros,
    ) -> Result<Step, Problem> {
        let (upload, at, of) = (&path.upload, usize::from(path.n) - 1, usize::from(path.of));
        let mut shelves = lock(&self.0);
        if let Some(done) = shelves.finished.get(upload, now) {
            let is_same = done.digests.len() == of && done.digests.get(at) == Some(&digest(piece));
            return match is_same {
                true => Ok(Step::Known(done.answer())),
                false => Err(Problem::conflict("piece")),
            };
        }
        let unfinished = &mut shelves.unfinished;
        if unfinished.get(upload, now).is_none() {
            unfinished.put(upload.clone(), vec![None; of], 0, source, now);
        }
        let pieces = unfinished.get(upload, now).ok_or(Problem::overloaded())?;
        if pieces.len() != of {
            return Err(Problem::conflict("of"));
        }
        let place = pieces.get_mut(at).ok_or(Problem::malformed("piece"))?;
        let is_new = place.is_none();
        if **place.get_or_insert_with(|| piece.into()) != *piece {
            return Err(Problem::conflict("piece"));
        }
        let whole: Option<Vec<Box<str>>> = pieces.iter().cloned().collect();
        if is_new {
            unfinished.touch(upload, now);
        }
        Ok(whole.map_or(Step::More, Step::Whole))
    }

    /// Remembers what has become of an upload. Where the same piece came twice at once, the first to get here counts.
    fn finish(
        &self,
        upload: &UploadId,
        source: SourceId,
        now: Micros,
        finished: Finished,
    ) -> Response<Body> {
        let mut shelves = lock(&self.0);
        if let Some(done) = shelves.finished.get(upload, now) {
            return done.answer();
        }
        let answer = finished.answer();
        shelves.unfinished.take(upload);
        shelves
            .finished
            .put(upload.clone(), finished, 0, source, now);
        answer
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
    let pieces = match app
        .reports
        .uploads
        .add(&path, piece, ask.source, app.clock.now())?
    {
        Step::More => return Ok(answer::empty(StatusCode::NO_CONTENT)),
        Step::Known(answer) => return Ok(answer),
        Step::Whole(pieces) => pieces,
    };
    let _turn = app.reports.turn()?;
    let digests = pieces.iter().map(|piece| digest(piece)).collect();
    let most = app.limits.report_bytes;
    // Where it could not be kept the last piece may come again.
    let outcome = take(app, &asker, move || unpacked(&pieces, most)).await?;
    let finished = Finished { digests, outcome };
    let now = app.clock.now();
    Ok(app
        .reports
        .uploads
        .finish(&path.upload, ask.source, now, finished))
}

fn digest(piece: &str) -> [u8; 32] {
    Sha256::digest(piece).into()
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
    use crate::source::Sources;

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

    #[test]
    fn only_so_many_are_unfinished_and_none_for_long() {
        let uploads = Uploads::new();
        let sources = Sources::default();
        let source = |last| sources.id([192, 0, 2, last].into());
        let add = |upload: u32, n: &str, source, now| {
            let path = PiecePath::from_segments(&format!("{upload:032x}"), n, "2");
            let step = uploads.add(&path.expect("a path"), "abc", source, Micros(now));
            matches!(step, Ok(Step::Whole(_)))
        };
        assert!(!add(1, "1", source(1), 1));
        for n in 2..=200 {
            assert!(!add(n, "1", source(2), n.into()));
        }
        assert!(add(1, "2", source(1), 200), "others' do not drive it out");
        assert!(add(200, "2", source(2), 200));
        assert!(!add(2, "2", source(2), 200), "their own do");
        let later = 200 + KEEP.0;
        assert!(add(199, "2", source(2), later - 1));
        assert!(!add(198, "2", source(2), later), "over its time");
    }

    #[test]
    fn what_came_twice_at_once_is_kept_once() {
        let uploads = Uploads::new();
        let source = Sources::default().id([192, 0, 2, 1].into());
        let upload = UPLOAD.parse().expect("an upload");
        let finish = |outcome| {
            let digests = Vec::new();
            let finished = Finished { digests, outcome };
            let answer = uploads.finish(&upload, source, Micros(1), finished);
            answer.status().as_u16()
        };
        assert_eq!(finish(Ok(Taken::default())), 201);
        assert_eq!(finish(Err(Wrong::At(Vec::new()))), 201);
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
