//! QR codes behind three exported functions, without bindings: `www/qr.js` calls them.
//!
//! A text's bytes go to [`buffer`], [`encode`] makes the code of them, and its modules stand in the same buffer then: one `0`
//! (light) or `1` (dark) each, row by row.
#![cfg_attr(target_arch = "wasm32", no_std)]

use core::str;
use core::sync::atomic::{AtomicU8, Ordering};

use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};

/// The longest text, in bytes: the largest code takes 2,953 at the lowest level.
const LONGEST: usize = 2_900;

/// Modules on a side of the largest code.
const LARGEST: usize = 177;

/// What the encoder wants of room, for the largest code.
const ROOM: usize = Version::MAX.buffer_len();

// Atomics make it safe to write to, and cost nothing where there are no threads.
static BUFFER: [AtomicU8; LARGEST * LARGEST] = [const { AtomicU8::new(0) }; LARGEST * LARGEST];

/// Where a text goes, and where its code stands after [`encode`].
#[unsafe(no_mangle)]
pub extern "C" fn buffer() -> *const AtomicU8 {
    BUFFER.as_ptr()
}

/// The longest text that [`encode`] takes, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn longest() -> usize {
    LONGEST
}

/// Makes the code of the text in the first `len` bytes, the smallest, at the best level of error correction that makes it no
/// larger. Says how many modules a side has; 0 where the bytes are too many or no UTF-8.
#[unsafe(no_mangle)]
pub extern "C" fn encode(len: usize) -> usize {
    if len > LONGEST {
        return 0;
    }
    let mut text = [0; LONGEST];
    for (to, from) in text[..len].iter_mut().zip(&BUFFER) {
        *to = from.load(Ordering::Relaxed);
    }
    let (mut aside, mut out) = ([0; ROOM], [0; ROOM]);
    let made = str::from_utf8(&text[..len]).ok().and_then(|text| {
        QrCode::encode_text(
            text,
            &mut aside,
            &mut out,
            QrCodeEcc::Low,
            Version::MIN,
            Version::MAX,
            None,
            true,
        )
        .ok()
    });
    let Some(code) = made else {
        return 0;
    };
    let size = code.size();
    let modules = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    for (to, (x, y)) in BUFFER.iter().zip(modules) {
        to.store(b'0' + u8::from(code.get_module(x, y)), Ordering::Relaxed);
    }
    usize::try_from(size).unwrap_or_default()
}

/// Nothing is told: the page sees a trap.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
