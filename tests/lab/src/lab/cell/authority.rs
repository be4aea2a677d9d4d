//! Who certifies what in a cell: the lab's authority stands for the public ones, the company's for that of a box on the
//! way. Made anew for each cell.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::lab::scenario::Certificate;
use crate::lab::template::Values;

/// Names that the good certificates hold for.
const NAMES: [&str; 3] = ["probe.test", "other.test", "page.test"];

/// An authority.
struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// Makes all certificates in a folder and lets the templates know: `{{cert.good}}`, `{{key.good}}`, and `{{both.good}}`
/// with the two in one file.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn establish(folder: &Path, values: &mut Values) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let lab = Authority::new("Lab Root")?;
    let company = Authority::new("Company Inspection Root")?;
    for (name, authority) in [("lab", &lab), ("company", &company)] {
        let key = authority.issuer.key().serialize_pem();
        write(folder, name, &authority.certificate, &key, values)?;
    }
    for kind in Certificate::ALL {
        let (certificate, key) = leaf(kind, &lab)?;
        write(folder, kind.name(), &certificate, &key, values)?;
    }
    Ok(())
}

fn write(
    folder: &Path,
    name: &str,
    certificate: &str,
    key: &str,
    values: &mut Values,
) -> Result<()> {
    let both = format!("{certificate}{key}");
    for (part, text) in [("cert", certificate), ("key", key), ("both", &both)] {
        let file = folder.join(format!("{name}.{part}.pem"));
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        values.set(format!("{part}.{name}"), file.display().to_string())?;
    }
    Ok(())
}

impl Authority {
    fn new(name: &str) -> Result<Self> {
        let mut params = named(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self {
            certificate,
            issuer: Issuer::new(params, key),
        })
    }
}

fn named(name: &str, hosts: &[&str]) -> Result<CertificateParams> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    Ok(params)
}

fn leaf(kind: Certificate, authority: &Authority) -> Result<(String, String)> {
    let hosts: &[&str] = match kind {
        Certificate::WrongHost => &["elsewhere.test"],
        _ => &NAMES,
    };
    let mut params = named(hosts.first().copied().unwrap_or_default(), hosts)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    if kind == Certificate::Expired {
        params.not_before = date_time_ymd(2023, 1, 1);
        params.not_after = date_time_ymd(2024, 1, 1);
    }
    let key = KeyPair::generate()?;
    let certificate = match kind {
        Certificate::SelfSigned => params.self_signed(&key)?,
        _ => params.signed_by(&key, &authority.issuer)?,
    };
    Ok((certificate.pem(), key.serialize_pem()))
}
