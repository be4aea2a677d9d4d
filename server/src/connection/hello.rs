//! A TLS ClientHello, and its JA4: what wrote it, as far as its offers tell (FoxIO, JA4 technical details, BSD 3-clause).

use sha2::{Digest, Sha256};
use tls_parser::{TlsClientHelloContents, TlsExtension};

use crate::clock::hex;

/// The record type of a handshake (RFC 8446 § 5.1), and the first byte of every version since SSL 3.0.
pub(super) const HANDSHAKE: u8 = 22;
pub(super) const MAJOR: u8 = 3;

/// A record's and a message's header (RFC 8446 § 5.1, § 4).
const RECORD: usize = 5;
const MESSAGE: usize = 4;
const CLIENT_HELLO: u8 = 1;

/// What bytes from the beginning of a connection are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hello {
    /// They hold a whole ClientHello; what it says, where it can be read.
    Whole(Option<Said>),
    /// They could be one's beginning; it is at least as long as that.
    Needs(usize),
    /// They are none.
    None,
}

/// What a ClientHello says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) ja4: String,
    /// The name that is asked for (RFC 6066 § 3).
    pub(super) name: Option<String>,
}

/// Reads a ClientHello, in however many records it comes.
pub(super) fn read(bytes: &[u8]) -> Hello {
    let mut message = Vec::new();
    let mut at = 0;
    loop {
        let Some(header) = bytes.get(at..at + RECORD) else {
            return Hello::Needs(at + RECORD);
        };
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        if header[0] != HANDSHAKE || header[1] != MAJOR || length == 0 {
            return Hello::None;
        }
        let Some(record) = bytes.get(at + RECORD..at + RECORD + length) else {
            return Hello::Needs(at + RECORD + length);
        };
        message.extend_from_slice(record);
        at += RECORD + length;
        if message[0] != CLIENT_HELLO {
            return Hello::None;
        }
        if let [_, a, b, c, ..] = message[..] {
            let whole = MESSAGE + usize::from(a) * 65_536 + usize::from(b) * 256 + usize::from(c);
            if let Some(body) = message.get(MESSAGE..whole) {
                let parsed = tls_parser::parse_tls_handshake_client_hello(body);
                return Hello::Whole(parsed.ok().map(|(_, hello)| Said {
                    ja4: ja4(&hello),
                    name: server_name(&hello),
                }));
            }
        }
    }
}

/// The first name of the list, whose length has two bytes, as that of a name; its type one.
fn server_name(hello: &TlsClientHelloContents<'_>) -> Option<String> {
    let extensions = extensions(hello.ext.unwrap_or_default());
    let (_, list) = extensions.iter().find(|(kind, _)| *kind == SERVER_NAME)?;
    let length = u16::from_be_bytes([*list.get(3)?, *list.get(4)?]);
    let name = list.get(5..5 + usize::from(length))?;
    String::from_utf8(name.to_vec()).ok()
}

const SERVER_NAME: u16 = 0;
const SIGNATURE_ALGORITHMS: u16 = 13;
const ALPN: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;

fn ja4(hello: &TlsClientHelloContents<'_>) -> String {
    let extensions = extensions(hello.ext.unwrap_or_default());
    let data = |wanted: u16| {
        let found = extensions.iter().find(|(kind, _)| *kind == wanted);
        found.map_or(&[][..], |(_, data)| data)
    };
    let mut ciphers: Vec<u16> = hello.ciphers.iter().map(|cipher| cipher.0).collect();
    ciphers.retain(|cipher| !is_grease(*cipher));
    let version = numbers(data(SUPPORTED_VERSIONS).get(1..).unwrap_or_default())
        .max()
        .unwrap_or(hello.version.0);
    let has_name = extensions.iter().any(|(kind, _)| *kind == SERVER_NAME);
    let first = format!(
        "t{}{}{:02}{:02}{}",
        version_word(version),
        if has_name { 'd' } else { 'i' },
        ciphers.len().min(99),
        extensions.len().min(99),
        alpn_word(data(ALPN)),
    );
    ciphers.sort_unstable();
    let mut kinds: Vec<u16> = extensions.iter().map(|(kind, _)| *kind).collect();
    kinds.retain(|kind| !matches!(*kind, SERVER_NAME | ALPN));
    kinds.sort_unstable();
    let algorithms = words(numbers(
        data(SIGNATURE_ALGORITHMS).get(2..).unwrap_or_default(),
    ));
    let mut offers = words(kinds.into_iter());
    if !algorithms.is_empty() && !offers.is_empty() {
        offers = format!("{offers}_{algorithms}");
    }
    let ciphers = words(ciphers.into_iter());
    format!("{first}_{}_{}", digest(&ciphers), digest(&offers))
}

/// Kind and data of each, in order, without those that mean nothing.
fn extensions(mut rest: &[u8]) -> Vec<(u16, &[u8])> {
    let mut all = Vec::new();
    // Read as bytes, since what a parser of each kind does not know yet matters most here.
    while let Ok((after, TlsExtension::Unknown(kind, data))) =
        tls_parser::parse_tls_extension_unknown(rest)
    {
        rest = after;
        if !is_grease(kind.0) {
            all.push((kind.0, data));
        }
    }
    all
}

/// RFC 8701: values that clients send so that servers learn to ignore them.
const fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 15 == 10
}

/// A list of numbers of two bytes, without those that mean nothing.
fn numbers(list: &[u8]) -> impl Iterator<Item = u16> {
    let pairs = list.chunks_exact(2);
    pairs
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .filter(|number| !is_grease(*number))
}

