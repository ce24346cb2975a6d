//! Transactions: what a use case reads and writes through.
//!
//! [`View`] reads, [`Tx`] also writes. Both are synchronous, so nobody can wait for the outside world
//! inside one. A statement that fails dooms its transaction on both engines, whatever the caller makes
//! of the error: PostgreSQL would refuse the rest anyway.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::{Deref, DerefMut};

use tongguan_domain::time::Moment;

use crate::cell::{Cell, Cells};
use crate::checkpoint::LogTraffic;
use crate::claimed::LookedAt;
use crate::dialect::{Dialect, Lock, Taken};
use crate::driver::{Access, Grid, Link, RowView};
use crate::error::StorageError;
use crate::looker::Position;
use crate::partition::Partitions;
use crate::reach::leads;
use crate::row::{Replaceable, Row, Table};
use crate::standby;

/// The tables that clearing a parcel writes to.
const PARCEL_TABLES: [&str; 14] = [
    "message",
    "message_bundle",
    "document",
    "waiting",
    "declaration",
    "claim",
    "closed_export",
    "allowance",
    "quantity_allowance",
    "response",
    "tax_bill",
    "posting",
    "event",
    "held",
];

/// A consistent state of the database, to be read.
#[derive(Debug)]
pub struct View<'c> {
    link: &'c mut Link,
    doomed: bool,
    /// Whether [`Drop`] still has to roll back.
    open: bool,
    pub(crate) reached: Partitions,
    /// Rows inserted, changed or deleted.
    pub(crate) written: u64,
}

/// A transaction that may write.
#[derive(Debug)]
pub struct Tx<'c> {
    view: View<'c>,
    pub(crate) looked_at: LookedAt,
}

impl<'c> Deref for Tx<'c> {
    type Target = View<'c>;
    fn deref(&self) -> &Self::Target {
        &self.view
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.view
    }
}

impl Drop for View<'_> {
    /// Whatever was not committed leaves no trace, also when the use case panics.
    fn drop(&mut self) {
        if self.open {
            self.link.roll_back();
        }
    }
}

impl<'c> View<'c> {
    pub(crate) fn begin(link: &'c mut Link, access: Access) -> Result<Self, StorageError> {
        link.begin(access)?;
        Ok(Self::begun(link))
    }

    /// On a connection that has begun its transaction.
    pub(crate) fn begun(link: &'c mut Link) -> Self {
        let reached = Partitions::default();
        Self { link, doomed: false, open: true, reached, written: 0 }
    }

    /// Whether a statement has failed in it.
    pub(crate) const fn is_doomed(&self) -> bool {
        self.doomed
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.link.dialect()
    }

