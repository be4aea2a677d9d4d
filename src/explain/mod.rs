//! What browsers say to people and not to pages, in our words: close codes, lines of the console, and logs of the network.
//! Whoever reads one hands it over here. What is not known is answered with what is known of its kind, and never with a
//! guess.

mod close_code;
mod console_line;
mod net_log;

pub use close_code::{CloseCode, Range, Use, close_code};
pub use console_line::{ConsoleLine, console_line};
pub use net_log::{LoggedError, MOST_BYTES, NetLog, Unreadable};
