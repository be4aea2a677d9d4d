//! What all checks share: servers with different settings, and a site on another origin.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::origin::Origin;
use crate::server::{Server, www};

/// Names the folder of a widget that fails when it is told to.
const FAILING: &str = "PUSHCHECK_FAILING_PKG";

/// The check page of a server that has links, beside the other.
pub(super) const LINKED: &str = "linked.html";

/// The servers of a round of checks.
#[derive(Debug)]
pub(super) struct Field {
    /// As people run it, on a plain and a TLS lane; it knows no other origin.
    pub(super) server: Server,
    /// The plain page that healthy runs use: that server's, or the one named by `--base`.
    pub(super) page: String,
    /// The same page from a folder, beside it `lab/`, our own pages under the server's policy. It posts to `site` and
    /// lets it open WebSockets.
    pub(super) workshop: Server,
    /// An embedder's site without a policy: our own pages and those of `tests/element`.
    pub(super) site: Origin,
    /// Another embedder's, under exactly the policy that README gives; the pages of `tests/element`.
    pub(super) strict: Origin,
    _folder: TempDir,
}

/// A server for one browser alone.
#[derive(Debug)]
pub(super) enum Quiet {
    Own(Server),
    Named(String),
}

impl Quiet {
    /// Its page.
    pub(super) fn page(&self) -> &str {
        match self {
            Self::Own(server) => server.page(),
            Self::Named(page) => page,
        }
    }
}

impl Field {
    pub(super) async fn new(base: Option<&str>) -> Result<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let pages = pages();
        let site = Origin::site(vec![pages.clone(), own.join("../element")], None).await?;
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        copy(&www()?, folder.path())?;
        copy(&pages, &folder.path().join("lab"))?;
        fs::write(folder.path().join("lab/same-origin.html"), same_origin()?)?;
        fs::write(folder.path().join(LINKED), linked()?)?;
        if let Some(failing) = std::env::var_os(FAILING) {
            copy(Path::new(&failing), &folder.path().join("failing/pkg"))?;
        }
        let policy = policy_of_readme("https://probe.example")?;
        let policy = policy
            .replace("wss://probe.example", "{{WS_BASE}}")
            .replace("https://probe.example", "{{BASE}}");
        let strict = Origin::site(vec![own.join("../element")], Some(policy)).await?;
        let shown = folder.path().to_string_lossy().into_owned();
        let server = Server::tls(&[]).await?;
        let origins = format!("{},{}", site.url(), strict.url());
        let workshop = Server::tls(&["--www", &shown, "--embed-origin", &origins]).await?;
        site.embeds(workshop.page());
        strict.embeds(workshop.page());
        let page = base.map_or_else(
            || server.page().to_owned(),
            |base| base.trim_end_matches('/').to_owned() + "/",
        );
        Ok(Self {
            server,
            page,
            workshop,
            site,
            strict,
            _folder: folder,
        })
    }

    /// A server that no other browser of the round connects to: whoever breaks a request off makes the server doubt, for a
    /// minute, what it saw of everybody at that address. Where one was named it is that.
    pub(super) async fn quiet(&self) -> Result<Quiet> {
        if self.page != self.server.page() {
            return Ok(Quiet::Named(self.page.clone()));
        }
        Ok(Quiet::Own(Server::tls(&[]).await?))
    }

    /// The same with a widget that fails when it is told to; `None`: there is none.
    pub(super) fn failing_widget(&self) -> Option<String> {
        std::env::var_os(FAILING)?;
        Some(format!(
            "{}/run.html?module={}failing/pkg/pushcheck.js",
            self.site.url(),
            self.workshop.page()
        ))
    }

    /// Our page that imports the widget, on the site without a policy.
    pub(super) fn widget_elsewhere(&self) -> String {
        format!(
            "{}/run.html?module={}pkg/pushcheck.js",
            self.site.url(),
            self.workshop.page()
        )
    }
}

/// Copies a folder with all in it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(|_| ())?,
        }
    }
    Ok(())
}

/// The policy that README gives to a page which embeds us, for our own check server's name or for `'self'`.
fn policy_of_readme(mark: &str) -> Result<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).context("README.md cannot be read")?;
    let mut policies = readme
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Content-Security-Policy: "));
    let policy = policies.find(|policy| policy.contains(&format!("script-src {mark} ")));
    Ok(policy
        .with_context(|| format!("README gives no policy with script-src {mark}"))?
        .to_owned())
}

/// A page on the check server's own origin with its two lines, under README's policy besides the server's.
fn same_origin() -> Result<String> {
    let policy = policy_of_readme("'self'")?;
    Ok(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>same origin</title>
        <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
        <script type=\"module\" src=\"../push-check.js\"></script>
        <push-check></push-check></html>"
    ))
}

/// The check page, and before its script one that answers for a server with links.
fn linked() -> Result<String> {
    let page = fs::read_to_string(www()?.join("index.html"))?;
    let script = "<script type=\"module\" src=\"page.js\"></script>";
    let (before, after) = page
        .split_once(script)
        .context("index.html has another script")?;
    Ok(format!(
        "{before}<script src=\"lab/linked.js\"></script>{script}{after}"
    ))
}

/// The folder of our own pages.
pub(super) fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pages")
}
