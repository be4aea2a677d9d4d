//! The programs on the way: started in the foreground with a configuration of the scenario's, and waited for.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::network::FOLDER;
use super::{shell, way};
use crate::lab::scenario::{Kind, Part, Where};
use crate::lab::template::Values;
use crate::process::Process;
use crate::program::Program;

/// How long a program may take until its ports are open.
const START: Duration = Duration::from_secs(20);

/// How long the server's first tries from outside are waited for: one lasts for 5 s at most, and the first may come too early.
const TRIED: Duration = Duration::from_secs(9);

/// Between two looks at its ports.
const PACE: Duration = Duration::from_millis(5);

/// A running program of the cell.
#[derive(Debug)]
pub(super) struct Running {
    process: Process,
    log: PathBuf,
    name: String,
    /// Who listened before it came.
    before: Vec<u16>,
}

impl Running {
    /// Starts a program there; what it says goes to a log of that name.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn start(name: &str, place: Where, mut command: Command) -> Result<Self> {
        let before = already(place)?;
        let log = Path::new(FOLDER).join(format!("{name}.log"));
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        command
            .env("HOME", format!("{FOLDER}/home"))
            .env("TMPDIR", format!("{FOLDER}/tmp"))
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .stdout(file.try_clone()?)
            .stderr(file);
        let process = Process::start(&mut command)?;
        Ok(Self {
            process,
            log,
            name: name.to_owned(),
            before,
        })
    }

    /// Waits until it listens on these ports. It is not connected to: that would be an arrival.
    ///
    /// # Errors
    /// It ends, or does not listen in time; with its last words.
    pub(super) fn listens(&mut self, ports: &[u16]) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            let open = listening(self.process.id());
            // Others may listen on the same port of another address.
            let count = |all: &[u16], port| all.iter().filter(|open| **open == port).count();
            let opened = |port: u16| count(&open, port) > count(&self.before, port);
            let Some(missing) = ports.iter().find(|port| !opened(**port)) else {
                return Ok(());
            };
            self.must_run()?;
            if Instant::now() > deadline {
                bail!(
                    "{} does not listen on port {missing}{}",
                    self.name,
                    self.last_words()
                );
            }
            std::thread::sleep(PACE);
        }
    }

    /// Waits until our server has tried itself from outside and something passed, as one that has run for a while has; or long
    /// enough, where nothing passes.
    pub(super) fn has_tried_itself(&self) {
        let deadline = Instant::now() + TRIED;
        let tried = |line: &str| line.contains("tried from outside") && !line.contains("passed=0");
        while Instant::now() < deadline {
            let said = fs::read(&self.log).unwrap_or_default();
            if String::from_utf8_lossy(&said).lines().any(tried) {
                return;
            }
            std::thread::sleep(PACE);
        }
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Whether it has opened a queue for packets.
    pub(super) fn has_queue(&self) -> bool {
        way::has_queue(self.process.id())
    }

    /// # Errors
    /// It has ended; with its last words.
    pub(super) fn must_run(&mut self) -> Result<()> {
        match self.process.ended()? {
            Some(status) => bail!("{} ended with {status}{}", self.name, self.last_words()),
            None => Ok(()),
        }
    }

    /// Ends it as a crash would.
    pub(super) fn kill(&mut self) {
        self.process.kill();
    }

    fn last_words(&self) -> String {
        let said = fs::read(&self.log).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        lines
            .iter()
            .skip(lines.len().saturating_sub(3))
            .fold(String::new(), |all, line| all + "\n  " + line)
    }
}

/// The TCP ports that somebody listens on where a process is.
fn listening(pid: u32) -> Vec<u16> {
    let tables = ["tcp", "tcp6"].map(|table| format!("/proc/{pid}/net/{table}"));
    let tables = tables
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok());
    tables.flat_map(|table| listeners(&table)).collect()
}

/// The ports that are listened on there now.
fn already(place: Where) -> Result<Vec<u16>> {
    let mut cat = shell::command(place, "cat");
    let output = cat
        .args(["/proc/net/tcp", "/proc/net/tcp6"])
        .output()
        .context("cannot ask who listens")?;
    Ok(listeners(&String::from_utf8_lossy(&output.stdout)))
}

