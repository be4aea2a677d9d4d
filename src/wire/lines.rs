//! Bytes of a streamed body → lines.

/// A longer line is not one of ours.
const LONGEST: usize = 1024;

/// Collects bytes until a line is whole. Bounded: of a longer line only its length is kept.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    line: String,
    bytes: u32,
}

impl Lines {
    /// Takes bytes in; hands out each line that they end, with its length. A line too long is handed out empty.
    pub fn push(&mut self, bytes: impl Iterator<Item = u8>, mut whole: impl FnMut(String, u32)) {
        for byte in bytes {
            if byte == b'\n' {
                whole(
                    core::mem::take(&mut self.line),
                    core::mem::take(&mut self.bytes),
                );
                continue;
            }
            self.bytes = self.bytes.saturating_add(1);
            if self.bytes as usize <= LONGEST {
                // Our lines are ASCII; anything else only has to be seen as not ours.
                self.line.push(char::from(byte));
            } else {
                self.line.clear();
            }
        }
    }
}
