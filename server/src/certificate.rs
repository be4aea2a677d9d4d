//! What is wrong with our own certificate, as far as we see: a browser that does not take it hides why.

use std::time::{SystemTime, UNIX_EPOCH};

use pushcheck::wire::ShownCertificate;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use webpki::EndEntityCert;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A certificate that we show.
#[derive(Debug)]
pub(crate) struct Certificate {
    der: CertificateDer<'static>,
    /// Seconds since 1970, both included.
    valid: (i64, i64),
    issued_itself: bool,
}

impl Certificate {
    /// `None`: it cannot be read.
    pub(crate) fn read(der: &CertificateDer<'static>) -> Option<Self> {
        let (_, read) = X509Certificate::from_der(der).ok()?;
        let validity = read.validity();
        Some(Self {
            valid: (
                validity.not_before.timestamp(),
                validity.not_after.timestamp(),
            ),
            issued_itself: read.issuer() == read.subject(),
            der: der.clone(),
        })
    }

    /// What is wrong with it now, for the name that was asked for. Where none was, as for addresses, the name is not judged.
    pub(crate) fn judged(&self, name: Option<&str>) -> ShownCertificate {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        if now < self.valid.0 || now > self.valid.1 {
            return ShownCertificate::Expired;
        }
        if name.is_some_and(|name| !self.covers(name)) {
            return ShownCertificate::OtherName;
        }
        match self.issued_itself {
            true => ShownCertificate::SelfSigned,
            false => ShownCertificate::Sound,
        }
    }

    /// What cannot be judged passes for covered.
    fn covers(&self, name: &str) -> bool {
        let (Ok(certificate), Ok(name)) = (
            EndEntityCert::try_from(&self.der),
            ServerName::try_from(name),
        ) else {
            return true;
        };
        certificate.verify_is_valid_for_subject_name(&name).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(years: (i32, i32), names: &[&str], issued_itself: bool) -> Certificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).expect("names");
        params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        let key = rcgen::KeyPair::generate().expect("a key");
        let made = if issued_itself {
            params.self_signed(&key)
        } else {
            let mut ca = rcgen::CertificateParams::new(Vec::new()).expect("names");
            ca.distinguished_name
                .push(rcgen::DnType::CommonName, "an authority");
            let ca_key = rcgen::KeyPair::generate().expect("a key");
            params.signed_by(&key, &rcgen::Issuer::new(ca, ca_key))
        };
        Certificate::read(made.expect("a certificate").der()).expect("it can be read")
    }

    #[test]
    fn it_is_judged_by_time_name_and_issuer() {
        let sound = made((2020, 4000), &["probe.test", "*.wild.test"], false);
        for (name, judged) in [
            (Some("probe.test"), ShownCertificate::Sound),
            (Some("PROBE.test"), ShownCertificate::Sound),
            (Some("a.wild.test"), ShownCertificate::Sound),
            (Some("other.test"), ShownCertificate::OtherName),
            (Some("a.b.wild.test"), ShownCertificate::OtherName),
            (None, ShownCertificate::Sound),
            (Some("no name"), ShownCertificate::Sound),
        ] {
            assert_eq!(sound.judged(name), judged, "{name:?}");
        }
        let expired = made((2015, 2016), &["probe.test"], true);
        assert_eq!(
            expired.judged(Some("other.test")),
            ShownCertificate::Expired
        );
        let early = made((3000, 3001), &["probe.test"], false);
        assert_eq!(early.judged(Some("probe.test")), ShownCertificate::Expired);
        let own = made((2020, 4000), &["probe.test"], true);
        assert_eq!(own.judged(Some("probe.test")), ShownCertificate::SelfSigned);
        assert!(Certificate::read(&CertificateDer::from(vec![1, 2, 3])).is_none());
    }
}
