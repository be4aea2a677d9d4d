//! TLS of our own: the certificate, and what is offered.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::certificate::Certificate;
use crate::config::Identity;

/// What goes wrong here goes wrong before anybody is served.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// TLS of a port.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// `None`: it cannot be read.
    pub(crate) certificate: Option<Arc<Certificate>>,
}

/// That of an identity, and the fingerprint of a certificate made here.
pub(crate) fn of(identity: &Identity) -> Result<(Tls, Option<String>), Error> {
    let (chain, key, fingerprint) = match identity {
        Identity::Development => {
            let (certificate, key) = development()?;
            let fingerprint = fingerprint(&certificate);
            (vec![certificate], key, Some(fingerprint))
        }
        Identity::Files { cert, key } => (chain(cert)?, private_key(key)?, None),
    };
    Ok((serving(chain, key)?, fingerprint))
}

/// That of an identity that no browser may accept: self-signed, expired and for no name.
pub(crate) fn bad() -> Result<Tls, Error> {
    let mut params = rcgen::CertificateParams::new(Vec::new())?;
    params.not_before = rcgen::date_time_ymd(2015, 1, 1);
    params.not_after = rcgen::date_time_ymd(2015, 12, 31);
    let key = rcgen::KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    serving(vec![certificate.der().clone()], key.into())
}

fn serving(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Tls, Error> {
    let certificate = chain.first().and_then(Certificate::read).map(Arc::new);
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        certificate,
    })
}

fn development() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Error> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let made = rcgen::generate_simple_self_signed(names)?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok((made.cert.der().clone(), key.into()))
}

/// The certificates in a PEM file; at least one.
pub(crate) fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let chain =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| format!("{}: {error}", file.display()))?;
    if chain.is_empty() {
        Err(format!("{}: holds no certificate", file.display()).into())
    } else {
        Ok(chain)
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    Ok(PrivateKeyDer::from_pem_file(file)
        .map_err(|error| format!("{}: {error}", file.display()))?)
}

/// As browsers show it.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = Sha256::digest(certificate.as_ref());
    digest
        .iter()
        .map(|b| format!("{b:02X}"))
        .collect::<Vec<_>>()
        .join(":")
}
