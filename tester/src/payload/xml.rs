//! XML: whether a text is well-formed. Document types are refused: who sends one rarely means it, and many servers refuse it.

use super::Flaw;

/// The first that is wrong; `None`: it is well-formed.
pub(super) fn flaw(text: &str) -> Option<Flaw> {
    use roxmltree::Error;
    // The declaration may stand only at the very beginning.
    let error = roxmltree::Document::parse(text).err()?;
    let place = error.pos();
    let line_start: usize = text
        .split_inclusive('\n')
        .take(place.row.saturating_sub(1) as usize)
        .map(str::len)
        .sum();
    let within = text.get(line_start..).unwrap_or_default();
    let offset = within
        .char_indices()
        .nth(place.col.saturating_sub(1) as usize);
    let at = line_start + offset.map_or(within.len(), |(offset, _)| offset);
    let why = match &error {
        Error::UnexpectedCloseTag(expected, _, _) => {
            return Some(Flaw::new(text, "end-tag", at, expected.as_str()));
        }
        Error::UnclosedRootNode => return Some(Flaw::new(text, "not-closed", text.len(), "")),
        Error::NoRootNode | Error::UnexpectedEndOfStream => {
            return Some(Flaw::new(text, "xml-end", text.len(), ""));
        }
        Error::DuplicatedAttribute(name, _) => {
            return Some(Flaw::new(text, "attribute-twice", at, name.as_str()));
        }
        Error::UnknownNamespace(prefix, _) => {
            return Some(Flaw::new(text, "namespace", at, prefix.as_str()));
        }
        Error::UnknownEntityReference(name, _) => {
            return Some(Flaw::new(text, "entity", at, name.as_str()));
        }
        Error::DtdDetected => "doctype",
        _ => "xml",
    };
    Some(Flaw::there(text, why, at))
}
