//! Bind, serve, drain.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pushcheck::wire::{BAD_CERTIFICATE, Lane, Scheme};
use pushcheck_store::{Place, Store};
use tokio::net::TcpListener;

use crate::accept::{self, Listener};
use crate::app::App;
use crate::clock::wall_ms;
use crate::config::{BasePath, Config};
use crate::origin::{Origin, word};
use crate::outside_in::{Addresses, OutsideIn};
use crate::staff::Desk;
use crate::tls::{self, Tls};

/// A listener, where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// http or https.
    pub scheme: Scheme,
    /// The address with the port that it got.
    pub address: SocketAddr,
    base: String,
}

impl fmt::Display for Bound {
    /// The page's URL there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", word(self.scheme), self.address, self.base)
    }
}

/// What kept the server from starting.
#[derive(Debug)]
pub enum BindError {
    /// That address could not be listened on.
    Listen(SocketAddr, std::io::Error),
    /// A certificate or key is missing or cannot be used.
    Identity(Box<dyn std::error::Error + Send + Sync>),
    /// The page's folder could not be read, or the system has no randomness.
    Start(std::io::Error),
    /// What is kept could not be opened.
    Store(pushcheck_store::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => write!(f, "cannot listen on {address}: {error}"),
            Self::Identity(error) => write!(f, "certificate: {error}"),
            Self::Start(error) => write!(f, "cannot start: {error}"),
            Self::Store(error) => write!(f, "cannot start: {error}"),
        }
    }
}

impl std::error::Error for BindError {}

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    listeners: Vec<Listener>,
    bound: Vec<Bound>,
    fingerprint: Option<String>,
    staff: Option<Desk>,
}

/// Listens where the configuration says.
///
/// # Errors
/// When an address is taken, or the certificate cannot be used.
pub async fn bind(config: Config) -> Result<Server, BindError> {
    let (tls, fingerprint) = match (&config.identity, config.tls_listen.is_empty()) {
        (Some(identity), false) => {
            let (tls, fingerprint) = tls::of(identity).map_err(BindError::Identity)?;
            (Some(tls), fingerprint)
        }
        (None, false) => return Err(BindError::Identity("a TLS listener needs one".into())),
        (_, true) => (None, None),
    };
    let mut listeners = Vec::new();
    for address in &config.listen {
        listeners.push(listen(*address, None).await?);
    }
    for address in &config.tls_listen {
        listeners.push(listen(*address, tls.clone()).await?);
    }
    let mut bound = Vec::new();
    for listener in &listeners {
        let address = listener.socket.local_addr().map_err(BindError::Start)?;
        let scheme = if listener.tls.is_some() {
            Scheme::Https
        } else {
            Scheme::Http
        };
        bound.push(Bound {
            scheme,
            address,
            base: config.base_path.as_str().to_owned(),
        });
    }
    let mut lanes = lanes(&bound, &config.public_urls);
    let aliased = lanes.first().map(|first| aliases(first, &config.aliases));
    lanes.extend(aliased.into_iter().flatten());
    if let Some(address) = config.bad_certificate_listen {
        let bad = tls::bad().map_err(BindError::Identity)?;
        let listener = listen(address, Some(bad)).await?;
        let address = listener.socket.local_addr().map_err(BindError::Start)?;
        listeners.push(listener);
        // The first: pages look at so many only.
        lanes.insert(0, bad_certificate(address.port(), &config.public_urls));
    }
    let outside_in = OutsideIn::new(&config).map_err(BindError::Identity)?;
    let store = Store::open(&config.place, wall_ms())
        .await
        .map_err(BindError::Store)?;
    let (staff, endpoints) = (config.staff.clone(), config.allow_endpoints.clone());
    for endpoint in endpoints.iter().filter(|one| one.source().is_none()) {
        tracing::warn!(%endpoint, "the check page cannot try it: no policy can name it");
    }
    let public = public_urls(&config.public_urls, &bound, config.base_path.as_str());
    let key = match store.is_shared() {
        true => Some(store.sources_key().await.map_err(BindError::Store)?),
        false => None,
    };
    let app = App::new(config, lanes, outside_in, store, key.as_ref()).map_err(BindError::Start)?;
    if let Some(shared) = &app.shared {
        app.ledger.is_shared();
        shared.join().await.map_err(BindError::Store)?;
    }
    let app = Arc::new(app);
    let staff = match staff {
        Some(staff) => Some(Desk::bind(&staff, &app, public, &endpoints).await?),
        None => None,
    };
    Ok(Server {
        app,
        staff,
        listeners,
        bound,
        fingerprint,
    })
}

async fn listen(address: SocketAddr, tls: Option<Tls>) -> Result<Listener, BindError> {
    let socket = TcpListener::bind(address)
        .await
        .map_err(|error| BindError::Listen(address, error))?;
    Ok(Listener { socket, tls })
}

impl Server {
    /// Where it listens, in the order of the configuration: plain ones first.
    pub fn bound(&self) -> &[Bound] {
        &self.bound
    }

    /// SHA-256 of a development certificate.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Where staff are answered.
    pub fn staff(&self) -> Option<&str> {
        self.staff.as_ref().map(Desk::origin)
    }

