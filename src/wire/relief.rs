//! What may be varied of a stream.

use serde::{Deserialize, Serialize};

/// What may let a stream pass at once that is kept on its way: `?relief=` with its place in [`Relief::ALL`], from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relief {
    /// The answer says `X-Accel-Buffering: no`, which nginx and its like obey.
    XAccelBuffering,
    /// The answer says `Cache-Control: no-transform` (RFC 9111 § 5.2.2.6): nobody should compress or rewrite it.
    NoTransform,
    /// Behind each event come four kilobytes of nothing: what waits until there is enough has enough.
    Padding,
}

impl Relief {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::XAccelBuffering, Self::NoTransform, Self::Padding];
}
