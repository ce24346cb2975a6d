//! Migrations: numbered files, forward only, one transaction each.
//!
//! To change the schema add `migrations/NNNN_what.sql` and its line in [`MIGRATIONS`]; never change a
//! file that was released: its checksum is remembered.
//!
//! Each says which programs go on working beside it ([`Migration::oldest`]). So a database is brought up to date
//! while processes of the version before clear in it, unless one of them could not bear it; that one is named.

use std::thread;
use std::time::Duration;

use aws_lc_rs::digest;
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::dialect::Dialect;
use crate::driver::Link;
use crate::error::{OpenError, Remedy, StorageError};
use crate::tx::{Tx, View};

/// One file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    /// The oldest schema whose programs go on working when this one is applied: it takes away and changes nothing
    /// that they use, and gives every column that they do not know a default.
    pub(crate) oldest: i64,
    pub(crate) text: &'static str,
}

/// All of them, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "initial",
    oldest: 1,
    text: include_str!("../migrations/0001_initial.sql"),
}];

/// The schema that this program knows.
pub(crate) const KNOWN: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

/// Version 0 is no migration: its row is what a migrating process locks.
const LOCK: i64 = 0;
/// How long a migration waits for a table that others write to, before it lets them pass and tries again: whoever
/// wants the table behind it waits too.
const PATIENCE: &str = "SET LOCAL lock_timeout = '1s'";
/// How often it tries, with a pause between.
const ATTEMPTS: u32 = 30;
const PAUSE: Duration = Duration::from_millis(500);

row! {
    /// A migration that was applied.
    pub struct Applied in "schema_migration", key 1 {
        /// Its number; 0 is the lock row.
        version: i64,
        /// Its name.
        name: String,
        /// SHA-256 of its text.
        checksum: Vec<u8>,
        /// When.
        applied_at: Moment,
        /// The oldest schema whose programs go on working beside it.
        oldest: i64,
    }
}

/// Brings the schema up to the last of `migrations`.
pub(crate) fn migrate(
    link: &mut Link,
    migrations: &[Migration],
    now: Moment,
) -> Result<(), OpenError> {
    prepare(link, now)?;
    let mut attempt = 1;
    loop {
        match step(link, migrations, now) {
            Ok(Step::Taken) => attempt = 1,
            Ok(Step::Done) => return Ok(()),
            Err(OpenError::Storage(error))
                if error.remedy() == Remedy::Retry && attempt < ATTEMPTS =>
            {
                attempt += 1;
                thread::park_timeout(PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Refuses a standby whose schema is not the last of `migrations`: it cannot be brought there, but by its primary.
pub(crate) fn refuse_unprepared(
    view: &mut View<'_>,
    migrations: &[Migration],
) -> Result<(), OpenError> {
    let mut is_there = 0;
    view.query(
        "SELECT COUNT(*) AS tables FROM pg_class WHERE oid = to_regclass('schema_migration')",
        &[],
        &mut |row| {
            is_there = row.columns("pg_class").next("tables")?;
            Ok(())
        },
    )?;
    let applied: Vec<Applied> = match is_there {
        0 => Vec::new(),
        _ => view.select("WHERE version > $1 ORDER BY version", &[LOCK.cell()])?,
    };
    match next(&applied, migrations)? {
        None => Ok(()),
        Some(_) => Err(OpenError::StandbyUnprepared),
    }
}

/// Whether there was a migration to apply.
enum Step {
    Taken,
    Done,
}

fn step(link: &mut Link, migrations: &[Migration], now: Moment) -> Result<Step, OpenError> {
    let mut tx = Tx::begin(link)?;
    tx.lock::<Applied, _>(&[(LOCK,)])?;
    let applied: Vec<Applied> = tx.select("WHERE version > $1 ORDER BY version", &[LOCK.cell()])?;
    let Some(next) = next(&applied, migrations)? else { return Ok(Step::Done) };
    if !applied.is_empty() {
        refuse_outgrowing(&mut tx, next, now)?;
    }
    if tx.dialect() == Dialect::Postgres {
        tx.script(PATIENCE)?;
    }
    tx.script(next.text)?;
    tx.insert(&[Applied {
        version: next.version,
        name: next.name.to_owned(),
        checksum: checksum(next.text),
        applied_at: now,
        oldest: next.oldest,
    }])?;
    tx.commit()?;
    Ok(Step::Taken)
}

/// Refuses a migration while a process works here that could not go on beside it.
fn refuse_outgrowing(tx: &mut Tx<'_>, next: &Migration, now: Moment) -> Result<(), OpenError> {
    let clock = tx.shared_clock(now)?;
    // These columns alone: the others may not be those of this program yet.
    let mut names = Vec::new();
    tx.query(
        "SELECT name FROM process WHERE name IS NOT NULL AND lease_until >= $1 AND schema < $2 ORDER BY number",
        &[clock.cell(), next.oldest.cell()],
        &mut |row| {
            names.push(row.columns("process").next::<String>("name")?);
            Ok(())
        },
    )?;
    match names.is_empty() {
        true => Ok(()),
        false => Err(OpenError::OlderProcesses { version: next.version, names: names.join("; ") }),
    }
}

impl Tx<'_> {
    /// Proves that this program may work in the database as it stands; until the end of the transaction nobody
    /// migrates.
    ///
    /// # Errors
    /// [`StorageError::Outgrown`].
    pub(crate) fn refuse_outgrown(&mut self) -> Result<(), StorageError> {
        self.lock::<Applied, _>(&[(LOCK,)])?;
        let applied: Vec<Applied> =
            self.select("WHERE oldest > $1 ORDER BY version", &[KNOWN.cell()])?;
        match applied.last() {
            None => Ok(()),
            Some(applied) => Err(StorageError::Outgrown { found: applied.version, known: KNOWN }),
        }
    }
}

/// The table of migrations and its lock row.
fn prepare(link: &mut Link, now: Moment) -> Result<(), StorageError> {
    let create = |link: &mut Link| {
        let mut tx = Tx::begin(link)?;
        tx.script(
            "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT NOT NULL PRIMARY KEY, \
             name TEXT NOT NULL, checksum BYTES NOT NULL, applied_at BIGINT NOT NULL, \
             oldest BIGINT NOT NULL) CLUSTERED",
        )?;
        tx.insert_absent(&[Applied {
            version: LOCK,
            name: "lock".to_owned(),
            checksum: Vec::new(),
            applied_at: now,
            oldest: LOCK,
        }])?;
        tx.commit()
    };
    // On PostgreSQL two that create one table at once: one of them fails, although IF NOT EXISTS.
    create(link).or_else(|_| create(link))
}

/// The migration to apply next, if what was applied is what this program has or can work beside.
fn next<'m>(
    applied: &[Applied],
    migrations: &'m [Migration],
) -> Result<Option<&'m Migration>, OpenError> {
    let known = migrations.last().map_or(0, |last| last.version);
    for done in applied {
        match migrations.iter().find(|ours| ours.version == done.version) {
            None if done.oldest <= known => {}
            None => return Err(OpenError::NewerSchema { found: done.version, known }),
            Some(ours) if checksum(ours.text) != done.checksum => {
                return Err(OpenError::ChangedMigration { version: done.version });
            }
            Some(_) => {}
        }
    }
    let last = applied.last().map_or(0, |done| done.version);
    Ok(migrations.iter().find(|ours| ours.version > last))
}

fn checksum(text: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests;
