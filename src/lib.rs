//! pushcheck: which HTTP push methods work from this network, where the others break, and why.
//!
//! Data flows one way: plan → probes → evidence → diagnosis → report. Everything that decides is pure: no clock, no
//! socket, no DOM; it is tested natively and can be replayed. Only `browser` and `face` touch the browser.

pub mod advice;
pub mod diagnosis;
pub mod evidence;
pub mod explain;
pub mod json;
pub mod method;
pub mod plan;
pub mod replay;
pub mod report;
pub mod run;
pub mod session;
pub mod stats;
pub mod time;
pub mod wire;

#[cfg(all(target_arch = "wasm32", feature = "face"))]
pub mod browser;
#[cfg(all(target_arch = "wasm32", feature = "face"))]
pub mod face;
#[cfg(all(target_arch = "wasm32", feature = "face"))]
pub use face::{Options, OptionsError, run};

#[cfg(all(target_arch = "wasm32", feature = "allocator"))]
#[global_allocator]
// SAFETY: a page's instance has one thread, and the `atomics` that more would need are not compiled in.
static ALLOCATOR: lol_alloc::AssumeSingleThreaded<lol_alloc::FreeListAllocator> =
    unsafe { lol_alloc::AssumeSingleThreaded::new(lol_alloc::FreeListAllocator::new()) };
