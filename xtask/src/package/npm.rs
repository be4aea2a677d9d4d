//! The package for npm: scripts with all their parts, types, manifest. Made of nothing but what was built; never published here.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::parts::{bundler, put, stage};
use crate::build::files;
use crate::process;
use crate::setup::Kit;
use crate::sri;
use crate::workspace::Workspace;

/// What a page imports first, each a name for `exports`.
const ENTRIES: [(&str, &str); 3] = [(".", "push-check"), ("./run", "run"), ("./react", "react")];
/// A classic script with types, where it is there: below `www/`.
const OBSERVE: &str = "push-check-observe";
/// Files of the checkout, and what they are called in the package.
const COPIES: [(&str, &str); 9] = [
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("www/push-check.d.ts", "push-check.d.ts"),
    ("www/report.d.ts", "report.d.ts"),
    ("www/report.schema.json", "report.schema.json"),
    ("xtask/package/README.md", "README.md"),
    ("xtask/package/run.d.ts", "run.d.ts"),
    ("xtask/package/react.d.ts", "react.d.ts"),
    ("xtask/package/custom-elements.json", "custom-elements.json"),
];

/// Makes the tarball from what is built, and says where it is.
pub(crate) fn pack(ws: &Workspace, kit: &Kit) -> Result<PathBuf> {
    let (sources, out) = (stage(ws)?, ws.target.join("npm/pushcheck"));
    if out.exists() {
        fs::remove_dir_all(&out).context("cannot clear the package")?;
    }
    let mut esbuild = bundler(kit)?;
    esbuild
        .args([
            "--splitting",
            "--format=esm",
            "--chunk-names=parts/[name]-[hash]",
        ])
        .arg(format!("--outdir={}", out.display()))
        .args(ENTRIES.map(|(_, name)| sources.join(name).with_extension("js")));
    process::run(&mut esbuild).context("cannot bundle the package")?;
    for (from, to) in COPIES {
        put(
            &out.join(to),
            &fs::read(ws.root.join(from)).with_context(|| format!("cannot read {from}"))?,
        )?;
    }
    let observe = observe(ws, &out)?;
    hashes(&out)?;
    let about = description(&ws.root.join("Cargo.toml"), observe)?;
    put(
        &out.join("package.json"),
        (serde_json::to_string_pretty(&about)? + "\n").as_bytes(),
    )?;
    let to = ws.target.join("npm");
    let mut npm = kit.native("npm")?;
    npm.args([
        "pack",
        "--silent",
        "--ignore-scripts",
        "--offline",
        "--pack-destination",
    ]);
    process::run_silently(npm.arg(&to).current_dir(&out)).context("cannot pack")?;
    let version = about["version"].as_str().unwrap_or_default();
    let tarball = to.join(format!("pushcheck-{version}.tgz"));
    ensure!(tarball.is_file(), "npm pack made no {}", tarball.display());
    Ok(tarball)
}

/// Copies the classic script where there is one: it is no module, and stays as it is.
fn observe(ws: &Workspace, out: &Path) -> Result<bool> {
    for kind in ["js", "d.ts"] {
        let name = format!("{OBSERVE}.{kind}");
        let Ok(content) = fs::read(ws.root.join("www").join(&name)) else {
            return Ok(false);
        };
        put(&out.join(name), &content)?;
    }
    Ok(true)
}

/// Writes the hashes of all scripts.
fn hashes(out: &Path) -> Result<()> {
    let mut all = Map::new();
    for file in files(out)? {
        if file.extension().is_some_and(|kind| kind == "js") {
            let name = file.strip_prefix(out)?.to_string_lossy().into_owned();
            all.insert(name, sri::integrity(&fs::read(&file)?).into());
        }
    }
    sri::store(&out.join(sri::FILE), all)
}

/// `package.json`, by what Cargo.toml says of the crate.
fn description(cargo: &Path, observe: bool) -> Result<Value> {
    let text = fs::read_to_string(cargo).context("cannot read Cargo.toml")?;
    let said = |key: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        let value = line.and_then(|line| line.strip_suffix('"'));
        value.with_context(|| format!("Cargo.toml says no {key}"))
    };
    let file = |name: &str, kind: &str| format!("./{name}.{kind}");
    let entry = |name: &str| json!({ "types": file(name, "d.ts"), "default": file(name, "js") });
    let mut exports = Map::new();
    // The element is defined in a part.
    let mut effects = vec!["./push-check.js", "./react.js", "./parts/*.js"];
    for (path, name) in ENTRIES {
        exports.insert(path.to_owned(), entry(name));
    }
    if observe {
        exports.insert("./observe".to_owned(), entry(OBSERVE));
        exports.insert(format!("./{OBSERVE}.js"), entry(OBSERVE));
        effects.push("./push-check-observe.js");
    }
    exports.insert("./push-check.js".to_owned(), entry("push-check"));
    let types = json!({ "types": "./report.d.ts" });
    exports.insert("./report".to_owned(), types.clone());
    exports.insert("./report.d.ts".to_owned(), types);
    for name in [
        "report.schema.json",
        "custom-elements.json",
        sri::FILE,
        "package.json",
    ] {
        exports.insert(format!("./{name}"), format!("./{name}").into());
    }
    Ok(json!({
        "name": said("name")?,
        "version": said("version")?,
        "description": said("description")?,
        "keywords": ["websocket", "server-sent-events", "long-polling", "connectivity", "diagnostics", "custom-element"],
        "license": "MIT OR Apache-2.0",
        "type": "module",
        "types": "./push-check.d.ts",
        "exports": exports,
        "sideEffects": effects,
        "customElements": "custom-elements.json",
    }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parts::OWN;
    use super::description;

    #[test]
    fn what_it_says_of_itself_is_what_cargo_says() -> anyhow::Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let about = description(&root.join("Cargo.toml"), false)?;
        assert_eq!(about["name"], "pushcheck");
        assert!(
            about["version"]
                .as_str()
                .is_some_and(|version| version.contains('.'))
        );
        assert_eq!(about["exports"]["."]["default"], "./push-check.js");
        assert!(about["exports"]["./observe"].is_null());
        assert!(about.get("scripts").is_none() && about.get("dependencies").is_none());
        let with = description(&root.join("Cargo.toml"), true)?;
        assert_eq!(
            with["exports"]["./observe"]["types"],
            "./push-check-observe.d.ts"
        );
        assert!(root.join(OWN).join("run.js").is_file());
        Ok(())
    }
}
