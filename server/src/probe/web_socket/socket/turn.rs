//! Both directions of a socket at once.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use bytes::{Buf, BytesMut};
use tokio::io::AsyncWrite;
use tokio_util::io::poll_read_buf;

use crate::connection::Io;

/// What a turn did.
pub(super) enum Moved {
    /// Bytes came: so many, 0 at the end.
    Read(io::Result<usize>),
    /// All that was to leave is handed over.
    HandedOver(io::Result<()>),
}

/// Hands over what is in the outbox where there `is_any`, and reads meanwhile. May be dropped at any time: nothing is
/// lost or sent twice.
pub(super) async fn turn(
    io: &mut Box<dyn Io>,
    inbox: &mut BytesMut,
    outbox: &mut BytesMut,
    is_any: bool,
) -> Moved {
    poll_fn(|cx| {
        let mut io = Pin::new(&mut *io);
        if let Poll::Ready(read) = poll_read_buf(io.as_mut(), cx, inbox) {
            return Poll::Ready(Moved::Read(read));
        }
        if !is_any {
            return Poll::Pending;
        }
        while outbox.has_remaining() {
            match io.as_mut().poll_write(cx, outbox) {
                Poll::Ready(Ok(0)) => {
                    let none = io::ErrorKind::WriteZero.into();
                    return Poll::Ready(Moved::HandedOver(Err(none)));
                }
                Poll::Ready(Ok(bytes)) => outbox.advance(bytes),
                Poll::Ready(Err(error)) => return Poll::Ready(Moved::HandedOver(Err(error))),
                Poll::Pending => return Poll::Pending,
            }
        }
        io.poll_flush(cx).map(Moved::HandedOver)
    })
    .await
}
