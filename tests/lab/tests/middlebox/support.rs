//! A plain server, a plain client, frames made by hand.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pushcheck_lab::middlebox::{Config, Running};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Long enough for loopback; nothing that is waited for in vain is waited for longer.
pub(crate) const SOON: Duration = Duration::from_millis(400);

/// The gaps before the ticks of `/events`, in milliseconds.
pub(crate) const GAPS: [u64; 4] = [0, 60, 120, 60];

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What the server has seen, in order.
pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// A server that speaks plain bytes: it echoes frames, writes ticks, counts uploads.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    log: Log,
    _accepts: JoinSet<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(None).await
    }

    pub(crate) async fn tls(ca: &Ca) -> Self {
        Self::with(Some(ca.acceptor())).await
    }

    async fn with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Log::default();
        let mut accepts = JoinSet::new();
        let seen = Arc::clone(&log);
        accepts.spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                socket.set_nodelay(true).unwrap();
                let (tls, log) = (tls.clone(), Arc::clone(&seen));
                note(&log, "connection");
                open.spawn(async move {
                    match tls {
                        None => serve(Peer::new(socket), log).await,
                        Some(tls) => match tls.accept(socket).await {
                            Ok(stream) => serve(Peer::new(stream), log).await,
                            Err(_) => note(&log, "no TLS"),
                        },
                    }
                });
            }
        });
        Self {
            address,
            log,
            _accepts: accepts,
        }
    }

    /// What it has seen since it was asked last.
    pub(crate) fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

fn note(log: &Log, what: impl Into<String>) {
    log.lock().unwrap().push(what.into());
}

async fn serve(mut peer: Peer, log: Log) {
    while let Some(head) = peer.head().await {
        note(&log, head.clone());
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        match path.as_str() {
            "/ws" | "/greets" => return socket(peer, &head, &log).await,
            "/events" => {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
                peer.send(head.as_bytes()).await;
                for (n, gap) in GAPS.into_iter().enumerate() {
                    sleep(Duration::from_millis(gap)).await;
                    peer.send(format!("e\r\ndata: tick {n}\n\n\r\n").as_bytes())
                        .await;
                }
                sleep(Duration::from_millis(60)).await;
                peer.send(b"0\r\n\r\n").await;
            }
            "/upload" => {
                let length = head.to_ascii_lowercase();
                let length = length.split("content-length: ").nth(1).unwrap();
                let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
                if peer.exact(length).await.is_none() {
                    return note(&log, "upload cut short");
                }
                note(&log, format!("upload {length}"));
                peer.send(answer("200 OK", &format!("got {length}")).as_bytes())
                    .await;
            }
            _ => peer.send(answer("200 OK", &path).as_bytes()).await,
        }
    }
    note(&log, peer.ending());
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn socket(mut peer: Peer, head: &str, log: &Log) {
    let mut answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nconnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n".to_owned();
    if head.contains("Sec-WebSocket-Protocol: chat") {
        answer += "Sec-WebSocket-Protocol: chat\r\n";
    }
    peer.send((answer + "\r\n").as_bytes()).await;
    if head.contains("/greets") {
        sleep(Duration::from_millis(20)).await;
        peer.send(&frame(0x81, None, b"welcome")).await;
    }
    while let Some(got) = peer.frame().await {
        let length = got.payload.len();
        let masked = if got.masked { "masked" } else { "bare" };
        note(log, format!("frame {:02x} {masked} {length}", got.first));
        peer.send(&frame(got.first & 0x8F, None, &got.payload))
            .await;
        if got.first & 0x0F == 8 {
            break;
        }
    }
    note(log, peer.ending());
}

/// One end of a connection.
pub(crate) struct Peer {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
    broken: Option<std::io::ErrorKind>,
}

pub(crate) struct Frame {
    pub(crate) first: u8,
    pub(crate) masked: bool,
    pub(crate) payload: Vec<u8>,
}

impl Peer {
    pub(crate) fn new(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            buffer: Vec::new(),
            broken: None,
        }
    }

    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self::new(socket)
    }

    /// TLS upon what is there.
    pub(crate) async fn secure(self, name: &str, root: &Ca) -> std::io::Result<Self> {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        Ok(Self::new(
            root.connector().connect(name, self.stream).await?,
        ))
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // Who does not listen any more is not our business.
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    async fn more(&mut self) -> bool {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(read) => read > 0,
            Err(error) => {
                self.broken = Some(error.kind());
                false
            }
        }
    }

    /// How it ended: `FIN` or `RST`.
    pub(crate) fn ending(&self) -> &'static str {
        match self.broken {
            None | Some(std::io::ErrorKind::UnexpectedEof) => "FIN",
            Some(_) => "RST",
        }
    }

    pub(crate) async fn exact(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < length {
            if !self.more().await {
                return None;
            }
        }
        Some(self.buffer.drain(..length).collect())
    }

    pub(crate) async fn head(&mut self) -> Option<String> {
        loop {
            let end = self
                .buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                let head = self.exact(end + 4).await?;
                return Some(String::from_utf8(head).unwrap());
            }
            if !self.more().await {
                return None;
            }
        }
    }

    pub(crate) async fn frame(&mut self) -> Option<Frame> {
        let head = self.exact(2).await?;
        let masked = head[1] & 0x80 != 0;
        let length = match head[1] & 0x7F {
            126 => u16::from_be_bytes(self.exact(2).await?.try_into().unwrap()).into(),
            127 => u64::from_be_bytes(self.exact(8).await?.try_into().unwrap()),
            short => short.into(),
        };
        let mask = if masked {
            self.exact(4).await?
        } else {
            vec![0; 4]
        };
        let mut payload = self.exact(usize::try_from(length).unwrap()).await?;
        for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= key;
        }
        Some(Frame {
            first: head[0],
            masked,
            payload,
        })
    }

    /// A request without a body, and the head of its answer: `silence`, `FIN` or `RST` if there is none.
    pub(crate) async fn request(&mut self, path: &str, more: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: push.test\r\n{more}\r\n");
        self.send(head.as_bytes()).await;
        self.answer().await
    }

    pub(crate) async fn answer(&mut self) -> String {
        match timeout(SOON, self.head()).await {
            Err(_) => "silence".to_owned(),
            Ok(None) => self.ending().to_owned(),
            Ok(Some(head)) => head,
        }
    }

    /// The handshake of a WebSocket, and the head of its answer.
    pub(crate) async fn upgrade(&mut self, path: &str) -> String {
        let more = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
        self.request(path, more).await
    }

    /// What comes next: `81 text`, or `silence`, `FIN`, `RST`.
    pub(crate) async fn hear(&mut self) -> String {
        match timeout(SOON, self.frame()).await {
            Err(_) => "silence".to_owned(),
            Ok(None) => self.ending().to_owned(),
            Ok(Some(frame)) => {
                let text = String::from_utf8_lossy(&frame.payload);
                format!("{:02x} {text}", frame.first)
            }
        }
    }

    /// A text sent, and what comes back.
    pub(crate) async fn echo(&mut self, text: &str) -> String {
        self.send(&frame(0x81, Some([1, 2, 3, 4]), text.as_bytes()))
            .await;
        self.hear().await
    }

    /// Whatever comes, until the other side closes or nothing comes any more: text and milliseconds since `start`.
    pub(crate) async fn arrivals(&mut self, start: Instant) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        while let Ok(true) = timeout(SOON, self.more()).await {
            let text = String::from_utf8(std::mem::take(&mut self.buffer)).unwrap();
            found.push((start.elapsed().as_millis() as u64, text));
        }
        found
    }

    /// When each of the ticks of `/events` arrives, in milliseconds.
    pub(crate) async fn ticks(&mut self) -> Vec<u64> {
        let start = Instant::now();
        let head = "GET /events HTTP/1.1\r\nHost: push.test\r\n\r\n";
        self.send(head.as_bytes()).await;
        let (mut text, mut times) = (String::new(), Vec::new());
        let mut buffer = [0; 4096];
        while let Ok(Ok(read @ 1..)) = timeout(SOON, self.stream.read(&mut buffer)).await {
            write!(text, "{}", String::from_utf8_lossy(&buffer[..read])).unwrap();
            times.resize(
                text.matches("tick").count(),
                start.elapsed().as_millis() as u64,
            );
            if text.ends_with("0\r\n\r\n") {
                break;
            }
        }
        times
    }
}

