//! The deployable widget: compiled alone, shrunk, bound, bundled with its element, and put into `www/pkg` when it changed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::catalogue;
use crate::examples;
use crate::names::Names;
use crate::pages;
use crate::process;
use crate::setup::rust::WASM;
use crate::setup::{self, Kit, Need};
use crate::sri;
use crate::tester;
use crate::workspace::Workspace;

/// What building the widget needs.
pub(crate) const NEEDS: &[Need] = &[Need::Wasm, Need::Widget];

const BINDGEN: &[&str] = &[
    "--target",
    "web",
    "--out-name",
    "pushcheck",
    "--remove-name-section",
    "--remove-producers-section",
    // Every browser that has what the widget needs has it.
    "--encode-into",
    "always",
];
// The stack begins at address 0, and nothing else lies in the first kilobyte.
pub(crate) const SHRINK: &[&str] = &[
    "--low-memory-unused",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--converge",
];
const BUNDLE: &[&str] = &[
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--charset=utf8",
    "--log-level=warning",
];
const MODULE: &str = "pushcheck_bg.wasm";
/// QR codes: `www/qr.js` fetches it.
const QR: &str = "qr.wasm";
/// What names parts of it.
const BINDINGS: &[&str] = &["pushcheck.js", "pushcheck.d.ts"];
/// Scripts with all that they import: below `www/`, and their names in `pkg`. The element has the bindings in it. The server
/// serves those of the first six names, and the last two, instead of their sources.
const BUNDLES: &[(&str, &str)] = &[
    ("push-check.js", "push-check.js"),
    ("push-check-observe.js", "push-check-observe.js"),
    ("more.js", "more.js"),
    ("look.js", "look.js"),
    ("link.js", "link.js"),
    ("read.js", "read.js"),
    ("more/text/en.js", "more-en.js"),
    ("more/text/ja.js", "more-ja.js"),
    ("tester.js", "tester.js"),
    ("staff.js", "staff.js"),
];

/// What, with the bundles, stands beside the bound widget and is made apart from it.
const BESIDES: &[&str] = &[
    tester::BINDINGS,
    tester::MODULE,
    QR,
    sri::FILE,
    examples::FOLDER,
];

/// Builds it with what that needs.
pub(crate) fn command(ws: &Workspace, install: bool) -> Result<()> {
    widget(ws, &setup::ready(ws, NEEDS, install)?)
}

/// Builds the deployable widget into `www/pkg`.
pub(crate) fn widget(ws: &Workspace, kit: &Kit) -> Result<()> {
    let pkg = ws.root.join("www/pkg");
    catalogue::split(ws)?;
    pages::make(ws)?;
    bound(ws, kit, "allocator", &pkg)?;
    tester::build(ws, kit, &pkg)?;
    bundle(ws, kit, &pkg)?;
    qr(ws, kit, &pkg)?;
    examples::bundle(ws, kit, &pkg)?;
    sri::of_server(ws, &pkg)
}

/// Writes each bundle, unless it is there already, byte for byte.
fn bundle(ws: &Workspace, kit: &Kit, pkg: &Path) -> Result<()> {
    for (source, name) in BUNDLES {
        let staged = ws.own_dir()?.join(name);
        let mut esbuild = kit.wasm("esbuild")?;
        esbuild
            .args(BUNDLE)
            .arg(format!("--outfile={}", staged.display()))
            .arg(ws.root.join("www").join(source));
        process::run(&mut esbuild).with_context(|| format!("cannot bundle {source}"))?;
        place(&staged, &pkg.join(name))?;
    }
    Ok(())
}

/// Writes the module that makes QR codes; it has no bindings.
fn qr(ws: &Workspace, kit: &Kit, pkg: &Path) -> Result<()> {
    let compiled = compiled(ws, kit, "pushcheck-qr", None)?;
    let staged = ws.own_dir()?.join(QR);
    let mut shrink = kit.wasm("wasm-opt")?;
    shrink.args(SHRINK).arg("--strip-producers");
    process::run(shrink.arg(&compiled).arg("-o").arg(&staged))?;
    place(&staged, &pkg.join(QR))
}

/// Puts a file where it belongs, unless it is there already, byte for byte: what embeds it is compiled anew whenever it is touched.
pub(crate) fn place(staged: &Path, target: &Path) -> Result<()> {
    if fs::read(target).ok() == fs::read(staged).ok() {
        return Ok(());
    }
    fs::copy(staged, target).with_context(|| format!("cannot write {}", target.display()))?;
    Ok(())
}

/// Builds a widget that fails when it is told to, and says where it is.
pub(crate) fn failing(ws: &Workspace, kit: &Kit) -> Result<PathBuf> {
    let pkg = ws.own_dir()?.join("failing");
    bound(ws, kit, "allocator,fail-on-demand", &pkg)?;
    Ok(pkg)
}

