//! The socket of a connection, above TLS: counts what passes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pushcheck::wire::End;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Connection;

/// A socket that counts. hyper answers a head that it cannot parse by itself; those answers are replaced by marked
/// ones here, since an answer without the mark would prove a stranger in between.
#[derive(Debug)]
pub(crate) struct Metered<S> {
    socket: S,
    connection: Arc<Connection>,
    own: Option<Own>,
    instance: Arc<str>,
}

#[derive(Debug)]
struct Own {
    text: Vec<u8>,
    written: usize,
}

impl<S> Metered<S> {
    pub(crate) fn new(socket: S, connection: Arc<Connection>, instance: Arc<str>) -> Self {
        Self {
            socket,
            connection,
            own: None,
            instance,
        }
    }

    fn note<T>(&self, result: &io::Result<T>) {
        if let Err(error) = result {
            self.connection.tap.fails(error);
        }
    }
}

impl<S: AsyncWrite + Unpin> Metered<S> {
    /// Hands over the marked answer in place of hyper's `bytes`.
    fn poll_own(&mut self, cx: &mut Context<'_>, bytes: usize) -> Poll<io::Result<usize>> {
        while let Some(own) = &mut self.own
            && own.written < own.text.len()
        {
            match Pin::new(&mut self.socket).poll_write(cx, &own.text[own.written..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(n)) => {
                    own.written += n;
                    self.connection.has_written(n);
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(bytes))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let room = buf.remaining() > 0;
        let result = Pin::new(&mut self.socket).poll_read(cx, buf);
        if let Poll::Ready(result) = &result {
            self.note(result);
            match &buf.filled()[before..] {
                [] if room => self.connection.tap.ends(End::PeerLeft),
                read => self.connection.has_read(read),
            }
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.own.is_none()
            && !self.connection.is_http2()
            && buf.starts_with(b"HTTP/1.")
            && self.connection.is_unclaimed()
        {
            let status = buf
                .get(9..12)
                .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            let text = crate::problem::unparsed(status.unwrap_or(400), &self.instance);
            self.own = Some(Own { text, written: 0 });
        }
        if self.own.is_some() {
            return self.poll_own(cx, buf.len());
        }
        let result = Pin::new(&mut self.socket).poll_write(cx, buf);
        if let Poll::Ready(result) = &result {
            self.note(result);
            self.connection.has_written(*result.as_ref().unwrap_or(&0));
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