/// A frame by hand.
pub(crate) fn frame(first: u8, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let bit = if mask.is_some() { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        short @ ..=125 => bytes.push(bit | short as u8),
        long => {
            bytes.push(bit | 126);
            bytes.extend_from_slice(&u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    bytes.extend_from_slice(mask.as_ref().map_or(&[], <[u8; 4]>::as_slice));
    let key = mask.unwrap_or_default();
    bytes.extend(
        payload
            .iter()
            .zip(key.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    bytes
}

/// A CA whose files are in a folder of the test's own.
pub(crate) struct Ca {
    pub(crate) folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
    root: rcgen::Certificate,
}

impl Ca {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "a company");
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), root.pem()).unwrap();
        std::fs::write(folder.path().join("ca.key"), key.serialize_pem()).unwrap();
        let issuer = Issuer::new(params, key);
        Self {
            folder,
            issuer,
            root,
        }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["push.test".to_owned(), "127.0.0.1".to_owned()]);
        let leaf = params.unwrap().signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    fn connector(&self) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.der().clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsConnector::from(Arc::new(config))
    }
}

/// An example of the folder `files`, filled in.
pub(crate) fn example(name: &str, server: SocketAddr, folder: &Path) -> Config {
    let files: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/middlebox/files"]
        .iter()
        .collect();
    let file = files.join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("{{SERVER}}", &server.to_string());
    Config::parse(&text, folder).unwrap()
}

/// What a probe finds behind the box of an example, and what it finds when the box's rules are off.
pub(crate) async fn both<T>(
    name: &str,
    server: &Server,
    probe: impl AsyncFn(SocketAddr) -> T,
) -> (T, T) {
    both_in(name, server, Path::new(""), probe).await
}

/// The same, with the CA's folder.
pub(crate) async fn both_in<T>(
    name: &str,
    server: &Server,
    folder: &Path,
    probe: impl AsyncFn(SocketAddr) -> T,
) -> (T, T) {
    let config = example(name, server.address, folder);
    let running = Running::start(config.clone()).await.unwrap();
    let on = probe(running.addresses()[0]).await;
    drop(running);
    let running = Running::start(config.harmless()).await.unwrap();
    let off = probe(running.addresses()[0]).await;
    (on, off)
}
