//! What all checks share: servers with different settings, and a site on another origin.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::origin::Origin;
use crate::server::{Server, www};

/// Where the meta element of the page names the origins that it posts to.
const POST_TO: &str = "name=\"pushcheck-post-to\" content=\"\"";

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
    _folder: TempDir,
}

impl Field {
    pub(super) async fn new(base: Option<&str>) -> Result<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let pages = pages();
        let site = Origin::site(vec![pages.clone(), own.join("../element")], None).await?;
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        copy(&www()?, folder.path())?;
        copy(&pages, &folder.path().join("lab"))?;
        post_to(&folder.path().join("index.html"), &site.url())?;
        let shown = folder.path().to_string_lossy().into_owned();
        let server = Server::tls(&[]).await?;
        let workshop = Server::tls(&["--www", &shown, "--embed-origin", &site.url()]).await?;
        site.embeds(workshop.page());
        let page = base.map_or_else(
            || server.page().to_owned(),
            |base| base.trim_end_matches('/').to_owned() + "/",
        );
        Ok(Self {
            server,
            page,
            workshop,
            site,
            _folder: folder,
        })
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
fn copy(from: &Path, to: &Path) -> Result<()> {
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

fn post_to(page: &Path, origin: &str) -> Result<()> {
    let text = fs::read_to_string(page).context("the page has no index.html")?;
    ensure!(
        text.contains(POST_TO),
        "index.html does not say by {POST_TO} to whom it posts"
    );
    let named = POST_TO.replace("content=\"\"", &format!("content=\"{origin}\""));
    fs::write(page, text.replace(POST_TO, &named)).context("cannot write the page")
}

/// The folder of our own pages.
pub(super) fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pages")
}
