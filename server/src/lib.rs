//! The probe server of pushcheck: answers every push method and remembers what it saw of a run.
//!
//! A library first: [`bind`] takes a [`Config`] and says where it listens (port 0 works), [`Server::serve`] runs until
//! it is told to stop and then drains. The endpoints and lines are those of [`pushcheck::wire`].
//!
//! What the ledger keeps is decided where a head is read: header values off a short list never reach memory, and
//! addresses are kept only as numbers under a key of the process.

mod about;
mod accept;
mod answer;
mod app;
mod args;
mod attempt;
mod certificate;
mod clock;
mod config;
mod connection;
mod exchange;
mod keeping;
mod ledger;
mod limits;
mod link;
mod offer;
mod open_files;
mod origin;
mod outside_in;
mod page;
mod probe;
mod problem;
mod query;
mod read;
mod report;
mod route;
mod server;
mod shared;
mod shelf;
mod source;
mod staff;
mod tls;
mod watched;

pub use args::{Args, Log};
pub use config::{BasePath, Behind, Config, ConfigError, Identity, RefuseUpgrades, StaffConfig};
pub use limits::Limits;
pub use open_files::raise_open_files;
pub use origin::{EmbedOrigin, Origin};
pub use page::Endpoint;
pub use pushcheck_store::Place;
pub use pushcheck_store::schema::{Fault, Schema};
pub use server::{BindError, Bound, Server, bind};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic elsewhere leaves counts at worst a little off: better than to refuse everybody from then on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes that nobody can guess.
fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(bytes)
}
