//! The first message of TLS: to whom it is addressed, and in which tongues.

use tokio_rustls::rustls::server::Acceptor;

/// More than this is no greeting.
const LONGEST: usize = 32 << 10;

/// What a client's greeting says in the clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hello {
    /// The server's name.
    pub(super) name: Option<String>,
    /// The protocols that the client would speak.
    pub(super) alpn: Vec<Vec<u8>>,
}

/// What bytes are, as a greeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// The beginning of one.
    Partial,
    /// A whole one.
    Whole(Hello),
    /// None.
    Not,
}

/// What the first bytes of a connection are.
pub(super) fn read(bytes: &[u8]) -> Greeting {
    match bytes.first() {
        None => return Greeting::Partial,
        Some(0x16) => {}
        Some(_) => return Greeting::Not,
    }
    let mut acceptor = Acceptor::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        if !matches!(acceptor.read_tls(&mut rest), Ok(1..)) {
            return Greeting::Not;
        }
        match acceptor.accept() {
            Ok(Some(accepted)) => {
                let hello = accepted.client_hello();
                let alpn = hello.alpn().into_iter().flatten().map(<[u8]>::to_vec);
                return Greeting::Whole(Hello {
                    name: hello.server_name().map(str::to_ascii_lowercase),
                    alpn: alpn.collect(),
                });
            }
            Ok(None) => {}
            Err(_) => return Greeting::Not,
        }
    }
    if bytes.len() < LONGEST {
        Greeting::Partial
    } else {
        Greeting::Not
    }
}
