//! Reports: kept before they are acknowledged, once each, with every text that came of them.

mod forget;
mod intake;
mod kept;

pub use intake::{NewReport, Taken};
pub use kept::{Body, Kept};
