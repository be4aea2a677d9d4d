//! What the middlebox does, over loopback, with bytes made by hand: each behaviour with its rules and without.
#![allow(missing_docs, clippy::unwrap_used)]

mod ends;
mod file;
mod frames;
mod handshake;
mod proxy;
mod streams;
mod support;
