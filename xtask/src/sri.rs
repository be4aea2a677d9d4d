//! What `integrity` may be for the scripts (Subresource Integrity): of each its sha384, as the server serves it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha384};

use crate::catalogue::{LANGUAGES, write};
use crate::workspace::Workspace;

/// Below `www/pkg`, and in the package: names of scripts, each with its `integrity`; what an import map takes.
pub(crate) const FILE: &str = "sri.json";

/// What a page loads by `<script>`, where it is there.
const TAGS: [&str; 2] = ["push-check.js", "push-check-observe.js"];

/// A script's `integrity`.
pub(crate) fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

/// A hash source of a policy (CSP § 2.3.1), without its quotes.
pub(crate) fn source(content: &str) -> String {
    let hash = Sha256::digest(content.as_bytes());
    format!("sha256-{}", BASE64_STANDARD.encode(hash))
}

/// Writes the hashes of what the server serves, unless they are there already.
pub(crate) fn of_server(ws: &Workspace, pkg: &Path) -> Result<()> {
    let www = ws.root.join("www");
    let mut names: Vec<String> = TAGS.map(str::to_owned).to_vec();
    names.extend(["more.js", "look.js", "pkg/pushcheck.js"].map(str::to_owned));
    for lang in LANGUAGES.iter().filter(|lang| **lang != "en") {
        names.extend([
            format!("text/{lang}.js"),
            format!("causes/{lang}.js"),
            format!("pkg/more-{lang}.js"),
        ]);
    }
    let mut all = Map::new();
    for name in names {
        let bundle = pkg.join(&name);
        let content = match fs::read(&bundle) {
            // Served as it is in the place of its source.
            Ok(content) => content,
            Err(_) => match fs::read_to_string(www.join(&name)) {
                Ok(text) => minifier::js::minify(&text).to_string().into_bytes(),
                Err(_) => continue,
            },
        };
        all.insert(name, integrity(&content).into());
    }
    store(&pkg.join(FILE), all)
}

/// Writes a file of hashes.
pub(crate) fn store(file: &Path, all: Map<String, Value>) -> Result<()> {
    let text = serde_json::to_string_pretty(&Value::Object(all))? + "\n";
    write(file, &text)
}

/// Prints the hashes of what a page loads by `<script>`.
pub(crate) fn print(file: &Path) -> Result<()> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let all: Map<String, Value> = serde_json::from_str(&text)?;
    for name in TAGS {
        if let Some(hash) = all.get(name).and_then(Value::as_str) {
            println!("{name} {hash}");
        }
    }
    println!("The other scripts, which those load: {}", file.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{integrity, source};

    #[test]
    fn hashes_are_those_of_the_standards() {
        // Of the examples in Subresource Integrity § 3.1 and in CSP § 8.
        assert_eq!(
            integrity(b"alert('Hello, world.');"),
            "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
        );
        assert_eq!(
            source("doSomething();"),
            "sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc="
        );
    }
}