/// Builds a widget with those features into a folder; files there are only touched when the outcome differs.
fn bound(ws: &Workspace, kit: &Kit, features: &str, pkg: &Path) -> Result<()> {
    let compiled = compiled(ws, kit, "pushcheck", Some(features))?;
    let stamp = ws.own_dir()?.join(format!("widget-{features}.stamp"));
    let inputs = inputs(ws, kit, &compiled)?;
    let unchanged = |pkg: &Path| Some(format!("{inputs:016x} {:016x}", digest(pkg).ok()?));
    if pkg.join(MODULE).exists() && unchanged(pkg) == fs::read_to_string(&stamp).ok() {
        return Ok(());
    }

    let staged = ws.own_dir()?.join("pkg");
    if staged.exists() {
        fs::remove_dir_all(&staged).context("cannot clear the stage")?;
    }
    // Shrunk before it is bound: Debian's wasm-opt writes a wrong index for the table that the bindings export.
    let shrunk = ws.own_dir()?.join("pushcheck.wasm");
    let mut shrink = kit.wasm("wasm-opt")?;
    process::run(shrink.args(SHRINK).arg(&compiled).arg("-o").arg(&shrunk))?;
    let mut bindgen = kit.wasm("wasm-bindgen")?;
    process::run(
        bindgen
            .args(BINDGEN)
            .arg("--out-dir")
            .arg(&staged)
            .arg(&shrunk),
    )?;
    let _ = fs::remove_file(staged.join("pushcheck_bg.wasm.d.ts"));
    shorten(&staged)?;

    if pkg.exists() {
        fs::remove_dir_all(pkg).with_context(|| format!("cannot clear {}", pkg.display()))?;
    }
    copy(&staged, pkg)?;
    fs::write(
        &stamp,
        unchanged(pkg).context("cannot read back the widget")?,
    )
    .context("cannot write the widget's stamp")
}

/// Compiles a member for the page, and says where it is.
pub(crate) fn compiled(
    ws: &Workspace,
    kit: &Kit,
    package: &str,
    features: Option<&str>,
) -> Result<PathBuf> {
    // The library alone as a cdylib: with both crate types cargo silently skips LTO.
    let mut cargo = kit.wasm("cargo")?;
    cargo.args(["rustc", "--package", package, "--lib"]).args([
        "--crate-type",
        "cdylib",
        "--profile",
        "widget",
        "--target",
        WASM,
    ]);
    cargo.args(
        features
            .iter()
            .flat_map(|features| ["--features", features]),
    );
    process::run(
        cargo
            .current_dir(&ws.root)
            .env("CARGO_TARGET_DIR", &ws.target)
            .env_remove("PUSHCHECK_BASE"),
    )
    .with_context(|| format!("cannot compile {package} for the page"))?;
    let module = format!("{}.wasm", package.replace('-', "_"));
    Ok(ws.target.join(WASM).join("widget").join(module))
}

/// Gives what the bindings and their module call each other short names, in both.
fn shorten(pkg: &Path) -> Result<()> {
    let bound = pkg.join(MODULE);
    let module = fs::read(&bound).with_context(|| format!("cannot read {}", bound.display()))?;
    let mut names = Names::of(&module)?;
    fs::write(&bound, names.in_module(&module)?).context("cannot write the module")?;
    for script in BINDINGS {
        let script = pkg.join(script);
        let text = fs::read_to_string(&script)
            .with_context(|| format!("cannot read {}", script.display()))?;
        fs::write(&script, names.in_script(&text)).context("cannot write the bindings")?;
    }
    Ok(())
}

/// A number for everything that decides the outcome after compiling.
fn inputs(ws: &Workspace, kit: &Kit, compiled: &Path) -> Result<u64> {
    let mut hash = DefaultHasher::new();
    fs::read(compiled)
        .with_context(|| format!("cannot read {}", compiled.display()))?
        .hash(&mut hash);
    ws.locked_version("wasm-bindgen")?.hash(&mut hash);
    process::answer(kit.wasm("wasm-opt")?.arg("--version")).hash(&mut hash);
    (BINDGEN, SHRINK, include_str!("names.rs")).hash(&mut hash);
    Ok(hash.finish())
}

/// A number for the names and contents of all files below a folder, but for what is put there besides.
fn digest(dir: &Path) -> Result<u64> {
    let mut hash = DefaultHasher::new();
    for file in files(dir)? {
        let mut beside = BESIDES.iter().chain(BUNDLES.iter().map(|(_, name)| name));
        if beside.any(|other| file.starts_with(dir.join(other))) {
            continue;
        }
        file.strip_prefix(dir)?.hash(&mut hash);
        fs::read(&file)?.hash(&mut hash);
    }
    Ok(hash.finish())
}

/// All files below a folder, in a stable order.
pub(crate) fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut entries = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            found.extend(files(&entry)?);
        } else {
            found.push(entry);
        }
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let all = files(from)?;
    ensure!(!all.is_empty(), "wasm-bindgen wrote nothing");
    for file in all {
        let target = to.join(file.strip_prefix(from)?);
        if let Some(dir) = target.parent() {
            fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        }
        fs::copy(&file, &target).with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{copy, digest};
    use std::fs;

    #[test]
    fn a_copy_has_the_same_digest_until_a_byte_differs() -> anyhow::Result<()> {
        let dir = std::env::temp_dir().join(format!("xtask-build-{}", std::process::id()));
        let (from, to) = (dir.join("from"), dir.join("to"));
        fs::create_dir_all(from.join("snippets"))?;
        fs::write(from.join("snippets/a.js"), "a")?;
        copy(&from, &to)?;
        assert_eq!(digest(&from)?, digest(&to)?);
        fs::write(to.join("snippets/a.js"), "b")?;
        assert_ne!(digest(&from)?, digest(&to)?);
        fs::remove_dir_all(&dir)?;
        Ok(())
    }
}
