//! TLS opened in the middle: certificates made as they are asked for.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use tokio_rustls::rustls::crypto::ring::{self, sign};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName,
};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use super::config::Tls;
use super::hello::Hello;
use super::host::Pattern;
use super::stream::{Rewound, Stream};

/// More names than these are made anew each time.
const REMEMBERED: usize = 256;

const DAY: Duration = Duration::from_secs(86_400);

/// A CA that signs for every name.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    roots: Arc<RootCertStore>,
    exempt: Vec<Pattern>,
    alpn: Vec<Vec<u8>>,
    leaves: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl Authority {
    pub(super) fn new(tls: &Tls) -> Result<Self> {
        let read = |field: &str, file: &Path| {
            let text = std::fs::read_to_string(file);
            text.with_context(|| format!("tls.{field}: {}", file.display()))
        };
        let pem = read("ca", &tls.ca)?;
        let wrong = || format!("tls.ca: {} is no PEM certificate", tls.ca.display());
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).with_context(wrong)?;
        let key = KeyPair::from_pem(&read("key", &tls.key)?)
            .with_context(|| format!("tls.key: {} is no PEM key", tls.key.display()))?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).with_context(wrong)?;
        let (field, file) = match &tls.root {
            Some(root) => ("root", root),
            None => ("ca", &tls.ca),
        };
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(read(field, file)?.as_bytes()) {
            roots
                .add(root?)
                .with_context(|| format!("tls.{field}: {}", file.display()))?;
        }
        Ok(Self {
            issuer,
            certificate,
            roots: Arc::new(roots),
            exempt: tls.exempt.clone(),
            alpn: tls
                .alpn
                .iter()
                .map(|name| name.clone().into_bytes())
                .collect(),
            leaves: Mutex::default(),
        })
    }

    /// Whether the box leaves the TLS of this host unopened.
    pub(super) fn exempts(&self, host: &str) -> bool {
        self.exempt.iter().any(|pattern| pattern.names(host))
    }

    /// Opens a client's TLS: first the server is greeted in its place, then the client is answered.
    pub(super) async fn open(
        &self,
        client: Rewound,
        server: Rewound,
        hello: &Hello,
        host: &str,
    ) -> Result<(Stream, Stream)> {
        let name = hello.name.as_deref().unwrap_or(host);
        let shared = self.alpn.iter().filter(|name| hello.alpn.contains(name));
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        config.alpn_protocols = shared.cloned().collect();
        let wanted = ServerName::try_from(name.to_owned())?;
        let connecting = TlsConnector::from(Arc::new(config)).connect(wanted, server);
        let server = connecting.await.context("TLS to the server")?;
        let agreed = server.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Leaf(self.leaf(name)?)));
        config.alpn_protocols = agreed.into_iter().collect();
        let accepting = TlsAcceptor::from(Arc::new(config)).accept(client);
        let client = accepting.await.context("TLS with the client")?;
        let stream = |stream| Stream::Tls(Box::new(stream));
        Ok((
            stream(TlsStream::Server(client)),
            stream(TlsStream::Client(server)),
        ))
    }

    /// The certificate for a name, with its key.
    fn leaf(&self, name: &str) -> Result<Arc<CertifiedKey>> {
        let known = |leaves: &Mutex<HashMap<_, _>>| {
            let leaves = leaves.lock().unwrap_or_else(PoisonError::into_inner);
            leaves.get(name).map(Arc::clone)
        };
        if let Some(leaf) = known(&self.leaves) {
            return Ok(leaf);
        }
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([name.to_owned()])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.distinguished_name.push(DnType::CommonName, name);
        // Browsers mistrust long lives.
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        params.not_before = epoch + now.saturating_sub(DAY);
        params.not_after = epoch + now + DAY * 90;
        let leaf = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = sign::any_supported_type(&key).map_err(|error| anyhow!(error))?;
        let chain = vec![leaf.der().clone(), self.certificate.clone()];
        let leaf = Arc::new(CertifiedKey::new(chain, key));
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        if leaves.len() < REMEMBERED {
            leaves.insert(name.to_owned(), Arc::clone(&leaf));
        }
        Ok(leaf)
    }
}

/// One certificate for whoever asks.
#[derive(Debug)]
struct Leaf(Arc<CertifiedKey>);

impl ResolvesServerCert for Leaf {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
