//! What an operator wants to know of a database: how it is set, whether it is sound, what stands in it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;

use crate::cell::{Cell, Column, ToCell};
use crate::dialect::Dialect;
use crate::driver::{Access, Link};
use crate::error::{DriverError, StorageError};
use crate::ledger::Event;
use crate::partition::Partition;
use crate::tx::View;

/// How the database is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineSettings {
    /// SQLite, as this program's connections have it.
    Sqlite {
        /// `wal`, if it is as it should be.
        journal_mode: String,
        /// 2 is FULL: every commit is on the disk before it counts.
        synchronous: i64,
        /// In bytes; fixed when the file is made.
        page_size: i64,
    },
    /// PostgreSQL.
    Postgres {
        /// Such as 150012.
        version: i64,
        /// Setting and value of what makes a commit durable.
        durability: Vec<(&'static str, String)>,
        /// How many pages of this database were seen that did not have their checksum; nothing where pages have none.
        damaged: Option<i64>,
        /// How much of the database the server may hold in memory, and write before it has to catch up.
        sizes: Sizes,
    },
}

/// How large a PostgreSQL database is, and what its server is given for it; in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// The database with its indexes.
    pub database: i64,
    /// Pages that the server keeps in memory (`shared_buffers`).
    pub shared_buffers: i64,
    /// What is written to the log between two checkpoints at the most (`max_wal_size`): after each the next change of
    /// every page writes all of it.
    pub between_checkpoints: i64,
}

/// One queue of declarations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLength {
    /// Which: 300, 500 …
    pub queue: i64,
    /// How many stand in it.
    pub length: i64,
    /// The one that was lodged first.
    pub first: DeclarationId,
}

/// How much of each thing is kept: what was sent compared with it shows whether anything was lost or doubled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holdings {
    /// Import declarations.
    pub declarations: i64,
    /// Orders, payments, waybills, declarations and the like.
    pub documents: i64,
    /// Tax bills.
    pub tax_bills: i64,
    /// Answers in the outbox.
    pub responses: i64,
    /// Documents of messages that were answered, however often.
    pub answered: i64,
    /// Places of mailboxes.
    pub letters: i64,
    /// Answers that lie in a mailbox, however often.
    pub places: i64,
}

impl View<'_> {
    /// How much is kept. Counts every row: for benchmarks and checks.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn holdings(&mut self) -> Result<Holdings, StorageError> {
        let mut count = |from: &str| {
            let counted = self.single(&format!("SELECT COUNT(*) FROM {from}"))?;
            Ok::<i64, StorageError>(counted.unwrap_or(0))
        };
        Ok(Holdings {
            declarations: count("declaration")?,
            documents: count("document")?,
            tax_bills: count("tax_bill")?,
            responses: count("response")?,
            answered: count("(SELECT DISTINCT message_id, ordinal FROM response) AS answered")?,
            letters: count("mailbox")?,
            places: count("(SELECT DISTINCT partition, seq FROM mailbox) AS places")?,
        })
    }

    /// How the database is set.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn engine_settings(&mut self) -> Result<EngineSettings, StorageError> {
        Ok(match self.dialect() {
            Dialect::Sqlite => EngineSettings::Sqlite {
                journal_mode: self.single("PRAGMA journal_mode")?.unwrap_or_default(),
                synchronous: self.single("PRAGMA synchronous")?.unwrap_or_default(),
                page_size: self.single("PRAGMA page_size")?.unwrap_or_default(),
            },
            Dialect::Postgres => {
                let version = "SELECT CAST(current_setting('server_version_num') AS BIGINT)";
                let mut durability = Vec::new();
                for name in ["fsync", "synchronous_commit", "full_page_writes"] {
                    let text = format!("SELECT current_setting('{name}')");
                    durability.push((name, self.single(&text)?.unwrap_or_default()));
                }
                let version = self.single(version)?.unwrap_or_default();
                let damaged = "SELECT COALESCE(checksum_failures, -1) FROM pg_stat_database \
                               WHERE datname = current_database()";
                let damaged = self.single(damaged)?.filter(|failures: &i64| *failures >= 0);
                let mut bytes = |of: &str| {
                    let found = self.single(&format!("SELECT CAST({of} AS BIGINT)"))?;
                    Ok::<i64, StorageError>(found.unwrap_or_default())
                };
                let sizes = Sizes {
                    database: bytes("pg_database_size(current_database())")?,
                    shared_buffers: bytes("pg_size_bytes(current_setting('shared_buffers'))")?,
                    between_checkpoints: bytes("pg_size_bytes(current_setting('max_wal_size'))")?,
                };
                EngineSettings::Postgres { version, durability, damaged, sizes }
            }
        })
    }

    /// The last migration that was applied.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn schema_version(&mut self) -> Result<i64, StorageError> {
        Ok(self.single("SELECT COALESCE(MAX(version), 0) FROM schema_migration")?.unwrap_or(0))
    }

    /// How long each queue is that has anything in it, of imports and exports, in order of the queues.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn queue_lengths(&mut self) -> Result<Vec<QueueLength>, StorageError> {
        let text = "SELECT queue, COUNT(*), MIN(declaration_id) FROM (\
                    SELECT queue, declaration_id FROM declaration WHERE queue IS NOT NULL \
                    UNION ALL SELECT queue, declaration_id FROM export_declaration \
                    WHERE queue IS NOT NULL) AS queued GROUP BY queue ORDER BY queue";
        let mut lengths = Vec::new();
        self.query(text, &[], &mut |view| {
            let mut columns = view.columns("declaration");
            lengths.push(QueueLength {
                queue: columns.next("queue")?,
                length: columns.next("count")?,
                first: columns.next("declaration_id")?,
            });
            Ok(())
        })?;
        Ok(lengths)
    }

    /// How many declarations wait for documents.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn waiting_length(&mut self) -> Result<i64, StorageError> {
        Ok(self.single("SELECT COUNT(*) FROM waiting")?.unwrap_or(0))
    }

    /// How many things were set aside for an operator.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn held_length(&mut self) -> Result<i64, StorageError> {
        Ok(self.single("SELECT COUNT(*) FROM held")?.unwrap_or(0))
    }

    /// When the last decision was made, if any was.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn last_event_at(&mut self) -> Result<Option<Moment>, StorageError> {
        if self.dialect() == Dialect::Sqlite {
            // One counter numbers the whole file.
            let events: Vec<Event> = self.select("ORDER BY seq DESC LIMIT 1", &[])?;
            return Ok(events.first().map(|event| event.at));
        }
        let mut last = None;
        for partition in Partition::all() {
            let tail = "WHERE partition = $1 ORDER BY seq DESC LIMIT 1";
            let events: Vec<Event> = self.select(tail, &[partition.cell()])?;
            last = last.max(events.first().map(|event| event.at));
        }
        Ok(last)
    }

    fn single<T: Column>(&mut self, text: &str) -> Result<Option<T>, StorageError> {
        self.single_of(text, &[])
    }

    /// The one value that a query gives.
    pub(crate) fn single_of<T: Column>(
        &mut self,
        text: &str,
        values: &[Cell<'_>],
    ) -> Result<Option<T>, StorageError> {
        let mut value = None;
        self.query(text, values, &mut |view| {
            value = Some(view.columns("value").next("value")?);
            Ok(())
        })?;
        Ok(value)
    }
}

