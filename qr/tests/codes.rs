//! What comes out is the code that others make of the same text, and a reader finds the text in it.
#![cfg(not(target_arch = "wasm32"))]

use std::slice;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use qrcodegen::{QrCode, QrCodeEcc};

/// The buffer is one.
static TURN: Mutex<()> = Mutex::new(());

/// The rows of the code that the module makes of a text; none where it refuses.
fn rows(text: &[u8]) -> Vec<Vec<bool>> {
    let turn = TURN.lock();
    // SAFETY: the buffer has as many bytes as the largest code has modules, and lives as long as the program.
    let buffer: &[AtomicU8] = unsafe { slice::from_raw_parts(pushcheck_qr::buffer(), 177 * 177) };
    for (to, from) in buffer.iter().zip(text) {
        to.store(*from, Ordering::Relaxed);
    }
    let size = pushcheck_qr::encode(text.len());
    let dark = |at: &AtomicU8| match at.load(Ordering::Relaxed) {
        b'0' => false,
        b'1' => true,
        other => panic!("{other} is no module"),
    };
    let rows = (0..size).map(|y| buffer[y * size..(y + 1) * size].iter().map(dark).collect());
    let rows = rows.collect();
    drop(turn);
    rows
}

/// What an address looks like that many bytes long.
fn address(len: usize) -> String {
    let mut text = String::from("https://probe.example/#r=");
    text.extend(
        (0_u32..)
            .map(|i| char::from(b'a' + u8::try_from(i * i % 26).unwrap_or(0)))
            .take(len),
    );
    text.truncate(len);
    text
}

/// What a reader of pictures finds.
fn read(rows: &[Vec<bool>]) -> String {
    const QUIET: usize = 4;
    const SCALE: usize = 4;
    let side = (rows.len() + 2 * QUIET) * SCALE;
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        let module = |at: usize| (at / SCALE).checked_sub(QUIET);
        let row = module(y).and_then(|y| rows.get(y));
        let dark = row.and_then(|row| module(x).and_then(|x| row.get(x)));
        if dark == Some(&true) { 0 } else { 255 }
    });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one code is in the picture");
    grids[0].decode().expect("it can be read").1
}

#[test]
fn a_reader_finds_the_text() {
    for len in [1, 25, 100, 900, 1_800, 2_900] {
        let text = address(len);
        assert_eq!(read(&rows(text.as_bytes())), text, "{len} bytes");
    }
}

#[test]
fn it_is_the_code_that_the_other_library_makes() {
    let texts = [
        address(1),
        address(300),
        address(2_900),
        "filter-rewrites-101".into(),
        "HTTPS://PROBE.EXAMPLE/CAUSES".into(),
        "31415926535897932384626433832795".into(),
        "接続の確認".into(),
    ];
    for text in texts {
        let other = QrCode::encode_text(&text, QrCodeEcc::Low).expect("it fits");
        let side = 0..other.size();
        let other: Vec<Vec<bool>> = side
            .clone()
            .map(|y| side.clone().map(|x| other.get_module(x, y)).collect())
            .collect();
        assert_eq!(rows(text.as_bytes()), other, "{text}");
    }
}

#[test]
fn what_fits_into_no_code_is_refused() {
    assert_eq!(pushcheck_qr::longest(), 2_900);
    assert!(rows(&[b'a'; 2_901]).is_empty());
    assert!(rows(&[0xff; 10]).is_empty(), "no UTF-8");
    assert_eq!(rows(b"").len(), 21, "an empty text is one");
}
