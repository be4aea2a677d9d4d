//! The catalogue, split: the one sentence of each cause, which the widget carries from the start, and all else, which is loaded
//! once there is something to explain.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use crate::workspace::Workspace;

/// Its languages.
pub(crate) const LANGUAGES: [&str; 2] = ["en", "ja"];
/// What is the same in every language.
const NEUTRAL: [&str; 2] = ["remedies", "clients"];

/// Writes `www/causes` from `www/catalogue`; files there are only touched when they differ.
pub(crate) fn split(ws: &Workspace) -> Result<()> {
    let (from, to) = (ws.root.join("www/catalogue"), ws.root.join("www/causes"));
    fs::create_dir_all(&to).with_context(|| format!("cannot create {}", to.display()))?;
    for lang in LANGUAGES {
        let mut all = read(&from.join(format!("{lang}.json")))?;
        let headlines = headlines(&mut all).with_context(|| format!("{lang}.json"))?;
        let module = format!("export default {};\n", Value::Object(headlines));
        write(&to.join(format!("{lang}.js")), &module)?;
        write(&to.join(format!("{lang}.json")), &all.to_string())?;
    }
    for name in NEUTRAL {
        let all = read(&from.join(format!("{name}.json")))?;
        write(&to.join(format!("{name}.json")), &all.to_string())?;
    }
    Ok(())
}

/// Takes the headlines out.
fn headlines(all: &mut Value) -> Result<Map<String, Value>> {
    let causes = all["causes"].as_object_mut().context("has no causes")?;
    let mut headlines = Map::new();
    for (code, texts) in causes {
        let texts = texts.as_object_mut().context("a cause has no texts")?;
        let headline = texts.shift_remove("headline");
        headlines.insert(code.clone(), headline.context("a cause has no headline")?);
    }
    Ok(headlines)
}

/// A file of the catalogue.
pub(crate) fn read(file: &Path) -> Result<Value> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

/// Writes a file, unless it is there already, byte for byte.
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    if fs::read(file).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LANGUAGES, headlines};

    /// The page and the pages of causes speak the same languages, and the rooms' texts of each are bundled.
    #[test]
    fn every_language_is_known_wherever_it_has_to_be() {
        let quoted = LANGUAGES.map(|lang| format!("{lang:?}")).join(", ");
        let list = format!("LANGUAGES = [{quoted}];");
        assert!(include_str!("../../www/words.js").contains(&list));
        assert!(include_str!("../../www/causes-page.js").contains(&list));
        for lang in LANGUAGES {
            let bundle = format!("(\"more/text/{lang}.js\", \"more-{lang}.js\")");
            assert!(include_str!("build.rs").contains(&bundle), "{lang}");
            let own = format!("\n  {lang}: {{\n");
            assert!(include_str!("../../www/read.js").contains(&own), "{lang}");
            let said = format!("tag === {lang:?}");
            assert!(include_str!("../../www/page.js").contains(&said), "{lang}");
        }
    }

    #[test]
    fn a_headline_stands_in_one_half_only() -> anyhow::Result<()> {
        let mut all =
            json!({"causes": {"b": {"headline": "B.", "person": "Try."}, "a": {"headline": "A."}}});
        let taken = headlines(&mut all)?;
        assert_eq!(json!(taken).to_string(), r#"{"b":"B.","a":"A."}"#);
        assert_eq!(all, json!({"causes": {"b": {"person": "Try."}, "a": {}}}));
        assert!(headlines(&mut all).is_err(), "they are gone");
        Ok(())
    }
}
