//! A server of its own for each test, and a client that sees every byte.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

pub mod http2;
pub mod report;
pub mod web_socket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pushcheck::wire::{Key, Ledger, PollBody, unsealed};
use pushcheck_server::{Config, Identity, bind};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme, crypto::ring,
};

/// Longer than anything here takes; only a hang reaches it.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what)
        .await
        .expect("it hangs")
}

pub struct Site {
    pub plain: SocketAddr,
    pub tls: SocketAddr,
    pub instance: String,
    /// Where staff are answered: `http://127.0.0.1:…`.
    pub staff: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    done: JoinHandle<()>,
}

impl Site {
    pub async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut config = Config {
            listen: vec![any],
            tls_listen: vec![any],
            identity: Some(Identity::Development),
            ..Config::default()
        };
        change(&mut config);
        let server = bind(config).await.unwrap();
        let (plain, tls) = (server.bound()[0].address, server.bound()[1].address);
        let instance = server.instance().to_owned();
        let staff = server.staff().map(ToOwned::to_owned);
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        Self {
            plain,
            tls,
            instance,
            staff,
            stop: Some(stop),
            done,
        }
    }

    pub async fn plain() -> Self {
        Self::start(|_| ()).await
    }

    /// Tells the server to stop, and goes on.
    pub fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    pub async fn ended(self) {
        within(self.done).await.unwrap();
    }

    pub async fn client(&self) -> Client {
        Client::over(TcpStream::connect(self.plain).await.unwrap())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.client().await.get(path).await
    }

    pub async fn ledger(&self, key: &Key) -> Ledger {
        let answer = self
            .client()
            .await
            .post(&format!("/v1/runs/{}/ledger", key.run()), &key.to_body())
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// The ledger, asked for until it is as it must become.
    pub async fn ledger_when(&self, key: &Key, is_so: impl Fn(&Ledger) -> bool) -> Ledger {
        within(async {
            loop {
                let ledger = self.ledger(key).await;
                if is_so(&ledger) {
                    return ledger;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    }
}

pub fn key(n: u8) -> Key {
    Key::new([n; 16])
}

pub fn path(key: &Key, probe: &str, attempt: u16, kind: &str) -> String {
    format!("/v1/runs/{}/{probe}/{attempt}/{kind}", key.run())
}

pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// An HTTP/1.1 client by hand.
pub struct Client {
    io: Box<dyn Io>,
    unread: Vec<u8>,
    pub sent: u64,
    pub got: u64,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of a poll.
    pub fn poll(&self) -> PollBody {
        unsealed(&self.text()).unwrap().parse().unwrap()
    }

    pub fn problem(&self) -> serde_json::Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.head
        );
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], self.status);
        problem
    }

    /// A refusal of ours, marked as such.
    pub fn is_refused(&self, status: u16, why: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        assert!(self.header("pushcheck-answer").is_some());
        assert_eq!(self.header("pushcheck-refused"), Some(why));
        assert_eq!(self.problem()["refused"], why);
        assert_eq!(self.header("access-control-allow-origin"), Some("*"));
    }
}

impl Client {
    pub fn over(io: impl Io + 'static) -> Self {
        Self {
            io: Box::new(io),
            unread: Vec::new(),
            sent: 0,
            got: 0,
        }
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.io.write_all(bytes.as_ref()).await.unwrap();
        self.io.flush().await.unwrap();
        self.sent += bytes.as_ref().len() as u64;
    }

    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.io.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads some more; false: the end.
    pub async fn more(&mut self) -> bool {
        let mut piece = [0; 4096];
        let read = within(self.io.read(&mut piece)).await.unwrap_or(0);
        self.unread.extend_from_slice(&piece[..read]);
        self.got += read as u64;
        read > 0
    }

    /// What has come and not been taken.
    pub fn unread(&self) -> &[u8] {
        &self.unread
    }

    pub async fn take(&mut self, count: usize) -> Vec<u8> {
        while self.unread.len() < count {
            assert!(
                self.more().await,
                "ended after {:?}",
                String::from_utf8_lossy(&self.unread)
            );
        }
        self.unread.drain(..count).collect()
    }

    async fn until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self
                .unread
                .windows(end.len())
                .position(|window| window == end)
            {
                return self.unread.drain(..at + end.len()).collect();
            }
            assert!(
                self.more().await,
                "ended after {:?}",
                String::from_utf8_lossy(&self.unread)
            );
        }
    }

    pub async fn head(&mut self) -> Answer {
        let head = String::from_utf8(self.until(b"\r\n\r\n").await).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer {
            status,
            head,
            body: Vec::new(),
        }
    }

    /// The next chunk of a body; empty: the last.
    pub async fn chunk(&mut self) -> Vec<u8> {
        let size = String::from_utf8(self.until(b"\r\n").await).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut chunk = self.take(size + 2).await;
        chunk.truncate(size);
        chunk
    }

    pub async fn answer(&mut self) -> Answer {
        let mut answer = self.head().await;
        if let Some(length) = answer.header("content-length") {
            let length = length.parse().unwrap();
            answer.body = self.take(length).await;
        } else if answer.header("transfer-encoding").is_some() {
            loop {
                let chunk = self.chunk().await;
                if chunk.is_empty() {
                    break;
                }
                answer.body.extend(chunk);
            }
        }
        answer
    }

    /// The same of a server that may end meanwhile.
    pub async fn try_answer(&mut self) -> Option<Answer> {
        while !self.unread.windows(4).any(|four| four == b"\r\n\r\n") {
            self.more().await.then_some(())?;
        }
        let mut answer = self.head().await;
        let length: usize = answer.header("content-length")?.parse().ok()?;
        while self.unread.len() < length {
            self.more().await.then_some(())?;
        }
        answer.body = self.take(length).await;
        Some(answer)
    }

    pub async fn ask(&mut self, head: &str) -> Answer {
        self.send(format!("{head}\r\nHost: probe.test\r\n\r\n"))
            .await;
        self.answer().await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1")).await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> Answer {
        let length = body.len();
        // Reports are taken of pages alone.
        let origin = match path {
            "/v1/reports" => "Origin: http://probe.test\r\n",
            _ => "",
        };
        self.send(format!(
            "POST {path} HTTP/1.1\r\nHost: probe.test\r\n{origin}Content-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await;
        self.answer().await
    }
}

/// A connection's end by reset, whatever is on its way.
pub fn reset(socket: TcpStream) {
    socket.set_zero_linger().unwrap();
    drop(socket);
}

/// TLS to the server, whatever its certificate.
pub async fn encrypted(site: &Site, alpn: &[u8]) -> tokio_rustls::client::TlsStream<TcpStream> {
    encrypted_to(site.tls, "localhost", alpn).await
}

/// The same by address, with another name in the ClientHello.
pub async fn encrypted_to(
    address: SocketAddr,
    name: &str,
    alpn: &[u8],
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let socket = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await
        .unwrap()
}

#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