/// The ports of the rows in state LISTEN (0A) of a table of the kernel's.
fn listeners(table: &str) -> Vec<u16> {
    let port = |row: &str| {
        let mut fields = row.split_whitespace().skip(1);
        let local = fields.next()?;
        let state = fields.nth(1)?;
        let port = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
        (state == "0A").then_some(port)
    };
    table.lines().filter_map(port).collect()
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Haproxy => "haproxy",
            Self::Varnish => "varnish",
            Self::Caddy => "caddy",
            Self::Squid => "squid",
            Self::Tinyproxy => "tinyproxy",
            Self::Privoxy => "privoxy",
            Self::Mitmproxy => "mitmproxy",
            Self::Middlebox => "middlebox",
        }
    }

    fn program(self) -> Result<PathBuf> {
        let (variable, names, source): (_, &'static [&'static str], _) = match self {
            Self::Nginx => ("NGINX", &["nginx", "/usr/sbin/nginx"], "nginx-light"),
            Self::Apache => ("APACHE2", &["apache2", "/usr/sbin/apache2"], "apache2"),
            Self::Haproxy => ("HAPROXY", &["haproxy", "/usr/sbin/haproxy"], "haproxy"),
            Self::Varnish => ("VARNISHD", &["varnishd", "/usr/sbin/varnishd"], "varnish"),
            Self::Caddy => ("CADDY", &["caddy"], "caddy"),
            Self::Squid => ("SQUID", &["squid", "/usr/sbin/squid"], "squid-openssl"),
            Self::Tinyproxy => ("TINYPROXY", &["tinyproxy"], "tinyproxy"),
            Self::Privoxy => ("PRIVOXY", &["privoxy", "/usr/sbin/privoxy"], "privoxy"),
            Self::Mitmproxy => ("MITMDUMP", &["mitmdump"], "mitmproxy"),
            Self::Middlebox => return Ok(std::env::current_exe()?),
        };
        let found = Program {
            variable,
            names,
            source,
        }
        .find();
        found.with_context(|| format!("it comes with the package {source}"))
    }

    /// The words with which it runs in the foreground and keeps to a folder.
    fn words(self, config: &str, folder: &str) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Nginx => &[
                "-e",
                "stderr",
                "-p",
                folder,
                "-c",
                config,
                "-g",
                "daemon off; pid nginx.pid;",
            ],
            Self::Apache => &["-D", "FOREGROUND", "-d", folder, "-f", config],
            Self::Haproxy => &["-db", "-f", config],
            Self::Varnish if config.is_empty() => &["-F", "-n", folder, "-s", "default,16m"],
            Self::Varnish => &["-F", "-n", folder, "-s", "default,16m", "-f", config],
            Self::Caddy => &["run", "--adapter", "caddyfile", "--config", config],
            Self::Squid => &["-N", "-f", config],
            Self::Tinyproxy => &["-d", "-c", config],
            Self::Privoxy => &["--no-daemon", config],
            Self::Mitmproxy => &["--set", "confdir=."],
            Self::Middlebox => &["middlebox", config],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// What it needs in its folder before it starts.
    fn prepare(self, config: &Path, folder: &Path, company: &Path) -> Result<()> {
        match self {
            Self::Squid => {
                let database = folder.join("certificates");
                shell::run(
                    Command::new("/usr/lib/squid/security_file_certgen")
                        .arg("-c")
                        .arg("-s")
                        .arg(&database)
                        .args(["-M", "4MB"]),
                )?;
                shell::run(
                    Command::new("chown")
                        .args(["-R", "proxy:proxy"])
                        .arg(folder),
                )?;
                fs::create_dir_all("/run/squid")?;
            }
            Self::Mitmproxy => {
                fs::copy(config, folder.join("config.yaml"))?;
                fs::copy(company, folder.join("mitmproxy-ca.pem"))?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Starts a box. `files` holds the scenario's filled templates, `at` makes its name its own.
///
/// # Errors
/// Its program is missing, or does not run with this configuration.
pub(super) fn start(part: &Part, at: usize, files: &Path, values: &Values) -> Result<Running> {
    let kind = part.kind;
    let name = format!("{}-{}", at + 1, kind.name());
    let started = || -> Result<Running> {
        let folder = Path::new(FOLDER).join("boxes").join(&name);
        fs::create_dir_all(&folder)?;
        let config = part.config.as_ref().map(|config| files.join(config));
        let config = config.unwrap_or_default();
        let company = PathBuf::from(values.fill("{{both.company}}")?);
        kind.prepare(&config, &folder, &company)?;
        let mut command = shell::command(part.r#where, kind.program()?);
        command
            .args(kind.words(&config.to_string_lossy(), &folder.to_string_lossy()))
            .args(values.fill_all(&part.args)?)
            .current_dir(&folder);
        let mut running = Running::start(&name, part.r#where, command)?;
        let ports: Result<Vec<u16>> = part
            .ports
            .iter()
            .map(|port| Ok(u16::try_from(port.fill(values)?)?))
            .collect();
        running.listens(&ports?)?;
        Ok(running)
    };
    started().with_context(|| format!("box {name}"))
}

/// Ends a box, and forgets what it left in its folder.
///
/// # Errors
/// The folder cannot be cleared.
pub(super) fn end(running: Running, part: &Part, at: usize) -> Result<()> {
    drop(running);
    let name = format!("{}-{}", at + 1, part.kind.name());
    let folder = Path::new(FOLDER).join("boxes").join(name);
    fs::remove_dir_all(&folder).with_context(|| format!("cannot clear {}", folder.display()))
}

/// Starts the probe server, or another program of ours, there.
///
/// # Errors
/// It does not listen in time.
pub(super) fn own(name: &str, program: &Path, words: &[String], ports: &[u16]) -> Result<Running> {
    let mut command = shell::command(Where::Server, program);
    command.args(words);
    let mut running = Running::start(name, Where::Server, command)?;
    running.listens(ports)?;
    Ok(running)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_ports_are_read_from_the_kernels_table() {
        let table = "  sl  local_address rem_address   st tx_queue\n\
             0: 0100007F:1F90 00000000:0000 0A 00000000:00000000\n\
             1: 0100007F:1F91 0100007F:0050 01 00000000:00000000\n";
        assert_eq!(listeners(table), [8080]);
    }

    #[test]
    fn a_program_that_ends_is_told_with_its_last_words() -> Result<()> {
        // FOLDER exists in cells only, so this one is started by hand.
        let log = tempfile::NamedTempFile::new()?;
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo bad line 7; exit 1"])
            .stdout(log.reopen()?);
        let mut running = Running {
            process: Process::start(&mut command)?,
            log: log.path().to_owned(),
            name: "1-nginx".to_owned(),
            before: Vec::new(),
        };
        let said = running.listens(&[9]).expect_err("it ends").to_string();
        assert!(
            said.contains("1-nginx ended") && said.contains("bad line 7"),
            "{said}"
        );
        Ok(())
    }
}
