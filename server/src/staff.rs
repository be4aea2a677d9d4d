//! The listener for staff: its own address, its own origin, nothing of it under the base path.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::map_request_with_state;
use pushcheck_staff::{Config, File, Source};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::wall_ms;
use crate::config::StaffConfig;
use crate::page::Endpoint;
use crate::read::seen_by_all;
use crate::route::forwarded;
use crate::server::BindError;
use crate::source::Sources;

/// The listener, not answering yet.
#[derive(Debug)]
pub(crate) struct Desk {
    app: Arc<App>,
    listener: TcpListener,
    origin: String,
    invitation: Option<String>,
    config: Config,
}

impl Desk {
    /// Listens; `public`: where customers reach the page.
    pub(crate) async fn bind(
        staff: &StaffConfig,
        app: &Arc<App>,
        public_urls: Vec<String>,
        endpoints: &[Endpoint],
    ) -> Result<Self, BindError> {
        let listener = TcpListener::bind(staff.listen)
            .await
            .map_err(|error| BindError::Listen(staff.listen, error))?;
        let address = listener.local_addr().map_err(BindError::Start)?;
        let origin = match &staff.origin {
            Some(origin) => origin.to_string(),
            None => format!("http://{address}"),
        };
        let origin = pushcheck_staff::check_origin(&origin).map_err(|why| {
            BindError::Start(std::io::Error::other(format!("--staff-origin: {why}")))
        })?;
        let invitation = pushcheck_staff::first_start(&app.store, wall_ms())
            .await
            .map_err(BindError::Store)?
            .map(|invitation| format!("{origin}/{invitation}"));
        let (files, ledgers) = (Arc::clone(app), Arc::clone(app));
        // Nobody's: whose connections were meant is not asked.
        let nobody = Sources::default().id(std::net::Ipv4Addr::UNSPECIFIED.into());
        let config = Config {
            store: app.store.clone(),
            origin: origin.clone(),
            organisation: app.organisation.clone(),
            public_urls,
            alternate_urls: app.alternate_urls.clone(),
            allow_endpoints: endpoints.iter().map(ToString::to_string).collect(),
            files: Arc::new(move |name| {
                let (media_type, bytes) = files.files.plain(name)?;
                Some(File { media_type, bytes })
            }),
            ledgers: Arc::new(move |run| {
                let app = Arc::clone(&ledgers);
                Box::pin(async move {
                    let seen = seen_by_all(&app, &run, nobody).await?;
                    Some(seen.ledger)
                })
            }),
            allow_private_webhooks: staff.allow_private_webhooks,
            now: wall_ms,
        };
        Ok(Self {
            app: Arc::clone(app),
            listener,
            origin,
            invitation,
            config,
        })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn invitation(&self) -> Option<&str> {
        self.invitation.as_deref()
    }

    /// Answers until it is told to stop.
    pub(crate) async fn serve(self, stopping: CancellationToken) {
        let webhooks = pushcheck_staff::tell_webhooks(self.config.clone());
        let telling = tokio::spawn(async move {
            if let Err(error) = webhooks.await {
                tracing::error!(%error, "no webhook is told");
            }
        });
        let router = pushcheck_staff::router(self.config);
        let router = router.layer(map_request_with_state(self.app, from));
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(self.listener, router)
            .with_graceful_shutdown(async move { stopping.cancelled().await });
        if let Err(error) = served.await {
            tracing::error!(%error, "staff are not answered any more");
        }
        telling.abort();
    }
}

/// Whose a request is, where the operator's own proxy passes it on: else all staff would wait for one that tries passwords.
async fn from(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Request {
    if app.trusts(peer.ip())
        && let Some(address) = forwarded(request.headers())
    {
        request.extensions_mut().insert(Source(address));
    }
    request
}
