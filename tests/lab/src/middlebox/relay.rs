//! Drives a [`Link`] with two sockets.

use std::io;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout};

use super::host;
use super::link::{Link, Out};
use super::rule::How;
use super::stream::{Rewound, Stream};
use super::unit::Side;

/// What waits to be written to one side; beyond it the other is not read.
const BACKLOG: usize = 256 << 10;

/// How long the end of a connection may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long a forgotten connection is kept, so that nobody learns of its end.
const OBLIVION: Duration = Duration::from_secs(600);

/// How the box reaches servers, and whom it tells what it does.
pub(super) struct Context<'a> {
    pub(super) connect: Duration,
    pub(super) frame_limit: usize,
    pub(super) note: &'a (dyn Fn(&str) + Sync),
}

impl Context<'_> {
    /// A connection to a server; `port` is for an authority without one.
    pub(super) async fn dial(&self, authority: &str, port: u16) -> io::Result<TcpStream> {
        let parts = host::split(authority, port)
            .ok_or_else(|| io::Error::other(format!("`{authority}` is no host")))?;
        let socket = timeout(self.connect, TcpStream::connect(parts)).await??;
        socket.set_nodelay(true)?;
        Ok(socket)
    }
}

/// What a relay ends with.
pub(super) enum Ended {
    Done,
    /// The client asked a proxy for a tunnel there.
    Tunnel(Stream, BytesMut, String),
}

/// One side's end that is read.
struct Source {
    half: ReadHalf<Stream>,
    ended: bool,
}

/// One side's end that is written to.
struct Sink {
    half: WriteHalf<Stream>,
    pending: BytesMut,
    unflushed: bool,
    ending: bool,
    ended: bool,
}

fn halves(stream: Stream) -> (Source, Sink) {
    let (read, write) = tokio::io::split(stream);
    let source = Source {
        half: read,
        ended: false,
    };
    let sink = Sink {
        half: write,
        pending: BytesMut::new(),
        unflushed: false,
        ending: false,
        ended: false,
    };
    (source, sink)
}

impl Source {
    async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        let read = self.half.read_buf(buffer).await?;
        self.ended = read == 0;
        Ok(read)
    }

    async fn drain(&mut self) {
        let mut buffer = [0; 4096];
        while matches!(self.half.read(&mut buffer).await, Ok(1..)) {}
    }
}

impl Sink {
    /// Gets on with what is to be written; safe to be cancelled.
    async fn push(&mut self) -> io::Result<()> {
        if self.pending.has_remaining() {
            self.half.write_buf(&mut self.pending).await?;
            self.unflushed = true;
        } else if self.unflushed {
            self.half.flush().await?;
            self.unflushed = false;
        } else {
            self.half.shutdown().await?;
            self.ended = true;
        }
        Ok(())
    }

    fn has_work(&self) -> bool {
        self.pending.has_remaining() || self.unflushed || (self.ending && !self.ended)
    }

    async fn finish(&mut self, how: How) {
        self.ending |= how == How::Fin;
        while self.has_work() {
            if self.push().await.is_err() {
                break;
            }
        }
    }
}