/// Reads a whole SQLite file and gives what is wrong with it: nothing, where all is well. Takes as
/// long as reading the file does, and stops nobody from writing.
pub(crate) fn quick_check(file: &Path) -> Result<Vec<String>, DriverError> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare("PRAGMA quick_check(10)")?;
    let mut wrong = Vec::new();
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        match line {
            Ok(line) if line == "ok" => {}
            Ok(line) => wrong.push(with_name(&connection, line)),
            // Some damage is told, and then ends the check.
            Err(_) if !wrong.is_empty() => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(wrong)
}

/// With what the tree is called, of which SQLite gives the number alone: `Tree 12 page 45: …`, `Page 12: …`.
fn with_name(connection: &Connection, line: String) -> String {
    let number = line.split_once("Tree ").or_else(|| line.split_once("Page "));
    let number = number.and_then(|(_, rest)| rest.split([' ', ':']).next());
    let Some(number) = number.and_then(|number| number.parse::<i64>().ok()) else { return line };
    let name = "SELECT type || ' ' || name FROM sqlite_schema WHERE rootpage = ?1";
    // Where even that is damaged, the number has to do.
    match connection.query_row(name, [number], |row| row.get::<_, String>(0)) {
        Ok(name) => format!("{name}: {}", line.replace('\n', " ")),
        Err(_) => line,
    }
}

/// Reads every row of every table of a PostgreSQL database, with what is stored apart of it, and gives which table
/// cannot be read and why: nothing, where all can. Indexes are not read.
pub(crate) fn read_whole(link: &mut Link) -> Result<Vec<String>, StorageError> {
    let mut tables = Vec::<String>::new();
    let text = "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' \
                AND relnamespace = current_schema()::regnamespace ORDER BY relname";
    View::begin(link, Access::Read)?.query(text, &[], &mut |view| {
        tables.push(view.columns("pg_class").next("relname")?);
        Ok(())
    })?;
    let mut wrong = Vec::new();
    for table in tables {
        // The hash needs the whole row; a transaction each, because an error ends it.
        let text = format!(
            "SELECT COUNT(*) FROM {table} WHERE hash_record_extended({table}.*, 0) IS NULL"
        );
        match View::begin(link, Access::Read)?.single::<i64>(&text) {
            Ok(_) => {}
            Err(StorageError::Damaged { source, .. }) => {
                wrong.push(format!("table {table}: {source}"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(wrong)
}
