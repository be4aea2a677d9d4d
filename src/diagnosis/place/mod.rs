//! Where something breaks: the first rung of the ladder at which page and server disagree.
//!
//! A place is claimed only where both halves of the evidence leave no other. Where they leave two, both are named as
//! candidates and no place is. That nothing arrived is known only by a ledger that misses nothing.

mod absent;
mod case;
mod exchange;
mod head;
mod socket;
mod stream;

use serde::{Deserialize, Serialize};

pub(super) use case::{Case, is_opaque};
pub(super) use head::{came_by_a_proxy, lists, named, value};
pub(super) use socket::asked_for_a_large_echo;

use super::facts::Endpoint;
use crate::evidence::Ended;
use crate::method::Method;
use crate::wire::REFUSED_BY_LIMIT;

/// A place, provable from both halves of the evidence. Not determined is `None`, never a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// No packet left the page.
    Page,
    /// It left, and nothing reached the server.
    WayOut,
    /// A connection reached the server, no request did.
    Secure,
    /// An HTTP answer without our mark, and the ledger proves that nothing arrived.
    AnsweredFor,
    /// The request arrived changed.
    RequestAltered,
    /// The server answered, not as hoped.
    Server,
    /// The answer was changed on its way.
    AnswerAltered,
    /// Some messages to the server never arrive, or arrive changed.
    FramesOut,
    /// Some messages to the page never arrive, or arrive changed.
    FramesBack,
    /// Complete, but late.
    Held,
    /// Worked, then was ended by neither end.
    Cut,
    /// Only the close code or reason was changed.
    Close,
    /// Nothing breaks.
    Nowhere,
}

/// Where an attempt broke, and by what that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Located {
    /// The place; `None`: not determined.
    pub(super) place: Option<Place>,
    /// The places that are left where it is not determined; none: nothing is known.
    pub(super) candidates: Vec<Place>,
    /// Ids of the evidence.
    pub(super) because: Vec<String>,
}

/// Where an attempt broke.
pub(super) fn locate(case: &Case<'_>) -> Located {
    let facts = case.facts;
    let by_limit = |why: &str| REFUSED_BY_LIMIT.contains(&why);
    if facts.ended == Ended::Stopped || facts.refused.as_deref().is_some_and(by_limit) {
        return Located::default();
    }
    if case.stayed_in_the_page() {
        return case.at(Place::Page);
    }
    match (facts.endpoint, case.trace.method) {
        // Of what stands behind an embedder's own endpoint the page's half tells nothing.
        (Endpoint::Own, _) if facts.ended == Ended::Complete => case.at(Place::Nowhere),
        (Endpoint::Own, _) => Located::default(),
        (Endpoint::Probe, Method::WebSocket) => socket::locate(case),
        (Endpoint::Probe, Method::ServerSentEvents | Method::StreamingFetch) => {
            stream::locate(case)
        }
        (Endpoint::Probe, Method::Polling | Method::LongPolling) => exchange::locate(case),
    }
}
