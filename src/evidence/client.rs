//! What the page's own clients did, as `www/push-check-observe.js` saw it: counts, never what was said.

use serde::{Deserialize, Serialize};

use crate::method::Method;

/// A client of the page's own: all that it did at one endpoint, from when it was looked at until the run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// The method that it uses.
    pub method: Method,
    /// The lane on which the run asked the same endpoint, from the same page; null: it did not.
    pub lane: Option<String>,
    /// Connections or requests that it began.
    pub began: u32,
    /// Those of them that opened: `open`, or an answer with a status of 200 to 299.
    pub opened: u32,
    /// Those that failed before, and that the page itself had not ended.
    pub failed: u32,
    /// Those of the failed ones that began after the run.
    pub failed_in_run: u32,
    /// Those that the page ended before they opened, by a timeout or to begin the same again.
    pub ended_early: u32,
    /// Constructors that threw.
    pub threw: u32,
    /// Calls of `send()` before `open`, which throw, and what they threw nobody caught.
    pub sent_early: u32,
    /// Calls of `send()` after `close`, which do nothing.
    pub sent_late: u32,
    /// Exceptions that left the page's handlers of `open`, `message`, `error` and `close`, unless messages after them were handled.
    pub handler_threw: u32,
    /// Connections that ended, other than by the page and with close code 1000, while it listened to neither `error` nor `close`,
    /// and after which it began no other.
    pub unheard: u32,
    /// Event streams that it closed when they broke off, where the browser would have opened them again, and after which it
    /// began no other.
    pub left: u32,
    /// Answers of a type that streams have which it waits for as a whole, and which have not ended.
    pub read_whole: u32,
    /// The most that began within ten seconds, each at once after one before had ended.
    pub at_once: u32,
    /// The last close code (RFC 6455 § 7.4); null: none came.
    pub close_code: Option<u16>,
    /// The name of the last exception; null: there was none.
    pub error: Option<String>,
}
