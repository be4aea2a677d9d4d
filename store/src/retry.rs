//! A transaction in whose way others were begins again, and the SQL that stands here is nobody's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use pushcheck_postgres::Postgres;
use sqlx::Row;
use tokio::sync::Barrier;

use crate::db::transact;
use crate::{Error, Place, Store};

#[tokio::test]
async fn a_conflict_begins_again_and_leaves_nothing_of_its_first_turn() {
    let store = Store::open(&Place::Memory, 1).await.expect("a store");
    let turns = AtomicU32::new(0);
    let insert = |conflicts: u32| {
        let (store, turns) = (&store, &turns);
        async move {
            turns.store(0, SeqCst);
            transact!(store, |tx| {
                sqlx::query("INSERT INTO pushcheck_lock (name, holder, since) VALUES ($1, 'x', 1)")
                    .bind(i64::from(turns.load(SeqCst)).to_string())
                    .execute(&mut *tx)
                    .await?;
                if turns.fetch_add(1, SeqCst) < conflicts {
                    return Err(Error::Conflict);
                }
            })
        }
    };
    insert(3).await.expect("in the end");
    assert_eq!(turns.load(SeqCst), 4);
    let rows = sqlx::query("SELECT name FROM pushcheck_lock")
        .fetch_all(store.pool())
        .await
        .expect("read");
    let names: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    assert_eq!(names, ["3"]);
    sqlx::query("DELETE FROM pushcheck_lock")
        .execute(store.pool())
        .await
        .expect("deleted");
    assert!(matches!(insert(1_000).await, Err(Error::Conflict)));
    assert!(turns.load(SeqCst) < 100, "not for ever");
}

#[tokio::test]
async fn what_postgresql_ends_for_serialization_begins_again() {
    let server = Postgres::shared().expect("a PostgreSQL");
    let place = Place::Postgres(server.database().expect("a database"));
    let store = Store::open(&place, 1).await.expect("a store");
    sqlx::query("CREATE TABLE skew (n BIGINT NOT NULL)")
        .execute(store.pool())
        .await
        .expect("made");
    let (turns, both_have_read) = (AtomicU32::new(0), Barrier::new(2));
    // Each adds one more than it counts: in any order one after the other, 1 and 2.
    let add = || async {
        transact!(store, |tx| {
            let row = sqlx::query("SELECT COUNT(*) AS n FROM skew")
                .fetch_one(&mut *tx)
                .await?;
            let n: i64 = row.try_get("n")?;
            if turns.fetch_add(1, SeqCst) < 2 {
                both_have_read.wait().await;
            }
            sqlx::query("INSERT INTO skew (n) VALUES ($1)")
                .bind(n + 1)
                .execute(&mut *tx)
                .await?;
        })
    };
    let (one, other) = tokio::join!(add(), add());
    one.and(other).expect("both");
    assert!(turns.load(SeqCst) > 2, "they were in each other's way");
    let rows = sqlx::query("SELECT n FROM skew ORDER BY n")
        .fetch_all(store.pool())
        .await
        .expect("read");
    let counted: Vec<i64> = rows.iter().map(|row| row.get("n")).collect();
    assert_eq!(counted, [1, 2]);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_that_open_an_empty_database_at_once_all_come_up() {
    let server = Postgres::shared().expect("a PostgreSQL");
    for _ in 0..3 {
        let place = Place::Postgres(server.database().expect("a database"));
        let open = || {
            let place = place.clone();
            tokio::spawn(async move { Store::open(&place, 1).await })
        };
        let opening = [open(), open(), open()];
        for opened in opening {
            let store = tokio::time::timeout(Duration::from_secs(30), opened).await;
            let store = store.expect("in time").expect("no panic").expect("a store");
            assert!(store.nodes().await.expect("its tables").is_empty());
            store.close().await;
        }
    }
}

/// What only one engine has, or what does not scale out.
const OWN: [&str; 9] = [
    "LISTEN",
    "NOTIFY",
    "ADVISORY",
    "TRIGGER",
    "SERIAL",
    "SEQUENCE",
    "AUTOINCREMENT",
    "EXTENSION",
    "IDENTITY",
];

#[test]
fn no_statement_is_one_engines_own() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (migrations, source) = (files(&here.join("migrations")), files(&here.join("src")));
    assert!(migrations.len() >= 2 && source.len() >= 5);
    for path in migrations.iter().chain(&source) {
        let text = fs::read_to_string(path).expect("a text");
        assert_eq!(
            own_words(path, &text),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
    let wrong = "CREATE TABLE x (id BIGSERIAL); -- serial\nSELECT pg_advisory_lock(1)";
    let found = own_words(Path::new("x.sql"), wrong);
    assert_eq!(found, ["ADVISORY", "SERIAL"]);
}

/// Words of [`OWN`] in statements: of a migration in all but its comments, of source in all literals that are SQL.
fn own_words(path: &Path, text: &str) -> Vec<String> {
    let is_source = path.extension().is_some_and(|ending| ending == "rs");
    let statements: Vec<String> = match is_source {
        false => text
            .lines()
            .map(|line| line.split("--").next().unwrap_or("").to_owned())
            .collect(),
        true => {
            let verbs = [
                "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "BEGIN ", "PRAGMA ",
                "ALTER ",
            ];
            let literals = text.split('"').skip(1).step_by(2);
            literals
                .filter(|literal| {
                    verbs
                        .iter()
                        .any(|verb| literal.trim_start().starts_with(verb))
                })
                .map(str::to_owned)
                .collect()
        }
    };
    let statements = statements.join("\n").to_uppercase();
    // An isolation level is none of the words.
    let statements = statements.replace("ISOLATION LEVEL SERIALIZABLE", "");
    OWN.iter()
        .filter(|word| statements.contains(**word))
        .map(|word| (*word).to_owned())
        .collect::<Vec<_>>()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let (folders, mut files): (Vec<_>, Vec<_>) = entries
        .map(|entry| entry.path())
        .partition(|path| path.is_dir());
    files.retain(|path| !path.ends_with("retry.rs"));
    files.extend(folders.iter().flat_map(|folder| self::files(folder)));
    files
}
