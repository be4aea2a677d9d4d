//! The package for npm as people install it: types, bundles, imports, whole runs in browsers; and the crate as it would be published.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;

use super::server;
use crate::display::Display;
use crate::lab;
use crate::npm;
use crate::package::{self, Server};
use crate::process::{self, Guard};
use crate::serve::Profile;
use crate::setup::Kit;
use crate::setup::browser::Browser;
use crate::setup::rust::WASM;
use crate::workspace::Workspace;

/// What is tried in a page: Chromium and Firefox; WebKitGTK's driver opens no files.
const BROWSERS: [Browser; 2] = [Browser::Chromium, Browser::Firefox];

/// Where the page in a file says that a link works, too.
const OTHER: &str = "https://other.example/";

/// Packs, installs and tries it. The text says what was not run, and why.
pub(super) fn run(
    ws: &Workspace,
    kit: &Kit,
    display: Option<&Display>,
    browsers: &[Browser],
) -> Result<String> {
    let folder = match npm::package(ws, kit) {
        Ok(folder) => folder,
        Err(error) => {
            let said = format!("{error:#}");
            let why = said.lines().next().unwrap_or_default();
            return Ok(format!("not run ({why})"));
        }
    };
    let tarball = package::pack(ws, kit)?;
    install(kit, &folder, &tarball)?;
    golden(ws, &folder)?;
    documented(ws, kit, &folder)?;
    let program = |name: &str| folder.join("node_modules").join(name);
    let node = |words: &[&str]| -> Result<Command> {
        let mut node = kit.native("node")?;
        node.args(words).current_dir(&folder);
        Ok(node)
    };
    let [tsc, vite] = [program("typescript/bin/tsc"), program("vite/bin/vite.js")]
        .map(|program| program.to_string_lossy().into_owned());
    process::run(&mut node(&[&tsc, "-p", "."])?).context("types")?;
    process::run(&mut node(&["imports.mjs"])?).context("imports without a page")?;
    let staff = ws.root.join("tests/staff");
    process::run(node(&["--test"])?.current_dir(staff)).context("the staff page")?;
    process::run(&mut node(&[&vite, "build", "--outDir", "built"])?).context("vite build")?;

    let chosen = BROWSERS.into_iter().filter(|one| browsers.contains(one));
    let chosen: Vec<Browser> = chosen.collect();
    if !chosen.is_empty() {
        let address = free()?;
        let port = address.port().to_string();
        let mut vite = node(&[
            &vite,
            "--host",
            "127.0.0.1",
            "--strictPort",
            "--port",
            &port,
        ])?;
        let _vite = Guard::spawn(vite.stdout(Stdio::null()))?;
        pages(
            ws,
            kit,
            display,
            &folder,
            &format!("http://{address}/"),
            &chosen,
        )?;
    }
    let names: Vec<_> = chosen.iter().map(|browser| browser.name()).collect();
    let bytes = fs::metadata(&tarball)?.len();
    Ok(format!("{bytes} bytes packed; {}", names.join(", ")))
}

/// The TypeScript that README and `docs/` show, beside what is compiled.
fn documented(ws: &Workspace, kit: &Kit, folder: &Path) -> Result<()> {
    let mut lab = lab::command(ws, kit, Profile::Dev, None)?;
    lab.args(["snippets", "--kind", "ts", "--into"]);
    process::run(lab.arg(folder.join("docs")))
}

/// Whole runs of pages made of it, and of the page in a file.
fn pages(
    ws: &Workspace,
    kit: &Kit,
    display: Option<&Display>,
    folder: &Path,
    served: &str,
    browsers: &[Browser],
) -> Result<()> {
    let address = free()?;
    let probed = format!("http://{address}/");
    let single = folder.join("pushcheck.html");
    let named: Server = probed.parse().map_err(anyhow::Error::msg)?;
    let other: Server = OTHER.parse().map_err(anyhow::Error::msg)?;
    package::write(ws, kit, &named, &[other], &single)?;
    let _server = server::start_with(ws, address, &["--embed-origin", "null", "--log", "warn"])?;
    let mut lab = lab::command(ws, kit, Profile::Dev, display)?;
    lab.args(["page", "--packaged"])
        .env("PUSHCHECK_BUILT", folder.join("built"))
        .env("PUSHCHECK_INSTALLED", folder)
        .env("PUSHCHECK_SERVED", served)
        .env("PUSHCHECK_SINGLE", single)
        .env("PUSHCHECK_SINGLE_SERVER", probed);
    for browser in browsers {
        lab.args(["--browser", browser.name()]);
    }
    process::run(&mut lab)
}

/// Installs the tarball beside what is there, as it is now.
fn install(kit: &Kit, folder: &Path, tarball: &Path) -> Result<()> {
    let there = folder.join("node_modules/pushcheck");
    if there.exists() {
        fs::remove_dir_all(&there).context("cannot remove the last package")?;
    }
    // What Vite has made of the last one.
    let _ = fs::remove_dir_all(folder.join("node_modules/.vite"));
    let mut npm = kit.native("npm")?;
    npm.args([
        "install",
        "--no-save",
        "--no-package-lock",
        "--offline",
        "--no-audit",
        "--no-fund",
    ]);
    process::run_silently(npm.arg(tarball).current_dir(folder))
        .context("cannot install the package")
}

/// Writes the golden reports as typed literals.
fn golden(ws: &Workspace, folder: &Path) -> Result<()> {
    let cases = ws.root.join("tests/cases");
    let mut text = String::from("import type { Report } from \"pushcheck/report\";\n");
    let mut files: Vec<PathBuf> = fs::read_dir(&cases)
        .context("tests/cases")?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let mut count = 0;
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "gz"))
    {
        let mut report = String::new();
        GzDecoder::new(fs::File::open(file)?)
            .read_to_string(&mut report)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let _ = writeln!(
            text,
            "export const report{count}: Report = {};",
            report.trim()
        );
        count += 1;
    }
    if count == 0 {
        bail!("{} holds no report", cases.display());
    }
    fs::create_dir_all(folder.join("golden"))?;
    fs::write(folder.join("golden/reports.ts"), text).context("cannot write the golden reports")
}

/// The crate as it would be published: packed, and compiled for the page from what was packed.
pub(super) fn publish(ws: &Workspace, kit: &Kit) -> Result<String> {
    let mut git = Command::new("git");
    let clean = process::answer(git.args(["status", "--porcelain"]).current_dir(&ws.root));
    let is_clean = clean.as_deref() == Some("");
    let mut cargo = kit.wasm("cargo")?;
    cargo.args(["publish", "--dry-run", "--locked", "--package", "pushcheck"]);
    cargo.args(["--target", WASM]);
    if !is_clean {
        // Somebody is at work, or this is no checkout of git's.
        cargo.arg("--allow-dirty");
    }
    process::run(
        cargo
            .current_dir(&ws.root)
            .env("CARGO_TARGET_DIR", &ws.target)
            .env_remove("PUSHCHECK_BASE"),
    )
    .context("the crate cannot be published")?;
    Ok(if is_clean {
        "crate packed".into()
    } else {
        "crate packed from a tree with changes".to_owned()
    })
}

fn free() -> Result<SocketAddr> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free on loopback")?;
    Ok(listener.local_addr()?)
}
