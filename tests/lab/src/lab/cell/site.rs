//! The clean origin: one page that embeds the widget, plain and over TLS, with the embedder's own policy.

use pushcheck::report::Mode;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::Args;
use http_body_util::Full;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::lab::scenario::Page;

/// A site of one page, which a cell opens
#[derive(Clone, Debug, Args)]
pub struct Site {
    /// Where it answers plain HTTP
    #[arg(long)]
    listen: SocketAddr,
    /// Where it answers HTTPS
    #[arg(long)]
    tls_listen: SocketAddr,
    /// Where it answers that there is no such name
    #[arg(long)]
    names: SocketAddr,
    /// Certificate and key in one file
    #[arg(long)]
    both: PathBuf,
    /// The page
    #[arg(long)]
    page: PathBuf,
    /// Its Content-Security-Policy
    #[arg(long)]
    policy: Option<String>,
}

/// What every request is answered with.
#[derive(Debug)]
struct Answers {
    page: PathBuf,
    policy: Option<HeaderValue>,
}

/// Serves until it is ended.
///
/// # Errors
/// It cannot listen, or has no certificate.
pub(crate) async fn command(site: &Site) -> Result<()> {
    let policy = site.policy.as_deref().map(HeaderValue::from_str);
    let answers = Arc::new(Answers {
        page: site.page.clone(),
        policy: policy.transpose().context("the policy is no header")?,
    });
    let tls = acceptor(&site.both)?;
    let plain = TcpListener::bind(site.listen).await?;
    let secure = TcpListener::bind(site.tls_listen).await?;
    let names = super::names::serve(site.names);
    tokio::pin!(names);
    loop {
        tokio::select! {
            failed = &mut names => return failed,
            accepted = plain.accept() => {
                let (socket, _) = accepted?;
                tokio::spawn(serve(socket, Arc::clone(&answers)));
            }
            accepted = secure.accept() => {
                let (socket, _) = accepted?;
                let (tls, answers) = (tls.clone(), Arc::clone(&answers));
                tokio::spawn(async move {
                    if let Ok(socket) = tls.accept(socket).await {
                        serve(socket, answers).await;
                    }
                });
            }
        }
    }
}

fn acceptor(both: &Path) -> Result<TlsAcceptor> {
    let chain =
        CertificateDer::pem_file_iter(both).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let key = PrivateKeyDer::from_pem_file(both);
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain?, key?)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn serve(socket: impl AsyncRead + AsyncWrite + Unpin, answers: Arc<Answers>) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let answer = answer(&answers, request.uri().path());
        async move { Ok::<_, Infallible>(answer) }
    });
    let connection = hyper::server::conn::http1::Builder::new();
    // A browser that leaves early has what it wanted.
    let _ = connection
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

fn answer(answers: &Answers, path: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    if path != "/" {
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    let Ok(page) = std::fs::read(&answers.page) else {
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    *response.body_mut() = Full::new(page.into());
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(policy) = &answers.policy {
        headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    }
    response
}

/// The page's text; `own`: a script of the page's own. Nothing of it tells what is broken.
pub(super) fn page(
    page: &Page,
    need: Option<&str>,
    base: &str,
    scripts: &str,
    own: Option<&str>,
) -> String {
    let own = own.map_or_else(String::new, |own| format!("<script>{own}</script>\n"));
    let list = |name: &str, words: &[String]| match words {
        [] => String::new(),
        words => format!(" {name}=\"{}\"", escaped(&words.join(" "))),
    };
    let span =
        |name: &str, ms: Option<u32>| ms.map_or_else(String::new, |ms| format!(" {name}=\"{ms}\""));
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>A page</title>\n\
         {own}\
         <script type=\"module\" src=\"{}push-check.js\"></script>\n\
         <push-check base=\"{}\"{}{}{}{}{}{}{}></push-check>\n",
        escaped(scripts),
        escaped(base),
        need.map_or_else(String::new, |need| format!(" need=\"{}\"", escaped(need))),
        list("lanes", &page.lanes),
        list("required", &page.required),
        list("methods", &page.methods),
        span("longest-silence-ms", page.longest_silence_ms),
        span("watch-ms", page.watch_ms),
        match page.mode {
            Mode::Thorough => " mode=\"thorough\"",
            Mode::Watch => " mode=\"watch\"",
            _ => "",
        },
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_knows_its_base_and_nothing_else() {
        let text = page(
            &Page::default(),
            None,
            "http://probe.test/a&b/",
            "http://page.test:8080/",
            None,
        );
        assert!(
            text.contains("<push-check base=\"http://probe.test/a&amp;b/\"></push-check>"),
            "{text}"
        );
        assert_eq!(text.matches("http").count(), 2, "{text}");
        let lanes = Page {
            lanes: vec!["plain".into(), "alt-8443".into()],
            ..Page::default()
        };
        assert!(page(&lanes, None, "b", "s", None).contains(" lanes=\"plain alt-8443\">"));
    }
}
