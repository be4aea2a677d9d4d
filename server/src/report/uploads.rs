//! What has come of reports in pieces, and what has become of those that were whole: in memory, or where nodes share a store, there.

use std::sync::Mutex;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck_store::shelf::{self, Named, Part};
use pushcheck_store::{Ms, Store};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::answer::{self, Body};
use crate::clock::{hex, wall_ms};
use crate::lock;
use crate::problem::Problem;
use crate::shelf::{Everywhere, Room, Shelf};
use crate::source::SourceId;

use super::pieces::{PiecePath, UploadId};

/// The most uploads that are not whole: of 96 kB each.
const UNFINISHED: usize = 64;

/// The most that are: of what they were answered, for pages that have not heard it.
const FINISHED: usize = 256;

/// How long an upload is known after its last new piece.
pub(super) const KEEP: Micros = Micros::ms(120_000);

/// The same shelves in the store.
const UNFINISHED_EVERYWHERE: shelf::Room = everywhere("pieces", UNFINISHED);
const FINISHED_EVERYWHERE: shelf::Room = everywhere("whole", FINISHED);
const BOTH: [&shelf::Room; 2] = [&UNFINISHED_EVERYWHERE, &FINISHED_EVERYWHERE];

const fn everywhere(shelf: &'static str, most: usize) -> shelf::Room {
    shelf::Room {
        shelf,
        most: most as i64,
        most_of_source: most as i64,
        // Pieces are few and short.
        most_bytes: i64::MAX,
        keep: (KEEP.0 / 1_000) as Ms,
    }
}

/// The reports that come in pieces.
#[derive(Debug)]
pub(super) enum Uploads {
    Here(Mutex<Shelves>),
    Everywhere(Everywhere),
}

#[derive(Debug)]
pub(super) struct Shelves {
    unfinished: Shelf<UploadId, Pieces>,
    finished: Shelf<UploadId, Finished>,
}

/// Piece by piece.
type Pieces = Vec<Option<Box<str>>>;

/// What has become of an upload that was whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Finished {
    /// SHA-256 of each piece.
    digests: Vec<String>,
    answered: Answered,
}

impl Finished {
    pub(super) fn new(pieces: &[Box<str>], answered: Answered) -> Self {
        Self {
            digests: pieces.iter().map(|piece| digest(piece)).collect(),
            answered,
        }
    }

    /// What it was answered, if it was of these pieces.
    fn of(&self, path: &PiecePath, piece: &str) -> Result<Step, Problem> {
        let is_same = self.digests.len() == usize::from(path.of)
            && self.digests.get(path.at()) == Some(&digest(piece));
        match is_same {
            true => Ok(Step::Known(self.answered.answer())),
            false => Err(Problem::conflict("piece")),
        }
    }
}

/// An answer that can be given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answered {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answered {
    pub(super) async fn new(answer: Response<Body>) -> Self {
        let (head, body) = answer.into_parts();
        let headers = head.headers.iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        let body = match body.collect().await {
            Ok(whole) => whole.to_bytes(),
            Err(never) => match never {},
        };
        Self {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub(super) fn answer(&self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let body = Bytes::copy_from_slice(self.body.as_bytes());
        let mut answer = answer::full(status, "application/json", body);
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                answer.headers_mut().insert(name, value);
            }
        }
        answer
    }
}

/// What a piece makes of its upload.
#[derive(Debug)]
pub(super) enum Step {
    /// Others are missing.
    More,
    /// It is whole.
    Whole(Vec<Box<str>>),
    /// It was whole before: what was answered then.
    Known(Response<Body>),
}

impl Uploads {
    /// In memory, or where the nodes share it, in the store.
    pub(super) fn new(store: &Store) -> Self {
        if store.is_shared() {
            return Self::Everywhere(Everywhere::new(store.clone()));
        }
        let room = |most| Room {
            most,
            most_of_source: most,
            most_bytes: usize::MAX,
            keep: KEEP,
        };
        Self::Here(Mutex::new(Shelves {
            unfinished: Shelf::new(room(UNFINISHED)),
            finished: Shelf::new(room(FINISHED)),
        }))
    }

    /// Each piece is work for the store.
    pub(super) const fn is_everywhere(&self) -> bool {
        matches!(self, Self::Everywhere(_))
    }

    /// Forgets what is over its time.
    pub(super) async fn sweep(&self, now: Micros) {
        match self {
            Self::Here(shelves) => {
                let mut shelves = lock(shelves);
                shelves.unfinished.sweep(now);
                shelves.finished.sweep(now);
            }
            Self::Everywhere(shelf) => {
                for room in BOTH {
                    // Told there; swept again soon.
                    let _ = shelf.ask(shelf.store.sweep_shelf(room, wall_ms())).await;
                }
            }
        }
    }

    /// Adds a piece.
    pub(super) async fn add(
        &self,
        path: &PiecePath,
        piece: &str,
        source: SourceId,
        now: Micros,
    ) -> Result<Step, Problem> {
        let shelf = match self {
            Self::Here(shelves) => return lock(shelves).add(path, piece, source, now),
            Self::Everywhere(shelf) => shelf,
        };
        let (name, source) = (path.upload.to_string(), source.to_string());
        let thing = Named {
            name: &name,
            source: &source,
        };
        let part = Part {
            n: path.n.into(),
            of: path.of.into(),
            value: piece,
        };
        let left = shelf.store.leave_part(BOTH, thing, part, wall_ms());
        match shelf.ask(left).await? {
            shelf::Step::More => Ok(Step::More),
            shelf::Step::Whole(pieces) => {
                Ok(Step::Whole(pieces.into_iter().map(Into::into).collect()))
            }
            shelf::Step::Known(known) => finished(&known)?.of(path, piece),
            shelf::Step::OtherCount => Err(Problem::conflict("of")),
            shelf::Step::OtherPart => Err(Problem::conflict("piece")),
            shelf::Step::NoRoom => Err(Problem::overloaded()),
        }
    }

