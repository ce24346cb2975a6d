//! Migrations: numbered files, forward only, one transaction each.
//!
//! To change the schema add `migrations/NNNN_what.sql` and its line in [`MIGRATIONS`]; never change a
//! file that was released: its checksum is remembered.

use aws_lc_rs::digest;
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::driver::Link;
use crate::error::{OpenError, StorageError};
use crate::tx::Tx;

/// One file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// All of them, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "initial",
    text: include_str!("../migrations/0001_initial.sql"),
}];

/// Version 0 is no migration: its row is what a migrating process locks.
const LOCK: i64 = 0;

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
    }
}

/// Brings the schema up to the last of `migrations`.
pub(crate) fn migrate(
    link: &mut Link,
    migrations: &[Migration],
    now: Moment,
) -> Result<(), OpenError> {
    prepare(link, now)?;
    loop {
        let mut tx = Tx::begin(link)?;
        tx.lock::<Applied, _>(&[(LOCK,)])?;
        let applied: Vec<Applied> =
            tx.select("WHERE version > $1 ORDER BY version", &[LOCK.cell()])?;
        let Some(next) = next(&applied, migrations)? else { return Ok(()) };
        tx.script(next.text)?;
        tx.insert(&[Applied {
            version: next.version,
            name: next.name.to_owned(),
            checksum: checksum(next.text),
            applied_at: now,
        }])?;
        tx.commit()?;
    }
}

/// The table of migrations and its lock row.
fn prepare(link: &mut Link, now: Moment) -> Result<(), StorageError> {
    let create = |link: &mut Link| {
        let mut tx = Tx::begin(link)?;
        tx.script(
            "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT NOT NULL PRIMARY KEY, \
             name TEXT NOT NULL, checksum BYTES NOT NULL, applied_at BIGINT NOT NULL) CLUSTERED",
        )?;
        tx.insert_absent(&[Applied {
            version: LOCK,
            name: "lock".to_owned(),
            checksum: Vec::new(),
            applied_at: now,
        }])?;
        tx.commit()
    };
    // On PostgreSQL two that create one table at once: one of them fails, although IF NOT EXISTS.
    create(link).or_else(|_| create(link))
}

/// The migration to apply next, if what was applied is what this program has.
fn next<'m>(
    applied: &[Applied],
    migrations: &'m [Migration],
) -> Result<Option<&'m Migration>, OpenError> {
    let known = migrations.last().map_or(0, |last| last.version);
    for done in applied {
        let Some(ours) = migrations.iter().find(|ours| ours.version == done.version) else {
            return Err(OpenError::NewerSchema { found: done.version, known });
        };
        if checksum(ours.text) != done.checksum {
            return Err(OpenError::ChangedMigration { version: done.version });
        }
    }
    let last = applied.last().map_or(0, |done| done.version);
    Ok(migrations.iter().find(|ours| ours.version > last))
}

fn checksum(text: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(version: i64, text: &str) -> Applied {
        Applied {
            version,
            name: "x".into(),
            checksum: checksum(text),
            applied_at: Moment::from_micros(0),
        }
    }

    const TWO: &[Migration] = &[
        Migration { version: 1, name: "one", text: "1" },
        Migration { version: 2, name: "two", text: "2" },
    ];

    #[test]
    fn migrations_go_forward_one_by_one() {
        assert_eq!(next(&[], TWO).unwrap().unwrap().version, 1);
        assert_eq!(next(&[applied(1, "1")], TWO).unwrap().unwrap().version, 2);
        assert!(next(&[applied(1, "1"), applied(2, "2")], TWO).unwrap().is_none());
    }

    #[test]
    fn a_newer_or_other_schema_is_refused() {
        assert!(matches!(
            next(&[applied(3, "3")], TWO),
            Err(OpenError::NewerSchema { found: 3, known: 2 })
        ));
        assert!(matches!(
            next(&[applied(1, "other")], TWO),
            Err(OpenError::ChangedMigration { version: 1 })
        ));
    }

    #[test]
    fn versions_ascend_without_gaps() {
        let versions = MIGRATIONS.iter().map(|migration| migration.version);
        assert!(versions.eq(1..=MIGRATIONS.len() as i64));
    }
}
