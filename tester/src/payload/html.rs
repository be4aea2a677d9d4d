//! HTML: a parser takes every text, so what is named here is what a person rarely means: end tags that close nothing, and
//! elements that are never closed although their end tag may not be left out (HTML § 13.1.2).

use super::Flaw;

/// They have no end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr", "param",
];
/// Their end tag may be left out.
const OPTIONAL: [&str; 18] = [
    "html", "head", "body", "li", "dt", "dd", "p", "rt", "rp", "optgroup", "option", "colgroup",
    "caption", "thead", "tbody", "tfoot", "tr", "td",
];
/// Nothing in them is markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// The first that is wrong; `None`: nothing that is looked for.
pub(super) fn flaw(text: &str) -> Option<Flaw> {
    let mut open: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text.get(at..)?.find('<') {
        let start = at + offset;
        let rest = text.get(start..)?;
        if rest.starts_with("<!--") {
            match rest.get(4..)?.find("-->") {
                Some(end) => at = start + 4 + end + 3,
                None => return Some(Flaw::there(text, "comment", start)),
            }
            continue;
        }
        let closes = rest.starts_with("</");
        let name: String = rest
            .get(1 + usize::from(closes)..)?
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect::<String>()
            .to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = start + 1;
            continue;
        }
        let Some(end) = tag_end(rest) else {
            return Some(Flaw::new(text, "tag", start, name));
        };
        at = start + end;
        let empty = rest.get(..end)?.ends_with("/>");
        if closes {
            if let Some(last) = open.iter().rposition(|(_, one)| *one == name) {
                // What was opened since, and needs an end.
                let missing = open[last + 1..].iter().find(|(_, one)| !optional(one));
                if let Some((start, name)) = missing {
                    return Some(Flaw::new(text, "not-closed", *start, name));
                }
                open.truncate(last);
            } else if !VOID.contains(&name.as_str()) && name != "p" {
                return Some(Flaw::new(text, "closes-nothing", start, name));
            }
        } else if RAW.contains(&name.as_str()) {
            let inner = text.get(at..)?.to_ascii_lowercase();
            match inner.find(&format!("</{name}")) {
                Some(close) => {
                    at += close
                        + inner
                            .get(close..)?
                            .find('>')
                            .map_or(inner.len() - close, |end| end + 1)
                }
                None => return Some(Flaw::new(text, "not-closed", start, name)),
            }
        } else if !VOID.contains(&name.as_str()) && !empty {
            open.push((start, name));
        }
    }
    let (start, name) = open.into_iter().find(|(_, name)| !optional(name))?;
    Some(Flaw::new(text, "not-closed", start, name))
}

fn optional(name: &str) -> bool {
    OPTIONAL.contains(&name) || name == "th"
}

/// Where a tag ends, with its sign; quoted values may hold one.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('>', None) => return Some(at + 1),
            _ => {}
        }
    }
    None
}
