//! Through the whole listener: who comes in, and who does not.

mod access;
mod origins;
mod session;