/// Passes on what the link lets pass, until the connection ends one way or the other.
pub(super) async fn relay(
    link: &mut Link,
    client: Stream,
    server: Option<Stream>,
    context: &Context<'_>,
) -> Ended {
    let (mut from_client, mut to_client) = halves(client);
    let mut server = server.map(halves);
    let mut target: Option<String> = None;
    let mut up = BytesMut::with_capacity(16 << 10);
    let mut down = BytesMut::with_capacity(16 << 10);
    let how = loop {
        while let Some(out) = link.poll(Side::Up) {
            match out {
                Out::Bytes(bytes) => {
                    if let Some((_, sink)) = &mut server {
                        sink.pending.extend_from_slice(&bytes);
                    }
                }
                Out::Eof => {
                    if let Some((_, sink)) = &mut server {
                        sink.ending = true;
                    } else {
                        to_client.ending = true;
                    }
                }
                Out::Tunnel(authority) => {
                    let rest = link.rest();
                    let client = from_client.half.unsplit(to_client.half);
                    return Ended::Tunnel(client, rest, authority);
                }
                Out::Target(authority) => {
                    let usable = server.as_ref().is_some_and(|(source, _)| !source.ended);
                    if usable && target.as_ref() == Some(&authority) {
                        continue;
                    }
                    match context.dial(&authority, 80).await {
                        Ok(socket) => {
                            if server.is_some() {
                                link.server_changed(context.frame_limit);
                            }
                            server = Some(halves(Stream::Plain(Rewound::new(socket))));
                            target = Some(authority);
                        }
                        Err(error) => {
                            (context.note)(&format!("{authority}: {error}"));
                            link.answer(BAD_GATEWAY);
                        }
                    }
                }
            }
        }
        while let Some(out) = link.poll(Side::Down) {
            match out {
                Out::Bytes(bytes) => to_client.pending.extend_from_slice(&bytes),
                _ => to_client.ending = true,
            }
        }
        for rule in link.fired() {
            (context.note)(&rule);
        }
        if link.is_forgotten() {
            let both = async {
                let server = async {
                    if let Some((source, _)) = &mut server {
                        source.drain().await;
                    }
                };
                tokio::join!(from_client.drain(), server);
            };
            let _ = timeout(OBLIVION, both).await;
            return Ended::Done;
        }
        if let Some(how) = link.cut() {
            break how;
        }
        let served = server
            .as_ref()
            .is_none_or(|(source, sink)| source.ended && sink.ended);
        if to_client.ended && served && (from_client.ended || server.is_none()) {
            return Ended::Done;
        }
        let full = |side, sink: &Sink| sink.pending.len() + link.delayed(side) > BACKLOG;
        let read_client = !from_client.ended
            && !server
                .as_ref()
                .is_some_and(|(_, sink)| full(Side::Up, sink));
        let read_server = !full(Side::Down, &to_client);
        let wake = link.wake_at();
        let done = tokio::select! {
            read = from_client.read(&mut up), if read_client => read.map(|read| {
                heard(link, Side::Up, &mut up, read);
            }),
            served = serve(&mut server, &mut down, read_server) => served.map(|read| {
                if let Some(read) = read {
                    heard(link, Side::Down, &mut down, read);
                }
            }),
            pushed = to_client.push(), if to_client.has_work() => pushed,
            () = until(wake) => {
                link.handle_time(Instant::now());
                Ok(())
            }
        };
        if done.is_err() {
            break How::Rst;
        }
    };
    let client = async {
        let _ = timeout(FAREWELL, to_client.finish(how)).await;
        if how == How::Rst {
            from_client.half.unsplit(to_client.half).reset();
        } else {
            let _ = timeout(FAREWELL, from_client.drain()).await;
        }
    };
    let server = async {
        let Some((mut source, mut sink)) = server else {
            return;
        };
        let _ = timeout(FAREWELL, sink.finish(how)).await;
        if how == How::Rst {
            source.half.unsplit(sink.half).reset();
        } else {
            let _ = timeout(FAREWELL, source.drain()).await;
        }
    };
    tokio::join!(client, server);
    Ended::Done
}

const BAD_GATEWAY: &[u8] =
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

fn heard(link: &mut Link, side: Side, buffer: &mut BytesMut, read: usize) {
    let now = Instant::now();
    if read == 0 {
        link.handle_end(now, side);
    } else {
        link.handle_bytes(now, side, buffer);
        buffer.clear();
    }
}

/// Reads from the server or writes to it, whichever comes first; tells how many bytes it has read, if it has.
async fn serve(
    server: &mut Option<(Source, Sink)>,
    buffer: &mut BytesMut,
    reads: bool,
) -> io::Result<Option<usize>> {
    let Some((source, sink)) = server else {
        return std::future::pending().await;
    };
    tokio::select! {
        read = source.read(buffer), if reads && !source.ended => read.map(Some),
        pushed = sink.push(), if sink.has_work() => pushed.map(|()| None),
        else => std::future::pending().await,
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