    /// Remembers what has become of an upload. Where the same piece came twice at once, the first to get here counts.
    pub(super) async fn finish(
        &self,
        upload: &UploadId,
        source: SourceId,
        now: Micros,
        done: Finished,
    ) -> Result<Response<Body>, Problem> {
        let shelf = match self {
            Self::Here(shelves) => return Ok(lock(shelves).finish(upload, source, now, done)),
            Self::Everywhere(shelf) => shelf,
        };
        let (name, source) = (upload.to_string(), source.to_string());
        let thing = Named {
            name: &name,
            source: &source,
        };
        // Texts, lists of them and a number: it cannot fail.
        let outcome = serde_json::to_string(&done).unwrap_or_default();
        let left = shelf.store.finish(BOTH, thing, &outcome, wall_ms());
        Ok(finished(&shelf.ask(left).await?)?.answered.answer())
    }
}

fn finished(text: &str) -> Result<Finished, Problem> {
    serde_json::from_str(text).map_err(|_| Problem::overloaded())
}

impl Shelves {
    fn add(
        &mut self,
        path: &PiecePath,
        piece: &str,
        source: SourceId,
        now: Micros,
    ) -> Result<Step, Problem> {
        let (upload, of) = (&path.upload, usize::from(path.of));
        if let Some(done) = self.finished.get(upload, now) {
            return done.of(path, piece);
        }
        let unfinished = &mut self.unfinished;
        if unfinished.get(upload, now).is_none() {
            unfinished.put(upload.clone(), vec![None; of], 0, source, now);
        }
        let pieces = unfinished.get(upload, now).ok_or(Problem::overloaded())?;
        if pieces.len() != of {
            return Err(Problem::conflict("of"));
        }
        let place = pieces
            .get_mut(path.at())
            .ok_or(Problem::malformed("piece"))?;
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

    fn finish(
        &mut self,
        upload: &UploadId,
        source: SourceId,
        now: Micros,
        done: Finished,
    ) -> Response<Body> {
        if let Some(done) = self.finished.get(upload, now) {
            return done.answered.answer();
        }
        let answer = done.answered.answer();
        self.unfinished.take(upload);
        self.finished.put(upload.clone(), done, 0, source, now);
        answer
    }
}

fn digest(piece: &str) -> String {
    hex(&Sha256::digest(piece))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    const UPLOAD: &str = "0123456789abcdef0123456789abcdef";

    async fn uploads() -> Uploads {
        let place = pushcheck_store::Place::Memory;
        Uploads::new(&Store::open(&place, 1).await.expect("a store"))
    }

    #[tokio::test]
    async fn only_so_many_are_unfinished_and_none_for_long() {
        let uploads = uploads().await;
        let sources = Sources::default();
        let source = |last| sources.id([192, 0, 2, last].into());
        let add = async |upload: u32, n: &str, source, now| {
            let path = PiecePath::from_segments(&format!("{upload:032x}"), n, "2");
            let path = path.expect("a path");
            let step = uploads.add(&path, "abc", source, Micros(now)).await;
            matches!(step, Ok(Step::Whole(_)))
        };
        assert!(!add(1, "1", source(1), 1).await);
        for n in 2..=200 {
            assert!(!add(n, "1", source(2), n.into()).await);
        }
        assert!(
            add(1, "2", source(1), 200).await,
            "others' do not drive it out"
        );
        assert!(add(200, "2", source(2), 200).await);
        assert!(!add(2, "2", source(2), 200).await, "their own do");
        let later = 200 + KEEP.0;
        assert!(add(199, "2", source(2), later - 1).await);
        assert!(!add(198, "2", source(2), later).await, "over its time");
    }

    #[tokio::test]
    async fn what_came_twice_at_once_is_kept_once() {
        let uploads = uploads().await;
        let source = Sources::default().id([192, 0, 2, 1].into());
        let upload = UPLOAD.parse().expect("an upload");
        for (answer, told) in [
            (
                answer::full(StatusCode::CREATED, "application/json", "1"),
                "1",
            ),
            (Problem::malformed("report").answer(), "1"),
        ] {
            let done = Finished::new(&[], Answered::new(answer).await);
            let answer = uploads.finish(&upload, source, Micros(1), done).await;
            let answer = Answered::new(answer.expect("here")).await;
            assert_eq!((answer.status, answer.body.as_str()), (201, told));
        }
    }

    #[tokio::test]
    async fn an_answer_is_given_again_as_it_was() {
        let problem = Problem::too_large("report");
        let once = Answered::new(problem.answer()).await;
        let kept = serde_json::to_string(&once).expect("text");
        let kept: Answered = serde_json::from_str(&kept).expect("kept");
        assert_eq!(Answered::new(kept.answer()).await, once);
        let answer = once.answer();
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(answer.headers()["pushcheck-refused"], "size");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
}