fn words(numbers: impl Iterator<Item = u16>) -> String {
    let words: Vec<String> = numbers.map(|number| format!("{number:04x}")).collect();
    words.join(",")
}

const fn version_word(version: u16) -> &'static str {
    match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        _ => "00",
    }
}

/// First and last character of the first protocol offered; where they are none of the alphabet, of its digits.
fn alpn_word(list: &[u8]) -> String {
    // The list's length has two bytes, a protocol's one (RFC 7301 § 3.1).
    let length = list.get(2).map_or(0, |length| usize::from(*length));
    match list.get(3..3 + length) {
        Some([first, .., last]) if [first, last].iter().all(|b| b.is_ascii_alphanumeric()) => {
            [*first, *last].map(char::from).iter().collect()
        }
        Some([one]) if one.is_ascii_alphanumeric() => [char::from(*one); 2].iter().collect(),
        Some(protocol @ [_, ..]) => {
            let digits = hex(protocol);
            format!("{}{}", &digits[..1], &digits[digits.len() - 1..])
        }
        _ => "00".to_owned(),
    }
}

fn digest(list: &str) -> String {
    if list.is_empty() {
        return "0".repeat(12);
    }
    hex(&Sha256::digest(list)[..6])
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    const CIPHERS: [u16; 16] = [
        0x3a3a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
        0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
    ];

    fn two(number: usize) -> [u8; 2] {
        u16::try_from(number).expect("short").to_be_bytes()
    }

    fn list(numbers: &[u16]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
    }

    fn message(ciphers: &[u16], extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut body = [&[3, 3][..], &[7; 32], &[0]].concat();
        body.extend(two(ciphers.len() * 2));
        body.extend(list(ciphers));
        body.extend([1, 0]);
        let all: Vec<u8> = extensions
            .iter()
            .flat_map(|(kind, data)| [&kind.to_be_bytes()[..], &two(data.len()), data].concat())
            .collect();
        body.extend(two(all.len()));
        body.extend(all);
        [&[CLIENT_HELLO, 0][..], &two(body.len()), &body].concat()
    }

    fn records(message: &[u8], size: usize) -> Vec<u8> {
        let record = |part: &[u8]| [&[HANDSHAKE, MAJOR, 1][..], &two(part.len()), part].concat();
        message.chunks(size).flat_map(record).collect()
    }

    fn offers() -> Vec<(u16, Vec<u8>)> {
        let plain = [
            0x8a8a, 0x001b, 0, 0x0033, 0x4469, 0x0017, 0x002d, 0x0005, 0x0023, 0x0012, 0xff01,
            0x000b, 0x000a, 0x0015,
        ];
        let mut all: Vec<(u16, Vec<u8>)> = plain.map(|kind| (kind, Vec::new())).to_vec();
        all.push((ALPN, b"\0\x0c\x02h2\x08http/1.1".to_vec()));
        let algorithms = list(&[
            0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601,
        ]);
        all.push((
            SIGNATURE_ALGORITHMS,
            [&two(algorithms.len())[..], &algorithms].concat(),
        ));
        all.push((
            SUPPORTED_VERSIONS,
            [&[6][..], &list(&[0xdada, 0x0304, 0x0303])].concat(),
        ));
        all
    }

    /// What a browser says first.
    pub(in crate::connection) fn chromium() -> Vec<u8> {
        records(&message(&CIPHERS, &offers()), 16_384)
    }

    /// Source: github.com/FoxIO-LLC/ja4, technical_details/JA4.md, its worked example.
    #[test]
    fn the_example_has_the_fingerprint_that_its_authors_give() {
        let wanted = Hello::Whole(Some(Said {
            ja4: "t13d1516h2_8daaf6152771_e5627efa2ab1".to_owned(),
            // Its extension is empty here.
            name: None,
        }));
        assert_eq!(read(&chromium()), wanted);
        let in_records = records(&message(&CIPHERS, &offers()), 50);
        assert_eq!(read(&in_records), wanted);
        for end in 0..in_records.len() {
            assert!(matches!(read(&in_records[..end]), Hello::Needs(more) if more > end));
        }
    }

    #[test]
    fn the_name_that_is_asked_for_is_read() {
        let name = b"\0\x0d\0\0\x0aprobe.test".to_vec();
        let asking = |name: &[u8]| {
            let offers = [(SERVER_NAME, name.to_vec())];
            match read(&records(&message(&CIPHERS, &offers), 16_384)) {
                Hello::Whole(Some(said)) => said.name,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(asking(&name).as_deref(), Some("probe.test"));
        for end in 0..name.len() {
            assert_eq!(asking(&name[..end]), None);
        }
    }

    #[test]
    fn without_a_name_a_protocol_or_extensions_it_says_so() {
        let bare = read(&records(&message(&[0xc02f], &[]), 16_384));
        let Hello::Whole(Some(Said { ja4, name: None })) = bare else {
            panic!("{bare:?}")
        };
        assert!(
            ja4.starts_with("t12i010000_") && ja4.ends_with("_000000000000"),
            "{ja4}"
        );
        assert_eq!(alpn_word(b"\0\x09\x08http/1.1"), "h1");
        assert_eq!(alpn_word(b"\0\x02\x01\xab"), "ab");
        assert_eq!(alpn_word(b"\0\x05\x04\xab\0\0\xcd"), "ad");
        assert_eq!(alpn_word(b"\0\x05\x09h2"), "00");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_hello_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0_usize..300) {
            let mut hello = chromium();
            let at = at.min(hello.len());
            let to = (at + bytes.len()).min(hello.len());
            hello[at..to].copy_from_slice(&bytes[..to - at]);
            let _ = (read(&hello), read(&bytes));
        }
    }
}
