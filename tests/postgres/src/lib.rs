//! A PostgreSQL of the tests' own: in a temporary folder, on a private Unix socket, gone with whoever started it.
//!
//! What is committed is synced as in earnest (`fsync=on`). Nothing listens on TCP, and nothing of the machine's own PostgreSQL is
//! touched. The programs come from the variable `POSTGRES` or from Debian's folders.

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// Whom a server runs as that root starts, which PostgreSQL refuses to be: nobody.
const NOBODY: u32 = 65_534;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Its databases' owner.
const OWNER: &str = "pushcheck";

/// Ends the server when its own input ends, so also when we are killed; then removes the folder.
const KEEPER: &str = r#"
folder=$1; shift
"$@" </dev/null >"$folder/log" 2>&1 & server=$!
echo "$server"
read -r _
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

/// A running server. Dropping it ends the server and removes all that it kept.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    keeper: Child,
    server: u32,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts one, which takes about a second.
    ///
    /// # Errors
    /// Says what is missing, or what the server said.
    pub fn start() -> io::Result<Self> {
        let programs = programs()?;
        let folder = folder()?;
        let started = Self::start_in(programs, folder.clone());
        if started.is_err() {
            let _ = fs::remove_dir_all(&folder);
        }
        started
    }

    fn start_in(programs: PathBuf, folder: PathBuf) -> io::Result<Self> {
        let data = folder.join("data");
        let mut init = unprivileged(&programs.join("initdb"));
        init.args(["--username", OWNER, "--auth", "trust", "--encoding", "UTF8"])
            .args([
                "--locale",
                "C",
                "--no-sync",
                "--no-instructions",
                "--pgdata",
            ])
            .arg(&data);
        told(init.output()?, "initdb")?;

        let server = unprivileged(&programs.join("postgres"));
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&folder);
        keeper.arg(server.get_program()).args(server.get_args());
        keeper.arg("-D").arg(&data);
        for setting in [
            "listen_addresses=",
            &format!("unix_socket_directories={}", folder.display()),
            "unix_socket_permissions=0700",
            "fsync=on",
            "max_connections=300",
        ] {
            keeper.args(["-c", setting]);
        }
        // A group of its own: an interrupt at the terminal is ours, and by our end the keeper learns of it.
        keeper.process_group(0);
        let mut keeper = keeper
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut number = String::new();
        if let Some(output) = keeper.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        let server = number.trim().parse().map_err(io::Error::other)?;
        let started = Self {
            programs,
            folder,
            keeper,
            server,
            databases: AtomicU32::new(0),
        };
        started.wait_until_ready()?;
        Ok(started)
    }

    /// The one that this process shares; the last that holds it ends it.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn shared() -> io::Result<Arc<Self>> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }

    /// An empty database of its own; its URL.
    ///
    /// # Errors
    /// What the server said.
    pub fn database(&self) -> io::Result<String> {
        let n = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{n}");
        self.sql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(format!(
            "postgres://{OWNER}@localhost/{name}?host={}",
            self.folder.display()
        ))
    }

    /// Runs SQL by `psql` in the database of that name or URL; what it printed, a row a line, columns apart by `|`.
    ///
    /// # Errors
    /// What the server said.
    pub fn sql(&self, database: &str, sql: &str) -> io::Result<String> {
        let name = match database.split_once("@localhost/") {
            Some((_, rest)) => rest.split('?').next().unwrap_or(rest),
            None => database,
        };
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            OWNER,
            "-h",
        ])
        .arg(&self.folder)
        .args(["-d", name, "-c", sql]);
        told(psql.stdin(Stdio::null()).output()?, "psql")
    }

    /// The number of the server's first process, to be stopped or killed in a test.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server
    }

    /// Where its socket is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn wait_until_ready(&self) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Err(error) = self.sql("postgres", "SELECT 1") else {
                return Ok(());
            };
            if Instant::now() > deadline || !Path::new(&format!("/proc/{}", self.server)).exists() {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(io::Error::other(format!("no PostgreSQL: {error}\n{log}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut input) = self.keeper.stdin.take() {
            let _ = input.write_all(b"\n");
        }
        let _ = self.keeper.wait();
    }
}

/// A command without root's rights: PostgreSQL refuses to run with them.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={NOBODY}"))
        .arg(format!("--regid={NOBODY}"))
        .arg("--clear-groups")
        .arg(program);
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A folder that nobody else may look into.
fn folder() -> io::Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pushcheck-postgres-{}-{n}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            made => made?,
        }
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        if is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY))?;
        }
        return Ok(folder);
    }
}

/// Where `postgres`, `initdb` and `psql` are.
fn programs() -> io::Result<PathBuf> {
    if let Some(named) = std::env::var_os("POSTGRES") {
        let named = PathBuf::from(named);
        return named
            .parent()
            .map(Path::to_owned)
            .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "POSTGRES names no program"));
    }
    let of_version = |entry: fs::DirEntry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    };
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian
        .flatten()
        .filter_map(of_version)
        .chain(std::env::split_paths(&path).map(|folder| (0, folder)))
        .filter(|(_, folder)| folder.join("postgres").is_file() && folder.join("initdb").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder)
        .ok_or_else(|| {
            io::Error::new(
                ErrorKind::NotFound,
                "no PostgreSQL is installed: `cargo xtask setup` installs it; elsewhere set POSTGRES to its program `postgres`",
            )
        })
}

fn told(output: Output, name: &str) -> io::Result<String> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("{name}: {said}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_started_answers_and_is_gone() {
        let server = Postgres::start().expect("a PostgreSQL");
        let (folder, pid) = (server.folder().to_owned(), server.pid());
        let (one, other) = (
            server.database().expect("one"),
            server.database().expect("other"),
        );
        server
            .sql(&one, "CREATE TABLE here (x BIGINT)")
            .expect("made");
        assert!(server.sql(&other, "SELECT * FROM here").is_err());
        assert_eq!(server.sql(&one, "SHOW fsync").expect("told"), "on");
        assert_eq!(server.sql(&one, "SHOW listen_addresses").expect("told"), "");
        drop(server);
        assert!(!folder.exists());
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }

    #[test]
    fn it_is_gone_when_its_starter_is_killed() {
        let Ok(mut server) = Postgres::start() else {
            panic!("no PostgreSQL");
        };
        // What the system does with a killed process's pipes.
        drop(server.keeper.stdin.take());
        let deadline = Instant::now() + Duration::from_secs(20);
        while server.folder.exists() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        assert!(!server.folder.exists());
    }
}
