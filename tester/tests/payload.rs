//! What is sent and what came.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use pushcheck_tester::payload::{
    Flaw, Format, base64, bytes_of_base64, bytes_of_hex, check, hex, hex_dump, pretty,
};

fn flaw(format: Format, text: &str) -> Option<(&'static str, usize, String)> {
    let Flaw { why, at, found, .. } = check(format, text).flaw?;
    Some((why, at, found))
}

#[test]
fn bad_base64_is_named_at_its_place() {
    for (text, why, at, found) in [
        ("AAEC*w==", "not-base64", 4, "*"),
        ("AA\u{1f600}\u{e9}A", "not-base64", 2, "\u{1f600}"),
        ("\u{3042}", "not-base64", 0, "\u{3042}"),
        ("A", "half-a-byte", 1, ""),
        ("AAAAA", "half-a-byte", 5, ""),
        ("AA=", "padding", 3, ""),
        ("AA===", "padding", 4, "="),
        ("AAAA=", "padding", 4, "="),
        ("=AAA", "padding", 0, "="),
        ("AA==AA", "padding", 4, "A"),
    ] {
        assert_eq!(
            flaw(Format::Base64, text),
            Some((why, at, found.to_owned())),
            "{text}"
        );
    }
    for (text, bytes) in [
        ("", &[][..]),
        ("AAEC/w==", &[0, 1, 2, 255]),
        ("AAEC_w", &[0, 1, 2, 255]),
        (" AA\nEC\t/w = = ", &[0, 1, 2, 255]),
    ] {
        assert_eq!(bytes_of_base64(text).as_deref(), Ok(bytes), "{text}");
    }
}

#[test]
fn bad_hex_is_named_at_its_place() {
    for (text, why, at) in [
        ("00g1", "not-hex", 2),
        ("0", "half-a-byte", 0),
        ("00 1", "half-a-byte", 3),
        ("0 0", "half-a-byte", 0),
        ("0x", "", 0),
        ("00x", "not-hex", 2),
    ] {
        let told = bytes_of_hex(text).err().map(|flaw| (flaw.why, flaw.at));
        let expected = (!why.is_empty()).then_some((why, at));
        assert_eq!(told, expected, "{text}");
    }
    for text in [
        "0001ff",
        "00 01 FF",
        "0x00, 0x01, 0xff",
        "00:01:ff",
        "00-01\n-ff",
    ] {
        assert_eq!(bytes_of_hex(text), Ok(vec![0, 1, 255]), "{text}");
    }
}

#[test]
fn a_flaw_counts_lines_and_utf16() {
    let checked = check(Format::Json, "{\n  \"\u{1f600}\": x\n}");
    let flaw = checked.flaw.expect("a flaw");
    assert_eq!(
        (
            flaw.why,
            flaw.at,
            flaw.line,
            flaw.column,
            flaw.found.as_str()
        ),
        ("json", 10, 2, 9, "x")
    );
    assert!(checked.bytes.is_some(), "it can be sent all the same");
}

#[test]
fn texts_are_looked_at_and_never_hindered() {
    for (format, text, why) in [
        (Format::Json, "{\"a\":1}", ""),
        (Format::Json, " [1, 2] ", ""),
        (Format::Json, "", "json-end"),
        (Format::Json, "{\"a\":", "json-end"),
        (Format::Json, "{a:1}", "json"),
        (Format::Json, "[1,]", "json"),
        (Format::Json, "1 2", "json"),
        (Format::Xml, "<a b=\"1\"><c/></a>", ""),
        (Format::Xml, "<?xml version=\"1.0\"?>\n<a>&amp;</a>", ""),
        (Format::Xml, "<a><b></a>", "end-tag"),
        (Format::Xml, "<a>", "not-closed"),
        (Format::Xml, "", "xml-end"),
        (Format::Xml, "<a b='1' b='2'/>", "attribute-twice"),
        (Format::Xml, "<x:a/>", "namespace"),
        (Format::Xml, "<a>&nope;</a>", "entity"),
        (Format::Xml, "<!DOCTYPE a><a/>", "doctype"),
        (Format::Xml, "<a/>b", "xml"),
        (
            Format::Html,
            "<!doctype html><p>a<br>b<ul><li>c<li>d</ul>",
            "",
        ),
        (Format::Html, "<a href='>'>x</a> 1 < 2", ""),
        (Format::Html, "<script>if (a<b) '</div>'</script>", ""),
        (Format::Html, "<div><span></div>", "not-closed"),
        (Format::Html, "<div>", "not-closed"),
        (Format::Html, "</div>", "closes-nothing"),
        (Format::Html, "<div", "tag"),
        (Format::Html, "<!-- x", "comment"),
        (Format::Text, "\0", ""),
    ] {
        let checked = check(format, text);
        assert_eq!(checked.flaw.map_or("", |flaw| flaw.why), why, "{text}");
        assert_eq!(checked.bytes, Some(text.len()));
    }
}

#[test]
fn pretty_json_says_the_same() {
    let text = "{\"b\":[1,{}, [] ,\"a\\\"]{\"],\"12\":12345678901234567890,\"1\":1.0}";
    let laid = pretty(text).expect("it is JSON");
    assert_eq!(
        laid,
        "{\n  \"b\": [\n    1,\n    {},\n    [],\n    \"a\\\"]{\"\n  ],\n  \"12\": 12345678901234567890,\n  \"1\": 1.0\n}"
    );
    assert_eq!(pretty("12"), None);
    assert_eq!(pretty("{x}"), None);
}

#[test]
fn a_dump_has_offsets_and_ascii() {
    let dump = hex_dump(b"0123456789abcdef\x00\xff");
    assert_eq!(
        dump,
        "00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n\
         00000010  00 ff                                            ..\n"
    );
}

proptest! {
    #[test]
    fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (in_64, in_16) = (base64(&bytes), hex(&bytes));
        let from_64 = bytes_of_base64(&in_64);
        prop_assert_eq!(from_64.as_ref(), Ok(&bytes));
        let bare = bytes_of_base64(in_64.trim_end_matches('='));
        prop_assert_eq!(bare.as_ref(), Ok(&bytes));
        let from_16 = bytes_of_hex(&in_16);
        prop_assert_eq!(from_16.as_ref(), Ok(&bytes));
    }

    #[test]
    fn any_text_is_checked(text in ".*") {
        for format in Format::ALL {
            if let Some(flaw) = check(format, &text).flaw {
                prop_assert!(flaw.at <= text.encode_utf16().count());
                prop_assert!(flaw.line >= 1 && flaw.column >= 1);
            }
        }
    }

    #[test]
    fn anything_like_markup_is_checked(text in "(<[/!a-c\"' =>-]{0,6}|[a-c&;<>]|</?(a|b|p|br|script)>|<!--|-->|\\PC){0,20}") {
        for format in [Format::Xml, Format::Html] {
            let _ = check(format, &text);
        }
    }

    #[test]
    fn laid_out_json_is_the_same_value(text in "[\\[\\]{}\",:0-9a\\\\ ]{0,24}") {
        if let Some(laid) = pretty(&text) {
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            prop_assert_eq!(value(&laid), value(&text));
        }
    }
}
