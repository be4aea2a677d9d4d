//! What becomes of a connection that has come in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::net::sockopt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::config::{Config, Route};
use super::hello::{self, Greeting, Hello};
use super::link::Link;
use super::relay::{Context, Ended, relay};
use super::stream::{Rewound, Stream};
use super::tls::Authority;

/// What all connections of a box share.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) authority: Option<Authority>,
}

/// Serves one client to its end.
pub(super) async fn serve(shared: Arc<Shared>, client: TcpStream, peer: SocketAddr) {
    let note = |what: &str| eprintln!("{peer} {what}");
    if let Err(error) = pass(&shared, client, &note).await {
        note(&format!("{error:#}"));
    }
}

async fn pass(shared: &Shared, client: TcpStream, note: &(dyn Fn(&str) + Sync)) -> Result<()> {
    client.set_nodelay(true)?;
    let config = &shared.config;
    let context = Context {
        connect: Duration::from_millis(config.limits.connect_ms),
        frame_limit: config.limits.frame_bytes,
        note,
    };
    let authority = match &config.route {
        Route::Forward => return proxy(shared, client, &context).await,
        Route::To(authority) => authority.clone(),
        Route::Original => original(&client)?.to_string(),
    };
    let client = Rewound::new(client);
    let server = match context.dial(&authority, 80).await {
        Ok(server) => server,
        Err(error) => {
            Stream::Plain(client).reset();
            return Err(error).context(authority);
        }
    };
    through(shared, client, server, &authority, &context).await
}

/// A client that knows us as its proxy.
async fn proxy(shared: &Shared, client: TcpStream, context: &Context<'_>) -> Result<()> {
    let client = Stream::Plain(Rewound::new(client));
    let mut link = Link::new(&shared.config, true, None, Instant::now());
    let ended = relay(&mut link, client, None, context).await;
    let Ended::Tunnel(Stream::Plain(mut client), rest, authority) = ended else {
        return Ok(());
    };
    client.put_back(rest);
    match context.dial(&authority, 443).await {
        Ok(server) => {
            let established = b"HTTP/1.1 200 Connection established\r\n\r\n";
            client.write_all(established).await?;
            through(shared, client, server, &authority, context).await
        }
        Err(error) => {
            let status = if error.kind() == std::io::ErrorKind::TimedOut {
                "504 Gateway Timeout"
            } else {
                "502 Bad Gateway"
            };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            client.write_all(head.as_bytes()).await?;
            client.shutdown().await?;
            Err(error).context(authority)
        }
    }
}

/// Both ends are there.
async fn through(
    shared: &Shared,
    mut client: Rewound,
    server: TcpStream,
    authority: &str,
    context: &Context<'_>,
) -> Result<()> {
    let config = &shared.config;
    let host = super::host::split(authority, 0).map_or(authority, |(host, _)| host);
    let address = server.peer_addr()?.ip();
    let exempt = config.exempt.iter();
    let mut untouched = exempt
        .clone()
        .any(|one| one.names(host) || one.holds(address));
    let mut greeting = None;
    if let Some(opener) = shared.authority.as_ref().filter(|_| !untouched) {
        let hello = tokio::select! {
            hello = greeted(&mut client) => hello?,
            () = closed(&server) => None,
        };
        if let Some(hello) = hello {
            let name = hello.name.as_deref().unwrap_or(host);
            untouched = exempt.clone().any(|one| one.names(name))
                || opener.exempts(name)
                || opener.exempts(&address.to_string());
            greeting = Some(hello);
        }
    }
    let server = Rewound::new(server);
    let (client, server) = match (&shared.authority, &greeting) {
        (Some(opener), Some(hello)) if !untouched => {
            opener.open(client, server, hello, host).await?
        }
        _ => (Stream::Plain(client), Stream::Plain(server)),
    };
    let now = Instant::now();
    let mut link = if untouched {
        Link::untouched(now)
    } else {
        Link::new(config, false, greeting, now)
    };
    relay(&mut link, client, Some(server), context).await;
    Ok(())
}

/// The client's greeting, if it begins with one.
async fn greeted(client: &mut Rewound) -> Result<Option<Hello>> {
    // What a proxy's client has sent behind its request for a tunnel is there already.
    let mut greeting = hello::read(client.seen());
    loop {
        match greeting {
            Greeting::Whole(hello) => return Ok(Some(hello)),
            Greeting::Not => return Ok(None),
            Greeting::Partial => {}
        }
        let seen = client.look().await?;
        if seen.is_empty() {
            return Ok(None);
        }
        greeting = hello::read(seen);
    }
}

/// Resolves when the server has closed before anybody has said a word.
async fn closed(server: &TcpStream) {
    match server.peek(&mut [0]).await {
        Ok(0) | Err(_) => {}
        Ok(_) => std::future::pending().await,
    }
}

/// Where a redirected client wanted to go.
fn original(client: &TcpStream) -> Result<SocketAddr> {
    let local = client.local_addr()?;
    let wanted = if local.ip().to_canonical().is_ipv4() {
        sockopt::ip_original_dst(client).map(SocketAddr::from)
    } else {
        sockopt::ipv6_original_dst(client).map(SocketAddr::from)
    };
    let wanted = wanted.context("connect: `original`: nobody has redirected this connection")?;
    ensure!(
        wanted != local,
        "connect: `original`: nobody has redirected this connection"
    );
    Ok(wanted)
}
