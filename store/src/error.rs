//! What went wrong, and whether to begin again.

use std::fmt;

/// Why the store did not do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// The engine, or the way to it.
    Sql(sqlx::Error),
    /// The migrations could not be made.
    Migrate(sqlx::migrate::MigrateError),
    /// Another transaction was in the way: begin again (SQLSTATE 40001). Given by tests, too.
    Conflict,
    /// Something kept is not what was put there.
    Corrupt(&'static str),
    /// There is a bound, and it is reached.
    Full(&'static str),
    /// The folder cannot be used.
    Folder(std::io::Error),
    /// No randomness.
    Random,
}

impl Error {
    /// Whether the same transaction may well succeed when it begins again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Conflict => true,
            Self::Sql(sqlx::Error::Database(error)) => {
                // Serialization and deadlock of PostgreSQL; busy and locked of SQLite, which has extended codes of both.
                match error.code().as_deref() {
                    Some("40001" | "40P01") => true,
                    Some(code) => code.parse::<u32>().is_ok_and(|code| {
                        error.code().is_some_and(|text| text.len() < 5)
                            && matches!(code & 0xff, 5 | 6)
                    }),
                    None => false,
                }
            }
            _ => false,
        }
    }

    /// Whether something with the same key is there already.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(error) => write!(f, "the store: {error}"),
            Self::Migrate(error) => write!(f, "the store's migrations: {error}"),
            Self::Conflict => f.write_str("the store: others were in the way"),
            Self::Corrupt(what) => write!(f, "the store: {what} is not readable"),
            Self::Full(what) => write!(f, "the store: no more {what}"),
            Self::Folder(error) => write!(f, "the store's folder: {error}"),
            Self::Random => f.write_str("the system has no randomness"),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migrate(error)
    }
}
