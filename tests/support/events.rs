//! What drivers see, in the few words that most tests need.

use pushcheck::evidence::Event;
use pushcheck::wire::{CLOSE_CODE, CLOSE_REASON};

/// Without a subprotocol.
pub fn opened() -> Event {
    Event::Opened {
        protocol: String::new(),
        extensions: String::new(),
    }
}

/// An answer's head, without a refusal of ours; `marked`: it bears our mark.
pub fn head(status: u16, marked: bool) -> Event {
    Event::Head {
        status,
        marked,
        refused: None,
    }
}

pub fn message(line: &impl ToString) -> Event {
    let line = line.to_string();
    Event::Message {
        bytes: line.len() as u32,
        line,
        id: None,
    }
}

pub fn body(text: &impl ToString) -> Event {
    let text = text.to_string();
    Event::Body {
        bytes: text.len() as u32,
        text,
    }
}

/// A socket's connection was cut, or never came to be.
pub fn cut() -> Event {
    Event::Closed {
        code: 1006,
        reason: String::new(),
        was_clean: false,
    }
}

/// The server's close of a socket that was told all.
pub fn closed_by_the_server() -> Event {
    Event::Closed {
        code: CLOSE_CODE,
        reason: CLOSE_REASON.to_owned(),
        was_clean: true,
    }
}
