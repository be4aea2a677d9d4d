//! Everything of a cell but the browser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

use super::boxes::{self, Running};
use super::gauge;
use super::network::{self, FOLDER};
use super::{Cell, authority, shell, site, strain, way};
use crate::lab::draw;
use crate::lab::folders;
use crate::lab::scenario::{Scenario, Scheme, Where};
use crate::lab::template::Values;

/// The clean origin's page.
const PAGE_FILE: &str = "page.html";

/// Networks, servers and boxes, all running.
#[derive(Debug)]
pub(super) struct World {
    /// What templates may say.
    pub(super) values: Values,
    /// What the seed decided.
    pub(super) drawn: BTreeMap<String, String>,
    /// The page to open.
    pub(super) url: String,
    /// The widget's base.
    pub(super) base: String,
    /// The lane that is judged.
    pub(super) lane: String,
    /// The scenario's files, filled.
    pub(super) files: PathBuf,
    /// Where the clean page's scripts are.
    pub(super) scripts: String,
    server: Vec<Running>,
    boxes: Vec<Running>,
    gauge: Option<gauge::Reading>,
    _others: Vec<Running>,
}

impl World {
    /// Builds it all up.
    ///
    /// # Errors
    /// Says what does not work here.
    pub(super) fn build(scenario: &Scenario, cell: &Cell) -> Result<Self> {
        network::file_systems().context("file systems of a cell's own")?;
        network::machines().context("the networks of a cell")?;
        let mut drawn = draw::drawn(&scenario.draw, &scenario.name, cell.seed)?;
        let mut values = given()?;
        for (name, value) in &drawn {
            values.set(name, value)?;
        }
        authority::establish(&Path::new(FOLDER).join("certificates"), &mut values)?;
        let scheme = match scenario.page.scheme() {
            Scheme::Http => ("http", 8080),
            Scheme::Https => ("https", 8443),
        };
        let page = format!("{}://page.test", scheme.0);
        let scripts = format!("{page}:{}/", scheme.1);
        values.set("page", &page)?;
        values.set("scripts", scripts.trim_end_matches('/'))?;
        for documented in &scenario.documented {
            let text = documented.filled(&values).context("documented")?;
            values.set(&documented.name, text)?;
        }
        let base = values.fill(&scenario.page.base).context("page.base")?;
        network::hosts(&scenario.hosts, &values)?;

        let files = Path::new(FOLDER).join("files");
        fill_folder(&scenario.folder, &files, &values)?;
        let mut others = clean_site(scenario, cell, &files, &base, &scripts, &values)?;
        let server = probe_servers(scenario, &values)?;
        let mut gauge = None;
        let mut boxes_running = Vec::new();
        for (at, part) in scenario.boxes.iter().enumerate() {
            let running = boxes::start(part, at, &files, &values)?;
            if let Some(of) = scenario.gauge.filter(|of| of.r#box == at) {
                gauge = Some(gauge::Reading::start(running.id(), of));
            }
            boxes_running.push(running);
        }
        for (place, part) in [
            (Where::Router, &scenario.router),
            (Where::Client, &scenario.client),
            (Where::Server, &scenario.site),
        ] {
            network::rules(place, part, &files, &values)
                .with_context(|| format!("the rules of the {place:?}"))?;
        }
        if let Some(way) = cell.way.or(scenario.way) {
            others.push(way::lengthen(way, cell.seed)?);
            drawn.insert("way".to_owned(), way.to_string());
        }
        let is_told = |flag: &String| flag.starts_with("--public-url=");
        if scenario.server.flags.iter().any(is_told) {
            server.iter().take(1).for_each(Running::has_tried_itself);
        }
        let url = match cell.page {
            super::View::Clean => format!("{page}/"),
            super::View::Through => base.clone(),
        };
        Ok(Self {
            lane: values.fill(&scenario.lane).context("lane")?,
            values,
            drawn,
            url,
            base,
            files,
            scripts,
            server,
            boxes: boxes_running,
            gauge,
            _others: others,
        })
    }

