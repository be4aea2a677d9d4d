//! Heads and frames changed on their way.

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use super::frame::{CLOSE, Frame, RSV1, TEXT};
use super::head::{self, Head};
use super::rule::{Action, CloseCode, Deflate, Flip, How, Rewrite};
use super::stage::Effects;
use super::unit::{Part, Scene, Unit};

/// A message that is opened may become so large.
const LARGEST: usize = 16 << 20;

/// No block of DEFLATE begins so.
const GARBAGE: u8 = 0xFF;

/// Does to a piece what the action says.
pub(super) fn edit(action: &Action, unit: &mut Unit) {
    let Unit { scene, part } = unit;
    match (action, part) {
        (Action::Rewrite(rewrite), part) => rewritten(rewrite, part),
        (Action::Downgrade, Part::Head(head)) => {
            let version = if head.word(0).starts_with("HTTP/") {
                0
            } else {
                2
            };
            head.set_word(version, "HTTP/1.0");
        }
        (Action::Flip(flip), Part::Frame { frame, .. }) if frame.is_data() => flipped(*flip, frame),
        (Action::Unmask, Part::Frame { frame, .. }) => frame.change(|frame| frame.mask = None),
        (Action::CloseCode(close), Part::Frame { frame, .. }) if frame.opcode == CLOSE => {
            closed(close, frame);
        }
        (Action::Deflate(Deflate::Broken | Deflate::Claim), Part::Head(head)) => claim(scene, head),
        (Action::Deflate(Deflate::Broken | Deflate::Garbage), Part::Frame { frame, .. }) => {
            spoil(frame);
        }
        _ => {}
    }
}

fn rewritten(rewrite: &Rewrite, part: &mut Part) {
    if let (Some(find), Some(with)) = (&rewrite.find, &rewrite.replace) {
        let replaced = |bytes: &[u8]| head::replaced(bytes, find.as_bytes(), with.as_bytes());
        match part {
            Part::Head(head) => {
                if let Some(bytes) = replaced(&head.bytes()) {
                    *head = Head::parse(&bytes);
                }
            }
            Part::Data { bytes, .. } => {
                if let Some(changed) = replaced(bytes) {
                    *bytes = changed.into();
                }
            }
            Part::Frame { frame, .. } => {
                if let Some(changed) = replaced(frame.payload()) {
                    *frame.payload_mut() = changed;
                }
            }
            Part::End | Part::Eof => {}
        }
    }
    let Part::Head(head) = part else {
        return;
    };
    if let (Some(name), Some(value)) = (&rewrite.header, &rewrite.value)
        && !head.set(name, value)
        && rewrite.add
    {
        head.push(name, value);
    }
    if let Some(name) = &rewrite.remove {
        head.remove(name);
    }
}

/// A text stays a text: a letter or digit becomes its neighbour.
fn flipped(flip: Flip, frame: &mut Frame) {
    let text = frame.opcode == TEXT;
    let payload = frame.payload_mut();
    let Some(last) = payload.len().checked_sub(1) else {
        return;
    };
    let at = usize::try_from(flip.at).unwrap_or_else(|_| {
        let back = usize::try_from(flip.at.unsigned_abs()).unwrap_or(usize::MAX);
        payload.len().saturating_sub(back)
    });
    let fits =
        |byte: &u8| !text || (byte.is_ascii_alphanumeric() && (byte ^ 1).is_ascii_alphanumeric());
    let mut candidates = payload.iter_mut().take(at.min(last) + 1).rev();
    if let Some(byte) = candidates.find(|byte| fits(byte)) {
        *byte ^= 1;
    }
}

fn closed(close: &CloseCode, frame: &mut Frame) {
    let payload = frame.payload_mut();
    let code = payload.first_chunk::<2>().copied().map(u16::from_be_bytes);
    if close.from.is_some() && close.from != code {
        return;
    }
    let reason = match &close.reason {
        Some(reason) => reason.as_bytes().to_vec(),
        None => payload.get(2..).unwrap_or_default().to_vec(),
    };
    *payload = close.to.to_be_bytes().to_vec();
    payload.extend_from_slice(&reason);
}

