//! The sources as they are bundled without a server: what comes later is a part instead of an address.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::build::files;
use crate::catalogue::LANGUAGES;
use crate::setup::Kit;
use crate::workspace::Workspace;

/// What stands here in the place of the module that knows where the server's files are, and what begins from it.
pub(super) const OWN: &str = "xtask/package";

const BUNDLE: &[&str] = &[
    "--bundle",
    "--minify",
    "--target=es2022",
    "--charset=utf8",
    "--log-level=warning",
    // Where a script lies tells nothing of a server.
    "--define:import.meta.url=undefined",
    "--loader:.gz=binary",
];

/// What is no script, by the names by which it is asked for.
fn named_files() -> Vec<String> {
    let mut names: Vec<String> = [
        "pkg/pushcheck_bg.wasm",
        "pkg/qr.wasm",
        "redact.json",
        "causes/remedies.json",
        "causes/clients.json",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend(LANGUAGES.map(|lang| format!("causes/{lang}.json")));
    names
}

/// The scripts that come later, by the names by which they are asked for, each with its source.
fn named_scripts() -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = ["more.js", "look.js"]
        .map(|name| (name.to_owned(), name.to_owned()))
        .to_vec();
    for lang in LANGUAGES {
        let more = format!("more/text/{lang}.js");
        names.push((format!("pkg/more-{lang}.js"), more));
        if lang != "en" {
            let text = format!("text/{lang}.js");
            names.push((text.clone(), text));
        }
    }
    names
}

/// A table of what is imported when it is asked for.
fn table(constant: &str, entries: impl Iterator<Item = (String, String)>) -> String {
    let mut text = format!("export const {constant} = {{\n");
    for (name, source) in entries {
        let _ = writeln!(text, "  \"{name}\": () => import(\"./{source}\"),");
    }
    text + "};\n"
}

/// Puts all sources into a folder of our own, and says where.
pub(super) fn stage(ws: &Workspace) -> Result<PathBuf> {
    let (www, to) = (ws.root.join("www"), ws.own_dir()?.join("parts"));
    if to.exists() {
        fs::remove_dir_all(&to).context("cannot clear the parts")?;
    }
    for file in files(&www)? {
        let name = file.strip_prefix(&www)?;
        let other = ["examples", "pkg/examples"];
        let is_script = file.extension().is_some_and(|kind| kind == "js");
        if is_script && !other.iter().any(|folder| name.starts_with(folder)) {
            put(&to.join(name), &fs::read(&file)?)?;
        }
    }
    let own = ws.root.join(OWN);
    for file in files(&own)? {
        if file.extension().is_some_and(|kind| kind == "js") {
            put(&to.join(file.strip_prefix(&own)?), &fs::read(&file)?)?;
        }
    }
    for name in named_files() {
        let content = fs::read(www.join(&name)).with_context(|| format!("cannot read {name}"))?;
        put(&to.join(format!("{name}.gz")), &gzip(&content)?)?;
    }
    let packed = named_files()
        .into_iter()
        .map(|name| (name.clone(), format!("{name}.gz")));
    let parts = table("FILES", packed) + &table("SCRIPTS", named_scripts().into_iter());
    put(&to.join("parts.js"), parts.as_bytes())?;
    Ok(to)
}

/// The bundler with what every bundle of these sources needs.
pub(super) fn bundler(kit: &Kit) -> Result<Command> {
    let mut esbuild = kit.wasm("esbuild")?;
    esbuild.args(BUNDLE);
    Ok(esbuild)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Writes a file with the folders above it.
pub(super) fn put(file: &Path, content: &[u8]) -> Result<()> {
    if let Some(dir) = file.parent() {
        fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    }
    fs::write(file, content).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use crate::build::files;

    use super::{named_files, named_scripts};

    /// Every name that the sources ask for by a text is a part; those with a language in it are made of `LANGUAGES`.
    #[test]
    fn every_name_that_is_asked_for_is_a_part() -> anyhow::Result<()> {
        let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www");
        let mut asked = Vec::new();
        for source in files(&www)? {
            let is_script = source.extension().is_some_and(|kind| kind == "js");
            // Staff's pages are a server's alone: they are in no package.
            let own = source.strip_prefix(&www)?;
            let is_staff = own.starts_with("staff") || own == Path::new("staff.js");
            let text = if is_script && !is_staff {
                fs::read_to_string(source)?
            } else {
                continue;
            };
            if !text.contains("near.js\"") {
                continue;
            }
            for call in ["script(", "file(", "const name = "] {
                for (at, _) in text.match_indices(call) {
                    let rest = &text[at + call.len()..];
                    let quote = rest.chars().next().filter(|first| "\"`".contains(*first));
                    let name = quote.and_then(|quote| rest[1..].split(quote).next());
                    // Not every name is one of a file.
                    let name = name.filter(|name| call.ends_with('(') || name.starts_with("pkg/"));
                    asked.extend(name.map(str::to_owned));
                }
            }
        }
        assert!(asked.len() >= 8, "{asked:?}");
        let mut parts = named_files();
        parts.extend(named_scripts().into_iter().map(|(name, _)| name));
        for name in asked {
            let (start, end) = match (name.find("${"), name.rfind('}')) {
                (Some(from), Some(to)) => (&name[..from], &name[to + 1..]),
                _ => (name.as_str(), ""),
            };
            let fits = |part: &&String| part.starts_with(start) && part.ends_with(end);
            assert!(parts.iter().any(|part| fits(&part)), "{name} is no part");
        }
        Ok(())
    }
}
