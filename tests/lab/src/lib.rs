//! Real browsers against real servers: what no test inside one program can show.
//!
//! [`browser`] starts Chromium, Firefox or WebKitGTK by its own driver and leaves nothing behind; [`page`] knows what a
//! page with `<push-check>` can do; [`server`] and [`origin`] are what it talks to. Upon these stand the commands of the
//! program: [`diagnose`](mod@diagnose), [`checks`], [`soak`] and [`lab`]. [`middlebox`] breaks what lies between them.
//! [`docs`] holds the documentation to what it says. [`gallery`] shows the page in every state that it has. [`replay`] judges saved reports again and needs none of all that.

pub mod api;
pub mod browser;
pub mod checks;
pub mod diagnose;
mod display;
pub mod docs;
mod driver;
pub mod gallery;
pub mod lab;
pub mod ledger;
pub mod middlebox;
pub mod origin;
pub mod page;
mod port;
mod process;
mod program;
pub mod replay;
mod sample;
pub mod server;
pub mod soak;

pub use display::Display;
pub use process::Process;
