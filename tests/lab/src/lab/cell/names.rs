//! A name server that knows no name: what asks for one that is not in the hosts file learns so at once.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::net::UdpSocket;

/// Length of a message's head (RFC 1035 § 4.1.1).
const HEAD: usize = 12;

/// Answers until it is ended.
///
/// # Errors
/// The port is not to be had.
pub(super) async fn serve(address: SocketAddr) -> Result<()> {
    let socket = UdpSocket::bind(address)
        .await
        .context("cannot serve names")?;
    let mut question = [0; 1500];
    loop {
        let Ok((length, asker)) = socket.recv_from(&mut question).await else {
            continue;
        };
        if let Some(answer) = question.get(..length).and_then(no_such_name) {
            // Whoever does not hear it asks again.
            let _ = socket.send_to(&answer, asker).await;
        }
    }
}

/// The answer NXDOMAIN to a message with one question; `None`: it is none.
fn no_such_name(message: &[u8]) -> Option<Vec<u8>> {
    let head = message.get(..HEAD)?;
    let name = message.get(HEAD..)?.iter().position(|byte| *byte == 0)?;
    let question = message.get(HEAD..HEAD + name + 5)?;
    let (id, asked) = (head.get(..2)?, *head.get(2)?);
    let is_answer = asked & 0x80 != 0;
    if is_answer || head.get(4..6)? != [0, 1] {
        return None;
    }
    // An answer, with authority, to the same operation, recursion as asked and available; no such name.
    let flags = [0x84 | (asked & 0x79), 0x83];
    let counts = [0, 1, 0, 0, 0, 0, 0, 0];
    Some([id, &flags, &counts, question].concat())
}

#[cfg(test)]
mod tests {
    use super::no_such_name;

    #[test]
    fn a_question_is_answered_and_an_answer_is_not() {
        let question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\x01a\x04test\x00\x00\x01\x00\x01rest";
        let answer = no_such_name(question).expect("a question");
        assert_eq!(
            answer,
            b"\x12\x34\x85\x83\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x04test\x00\x00\x01\x00\x01"
        );
        assert_eq!(no_such_name(&answer), None);
        assert_eq!(no_such_name(&question[..20]), None);
        assert_eq!(no_such_name(b""), None);
    }
}
