//! The documentation, held to what it says: every block of code in `README.md` and `docs/` is compiled or run by somebody.
//!
//! `html`, `js` and `css` run in browsers, in the page checks; `nginx`, `haproxy` and `caddyfile` are what scenarios of the lab run;
//! `rust` is compiled in `tests/as-dependency`, `ts` where the packages are tested; the rest is checked here, in native tests.

pub(crate) mod blocks;
mod extract;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod lines;
pub(crate) mod scene;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod walk;

pub use extract::{Snippets, command};
