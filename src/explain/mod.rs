//! What browsers say to people and not to pages, in our words: close codes, and lines of the console. Whoever reads a log
//! pastes them here. What is not known is answered with what is known of its kind, and never with a guess.

mod close_code;
mod console_line;

pub use close_code::{CloseCode, Range, Use, close_code};
pub use console_line::{ConsoleLine, console_line, of_net_error};
