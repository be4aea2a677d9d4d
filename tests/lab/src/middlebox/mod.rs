//! One small box that works on bytes, for what no free product does wrong: what it does is data.
//!
//! `pushcheck-lab middlebox FILE.toml` prints `listening on ADDRESS` once for each address when it is ready, and on
//! standard error `CLIENT RULE` when a rule does something to a connection for the first time. Every example below
//! stands, filled in, in `tests/middlebox/files/`.
//!
//! # Where connections come from and go to
//!
//! ```toml
//! listen = "127.0.0.1:8080"        # or a list; port 0 takes a free one
//!
//! # One of these three:
//! connect = "127.0.0.1:9000"       # always there, by address or name
//! connect = "original"             # where the client wanted to go before nft redirected it (SO_ORIGINAL_DST)
//! forward = true                   # an HTTP proxy: CONNECT, and requests in absolute form
//!
//! # Left alone altogether, by name (TLS's, Host's or CONNECT's), by what is below a name, by address, by network.
//! exempt = ["push.test", "*.push.test", "192.0.2.7", "10.0.0.0/8"]
//! ```
//!
//! The way to the server is opened as soon as a client has come, as a box on the path does; a proxy opens it when it
//! has been told where. A server that refuses is a reset, from a proxy 502 or 504. Ends and resets of one side are
//! passed on to the other.
//!
//! # TLS
//!
//! ```toml
//! [tls]                            # without it TLS passes as bytes
//! ca = "ca.pem"                    # certificates are made on the fly, one per name; paths are relative to the file
//! key = "ca.key"
//! root = "lab-root.pem"            # trusted towards the server; without it `ca`
//! exempt = ["bank.test"]           # passed on unopened, and the rules do not see it
//! alpn = ["http/1.1"]              # offered to the server and taken from the client; this is the default
//! ```
//!
//! The server is greeted first, in the client's name; the client is answered in the protocol that the server took. A
//! server that is not trusted ends both. A client that begins with anything but a greeting is served in the clear.
//!
//! # Silence
//!
//! ```toml
//! [idle]
//! after-ms = 2000                  # neither side has sent a byte for so long
//! then = "fin"                     # or "rst"; "forget": everything vanishes both ways from now on, ends too
//! when = { upgraded = true }       # as in rules
//! ```
//!
//! # Rules
//!
//! `[[up]]` is for what clients send, `[[down]]` for what servers send. Rules work in the order of the file, each on
//! what the one before has passed on. A rule has one action and says when; all that it says must be so:
//!
//! ```toml
//! [[down]]
//! delay = 100                      # always
//!
//! [[down]]
//! when = { method = "GET", path = "/events" }     # of the request, or of the one that is answered; path: its beginning
//! delay = 100
//!
//! [[down]]
//! [down.when]
//! host = "push.test"               # of the request, without port
//! request = 2                      # the second of its connection
//! request-header = "Upgrade: websocket"           # `Name`, or `Name: part of the value`
//! no-request-header = "Proxy-Authorization"
//! status = 101                     # of the answer; only down
//! response-header = "Content-Type: text/event-stream"   # only down
//! upgraded = true                  # behind a 101
//! first-bytes = "GET /chat"        # stands in the client's first 1024 bytes
//! contains = "Upgrade: websocket"  # a head or frame has it; in a body or tunnel: from where it has come on
//! client-hello = true              # the client began with TLS, opened or not
//! sni = "push.test"                # to this name
//! from-byte = 1000                 # of the body or tunnel, as it is on the wire; no heads
//! frame = 2                        # the second WebSocket frame of data in this direction
//! ```
//!
//! Letters' case does not matter, except in `method` and `path`.
//!
//! # Actions
//!
//! ```toml
//! # Heads, both ways. Order and spelling of what is not changed stay; a value is replaced behind its name.
//! rewrite = { header = "Connection", value = "keep-alive" }   # where it is there; add = true: or is not
//! rewrite = { remove = "Sec-WebSocket-Protocol" }
//! rewrite = { find = "secret", replace = "*" }    # heads, frames' payloads, and bodies piece by piece as they come
//! downgrade = true                                # the version becomes HTTP/1.0, nothing else
//!
//! # Holding, both ways: bodies and tunnels; head = true: heads too.
//! hold = { until = "close" }                # the message is complete, or its sender has closed
//! hold = { until = "block", bytes = 4096 }  # so many bytes are there; the rest comes with the message's end
//! hold = { until = "timer", ms = 1000 }     # the next beat, counted from the message's first byte
//! hold = { until = "next" }                 # the next chunk, frame or (without either) read has come
//! hold = { until = "head-end" }             # CRLFCRLF has come; what has none at the end is lost
//! hold = { until = "close", limit = 65536, over = "cut" }   # a full hold (1 MiB) resets; without `over` it gives up
//!
//! # Vanishing, both ways: bodies and tunnels; the sender's end still passes.
//! drop = {}                                 # with `when.from-byte`: from that byte on; head = true: heads too
//! drop = { above = 1024 }                   # whole messages of more bytes (of a body in chunks: what is above)
//!
//! # The end of the connection, both ways. What made it match is not passed on, unless the cut comes later.
//! cut = { how = "rst" }                     # or "fin"; "after N bytes" is `when.from-byte = N`
//! cut = { how = "fin", after-ms = 50 }      # 0: what matched passes, and then
//! cut = { how = "rst", takes = 6, of = 9 }  # frames that match: three pass, six are taken, and then; once in a box's life
//!
//! delay = 200                               # milliseconds; what comes behind waits too
//!
//! # WebSocket frames. One that is larger than `limits.frame-bytes` resets the connection.
//! flip = { at = -1 }                        # a bit of that byte; in a text the nearest letter or digit before it
//! deflate = "broken"                        # down: "claim" (in the 101, if offered) and "garbage" (RSV1 on frames)
//! deflate = "inflate"                       # up: opens what clients compress because of a claim
//! unmask = true                             # up
//! close-code = { to = 1001 }                # from = 4000: only that; reason = "…": another
//!
//! # Up: the box answers the request by itself and closes; the server is not asked.
//! status = { code = 403, reason = "Forbidden", headers = ["Content-Type: text/html"], body = "<h1>Blocked</h1>" }
//! ```
//!
//! # Limits
//!
//! ```toml
//! [limits]                         # these are the defaults
//! connections = 512                # at once; further ones wait
//! frame-bytes = 4194304
//! connect-ms = 10000
//! ```
//!
//! # Inside
//!
//! `link` is one connection as a pure machine; its parts are `parser` (bytes to pieces: `head`, `frame`,
//! `hello`), `stage` (a rule at work: `hold`, `tamper`) and `unit` (what matches). `relay` drives it with
//! sockets (`stream`), `connection` decides what becomes of a client, `tls` opens TLS; `config`, `rule` and
//! `host` are the file.

