//! What the operator keeps: links, reports, and who may read them.
//!
//! One text of SQL for SQLite (a file in a folder, the default) and for PostgreSQL and what speaks like it: no types, locks,
//! sequences, triggers or notifications of one engine. Ids are 128 random bits made here; times are milliseconds since 1970
//! and always the caller's: the store has no clock.
//!
//! Every transaction runs by [`Store`]'s one way, which begins it again where the engine asks for that (SQLSTATE 40001). What
//! a function has answered is durable.

pub mod asked;
pub mod audit;
pub mod changes;
pub mod counted;
mod db;
mod digest;
mod error;
pub mod figures;
mod id;
pub mod link;
pub mod mark;
pub mod node;
pub mod profile;
pub mod report;
mod runs;
pub mod schema;
pub mod search;
pub mod session;
pub mod shelf;
pub mod sighting;
mod sql;
pub mod summary;
pub mod token;
pub mod user;
pub mod webhook;

pub use db::{Place, Store};
pub use digest::Digest;
pub use error::Error;
pub use id::{Id, number};

/// A point in time, ms since 1970.
pub type Ms = i64;

#[cfg(test)]
mod retry;
