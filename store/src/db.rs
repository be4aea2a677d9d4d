//! The engine: where it is, how it is opened, and the one way in which transactions are made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Executor, Transaction};

use crate::{Error, Id, Ms};

/// Where things are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: gone with the process.
    Memory,
    /// A SQLite file in that folder, which is made where it is missing.
    Folder(PathBuf),
    /// A server that speaks PostgreSQL's protocol, by its URL.
    Postgres(String),
}

/// Whose words are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// The store. Cloned it is the same one.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
}

/// How often a transaction begins before its conflict is told.
const TURNS: u32 = 12;

/// For how long a node may migrate before another takes its work over, ms.
const MIGRATING: Ms = 120_000;

/// How many connections to PostgreSQL a node has.
const CONNECTIONS: u32 = 8;

impl Store {
    /// Opens the store and brings its tables up to date; `now` in ms since 1970.
    ///
    /// # Errors
    /// When the folder or the server cannot be used, or holds tables of a newer version.
    pub async fn open(place: &Place, now: Ms) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let (url, engine, connections) = match place {
            Place::Memory => ("sqlite::memory:".to_owned(), Engine::Sqlite, 1),
            Place::Folder(folder) => (file(folder)?, Engine::Sqlite, 4),
            Place::Postgres(url) => (url.clone(), Engine::Postgres, CONNECTIONS),
        };
        let mut options = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10));
        if engine == Engine::Sqlite {
            // The memory is the connection's: it must not be closed.
            options = options
                .idle_timeout(None)
                .max_lifetime(None)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        // FULL: what has been answered outlives the machine's power (SQLite, "WAL", durability).
                        connection
                            .execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 8000;")
                            .await?;
                        Ok(())
                    })
                });
        }
        let pool = options.connect(&url).await?;
        let store = Self { pool, engine };
        store.migrate(now).await?;
        Ok(store)
    }

    /// Closes all connections; what is under way ends first.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether others may use the same store at the same time.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.engine == Engine::Postgres
    }

    /// For reading alone.
    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// A transaction as if no other ran; use [`transact`].
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, Error> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// The engine's own lock is not portable: a row is ours.
    async fn migrate(&self, now: Ms) -> Result<(), Error> {
        let holder = Id::new()?;
        let mut turns = Turns::default();
        loop {
            let made = self.pool.execute(
                "CREATE TABLE IF NOT EXISTS pushcheck_lock (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, since BIGINT NOT NULL)",
            );
            match made.await {
                Ok(_) => break,
                // Two made it at once.
                Err(error) if turns.left() => {
                    tracing::debug!(%error, "the lock's table");
                    turns.wait().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let started = tokio::time::Instant::now();
        loop {
            let waited = started.elapsed().as_millis() as Ms;
            if self.lock(&holder, now + waited).await? {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let migrated = async {
            let mut connection = self.pool.acquire().await?;
            let mut migrator = sqlx::migrate!("./migrations");
            migrator.set_locking(false);
            migrator.run_direct(None, &mut *connection, false).await?;
            Ok::<_, Error>(())
        }
        .await;
        sqlx::query("DELETE FROM pushcheck_lock WHERE name = 'migrate' AND holder = $1")
            .bind(holder.as_str())
            .execute(&self.pool)
            .await?;
        migrated
    }

    async fn lock(&self, holder: &Id, now: Ms) -> Result<bool, Error> {
        transact!(self, |tx| {
            sqlx::query("DELETE FROM pushcheck_lock WHERE name = 'migrate' AND since < $1")
                .bind(now - MIGRATING)
                .execute(&mut *tx)
                .await?;
            let taken = sqlx::query(
                "INSERT INTO pushcheck_lock (name, holder, since) VALUES ('migrate', $1, $2) ON CONFLICT (name) DO NOTHING",
            )
            .bind(holder.as_str())
            .bind(now)
            .execute(&mut *tx)
            .await?;
            taken.rows_affected() == 1
        })
    }
}

/// The URL of the file in that folder, which nobody else may look into.
fn file(folder: &Path) -> Result<String, Error> {
    std::fs::create_dir_all(folder).map_err(Error::Folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let only_us = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, only_us).map_err(Error::Folder)?;
    }
    let path = folder
        .canonicalize()
        .map_err(Error::Folder)?
        .join("pushcheck.db");
    let url = url::Url::from_file_path(path)
        .map_err(|()| Error::Folder(std::io::ErrorKind::InvalidFilename.into()))?;
    Ok(format!(
        "sqlite:{}?mode=rwc",
        url.as_str().trim_start_matches("file:")
    ))
}

/// The turns of one transaction.
#[derive(Debug, Default)]
pub(crate) struct Turns(u32);

impl Turns {
    fn left(&self) -> bool {
        self.0 < TURNS
    }

    async fn wait(&mut self) {
        self.0 += 1;
        let mut byte = [0];
        let _ = getrandom::fill(&mut byte);
        // Those that met once do not meet again at once.
        let most = 4_u64 << self.0.min(7);
        tokio::time::sleep(Duration::from_millis(most * u64::from(byte[0]) / 255)).await;
    }

    /// What a turn came to; none: begin again.
    pub(crate) async fn after<T>(&mut self, tried: Result<T, Error>) -> Option<Result<T, Error>> {
        match tried {
            Err(error) if error.may_pass() && self.left() => {
                tracing::debug!(%error, turn = self.0, "a transaction begins again");
                self.wait().await;
                None
            }
            ended => Some(ended),
        }
    }
}

/// Runs a block as a transaction, again from its beginning where others were in the way. What it says with `?` undoes it.
macro_rules! transact {
    ($store:expr, |$tx:ident| $body:expr) => {{
        let mut turns = $crate::db::Turns::default();
        loop {
            let tried = async {
                let mut $tx = $store.begin().await?;
                let done = $body;
                $tx.commit().await?;
                Ok::<_, $crate::Error>(done)
            };
            if let Some(ended) = turns.after(tried.await).await {
                break ended;
            }
        }
    }};
}
pub(crate) use transact;