mod config;
mod connection;
mod frame;
mod head;
mod hello;
mod hold;
mod host;
mod link;
mod parser;
mod relay;
mod rule;
mod stage;
mod stream;
mod tamper;
mod tls;
mod unit;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use config::Config;

use connection::Shared;
use tls::Authority;

/// Stands between clients and servers and does to their bytes what a file says.
///
/// Prints `listening on ADDRESS` for each of its addresses, and on standard error which rule did something to whom.
#[derive(Debug, Args)]
pub struct Middlebox {
    /// What it does; `pushcheck_lab::middlebox` documents the format.
    file: PathBuf,
}

/// Runs until the process is told to end.
pub async fn command(middlebox: &Middlebox) -> ExitCode {
    let running = async { Running::start(Config::read(&middlebox.file)?).await };
    match running.await {
        Ok(running) => {
            for address in running.addresses() {
                println!("listening on {address}");
            }
            std::future::pending().await
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// A box at work; it stops when this is dropped.
#[derive(Debug)]
#[must_use = "the box stops when this is dropped"]
pub struct Running {
    addresses: Vec<SocketAddr>,
    _accepts: JoinSet<()>,
}

impl Running {
    /// Listens.
    ///
    /// # Errors
    /// An address is not free, or a file of `tls` is wrong: the error names the field.
    pub async fn start(config: Config) -> Result<Self> {
        let authority = config.tls.as_ref().map(Authority::new).transpose()?;
        let room = Arc::new(Semaphore::new(config.limits.connections));
        let listen = config.listen.clone();
        let shared = Arc::new(Shared { config, authority });
        let (mut addresses, mut accepts) = (Vec::new(), JoinSet::new());
        for address in listen {
            let listener = TcpListener::bind(address).await;
            let listener = listener.with_context(|| format!("listen: {address}"))?;
            addresses.push(listener.local_addr()?);
            accepts.spawn(accept(listener, Arc::clone(&shared), Arc::clone(&room)));
        }
        Ok(Self {
            addresses,
            _accepts: accepts,
        })
    }

    /// Where it listens, in the file's order; a port 0 has become a real one.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, room: Arc<Semaphore>) {
    let mut open = JoinSet::new();
    // The semaphore is never closed.
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        let (client, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("{error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        while open.try_join_next().is_some() {}
        let serving = connection::serve(Arc::clone(&shared), client, peer);
        open.spawn(async move {
            serving.await;
            drop(permit);
        });
    }
}