    /// The most that ever waited in the box that is gauged, bytes.
    pub(super) fn gauged(&self) -> Option<u64> {
        self.gauge.as_ref().map(gauge::Reading::most)
    }

    /// An app of its own takes the probe server's place.
    ///
    /// # Errors
    /// It does not start.
    pub(super) fn serve_app(
        &mut self,
        scenario: &Scenario,
        program: &Path,
        settings: &[(&str, u64)],
    ) -> Result<()> {
        self.server.clear();
        let part = &scenario.server;
        let secure = self.base.starts_with("https:") && !part.tls_listen.is_empty();
        let listen = if secure {
            &part.tls_listen
        } else {
            &part.listen
        };
        let listen = self
            .values
            .fill(listen.first().context("server: listens nowhere")?)?;
        let port = listen
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok());
        let port = port.context("server: has no port")?;
        let mut node = shell::command(
            Where::Server,
            env::var_os("NODE").map_or_else(|| "node".into(), PathBuf::from),
        );
        node.arg(program).args(["--listen", &listen]);
        if secure {
            for part in ["cert", "key"] {
                node.arg(format!("--{part}"))
                    .arg(self.values.fill(&format!("{{{{{part}.good}}}}"))?);
            }
        }
        node.envs(
            settings
                .iter()
                .map(|(name, value)| (name, value.to_string())),
        );
        let mut running = Running::start("app", Where::Server, node)?;
        running.listens(&[port])?;
        self.server.push(running);
        Ok(())
    }

    /// The clean origin shows another page.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn show_page(&self, text: &str) -> Result<()> {
        let file = Path::new(FOLDER).join(PAGE_FILE);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Boxes and rules are as their files say now.
    ///
    /// # Errors
    /// They do not start.
    pub(super) fn restart(&mut self, scenario: &Scenario) -> Result<()> {
        for (at, part) in scenario.boxes.iter().enumerate() {
            let running = self.boxes.remove(0);
            boxes::end(running, part, at)?;
            let running = boxes::start(part, at, &self.files, &self.values)?;
            self.boxes.push(running);
        }
        for (place, part) in [
            (Where::Router, &scenario.router),
            (Where::Client, &scenario.client),
            (Where::Server, &scenario.site),
        ] {
            if part.nft.is_some() {
                network::forget_rules(place)?;
                network::rules(place, part, &self.files, &self.values)?;
            }
        }
        Ok(())
    }

    /// The probe server dies.
    pub(super) fn kill_server(&mut self) {
        self.server.iter_mut().for_each(Running::kill);
        self.server.clear();
    }

    /// The probe server is started anew.
    ///
    /// # Errors
    /// It does not start.
    pub(super) fn start_server(&mut self, scenario: &Scenario) -> Result<()> {
        self.server = probe_servers(scenario, &self.values)?;
        Ok(())
    }

    /// Copies logs and filled configuration files to where they stay.
    pub(super) fn keep_logs(&self, to: &Path) {
        for folder in [Path::new(FOLDER), &self.files, Path::new("/var/log/squid")] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_file() {
                    // For whoever looks closer; the outcome does not hang on it.
                    let _ = fs::copy(entry.path(), to.join(entry.file_name()));
                }
            }
        }
    }
}

/// What templates may say in every cell.
fn given() -> Result<Values> {
    let mut values = Values::default();
    for (name, value) in [
        ("client", network::CLIENT),
        ("router", network::ROUTER),
        ("router-out", network::ROUTER_OUT),
        ("server", network::SERVER),
        ("page-address", network::PAGE),
        ("nobody", network::NOBODY),
        ("cell", FOLDER),
        ("files", "/run/cell/files"),
        ("boxes", "/run/cell/boxes"),
    ] {
        values.set(name, value)?;
    }
    Ok(values)
}

/// Every file of a scenario, its names replaced. What is no text is copied.
fn fill_folder(from: &Path, to: &Path, values: &Values) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)?.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            fill_folder(&path, &to.join(name), values)?;
        } else if name != crate::lab::scenario::FILE {
            let bytes = fs::read(&path)?;
            let bytes = match String::from_utf8(bytes) {
                Ok(text) => values
                    .fill(&text)
                    .with_context(|| path.display().to_string())?
                    .into_bytes(),
                Err(error) => error.into_bytes(),
            };
            fs::write(to.join(name), bytes)?;
        }
    }
    Ok(())
}

