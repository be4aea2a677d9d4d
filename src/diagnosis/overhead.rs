//! What a delivered message costs beyond its payload, counted by the server above TLS.

use serde::{Deserialize, Serialize};

use crate::method::Method;
use crate::wire::Sighting;

/// Bytes beyond the payload for each message delivered to the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Overhead {
    /// Over how many messages it was counted.
    pub messages: u32,
    /// From page to server, per message delivered to the page.
    pub up_bytes: u64,
    /// From server to page, per message delivered to the page.
    pub down_bytes: u64,
    /// Spent once to open, both ways; 0 where every message is asked for anew.
    pub open_bytes: u64,
    /// Per message from page to server on the same connection; null where that takes a request of its own.
    pub send_bytes: Option<u64>,
    /// `upBytes + downBytes` against usual payloads.
    pub ratios: Vec<Ratio>,
}

/// Overhead against a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ratio {
    /// The payload, bytes.
    pub payload_bytes: u32,
    /// Overhead by payload, ‰.
    pub permille: u64,
}

/// The payloads of [`Overhead::ratios`], bytes.
const PAYLOADS: [u32; 3] = [20, 200, 2_000];

/// Of a method's decisive arrivals; `None` without figures: the server's half is missing, or HTTP/2 shares one
/// connection among several.
pub fn overhead(method: Method, sightings: &[&Sighting]) -> Option<Overhead> {
    let sum =
        |of: fn(&Sighting) -> Option<u64>| sightings.iter().map(|s| of(s)).sum::<Option<u64>>();
    let (bytes_in, bytes_out) = (sum(|s| s.bytes_in)?, sum(|s| s.bytes_out)?);
    let payload = sum(|s| Some(s.payload_out))?;
    let messages = sum(|s| Some(u64::from(s.ticks_out.max(s.frames_out))))?;
    if messages == 0 {
        return None;
    }
    let asks_each_time = matches!(method, Method::Polling | Method::LongPolling);
    let (head_in, head_out) = if asks_each_time {
        (0, 0)
    } else {
        (sum(|s| s.head_in)?, sum(|s| s.head_out)?)
    };
    let web_socket = method == Method::WebSocket;
    let frames_in = sum(|s| Some(u64::from(s.frames_in)))?;
    let beyond_in = bytes_in
        .saturating_sub(head_in)
        .saturating_sub(sum(|s| Some(s.payload_in))?);
    let up_bytes = if web_socket { 0 } else { beyond_in / messages };
    let down_bytes = bytes_out.saturating_sub(head_out).saturating_sub(payload) / messages;
    let ratio = |payload_bytes: u32| Ratio {
        payload_bytes,
        permille: ((up_bytes + down_bytes) * 1000)
            .checked_div(payload_bytes.into())
            .unwrap_or_default(),
    };
    Some(Overhead {
        messages: messages as u32,
        up_bytes,
        down_bytes,
        open_bytes: head_in + head_out,
        send_bytes: beyond_in.checked_div(frames_in).filter(|_| web_socket),
        ratios: PAYLOADS.into_iter().map(ratio).collect(),
    })
}