/// Without context, so that each message can be opened by itself.
const CLAIMED: &str = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";

fn claim(scene: &Scene, head: &mut Head) {
    let name = "Sec-WebSocket-Extensions";
    let request = scene.request.as_deref();
    let offered = request.is_some_and(|request| request.head.has(name, "permessage-deflate"));
    if scene.status == Some(101) && offered && !head.has(name, "permessage-deflate") {
        head.push(name, CLAIMED);
    }
}

fn spoil(frame: &mut Frame) {
    if frame.is_data() {
        frame.change(|frame| {
            if frame.opcode != 0 {
                frame.reserved |= RSV1;
            }
        });
        let payload = frame.payload_mut();
        if payload.is_empty() {
            payload.push(GARBAGE);
        }
        payload.fill(GARBAGE);
    }
}

/// Opens compressed messages, so that the server never learns of a claim that it has not made.
#[derive(Debug, Default)]
pub(super) struct Inflater {
    message: Option<Unit>,
}

impl Inflater {
    pub(super) fn take(&mut self, hit: bool, unit: Unit, effects: &mut Effects) -> Option<Unit> {
        let Part::Frame { frame, .. } = &unit.part else {
            return Some(unit);
        };
        let begins = hit && frame.opcode != 0 && frame.reserved & RSV1 != 0;
        if !frame.is_data() || !(begins || self.message.is_some()) {
            return Some(unit);
        }
        let (fin, payload) = (frame.fin, frame.payload().to_vec());
        let mut whole = match self.message.take() {
            None => unit,
            Some(mut whole) => {
                if let Part::Frame { frame, .. } = &mut whole.part {
                    frame.payload_mut().extend_from_slice(&payload);
                }
                whole
            }
        };
        if let Part::Frame { frame, .. } = &mut whole.part
            && (fin || frame.payload().len() > LARGEST)
        {
            let Some(opened) = inflate(frame.payload()) else {
                effects.cut = Some(How::Rst);
                return None;
            };
            *frame.payload_mut() = opened.to_vec();
            frame.change(|frame| {
                frame.fin = true;
                frame.reserved &= !RSV1;
            });
            return Some(whole);
        }
        self.message = Some(whole);
        None
    }
}

fn inflate(payload: &[u8]) -> Option<Bytes> {
    let mut closed = payload.to_vec();
    // The end that RFC 7692 has the sender leave out.
    closed.extend_from_slice(&[0, 0, 0xFF, 0xFF]);
    let mut state = Decompress::new(false);
    let mut opened = Vec::with_capacity(closed.len() * 4);
    loop {
        let read = usize::try_from(state.total_in()).ok()?;
        let rest = closed.get(read..)?;
        if rest.is_empty() && opened.len() < opened.capacity() {
            return Some(opened.into());
        }
        if opened.len() == opened.capacity() {
            opened.reserve(opened.len().max(1024));
        }
        let before = (state.total_in(), state.total_out());
        let status = state
            .decompress_vec(rest, &mut opened, FlushDecompress::Sync)
            .ok()?;
        let stuck = before == (state.total_in(), state.total_out());
        match status {
            Status::StreamEnd => return Some(opened.into()),
            _ if stuck && rest.is_empty() => return Some(opened.into()),
            _ if stuck || opened.len() > LARGEST => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};

    #[test]
    fn what_a_browser_compresses_is_opened() {
        for length in [0, 1, 500, 100_000] {
            let text: Vec<u8> = (0..length).map(|n: u32| b'a' + (n % 23) as u8).collect();
            let mut packed = Vec::with_capacity(200_000);
            let mut state = Compress::new(Compression::default(), false);
            let done = state.compress_vec(&text, &mut packed, FlushCompress::Sync);
            assert!(done.is_ok() && packed.ends_with(&[0, 0, 0xFF, 0xFF]));
            packed.truncate(packed.len() - 4);
            assert_eq!(inflate(&packed).as_deref(), Some(&*text));
        }
        assert_eq!(inflate(&[GARBAGE; 10]), None);
    }
}
