//! `shots`: a picture of every state, in light and dark, in both languages, on a phone and on a desk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use fantoccini::wd::WebDriverCompatibleCommand;
use hyper::Method;
use serde_json::{Value, json};

use super::desk::{Desk, Seen, VIEWS};
use super::{Look, STATES, State};
use crate::browser::{Browser, Options, Running, bounded};
use crate::server::Server;

/// Screens: a name, width and height in CSS pixels, pixels of the device for each.
const SCREENS: [(&str, u32, u32, u32); 2] = [("phone", 360, 740, 2), ("desk", 1100, 800, 1)];
const THEMES: [&str; 2] = ["light", "dark"];
const LANGUAGES: [&str; 2] = ["en", "ja"];

/// Screenshots of every state of the page, with an index; Chromium takes them.
#[derive(Clone, Debug, Args)]
pub struct Shots {
    /// Where to
    #[arg(long, value_name = "DIR", default_value = "target/shots")]
    out: PathBuf,
    /// The page's files from this folder instead of those inside the server
    #[arg(long, value_name = "DIR")]
    www: Option<String>,
    /// Only states whose names contain this (repeatable)
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

/// Takes them; exits with 1 where a state could not be shown.
pub async fn command(shots: &Shots) -> ExitCode {
    match all(shots).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            eprintln!("pushcheck-lab: {failed} states could not be shown");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("pushcheck-lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn all(shots: &Shots) -> Result<usize> {
    fs::create_dir_all(&shots.out)
        .with_context(|| format!("cannot create {}", shots.out.display()))?;
    let folder = shots.www.as_deref().map(|www| ["--www", www]);
    let server = Server::tls(folder.as_ref().map_or(&[], |flags| flags)).await?;
    let options = Options {
        // They take room from the page, not from its picture.
        chromium_flags: vec!["--hide-scrollbars".to_owned()],
        ..Options::default()
    };
    let browser = Browser::Chromium.open(&options).await?;
    let chosen = |state: &&State<'_>| {
        shots.only.is_empty() || shots.only.iter().any(|part| state.name.contains(part))
    };
    let mut failed = staff(shots, &browser, folder.as_ref().map_or(&[], |flags| flags)).await?;
    for state in STATES.iter().filter(chosen) {
        for lang in LANGUAGES {
            for theme in THEMES {
                for screen in SCREENS {
                    let name = format!("{}-{lang}-{theme}-{}.png", state.name, screen.0);
                    let look = Look {
                        lang,
                        theme,
                        texts: None,
                    };
                    let show = async || state.show(&browser, server.page(), look).await.map(drop);
                    let taken = shot(&browser, screen, show).await;
                    failed += kept(shots, &name, taken);
                }
            }
        }
    }
    browser.close().await;
    fs::write(shots.out.join("index.html"), index(&shots.out)?)?;
    Ok(failed)
}

/// The pages of staff, and of links.
async fn staff(shots: &Shots, browser: &Running, flags: &[&str]) -> Result<usize> {
    let chosen =
        |name: &str| shots.only.is_empty() || shots.only.iter().any(|part| name.contains(part));
    let mut desk = Desk::start(flags).await?;
    let mut failed = 0;
    for view in VIEWS.iter().filter(|view| chosen(view.name)) {
        for lang in LANGUAGES {
            for theme in THEMES {
                // Staff's pages go by the browser.
                let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
                cdp(browser, "Emulation.setEmulatedMedia", media).await?;
                for (screen, width, height, scale) in SCREENS {
                    let name = format!("{}-{lang}-{theme}-{screen}.png", view.name);
                    // What may still be read at that width.
                    let width = if view.seen == Seen::Customer {
                        width
                    } else {
                        width.max(390)
                    };
                    let look = Look {
                        lang,
                        theme,
                        texts: None,
                    };
                    let desk = &mut desk;
                    let show = async move || desk.show(browser, view, look).await;
                    let taken = shot(browser, (screen, width, height, scale), show).await;
                    failed += kept(shots, &name, taken);
                }
            }
        }
    }
    cdp(
        browser,
        "Emulation.setEmulatedMedia",
        json!({"features": []}),
    )
    .await?;
    Ok(failed)
}

/// Keeps a picture; how many failed.
fn kept(shots: &Shots, name: &str, taken: Result<Vec<u8>>) -> usize {
    match taken.and_then(|png| Ok(fs::write(shots.out.join(name), png)?)) {
        Ok(()) => {
            println!("{name}");
            0
        }
        Err(error) => {
            eprintln!("{name}: {error:#}");
            1
        }
    }
}

/// The tallest picture, CSS pixels: a timeline may be longer than anybody looks at.
const TALLEST: u64 = 7000;

/// One picture, of the whole page.
async fn shot(
    browser: &Running,
    (_, width, height, scale): (&str, u32, u32, u32),
    show: impl AsyncFnOnce() -> Result<()>,
) -> Result<Vec<u8>> {
    let screen = |height: u64| json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
    const RESIZE: &str = "Emulation.setDeviceMetricsOverride";
    cdp(browser, RESIZE, screen(height.into())).await?;
    show().await?;
    let tall = browser
        .run("scrollTo(0, 0); document.activeElement?.blur(); return document.documentElement.scrollHeight;")
        .await?;
    // As tall as the page: what is out of sight may not be drawn.
    let tall = tall
        .as_u64()
        .unwrap_or_default()
        .clamp(height.into(), TALLEST);
    cdp(browser, RESIZE, screen(tall)).await?;
    browser
        .run_async(
            "await new Promise((done) => setTimeout(done, 300));",
            super::SOON,
        )
        .await?;
    let taken = cdp(browser, "Page.captureScreenshot", json!({})).await?;
    let png = taken["data"].as_str().context("there is no picture")?;
    Ok(STANDARD.decode(png)?)
}

/// Every picture there is, each with its name.
fn index(out: &Path) -> Result<String> {
    let mut names: Vec<String> = fs::read_dir(out)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".png"))
        .collect();
    names.sort();
    let figures: String = names
        .iter()
        .map(|name| {
            format!("<figure><a href=\"{name}\"><img src=\"{name}\" alt=\"\" loading=\"lazy\"></a><figcaption>{name}</figcaption></figure>\n")
        })
        .collect();
    Ok(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>pushcheck: every state</title>
<style>body {{ font: 14px system-ui; display: flex; flex-wrap: wrap; gap: 1em }} figure {{ margin: 0 }} img {{ width: 300px; border: 1px solid #ccc }}</style>
{figures}</html>\n"
    ))
}

/// A command of Chromium's own protocol.
#[derive(Debug)]
struct Cdp {
    name: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        let body = json!({"cmd": self.name, "params": self.params});
        (Method::POST, Some(body.to_string()))
    }
}

async fn cdp(browser: &Running, name: &'static str, params: Value) -> Result<Value> {
    bounded(name, browser.client().issue_cmd(Cdp { name, params })).await
}
