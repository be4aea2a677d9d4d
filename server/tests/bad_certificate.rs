//! The lane whose certificate no browser may accept.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pushcheck::wire::{About, BAD_CERTIFICATE, Scheme};
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore};

use support::{Client, Site, encrypted_to, key, path};

#[tokio::test]
async fn it_is_listed_and_answers_whom_its_certificate_does_not_stop() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let site = Site::start(|config| config.bad_certificate_listen = Some(any)).await;
    let about: About = serde_json::from_slice(&site.get("/v1/about").await.body).unwrap();
    let lane = &about.lanes[0];
    assert_eq!(
        (lane.id.as_str(), lane.scheme),
        (BAD_CERTIFICATE, Scheme::Https)
    );
    let others: Vec<_> = about.lanes[1..].iter().map(|lane| &lane.id).collect();
    assert_eq!(others, ["plain", "tls"]);

    let address = SocketAddr::from(([127, 0, 0, 1], lane.port));
    let stream = encrypted_to(address, "localhost", b"http/1.1").await;
    let certificate = stream.get_ref().1.peer_certificates().unwrap()[0].clone();
    let mut client = Client::over(stream);
    client.get(&path(&key(1), "p", 1, "poll")).await;
    assert_eq!(site.ledger(&key(1)).await.sightings.len(), 1);

    // Not even who trusts its maker accepts it.
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = verifier.build().unwrap();
    let verified = |at| {
        let name = ServerName::try_from("localhost").unwrap();
        verifier
            .verify_server_cert(&certificate, &[], &name, &[], at)
            .unwrap_err()
    };
    let refused = |error: Error| match error {
        Error::InvalidCertificate(why) => why,
        other => panic!("{other}"),
    };
    let now = refused(verified(UnixTime::now()));
    assert!(
        matches!(now, CertificateError::ExpiredContext { .. }),
        "{now:?}"
    );
    let then = UnixTime::since_unix_epoch(Duration::from_secs(1_433_160_000));
    let in_its_time = refused(verified(then));
    let named = matches!(in_its_time, CertificateError::NotValidForNameContext { .. });
    assert!(named, "{in_its_time:?}");
}

#[tokio::test]
async fn without_the_flag_there_is_none() {
    let site = Site::plain().await;
    let about: About = serde_json::from_slice(&site.get("/v1/about").await.body).unwrap();
    assert!(about.lanes.iter().all(|lane| lane.id != BAD_CERTIFICATE));
}
