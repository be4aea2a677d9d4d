//! Characters that look like others, or like nothing.

use super::{Doubts, Severity, encoded, split};

/// What a full-width form stands for (Unicode, block Halfwidth and Fullwidth Forms), and the dots of Japanese.
fn narrow(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{3000}' => Some(' '),
        '\u{3002}' | '\u{ff61}' => Some('.'),
        _ => None,
    }
}

/// A text with the forms narrowed that stand before its path; behind it they may be meant.
fn narrowed(text: &str) -> String {
    let mut text = text.to_owned();
    // Each sign between parts may move where the path begins.
    for _ in 0..8 {
        let end = split(&text).path.start;
        let wide = |(at, c): &(usize, char)| *at < end && narrow(*c).is_some();
        if !text.char_indices().any(|one| wide(&one)) {
            break;
        }
        let mut is_before = true;
        let signs = text.char_indices().map(|one| match wide(&one) {
            true if is_before => {
                let c = narrow(one.1).unwrap_or(one.1);
                is_before = !matches!(c, ':' | '/' | '\\' | '?' | '#');
                c
            }
            _ => one.1,
        });
        text = signs.collect();
    }
    text
}

/// It shows nothing, or turns the direction of what follows.
fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e007f}'
    ) || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

const QUOTES: [char; 10] = [
    '"', '\'', '`', '<', '>', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{300c}',
];

impl Doubts<'_> {
    pub(super) fn characters(&mut self) {
        self.quotes();
        self.outer_space();
        self.full_width();
        self.inner_space();
        self.invisible();
        self.backslash();
    }

    fn quotes(&mut self) {
        let trimmed = self.raw.trim();
        let quote = |c: char| QUOTES.contains(&c) || c == '\u{300d}';
        let bare = trimmed.trim_matches(quote).trim();
        if bare.len() < trimmed.len() && trimmed.starts_with(quote) && !bare.is_empty() {
            let start = self.raw.len() - self.raw.trim_start().len();
            let fix = bare.to_owned();
            self.add(
                "quotes",
                "text",
                Severity::Stops,
                Some(start..start + trimmed.len()),
            )
            .fix(fix);
        }
    }

    fn outer_space(&mut self) {
        let trimmed = self.raw.trim();
        if trimmed.len() != self.raw.len() {
            let fix = trimmed.to_owned();
            self.add("outer-space", "text", Severity::Remark, None)
                .fix(fix);
        }
    }

    fn full_width(&mut self) {
        let Some((at, c)) = self.raw.char_indices().find(|(_, c)| narrow(*c).is_some()) else {
            return;
        };
        let fix = narrowed(self.raw);
        // In a path or a query it may be meant.
        let severity = match (self.parts.is_some(), at < self.split.path.start) {
            (false, _) => Severity::Stops,
            (true, true) => Severity::Perhaps,
            (true, false) => Severity::Remark,
        };
        // Signs between the parts are no part's.
        let part = match c {
            '\u{ff1a}' | '\u{ff0f}' => "text",
            _ => self.part_at(at),
        };
        let is_mended = fix != self.raw;
        let doubt = self.add("full-width", part, severity, Some(at..at + c.len_utf8()));
        doubt.value(c);
        if is_mended {
            doubt.fix(fix);
        }
    }

    fn inner_space(&mut self) {
        let trimmed = self.raw.trim_end();
        let start = self.raw.len() - self.raw.trim_start().len();
        let space = |c: char| c.is_whitespace() && c != '\u{3000}';
        let Some((at, c)) = trimmed
            .char_indices()
            .find(|(at, c)| *at >= start && space(*c))
        else {
            return;
        };
        let part = self.part_at(at);
        // Browsers drop tabs and ends of lines (URL § 4.4), and encode spaces in a path.
        let (code, severity) = match (self.parts.is_some(), matches!(c, '\t' | '\n' | '\r')) {
            (true, true) => ("line-break", Severity::Perhaps),
            (true, false) => ("space", Severity::Perhaps),
            (false, _) => ("space", Severity::Stops),
        };
        // Behind the host it is data, and in user and password: a browser sends it encoded.
        let split = &self.split;
        let is_data = |at: &usize| {
            let user = split.user_info.as_ref();
            *at >= split.path.start || user.is_some_and(|user| user.contains(at))
        };
        let signs = trimmed.char_indices().map(|(at, c)| match space(c) {
            true if matches!(c, '\t' | '\n' | '\r') || !is_data(&at) => String::new(),
            true => encoded(c.encode_utf8(&mut [0; 4])),
            false => c.to_string(),
        });
        let fix = signs.collect();
        self.add(code, part, severity, Some(at..at + c.len_utf8()))
            .fix(fix);
    }

    fn invisible(&mut self) {
        let found = self.raw.char_indices().find(|(_, c)| invisible(*c));
        let Some((at, c)) = found else { return };
        // In a query it may be a part of what is asked for: of an emoji, or of a word in Persian.
        let end = self.split.query.start;
        let signs = self.raw.char_indices();
        let fix = signs
            .filter(|(at, c)| *at >= end || !invisible(*c))
            .map(|(_, c)| c)
            .collect();
        let is_mended = at < end;
        let severity = match self.parts {
            Some(_) => Severity::Perhaps,
            None => Severity::Stops,
        };
        let part = self.part_at(at);
        let doubt = self.add("invisible", part, severity, Some(at..at + c.len_utf8()));
        doubt.value(format!("U+{:04X}", u32::from(c)));
        if is_mended {
            doubt.fix(fix);
        }
    }

    fn backslash(&mut self) {
        let end = self.split.query.start;
        let Some(at) = self.raw.get(..end).and_then(|text| text.find('\\')) else {
            return;
        };
        let turned = self.raw.get(..end).unwrap_or_default().replace('\\', "/");
        let fix = self.with(0..end, &turned);
        let part = self.part_at(at);
        self.add("backslash", part, Severity::Perhaps, Some(at..at + 1))
            .fix(fix);
    }

    /// The part of the text in which that byte stands.
    fn part_at(&self, at: usize) -> &'static str {
        let Some(scheme) = &self.split.scheme else {
            return "text";
        };
        let split = &self.split;
        match at {
            at if at < scheme.end => "scheme",
            at if at < split.host.start => "text",
            at if at < split.host.end => "host",
            at if at < split.path.start => "port",
            at if at < split.path.end => "path",
            at if at < split.query.end => "query",
            _ => "fragment",
        }
    }
}
