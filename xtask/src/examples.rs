//! The examples that need a library: each bundled with it into one file. Where npm or its registry is not to be had they are left
//! out, and everything else is built all the same.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use crate::build::place;
use crate::npm;
use crate::process;
use crate::setup::Kit;
use crate::workspace::Workspace;

/// Below `www/pkg`.
pub(crate) const FOLDER: &str = "examples";
/// The bundles and what each begins with.
const EXAMPLES: [(&str, &str); 2] = [("react.js", "react.jsx"), ("vue.js", "vue.js")];
const BUNDLE: &[&str] = &[
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--charset=utf8",
    "--jsx=automatic",
    "--log-level=warning",
    "--define:process.env.NODE_ENV=\"production\"",
    "--define:__VUE_OPTIONS_API__=false",
    "--define:__VUE_PROD_DEVTOOLS__=false",
    "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
    // Vue asks for a policy that it needs for `v-html` only, and our pages' policy allows none.
    "--define:window.trustedTypes=undefined",
];

/// Asked in vain: the stages of one test build the page again and again.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// Writes the bundles, or says in one line why there are none.
pub(crate) fn bundle(ws: &Workspace, kit: &Kit, pkg: &Path) -> Result<()> {
    let target = pkg.join(FOLDER);
    if REFUSED.load(Ordering::Relaxed) {
        return Ok(());
    }
    let folder = match npm::examples(ws, kit) {
        Ok(folder) => folder,
        Err(error) => {
            REFUSED.store(true, Ordering::Relaxed);
            let said = format!("{error:#}");
            let npm = said.lines().find(|line| line.starts_with("npm "));
            let why = npm.or_else(|| said.lines().next()).unwrap_or_default();
            eprintln!("xtask: the examples for React and Vue are left out ({why})");
            let _ = fs::remove_dir_all(&target);
            return Ok(());
        }
    };
    fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
    for (name, source) in EXAMPLES {
        let staged = folder.join("bundled").join(name);
        let mut esbuild = kit.wasm("esbuild")?;
        esbuild
            .args(BUNDLE)
            .arg(format!("--outfile={}", staged.display()));
        process::run(esbuild.arg(folder.join(source)))
            .with_context(|| format!("cannot bundle {source}"))?;
        place(&staged, &target.join(name))?;
    }
    Ok(())
}