    /// Where the first admin chooses a name and a password, as long as there is none.
    pub fn invitation(&self) -> Option<&str> {
        self.staff.as_ref()?.invitation()
    }

    /// The instance's id, as it stands on every answer.
    pub fn instance(&self) -> &str {
        self.app.clock.id()
    }

    /// Answers until `shutdown` is ready. Then streams and sockets are told to end, new requests get a 503, and it
    /// returns when all has ended, after [`crate::Limits::drain_ms`] at the latest.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self {
            app,
            listeners,
            bound,
            staff,
            ..
        } = self;
        for bound in &bound {
            tracing::info!(url = %bound, instance = app.clock.id(), "listening");
        }
        if let Some(behind) = &app.behind {
            tracing::info!(proxy = %behind.name.escape_debug(), "TLS and TCP end before us");
        }
        let mut doors = tokio::task::JoinSet::new();
        for listener in listeners {
            doors.spawn(accept::run(Arc::clone(&app), listener));
        }
        doors.spawn(OutsideIn::keep(Arc::clone(&app)));
        doors.spawn(Addresses::keep(Arc::clone(&app)));
        if let Some(desk) = staff {
            tracing::info!(origin = desk.origin(), "staff are answered");
            doors.spawn(desk.serve(app.stopping.clone()));
        }
        if app.keeping.place == Place::Memory {
            tracing::info!(
                "reports are kept in memory: they end with this process (--data keeps them)"
            );
        }
        let keeper = Arc::clone(&app);
        doors.spawn(async move {
            loop {
                keeper.keeping.sweep(&keeper.store).await;
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
        });
        let sweeper = Arc::clone(&app);
        doors.spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(20)).await;
                sweeper.sweep().await;
            }
        });
        let (see_no_more, mut sees) = tokio::sync::oneshot::channel::<()>();
        let flusher = app.shared.clone().map(|shared| {
            let app = Arc::clone(&app);
            let ended = async move {
                let _ = (&mut sees).await;
            };
            tokio::spawn(async move { shared.keep(&app.ledger, ended).await })
        });
        shutdown.await;
        tracing::info!("draining");
        app.stopping.cancel();
        app.tasks.close();
        let drained =
            tokio::time::timeout(Duration::from_millis(app.limits.drain_ms), app.tasks.wait())
                .await;
        doors.shutdown().await;
        app.abort.cancel();
        drop(see_no_more);
        if let Some(flusher) = flusher {
            let _ = flusher.await;
        }
        app.store.close().await;
        tracing::info!(all = drained.is_ok(), "stopped");
    }
}

/// Where customers reach the page.
fn public_urls(public: &[Origin], bound: &[Bound], base: &str) -> Vec<String> {
    match public.is_empty() {
        true => bound.iter().map(ToString::to_string).collect(),
        false => public
            .iter()
            .map(|origin| format!("{origin}{base}"))
            .collect(),
    }
}

/// The lane whose certificate is bad, beside where visitors reach the server.
fn bad_certificate(port: u16, public: &[Origin]) -> Lane {
    Lane {
        id: BAD_CERTIFICATE.to_owned(),
        scheme: Scheme::Https,
        host: public.first().map(|first| first.host.clone()),
        port,
        base: None,
    }
}

/// Where visitors reach the server: the public URLs where there are any, otherwise the listeners.
/// The first lane by other paths, each named after its own.
fn aliases(first: &Lane, aliases: &[BasePath]) -> Vec<Lane> {
    let mut all: Vec<Lane> = Vec::new();
    for alias in aliases {
        let base = alias.as_str();
        let letter = |byte: u8| match byte {
            b'a'..=b'z' | b'0'..=b'9' => char::from(byte),
            b'A'..=b'Z' => char::from(byte.to_ascii_lowercase()),
            _ => '-',
        };
        let name: String = base
            .trim_matches('/')
            .bytes()
            .map(letter)
            .take(14)
            .collect();
        let mut id = format!("alias-{name}");
        if all.iter().any(|lane| lane.id == id) || name.is_empty() {
            id = format!("alias-{}", all.len() + 1);
        }
        all.push(Lane {
            id,
            base: Some(base.to_owned()),
            ..first.clone()
        });
    }
    all
}

fn lanes(bound: &[Bound], public: &[Origin]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut add = |scheme: Scheme, host: Option<String>, port: u16| {
        let taken = |id: &str| lanes.iter().any(|lane| lane.id == id);
        let first = match scheme {
            Scheme::Http => "plain",
            Scheme::Https => "tls",
        };
        let alt = format!("alt-{port}");
        let id = [first.to_owned(), alt].into_iter().find(|id| !taken(id));
        let id = id.unwrap_or_else(|| format!("other-name-{}", lanes.len()));
        lanes.push(Lane {
            id,
            scheme,
            host,
            port,
            base: None,
        });
    };
    for origin in public {
        add(origin.scheme, Some(origin.host.clone()), origin.port);
    }
    if public.is_empty() {
        for bound in bound {
            add(bound.scheme, None, bound.address.port());
        }
    }
    lanes
}
