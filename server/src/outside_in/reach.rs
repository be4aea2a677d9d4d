//! A connection to the public address, and a request on it.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue, ORIGIN};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use pushcheck::wire::{AttemptPath, MARK, Scheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_util::task::AbortOnDropHandle;

use crate::connection::Io;
use crate::origin::Origin;
use crate::tls::{self, Error};

use super::judge::Seen;

/// Where the server is reached.
pub(super) struct Target {
    pub(super) origin: Origin,
    base: String,
    /// Host and port as a request names them.
    authority: String,
    tls: Option<TlsConnector>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// An answer, and its connection for as long as it is wanted.
pub(super) struct Answer {
    pub(super) response: Response<Incoming>,
    pub(super) _connection: AbortOnDropHandle<()>,
}

impl Target {
    pub(super) fn new(origin: Origin, base: String, ca: Option<&Path>) -> Result<Self, Error> {
        let tls = match origin.scheme {
            Scheme::Http => None,
            Scheme::Https => Some(connector(ca)?),
        };
        let origin_text = origin.to_string();
        let authority = origin_text
            .split_once("://")
            .map_or_else(String::new, |(_, authority)| authority.to_owned());
        Ok(Self {
            origin,
            base,
            authority,
            tls,
        })
    }

    /// Asks on a connection of its own, and notes who answered.
    pub(super) async fn ask(
        &self,
        path: &AttemptPath,
        query: &str,
        fields: &[(&'static str, HeaderValue)],
        seen: &mut Seen,
    ) -> Result<Answer, Error> {
        let (mut send, connection) = http1::handshake(TokioIo::new(self.connect().await?)).await?;
        let connection = AbortOnDropHandle::new(tokio::spawn(async move {
            // How it ends is seen in the answer's body.
            let _ = connection.with_upgrades().await;
        }));
        // As a page's own would be, since boxes and servers ask for it.
        let mut request = Request::get(format!("{}{path}{query}", self.base))
            .header(HOST, &self.authority)
            .header(ORIGIN, self.origin.to_string())
            .body(Empty::<Bytes>::new())?;
        for (name, value) in fields {
            request.headers_mut().insert(*name, value.clone());
        }
        let response = send.send_request(request).await?;
        let is_marked = response.headers().contains_key(MARK);
        seen.answer = Some((response.status().as_u16(), is_marked));
        Ok(Answer {
            response,
            _connection: connection,
        })
    }

    async fn connect(&self) -> Result<Box<dyn Io>, Error> {
        let host = self.origin.host.trim_matches(['[', ']']);
        let socket = TcpStream::connect((host, self.origin.port)).await?;
        socket.set_nodelay(true)?;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(socket));
        };
        let name = ServerName::try_from(host)?.to_owned();
        Ok(Box::new(tls.connect(name, socket).await?))
    }
}

/// Trusts what the system does (or `SSL_CERT_FILE`), and what is in that file.
fn connector(ca: Option<&Path>) -> Result<TlsConnector, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = ca {
        for certificate in tls::chain(file)? {
            roots.add(certificate)?;
        }
    }
    if roots.is_empty() {
        tracing::warn!(
            "no certificate authority is known: the server cannot try itself from outside"
        );
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
