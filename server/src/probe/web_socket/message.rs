//! Messages, of one frame or several (RFC 6455 § 5.4).

use bytes::BytesMut;
use soketto::base::OpCode;

use super::frame::{Fault, Frame};

/// A message, whole or in the making.
pub(super) struct Message {
    pub(super) opcode: OpCode,
    pub(super) is_compressed: bool,
    pub(super) payload: BytesMut,
    pub(super) frames: u32,
}

/// A message of several frames, as far as it has come.
#[derive(Default)]
pub(super) struct Assembly(Option<Message>);

impl Assembly {
    /// The whole message, of at most `most` bytes, when this frame completes one. For frames that are no control frames:
    /// those may come in between.
    pub(super) fn add(&mut self, frame: Frame, most: usize) -> Result<Option<Message>, Fault> {
        let message = match (self.0.take(), frame.opcode) {
            (None, OpCode::Text | OpCode::Binary) => Message {
                opcode: frame.opcode,
                is_compressed: frame.is_compressed,
                payload: frame.payload,
                frames: 1,
            },
            (Some(mut message), OpCode::Continue) => {
                if message.payload.len() + frame.payload.len() > most {
                    return Err(Fault::TooBig);
                }
                message.payload.extend_from_slice(&frame.payload);
                message.frames += 1;
                message
            }
            _ => return Err(Fault::Protocol),
        };
        if !frame.is_final {
            self.0 = Some(message);
            return Ok(None);
        }
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(opcode: OpCode, is_final: bool, payload: &str) -> Frame {
        Frame {
            opcode,
            is_final,
            is_compressed: false,
            payload: BytesMut::from(payload),
        }
    }

    #[test]
    fn frames_make_a_message_in_their_order_and_up_to_a_size() {
        use OpCode::{Binary, Continue, Text};
        let mut assembly = Assembly::default();
        let mut add = |opcode, is_final, payload| {
            let added = assembly.add(frame(opcode, is_final, payload), 8);
            added.map(|whole| whole.map(|message| (message.payload, message.frames)))
        };
        assert_eq!(add(Binary, true, "one"), Ok(Some(("one".into(), 1))));
        assert_eq!(add(Text, false, "t"), Ok(None));
        assert_eq!(add(Continue, false, "w"), Ok(None));
        assert_eq!(add(Continue, true, "o"), Ok(Some(("two".into(), 3))));
        assert_eq!(add(Continue, true, "x"), Err(Fault::Protocol));
        assert_eq!(add(Text, false, "t"), Ok(None));
        assert_eq!(add(Text, true, "t"), Err(Fault::Protocol));
        assert_eq!(add(Text, false, "12345"), Ok(None));
        assert_eq!(add(Continue, true, "6789"), Err(Fault::TooBig));
    }
}