/// The clean origin: the page, and a probe server of its own for the scripts.
fn clean_site(
    scenario: &Scenario,
    cell: &Cell,
    files: &Path,
    base: &str,
    scripts: &str,
    values: &Values,
) -> Result<Vec<Running>> {
    let address = network::PAGE;
    let file = Path::new(FOLDER).join(PAGE_FILE);
    let own = scenario.page.script.as_ref().map(|name| {
        fs::read_to_string(files.join(name)).with_context(|| format!("page.script: {name}"))
    });
    let busy = cell.strain.busy.then(|| strain::BUSY.to_owned());
    let own = own.transpose()?.or(busy);
    fs::write(
        &file,
        site::page(
            &scenario.page.filled(values)?,
            cell.need.as_deref(),
            base,
            scripts,
            own.as_deref(),
        ),
    )?;
    let both = values.fill("{{both.good}}")?;
    let mut words = vec![
        "site".to_owned(),
        format!("--listen={address}:80"),
        format!("--tls-listen={address}:443"),
        format!("--names={address}:53"),
        format!("--both={both}"),
        format!("--page={}", file.display()),
    ];
    if let Some(policy) = &scenario.page.csp {
        let policy = policy.split_whitespace().collect::<Vec<_>>().join(" ");
        words.push(format!("--policy={}", values.fill(&policy)?));
    }
    let us = env::current_exe()?;
    let scripts = [
        format!("--listen={address}:8080"),
        format!("--tls-listen={address}:8443"),
        format!("--cert={}", values.fill("{{cert.good}}")?),
        format!("--key={}", values.fill("{{key.good}}")?),
        "--log=warn".to_owned(),
    ];
    Ok(vec![
        boxes::own("page", &us, &words, &[80, 443])?,
        boxes::own("scripts", &folders::server()?, &scripts, &[8080, 8443])?,
    ])
}

fn probe_servers(scenario: &Scenario, values: &Values) -> Result<Vec<Running>> {
    let part = &scenario.server;
    let mut common = Vec::new();
    let tls = values.fill_all(&part.tls_listen)?;
    if !tls.is_empty() {
        let name = part.certificate.name();
        common.push(format!(
            "--cert={}",
            values.fill(&format!("{{{{cert.{name}}}}}"))?
        ));
        common.push(format!(
            "--key={}",
            values.fill(&format!("{{{{key.{name}}}}}"))?
        ));
    }
    if part.embeds {
        common.push(format!("--embed-origin={}", values.fill("{{page}}")?));
    }
    common.extend(values.fill_all(&part.flags)?);
    let mut first = common.clone();
    first.extend(tls.iter().map(|address| format!("--tls-listen={address}")));
    let mut all = vec![one_server("server", &part.listen, &tls, first, values)?];
    for (at, more) in part.more.iter().enumerate() {
        let name = format!("server-{}", at + 2);
        let flags = values.fill_all(&part.flags)?;
        let mut flags: Vec<String> = flags;
        if part.embeds {
            flags.push(format!("--embed-origin={}", values.fill("{{page}}")?));
        }
        all.push(one_server(&name, &more.listen, &[], flags, values)?);
    }
    Ok(all)
}

fn one_server(
    name: &str,
    listen: &[String],
    tls: &[String],
    mut words: Vec<String>,
    values: &Values,
) -> Result<Running> {
    let listen = values.fill_all(listen)?;
    words.extend(listen.iter().map(|address| format!("--listen={address}")));
    let ports: Result<Vec<u16>> = listen
        .iter()
        .chain(tls)
        .map(|address| {
            let port = address.rsplit_once(':').map(|(_, port)| port.parse());
            port.with_context(|| format!("server: {address} has no port"))?
                .with_context(|| format!("server: {address} has no port"))
        })
        .collect();
    boxes::own(name, &folders::server()?, &words, &ports?)
}
