//! Tests in real browsers: the wasm tests, whole runs of the page, and the crate as a dependency.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::summary::Summary;
use crate::display::Display;
use crate::lab;
use crate::process;
use crate::serve::Profile;
use crate::setup::Kit;
use crate::setup::browser::Browser;
use crate::setup::rust::WASM;
use crate::workspace::Workspace;

/// Seconds until the runner gives up on one test binary; twenty runs in a row take minutes.
const PATIENCE: &str = "900";

/// Cargo, about to test for wasm32 against a server.
fn cargo_test(ws: &Workspace, kit: &Kit, base: &str) -> Result<Command> {
    let mut cargo = kit.wasm("cargo")?;
    cargo.args([
        "test",
        "--package",
        "pushcheck",
        "--tests",
        "--target",
        WASM,
    ]);
    cargo
        .env("CARGO_TARGET_DIR", &ws.target)
        // All tests of a file are one turn of the page's: without it some take a minute, and Chromium's driver gives a page up
        // that stands still for half of one.
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_TEST_OPT_LEVEL", "1")
        .env("PUSHCHECK_BASE", base)
        .current_dir(&ws.root);
    Ok(cargo)
}

/// Compiles the wasm tests, once for all browsers.
pub(crate) fn compile(ws: &Workspace, kit: &Kit, base: &str) -> Result<()> {
    process::run(cargo_test(ws, kit, base)?.arg("--no-run"))
        .context("cannot compile the wasm tests")
}

/// The wasm tests in one browser.
pub(crate) fn wasm(
    ws: &Workspace,
    kit: &Kit,
    base: &str,
    display: Option<&Display>,
    browser: Browser,
) -> Result<Summary> {
    let mut cargo = cargo_test(ws, kit, base)?;
    cargo.arg("--no-fail-fast");
    cargo.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        "wasm-bindgen-test-runner",
    );
    cargo
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE);
    cargo.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    choose(ws, kit, &mut cargo, browser)?;
    if browser == Browser::Webkit {
        // JavaScriptCore 2.50 at times sees an access out of bounds where it moves into its last compiler's code in the middle
        // of a hot loop, as unoptimised tests have; the page's own runs, which have none, are left as they are.
        cargo.env("JSC_useOMGJIT", "0").env("JSC_useWasmOSR", "0");
    }
    cargo.envs(display.map(|display| ("DISPLAY", display.name())));

    let (status, output) = process::run_and_read(&mut cargo)?;
    let summary = Summary::of(&output);
    let name = browser.name();
    if !status.success() || summary.failed > 0 {
        bail!("tests in {name} failed: {summary} ({status})");
    }
    if summary.passed == 0 {
        bail!("no test ran in {name}");
    }
    if summary.ignored > 0 {
        bail!("tests in {name} were ignored, although the probe server is up: {summary}");
    }
    Ok(summary)
}

/// Leaves the runner of wasm-bindgen one driver only, and tells it which program is the browser.
fn choose(ws: &Workspace, kit: &Kit, command: &mut Command, browser: Browser) -> Result<()> {
    for variable in [
        "CHROMEDRIVER",
        "GECKODRIVER",
        "SAFARIDRIVER",
        "MSEDGEDRIVER",
    ] {
        command
            .env_remove(variable)
            .env_remove(format!("{variable}_REMOTE"));
    }
    let (variable, driver, options) = match browser {
        Browser::Chromium => (
            "CHROMEDRIVER",
            "CHROMEDRIVER",
            Some(("goog:chromeOptions", "CHROMIUM")),
        ),
        Browser::Firefox => (
            "GECKODRIVER",
            "GECKODRIVER",
            Some(("moz:firefoxOptions", "FIREFOX")),
        ),
        // The runner speaks Safari's dialect to it and sends no capabilities: the driver starts MiniBrowser by itself.
        Browser::Webkit => ("SAFARIDRIVER", "WEBKITDRIVER", None),
    };
    let path = |name: &str| {
        kit.browsers
            .path(name)
            .with_context(|| format!("{name} is unknown"))
    };
    command.env(variable, path(driver)?);
    if let Some((key, program)) = options {
        let file = ws
            .own_dir()?
            .join(format!("webdriver-{}.json", browser.name()));
        fs::write(
            &file,
            format!("{{{key:?}:{{\"binary\":{:?}}}}}", path(program)?),
        )
        .context("cannot write capabilities")?;
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
    }
    Ok(())
}

/// Whole runs of the page in every browser at once: the lab shares the cores among them and starts its own servers. `axe`: what
/// looks at the pages besides.
pub(crate) fn page(
    ws: &Workspace,
    kit: &Kit,
    display: Option<&Display>,
    failing: &Path,
    axe: Option<&Path>,
    browsers: &[Browser],
) -> Result<()> {
    let mut lab = lab::command(ws, kit, Profile::Dev, display)?;
    lab.env("PUSHCHECK_FAILING_PKG", failing).arg("page");
    lab.env_remove("PUSHCHECK_AXE");
    lab.envs(axe.map(|axe| ("PUSHCHECK_AXE", axe)));
    for browser in browsers {
        lab.args(["--browser", browser.name()]);
    }
    process::run(&mut lab)
}

/// The quick part of the lab: networks with one known fault, today's as their numbers are drawn by the date. Says how many
/// reports were right, wrong and not to be had.
pub(crate) fn lab(
    ws: &Workspace,
    kit: &Kit,
    display: Option<&Display>,
    browsers: &[Browser],
) -> Result<String> {
    let mut lab = lab::command(ws, kit, Profile::Dev, display)?;
    lab.args(["lab", "run", "--quick", "--fresh"]);
    for browser in browsers {
        lab.args(["--browser", browser.name()]);
    }
    let (status, output) = process::run_and_read(&mut lab)?;
    let sum = output.lines().rfind(|line| line.contains(" cells: "));
    let sum = sum.unwrap_or("the lab ran nothing");
    if !status.success() {
        bail!("{sum} ({status})");
    }
    Ok(sum.to_owned())
}

/// Where the crate is used as a dependency, if that folder is there.
pub(crate) fn dependent(ws: &Workspace) -> Option<PathBuf> {
    let dir = ws.root.join("tests/as-dependency");
    dir.join("Cargo.toml").exists().then_some(dir)
}

/// The crate as other people's tests use it, by the tool they would use.
pub(crate) fn as_dependency(ws: &Workspace, kit: &Kit, base: &str) -> Result<Summary> {
    let dir = dependent(ws).context("tests/as-dependency is not there")?;
    // The same versions as ours, above all of wasm-bindgen: its tools are there in one version.
    fs::copy(ws.root.join("Cargo.lock"), dir.join("Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    let mut pack = kit.wasm("wasm-pack")?;
    pack.args(["test", "--headless", "--firefox"])
        .current_dir(&dir);
    pack.env("CARGO_TARGET_DIR", ws.target.join("as-dependency"))
        .env("PUSHCHECK_BASE", base);
    pack.env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    choose(ws, kit, &mut pack, Browser::Firefox)?;
    let (status, output) = process::run_and_read(&mut pack)?;
    let summary = Summary::of(&output);
    if !status.success() || summary.passed == 0 || summary.ignored > 0 {
        bail!("wasm-pack test of tests/as-dependency: {summary} ({status})");
    }
    Ok(summary)
}
