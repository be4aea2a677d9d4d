//! Where something breaks: the first rung of the ladder at which page and server disagree.

use serde::{Deserialize, Serialize};

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
