//! One try to tell a webhook something.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use pushcheck_store::Ms;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Host;

use super::sign::signature;
use super::target::Target;

/// How long a try takes at the most, with the name's lookup.
const LONGEST: Duration = Duration::from_secs(10);

/// How long one address may take to answer at all.
const CONNECTING: Duration = Duration::from_secs(3);

/// The most of an answer's head that is read, bytes; of its body nothing is.
const HEAD: usize = 16 * 1_024;

/// How names become addresses.
pub(crate) enum Names {
    /// As the system does.
    System,
    /// Every name has these.
    #[cfg(test)]
    All(Vec<IpAddr>),
}

impl Names {
    async fn of(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect()),
            #[cfg(test)]
            Self::All(addresses) => Ok(addresses.clone()),
        }
    }
}

/// Tells webhooks.
pub(crate) struct Post {
    pub(crate) names: Names,
    pub(crate) tls: TlsConnector,
    pub(crate) allows_private: bool,
}

/// What is told.
pub(crate) struct Message<'a> {
    pub(crate) id: &'a str,
    pub(crate) url: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) body: Vec<u8>,
}

impl Post {
    /// Tells it once; what was wrong, in a few words of ours.
    pub(crate) async fn send(&self, message: Message<'_>, now: Ms) -> Result<(), String> {
        match tokio::time::timeout(LONGEST, self.try_to(message, now)).await {
            Ok(Ok(status)) if status.is_success() => Ok(()),
            Ok(Ok(status)) if status.is_redirection() => {
                Err(format!("{} (not followed)", status.as_u16()))
            }
            Ok(Ok(status)) => Err(status.as_u16().to_string()),
            Ok(Err(problem)) => Err(problem),
            Err(_) => Err("no answer within 10 s".to_owned()),
        }
    }

    async fn try_to(&self, message: Message<'_>, now: Ms) -> Result<StatusCode, String> {
        let target = Target::of(message.url, self.allows_private)?;
        let stream = self.connect(&target).await?;
        let name = target.url.host_str().unwrap_or_default();
        let host = match target.url.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        let request = Request::post(&target.url[url::Position::BeforePath..])
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "pushcheck")
            .header("pushcheck-delivery", message.id)
            .header(
                "pushcheck-signature",
                signature(message.secret, now.div_euclid(1_000), &message.body),
            )
            .body(Full::new(Bytes::from(message.body)))
            .map_err(|_| "no URL to ask for")?;
        if !target.is_secure {
            return ask(stream, request).await;
        }
        let name = match &target.host {
            Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| "no host name")?,
            Host::Ipv4(v4) => ServerName::from(IpAddr::V4(*v4)),
            Host::Ipv6(v6) => ServerName::from(IpAddr::V6(*v6)),
        };
        let stream = self.tls.connect(name, stream).await;
        ask(stream.map_err(|error| format!("TLS: {error}"))?, request).await
    }

    /// Resolves once, and connects to what was looked at: a name that leads elsewhere the next moment leads nowhere.
    async fn connect(&self, target: &Target) -> Result<TcpStream, String> {
        let addresses = match &target.host {
            Host::Domain(name) => self.names.of(name).await.map_err(|_| "no such name")?,
            _ => target.literal().into_iter().collect(),
        };
        // One that is refused refuses them all: who answers so means something by it.
        for address in &addresses {
            target.check(*address, self.allows_private)?;
        }
        let mut problem = "no such name".to_owned();
        for address in addresses.into_iter().take(4) {
            let address = SocketAddr::new(address, target.port);
            match tokio::time::timeout(CONNECTING, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => problem = format!("not reached: {}", error.kind()),
                Err(_) => problem = "not reached within 3 s".to_owned(),
            }
        }
        Err(problem)
    }
}

async fn ask<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let broken = |error: hyper::Error| format!("HTTP: {error}");
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let mut answer = pin!(sender.send_request(request));
    // With the head the connection is left: its body is nobody's.
    let answer = tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ = connection => answer.await,
    };
    Ok(answer.map_err(broken)?.status())
}

/// Trusts what the system does (or `SSL_CERT_FILE`).
pub(crate) fn system_tls() -> Result<TlsConnector, tokio_rustls::rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    trusting(roots)
}

pub(crate) fn trusting(roots: RootCertStore) -> Result<TlsConnector, tokio_rustls::rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
