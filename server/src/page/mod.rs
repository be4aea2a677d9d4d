//! The check page and its files, from inside the program. Only names of one table are served.

mod metas;
mod policy;
mod tester;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use bytes::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, IF_NONE_MATCH, REFERRER_POLICY, VARY,
};
use hyper::{Response, StatusCode};
use sha2::{Digest, Sha256};

use crate::answer::{self, Body};
use crate::clock::hex;
use crate::origin::{Host, Origins};

struct Embedded {
    name: &'static str,
    hash: &'static str,
    raw: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

pub use tester::Endpoint;
pub(crate) use tester::Tester;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The files of the page.
#[derive(Debug)]
pub(crate) enum Files {
    /// From inside the program.
    Inside,
    /// From a folder, read anew at each request; by name.
    Folder(BTreeMap<String, PathBuf>),
}

/// What pages are told of where they stand, and whom they may ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    pub(crate) origins: &'a Origins,
    /// As the request names it.
    pub(crate) host: Option<&'a Host>,
    /// Where else the check is reached.
    pub(crate) alternates: &'a [String],
    /// What support links may name.
    pub(crate) endpoints: &'a [Endpoint],
}

struct Content {
    hash: String,
    encoding: Option<&'static str>,
    bytes: Bytes,
}

impl Files {
    /// All files of a folder.
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        let mut table = BTreeMap::new();
        collect(folder, "", &mut table)?;
        Ok(Self::Folder(table))
    }

    /// The widget itself is among them.
    fn is_whole(&self) -> bool {
        match self {
            Self::Inside => EMBEDDED.iter().any(|file| file.name.ends_with(".wasm")),
            Self::Folder(table) => table.keys().any(|name| name.ends_with(".wasm")),
        }
    }

    fn find(&self, name: &str, accepted: &str) -> Option<Content> {
        match self {
            Self::Inside => {
                let file = EMBEDDED.iter().find(|file| file.name == name)?;
                let (encoding, bytes) = match () {
                    () if takes(accepted, "br") => (Some("br"), file.brotli),
                    () if takes(accepted, "gzip") => (Some("gzip"), file.gzip),
                    () => (None, file.raw),
                };
                Some(Content {
                    hash: file.hash.to_owned(),
                    encoding,
                    bytes: Bytes::from_static(bytes),
                })
            }
            Self::Folder(table) => {
                let bytes = fs::read(table.get(name)?).ok()?;
                let hash = hex(&Sha256::digest(&bytes)[..8]);
                Some(Content {
                    hash,
                    encoding: None,
                    bytes: bytes.into(),
                })
            }
        }
    }

    /// A file as it is, for staff: theirs are on no listener that customers reach.
    pub(crate) fn plain(&self, name: &str) -> Option<(&'static str, Vec<u8>)> {
        let content = self.find(name, "")?;
        Some((kind(name), content.bytes.into()))
    }

    /// The file of that name, of a folder its `index.html`, or none. `query`: as in the request.
    pub(crate) fn answer(
        &self,
        name: &str,
        query: Option<&str>,
        asked: &HeaderMap,
        around: Around<'_>,
    ) -> Option<Response<Body>> {
        let Around {
            origins,
            host,
            alternates,
            endpoints,
        } = around;
        let name = &match name.is_empty() || name.ends_with('/') {
            true => format!("{name}index.html"),
            false => name.to_owned(),
        };
        if STAFF.iter().any(|own| name.starts_with(own)) {
            return None;
        }
        if name == "index.html" && !self.is_whole() {
            return Some(answer::full(
                StatusCode::SERVICE_UNAVAILABLE,
                "text/plain; charset=utf-8",
                NOT_BUILT,
            ));
        }
        let accepted = asked
            .get(ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let addressed = (name == "index.html")
            .then(|| self.find(name, ""))
            .flatten()
            .and_then(|plain| metas::told(&plain.bytes, &origins.listed, alternates));
        let Content {
            hash,
            encoding,
            bytes,
        } = match addressed {
            Some(html) => Content {
                hash: hex(&Sha256::digest(&html)[..8]),
                encoding: None,
                bytes: html.into(),
            },
            None => self.find(name, accepted)?,
        };
        // Of each encoding its own: a strong tag names bytes.
        let tag = format!(
            "\"{hash}{}\"",
            encoding.map_or_else(String::new, |encoding| format!("-{encoding}"))
        );
        let fresh = asked
            .get(IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|known| {
                known.split(',').any(|one| {
                    matches!(one.trim().trim_start_matches("W/"), "*") || one.trim().ends_with(&tag)
                })
            });
        let mut response = if fresh {
            answer::empty(StatusCode::NOT_MODIFIED)
        } else {
            answer::full(StatusCode::OK, kind(name), bytes)
        };
        let headers = response.headers_mut();
        let named_by_content = query.is_some_and(|query| query.strip_prefix("v=") == Some(&hash));
        let keep = if named_by_content {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        if let (Some(encoding), false) = (encoding, fresh) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if kind(name).starts_with("text/html") {
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            let policy = match name.as_str() {
                name if tester::is_page(name) => policy::OF_TESTER.to_owned(),
                // The page that links open tries what links name.
                "index.html" => policy::of(&origins.lanes, host, endpoints),
                _ => policy::of(&origins.lanes, host, &[]),
            };
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                headers.insert(CONTENT_SECURITY_POLICY, policy);
            }
        } else {
            headers
                .entry(CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(kind(name)));
        }
        Some(response)
    }
}

/// What only staff are given.
const STAFF: [&str; 3] = ["staff.", "staff/", "pkg/staff"];

const NOT_BUILT: &str =
    "The widget was not built into this binary. `cargo xtask serve` builds both.\n";

/// The encoding is accepted (RFC 9110 § 12.5.3), and not with weight zero.
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused = |weight: &str| {
            weight
                .strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok())
                .is_some_and(|q| q <= 0.0)
        };
        named && !parts.any(refused)
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, kind)| kind) {
        "html" => "text/html; charset=utf-8",
        "js" | "jsx" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    }
}

fn collect(folder: &Path, prefix: &str, table: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name();
        let Some(name) = file.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), table)?;
        } else {
            table.insert(path, entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_of_weight_zero_is_not_taken() {
        assert!(takes("gzip, deflate, br", "br") && takes("BR;q=0.5", "br"));
        assert!(!takes("br;q=0, gzip", "br") && !takes("", "gzip") && !takes("brotli", "br"));
    }
}