    /// How many rows each table of parcels holds. Counts every row: for benchmarks and checks.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn row_counts(&mut self) -> Result<HashMap<&'static str, i64>, StorageError> {
        let mut counts = HashMap::new();
        for table in PARCEL_TABLES {
            self.query(&format!("SELECT COUNT(*) FROM {table}"), &[], &mut |view| {
                counts.insert(table, view.columns(table).next("count")?);
                Ok(())
            })?;
        }
        Ok(counts)
    }

    /// Rows of one table; `tail` is what follows `FROM table`.
    pub(crate) fn select<R: Row>(
        &mut self,
        tail: &str,
        values: &[Cell<'_>],
    ) -> Result<Vec<R>, StorageError> {
        self.select_as(&format!("FROM {} {tail}", R::TABLE.name), values)
    }

    /// Rows of what is named as their table is in `from`, the rest of the statement.
    pub(crate) fn select_as<R: Row>(
        &mut self,
        from: &str,
        values: &[Cell<'_>],
    ) -> Result<Vec<R>, StorageError> {
        let Table { name, columns, .. } = R::TABLE;
        let text = format!("SELECT {name}.{} {from}", columns.join(&format!(", {name}.")));
        let mut rows = Vec::new();
        self.query(&text, values, &mut |view| {
            rows.push(R::read(view)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The rows whose keys begin with one of `keys`, in order of the whole key, each once.
    pub(crate) fn load<R: Row, K: Cells>(&mut self, keys: &[K]) -> Result<Vec<R>, StorageError> {
        self.load_with::<R>(&sorted(keys), Lock::No)
    }

    /// Runs a query that is not about whole rows of one table.
    pub(crate) fn query(
        &mut self,
        text: &str,
        values: &[Cell<'_>],
        each: &mut dyn FnMut(&RowView<'_>) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let outcome = self.link.query(text, values, each);
        self.note(outcome)
    }

    /// The database's own clock, where it is shared by several machines.
    pub(crate) fn database_clock(&mut self) -> Result<Option<Moment>, StorageError> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(None);
        }
        let text = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
        let mut now = None;
        self.query(text, &[], &mut |view| {
            now = Some(view.columns("clock").next("clock_timestamp")?);
            Ok(())
        })?;
        Ok(now)
    }

    /// How far the log of a PostgreSQL primary is on its disk.
    pub(crate) fn flushed(&mut self) -> Result<Position, StorageError> {
        let outcome = standby::flushed(self.link);
        self.note(outcome)
    }

    /// What a PostgreSQL server has written to its log.
    pub(crate) fn server_log_traffic(&mut self) -> Result<LogTraffic, StorageError> {
        let text = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS BIGINT), \
                    CAST(to_jsonb(stat) ->> 'wal_sync' AS BIGINT) FROM pg_stat_wal AS stat";
        let mut traffic = LogTraffic { bytes: 0, syncs: None };
        self.query(text, &[], &mut |view| {
            let mut columns = view.columns("pg_stat_wal");
            let bytes = columns.next::<i64>("lsn")?.unsigned_abs();
            let syncs = columns.next::<Option<i64>>("wal_sync")?.map(i64::unsigned_abs);
            traffic = LogTraffic { bytes, syncs };
            Ok(())
        })?;
        Ok(traffic)
    }

    fn load_with<R: Row>(&mut self, keys: &Grid<'_>, lock: Lock) -> Result<Vec<R>, StorageError> {
        if lock == Lock::No {
            self.reach_of(&R::TABLE, keys);
        }
        let text = self.dialect().load(&R::TABLE, keys.types.len(), lock);
        self.fetch(&text, keys)
    }

    /// Rows of one table that a statement over a set gives.
    /// Rows by a statement over `{rows}`, named `k` with columns `names`.
    pub(crate) fn select_each<R: Row, K: Cells>(
        &mut self,
        tail: &str,
        names: &[&str],
        rows: &[K],
    ) -> Result<Vec<R>, StorageError> {
        let Table { name, columns, .. } = R::TABLE;
        let text = format!("SELECT {name}.{} {tail}", columns.join(&format!(", {name}.")));
        let text = self.dialect().over_rows(&text, names, K::TYPES);
        let rows = sorted(rows);
        if names.first().is_some_and(|name| leads(name)) {
            self.reach_of(&R::TABLE, &rows);
        }
        self.fetch(&text, &rows)
    }

    fn fetch<R: Row>(&mut self, text: &str, grid: &Grid<'_>) -> Result<Vec<R>, StorageError> {
        let mut rows = Vec::new();
        let outcome = self.link.query_set(text, grid, &mut |view| {
            rows.push(R::read(view)?);
            Ok(())
        });
        self.note(outcome)?;
        Ok(rows)
    }

    fn note<T>(&mut self, outcome: Result<T, StorageError>) -> Result<T, StorageError> {
        self.doomed |= outcome.is_err();
        outcome
    }
}

impl<'c> Tx<'c> {
    pub(crate) fn begin(link: &'c mut Link) -> Result<Self, StorageError> {
        let looked_at = LookedAt::default();
        View::begin(link, Access::Write).map(|view| Self { view, looked_at })
    }

    pub(crate) fn commit(mut self) -> Result<(), StorageError> {
        if self.view.doomed {
            return Err(StorageError::Doomed);
        }
        self.view.open = false;
        self.view.link.commit()
    }

    /// Runs a migration's statements, written in portable words.
    pub(crate) fn script(&mut self, portable: &str) -> Result<(), StorageError> {
        let text = self.dialect().schema(portable);
        let outcome = self.view.link.script(&text);
        self.view.note(outcome)
    }

    /// Writes new rows.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] when a key is taken.
    pub fn insert<'r, R: Row + 'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<(), StorageError> {
        self.write(rows, Taken::Fails).map(drop)
    }

    /// Writes new rows by COPY; on SQLite, which has none, as [`Self::insert`] does.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub(crate) fn copy_in<R: Row>(&mut self, rows: &[R]) -> Result<(), StorageError> {
        let Link::Postgres(link) = &mut *self.view.link else { return self.insert(rows) };
        let Table { name, columns, types, .. } = R::TABLE;
        let rows: Vec<_> = grid_of(rows).rows().map(<[_]>::to_vec).collect();
        let written = rows.len() as u64;
        let outcome = link.copy_in(name, &columns.join(", "), types, &rows);
        self.wrote(outcome.map(|()| written)).map(drop)
    }

    /// Writes new rows where the key is free, and leaves the others as they are; gives how many were
    /// written.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn insert_absent<R: Row>(&mut self, rows: &[R]) -> Result<u64, StorageError> {
        self.write(rows, Taken::Stays)
    }

    /// Writes rows, over earlier ones of the same key. Of two in one call the later stands.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn upsert<R: Replaceable>(&mut self, rows: &[R]) -> Result<(), StorageError> {
        let grid = grid_of(rows);
        self.reach_of(&R::TABLE, &grid);
        self.replace_all::<R>(grid)
    }

    /// The same for rows that are locked one by one.
    pub(crate) fn replace<'r, R: Replaceable + 'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<(), StorageError> {
        self.replace_all::<R>(grid_of(rows))
    }

    fn replace_all<R: Replaceable>(&mut self, mut grid: Grid<'_>) -> Result<(), StorageError> {
        let table = &R::TABLE;
        let dialect = self.dialect();
        if dialect == Dialect::Postgres {
            keep_last(&mut grid, table.key);
        }
        let text = dialect.insert(table, Taken::IsReplaced);
        let outcome = match R::INDEXED {
            [] => self.view.link.run_set(&text, &grid),
            kept => {
                let sparing = dialect.replace_keeping(table, kept);
                self.view.link.run_each_or(&sparing, &text, &grid)
            }
        };
        self.wrote(outcome).map(drop)
    }

    /// Deletes the rows whose keys begin with one of `keys`; gives how many there were.
    pub(crate) fn delete<R: Row, K: Cells>(&mut self, keys: &[K]) -> Result<u64, StorageError> {
        let keys = sorted(keys);
        self.reach_of(&R::TABLE, &keys);
        let text = self.dialect().delete(&R::TABLE, keys.types.len());
        let outcome = self.view.link.run_set(&text, &keys);
        self.wrote(outcome)
    }

    /// The rows of these keys, in order of the keys, kept from other writers.
    pub(crate) fn lock<R: Row, K: Cells>(&mut self, keys: &[K]) -> Result<Vec<R>, StorageError> {
        self.view.load_with(&sorted(keys), Lock::Yes)
    }

    /// The rows of these keys, in order of the keys; until the end of the transaction others may read and lock
    /// them like this, and not change them.
    pub(crate) fn lock_shared<R: Row, K: Cells>(
        &mut self,
        keys: &[K],
    ) -> Result<Vec<R>, StorageError> {
        self.view.load_with(&sorted(keys), Lock::Shared)
    }

    /// The rows with the keys of `rows` as they stand, in order of the keys, kept from other writers;
    /// those that were not there are `rows` themselves. Of two with one key the first counts.
    ///
    /// All insertions in order of the keys, then all locks in order of the keys: two writers cannot
    /// wait for each other, because a lock is never waited for in a row that is not committed. The
    /// locking statement sees what the inserting one has waited for.
    pub(crate) fn lock_or_insert<R: Row>(&mut self, rows: &[R]) -> Result<Vec<R>, StorageError> {
        let mut wanted = ByKey::new();
        for row in rows {
            let (key, rest) = key_and_rest(row);
            wanted.entry(key).or_insert(rest);
        }
        let text = self.dialect().insert_returning(&R::TABLE);
        let mut standing = Vec::with_capacity(wanted.len());
        // Again only if a row was deleted by another writer between the two statements.
        while !wanted.is_empty() {
            let mut whole = Grid { types: R::TABLE.types, cells: Vec::new() };
            for (key, rest) in &wanted {
                whole.cells.extend_from_slice(key);
                whole.cells.extend_from_slice(rest);
            }
            let fresh: Vec<R> = self.view.fetch(&text, &whole)?;
            self.view.written += fresh.len() as u64;
            retain_missing(&mut wanted, &fresh);
            standing.extend(fresh);
            let types = R::TABLE.types.get(..R::TABLE.key).unwrap_or_default();
            let keys = Grid { types, cells: wanted.keys().flatten().copied().collect() };
            let held: Vec<R> = self.view.load_with(&keys, Lock::Yes)?;
            retain_missing(&mut wanted, &held);
            standing.extend(held);
        }
        Ok(in_order_of_keys(standing))
    }

    /// Runs a statement over `{rows}`, named `k` with columns `names`; gives how many rows it changed.
    /// No two of `rows` may mean the same row.
    pub(crate) fn each<K: Cells>(
        &mut self,
        text: &str,
        names: &[&str],
        rows: &[K],
    ) -> Result<u64, StorageError> {
        let grid = grid(rows);
        let text = self.dialect().over_rows(text, names, K::TYPES);
        let outcome = self.view.link.run_set(&text, &grid);
        self.wrote(outcome)
    }

    /// Checks that as many rows of `table` were changed as were there to be changed.
    pub(crate) fn all_there(
        &mut self,
        table: &'static str,
        expected: usize,
        changed: u64,
    ) -> Result<(), StorageError> {
        let missing = u64::try_from(expected).unwrap_or(u64::MAX).saturating_sub(changed);
        let outcome =
            if missing == 0 { Ok(()) } else { Err(StorageError::Missing { table, missing }) };
        self.view.note(outcome)
    }

    /// Writes new rows whose keys are locked one by one, where the key is still free; gives how many were written.
    pub(crate) fn insert_unheld<'r, R: Row + 'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<u64, StorageError> {
        self.write_all::<R>(&grid_of(rows), Taken::Stays)
    }

    /// Whether a row has one of these keys by now, which are locked one by one.
    pub(crate) fn has_any<R: Row, K: Cells>(&mut self, keys: &[K]) -> Result<bool, StorageError> {
        let keys = sorted(keys);
        let text = self.dialect().load(&R::TABLE, keys.types.len(), Lock::No);
        Ok(!self.view.fetch::<R>(&text, &keys)?.is_empty())
    }

    /// Sees to it that the transaction is rolled back, whatever the caller makes of the error.
    pub(crate) fn doom<T>(&mut self, error: StorageError) -> Result<T, StorageError> {
        self.view.note(Err(error))
    }

    fn write<'r, R: Row + 'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r R>,
        taken: Taken,
    ) -> Result<u64, StorageError> {
        let grid = grid_of(rows);
        self.reach_of(&R::TABLE, &grid);
        self.write_all::<R>(&grid, taken)
    }

    fn write_all<R: Row>(&mut self, grid: &Grid<'_>, taken: Taken) -> Result<u64, StorageError> {
        let text = self.dialect().insert(&R::TABLE, taken);
        let outcome = self.view.link.run_set(&text, grid);
        self.wrote(outcome)
    }

    fn wrote(&mut self, outcome: Result<u64, StorageError>) -> Result<u64, StorageError> {
        self.view.written += *outcome.as_ref().unwrap_or(&0);
        self.view.note(outcome)
    }
}

