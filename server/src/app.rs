//! What all requests share.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize};

use hyper::HeaderMap;
use pushcheck::wire::{self, Lane, RunId, TcpVantage, TlsVantage, Vantage};
use pushcheck_store::{Id, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::{BasePath, Behind, Config, RefuseUpgrades};
use crate::keeping::Keeping;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::offer::Offers;
use crate::origin::{EmbedOrigin, Origins};
use crate::outside_in::{Addresses, OutsideIn};
use crate::page::{Files, Tester};
use crate::read::Readers;
use crate::report::Reports;
use crate::shared::Shared;
use crate::shelf::Everywhere;
use crate::source::{SourceId, Sources};

/// RFC 9110 § 7.6.3, RFC 7239, and what came before it.
const ADDED_BY_PROXIES: [&str; 6] = [
    "via",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// The state of the server.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) clock: Arc<Clock>,
    /// The value of the mark: the instance's id.
    pub(crate) mark: Arc<str>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) base: String,
    /// Other paths that attempts may come by.
    pub(crate) aliases: Vec<BasePath>,
    pub(crate) behind: Option<Behind>,
    /// A WebSocket handshake may lack what a proxy takes for its own.
    pub(crate) lenient: bool,
    /// Every WebSocket is refused for this.
    pub(crate) refuse_upgrades: Option<RefuseUpgrades>,
    pub(crate) origins: Origins,
    /// What it is like from outside.
    pub(crate) outside_in: OutsideIn,
    pub(crate) addresses: Addresses,
    pub(crate) files: Files,
    pub(crate) tester: Tester,
    pub(crate) ledger: Ledger,
    pub(crate) readers: Readers,
    pub(crate) reports: Reports,
    pub(crate) offers: Offers,
    /// What pages ask about links.
    pub(crate) links: Everywhere,
    pub(crate) store: Store,
    /// Where other nodes share the store.
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) keeping: Keeping,
    /// Who asks for a check.
    pub(crate) organisation: String,
    /// Where else the check is reached, each with a last slash.
    pub(crate) alternate_urls: Vec<String>,
    pub(crate) sources: Arc<Sources>,
    pub(crate) connections: AtomicUsize,
    pub(crate) numbers: AtomicU64,
    pub(crate) long: Arc<AtomicU32>,
    /// Answers that are large by intent, at once.
    pub(crate) large: Arc<AtomicU32>,
    /// Everything is told to end.
    pub(crate) stopping: CancellationToken,
    /// What has not ended is dropped.
    pub(crate) abort: CancellationToken,
    /// Connections and sockets that live.
    pub(crate) tasks: TaskTracker,
}

impl App {
    /// `sources_key`: that of all nodes, where they share the store.
    pub(crate) fn new(
        config: Config,
        lanes: Vec<Lane>,
        outside_in: OutsideIn,
        store: Store,
        sources_key: Option<&Id>,
    ) -> io::Result<Self> {
        let clock = Arc::new(Clock::new()?);
        let addresses = Addresses::new(&config);
        let tester = Tester::new(&config);
        let limits = Arc::new(config.limits);
        let base = config.base_path.as_str();
        let listed = config
            .public_urls
            .into_iter()
            .map(EmbedOrigin::Of)
            .chain(config.embed_origins)
            .collect();
        Ok(Self {
            mark: clock.id().into(),
            alternate_urls: config
                .alternate_urls
                .iter()
                .map(|origin| format!("{origin}{base}"))
                .collect(),
            base: base.to_owned(),
            keeping: Keeping::new(config.place, config.keep_days, limits.reports_bytes),
            organisation: config.organisation,
            shared: store.is_shared().then(|| {
                let shared = Shared::new(store.clone(), Arc::clone(&clock), limits.keep_ms);
                Arc::new(shared)
            }),
            reports: Reports::new(&store)?,
            offers: Offers::new(&limits, &store),
            links: Everywhere::new(store.clone()),
            store,
            aliases: config.aliases,
            behind: config.behind,
            lenient: config.lenient,
            refuse_upgrades: config.refuse_upgrades,
            origins: Origins { listed, lanes },
            outside_in,
            addresses,
            tester,
            files: config
                .www
                .map_or(Ok(Files::Inside), |folder| Files::of(&folder))?,
            ledger: Ledger::new(Arc::clone(&limits), Arc::clone(&clock)),
            readers: Readers::new(limits.ledger_sightings),
            sources: Arc::new(sources_key.map_or_else(Sources::default, |key| {
                Sources::under(key.as_str().as_bytes())
            })),
            connections: AtomicUsize::new(0),
            numbers: AtomicU64::new(0),
            long: Arc::default(),
            large: Arc::default(),
            stopping: CancellationToken::new(),
            abort: CancellationToken::new(),
            tasks: TaskTracker::new(),
            clock,
            limits,
        })
    }

    /// Whose a connection from there is; none: everybody's, since the operator's own proxy connects for all.
    pub(crate) fn visitor(&self, address: IpAddr) -> Option<SourceId> {
        (!self.trusts(address)).then(|| self.sources.id(address))
    }

    /// It is the operator's own proxy, which speaks for others.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.behind.as_ref().is_some_and(|behind| {
            behind
                .trusted
                .iter()
                .any(|one| one.to_canonical() == address)
        })
    }

    /// What was seen of a run, by this node and all others that share its store.
    pub(crate) async fn read(&self, run: RunId, asking: SourceId) -> wire::Ledger {
        match &self.shared {
            Some(shared) => shared.read(&self.ledger, run, asking).await,
            None => self.ledger.read(run, asking),
        }
    }

    /// From where this server watches, as far as it can tell whoever sent that head.
    pub(crate) fn vantage(&self, headers: &HeaderMap) -> Vantage {
        match self.behind {
            None => Vantage {
                tls: TlsVantage::Own,
                tcp: TcpVantage::Client,
                trusted_hops: 0,
                undeclared_front: ADDED_BY_PROXIES
                    .iter()
                    .any(|name| headers.contains_key(*name)),
            },
            Some(_) => Vantage {
                tls: TlsVantage::TerminatedBefore,
                tcp: TcpVantage::Proxy,
                trusted_hops: 1,
                undeclared_front: false,
            },
        }
    }

    /// Forgets what is over its time.
    pub(crate) async fn sweep(&self) {
        let now = self.clock.now();
        self.ledger.sweep();
        self.sources.sweep(now);
        self.offers.sweep(now).await;
        self.reports.sweep(now).await;
    }
}
