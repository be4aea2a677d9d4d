//! Closing a WebSocket, and what its end means.

use pushcheck::explain::{Range, close_code};
use serde::Serialize;

/// The longest reason, in bytes of UTF-8 (WebSockets § 3: a control frame holds 125 bytes, and two are the code's).
pub const LONGEST_REASON: usize = 123;

/// What is known before a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Closing {
    /// A page may send the code.
    pub code_fits: bool,
    /// Bytes of the reason.
    pub reason_bytes: usize,
    /// It is not too long.
    pub reason_fits: bool,
    /// What the code is.
    pub code: Told,
}

/// What is known of a close code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The code.
    pub code: u16,
    /// Whose it is to give it a meaning: `unused`, `protocol`, `libraries`, `private`, `none`.
    pub range: &'static str,
    /// Its name in the registry.
    pub name: Option<&'static str>,
    /// It can stand in a close frame; otherwise the browser itself said it.
    pub on_the_wire: bool,
    /// What libraries mean by it: whose, and their word.
    pub uses: Vec<[&'static str; 2]>,
    /// Codes of causes that say more.
    pub causes: Vec<&'static str>,
}

/// Looks at a code and a reason before they are sent.
pub fn closing(code: u16, reason: &str) -> Closing {
    Closing {
        code_fits: close_code(code).page_may_send,
        reason_bytes: reason.len(),
        reason_fits: reason.len() <= LONGEST_REASON,
        code: told(code, true),
    }
}

/// What a code means. `opened`: the socket had opened before.
pub fn told(code: u16, opened: bool) -> Told {
    let known = close_code(code);
    let causes: &[&str] = match (code, opened) {
        // All that hides behind it before is what the check is for; these are the ways in which it ends afterwards.
        (1006, true) => &["abrupt-close", "idle-timeout", "nat-state-loss"],
        (1001 | 1012 | 1013, _) => &["server-restart-101x"],
        (1002, _) => &["protocol-error-1002"],
        (1007, _) => &["invalid-utf8-1007"],
        (1008, _) => &["policy-1008"],
        (1009, _) => &["message-too-big-1009"],
        (4000..=4999, _) => &["app-close-4xxx"],
        _ => &[],
    };
    Told {
        code,
        range: match known.range {
            Range::Unused => "unused",
            Range::Protocol => "protocol",
            Range::Libraries => "libraries",
            Range::Private => "private",
            Range::None => "none",
        },
        name: known.name,
        on_the_wire: known.on_the_wire,
        uses: known.uses.iter().map(|one| [one.by, one.word]).collect(),
        causes: causes.to_vec(),
    }
}