fn grid_of<'r, R: Row + 'r>(rows: impl IntoIterator<Item = &'r R>) -> Grid<'r> {
    let rows = rows.into_iter();
    let mut cells = Vec::with_capacity(rows.size_hint().0 * R::TABLE.columns.len());
    for row in rows {
        row.push(&mut cells);
    }
    Grid { types: R::TABLE.types, cells }
}

/// Of rows with one key only the last: one statement cannot write a row twice; row after row, the later
/// stands.
fn keep_last(grid: &mut Grid<'_>, key: usize) {
    let last: BTreeMap<_, _> = grid.rows().map(|row| row.split_at(key)).collect();
    if last.len() < grid.rows().count() {
        grid.cells = last.into_iter().flat_map(|(key, rest)| [key, rest].concat()).collect();
    }
}

/// Rows by key: the key's cells, and the others.
type ByKey<'r> = BTreeMap<Vec<Cell<'r>>, Vec<Cell<'r>>>;

fn retain_missing<R: Row>(wanted: &mut ByKey<'_>, found: &[R]) {
    let found: BTreeSet<_> = found.iter().map(|row| key_and_rest(row).0).collect();
    wanted.retain(|key, _| !found.contains(key.as_slice()));
}

fn key_and_rest<R: Row>(row: &R) -> (Vec<Cell<'_>>, Vec<Cell<'_>>) {
    let mut key = Vec::with_capacity(R::TABLE.columns.len());
    row.push(&mut key);
    let rest = key.split_off(R::TABLE.key);
    (key, rest)
}

fn in_order_of_keys<R: Row>(rows: Vec<R>) -> Vec<R> {
    let keys: Vec<_> = rows.iter().map(|row| key_and_rest(row).0).collect();
    let mut order: Vec<_> = (0..rows.len()).collect();
    order.sort_by(|a, b| keys.get(*a).cmp(&keys.get(*b)));
    drop(keys);
    let mut rows: Vec<_> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| rows.get_mut(at).and_then(Option::take)).collect()
}

fn grid<K: Cells>(rows: &[K]) -> Grid<'_> {
    let mut cells = Vec::with_capacity(rows.len() * K::TYPES.len());
    for row in rows {
        row.push(&mut cells);
    }
    Grid { types: K::TYPES, cells }
}

/// In order and each once: a join gives a row as often as its key is asked for, and an ordered walk
/// through a table touches each page once.
fn sorted<K: Cells>(keys: &[K]) -> Grid<'_> {
    let all = grid(keys);
    let mut rows: Vec<_> = all.rows().collect();
    rows.sort_unstable();
    rows.dedup();
    Grid { types: K::TYPES, cells: rows.concat() }
}
