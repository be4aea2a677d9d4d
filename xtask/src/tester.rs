//! What decides in the page that tries an endpoint: compiled, shrunk, bound, and put beside the widget. Its script imports it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::build::{SHRINK, compiled, place};
use crate::process;
use crate::setup::Kit;
use crate::workspace::Workspace;

/// The bindings, in `www/pkg`. Their bundle is `tester.js`.
pub(crate) const BINDINGS: &str = "tester-core.js";
/// The module, beside them.
pub(crate) const MODULE: &str = "tester.wasm";

/// Writes bindings and module, unless they are there already, byte for byte.
pub(crate) fn build(ws: &Workspace, kit: &Kit, pkg: &Path) -> Result<()> {
    let compiled = compiled(ws, kit, "pushcheck-tester", None)?;
    let stage = ws.own_dir()?.join("tester");
    if stage.exists() {
        fs::remove_dir_all(&stage).context("cannot clear the stage")?;
    }
    fs::create_dir_all(&stage).context("cannot make the stage")?;
    // Shrunk before it is bound, as the widget is.
    let shrunk = stage.join("shrunk.wasm");
    let mut shrink = kit.wasm("wasm-opt")?;
    process::run(shrink.args(SHRINK).arg(&compiled).arg("-o").arg(&shrunk))?;
    let mut bindgen = kit.wasm("wasm-bindgen")?;
    bindgen.args([
        "--target",
        "web",
        "--no-typescript",
        "--remove-name-section",
    ]);
    bindgen.args(["--remove-producers-section", "--encode-into", "always"]);
    process::run(
        bindgen
            .args(["--out-name", "tester-core", "--out-dir"])
            .arg(&stage)
            .arg(&shrunk),
    )?;
    place(&stage.join("tester-core_bg.wasm"), &pkg.join(MODULE))?;
    place(&stage.join(BINDINGS), &pkg.join(BINDINGS))
}
