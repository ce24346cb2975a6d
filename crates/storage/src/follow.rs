//! Followers: who reads a log in the order of its commits, a distributor or a projection, and how far
//! they have come.

use std::collections::{BTreeMap, BTreeSet};

use crate::cell::ToCell;
use crate::dialect::Dialect;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Row;
use crate::tx::{Tx, View};

/// How many partitions there are.
const PARTITIONS: i64 = 256;

/// A log that can be followed: keyed by partition and `seq`, written once, numbered by
/// [`crate::Tx::advance`].
pub trait Followed: Row {
    /// Where a row stands: its partition, and its number there.
    fn place(&self) -> (Partition, i64);
}

row! {
    /// How far a follower has read a partition's log.
    pub struct Cursor in "cursor", key 2 {
        /// Which follower.
        consumer: String,
        /// The partition.
        partition: Partition,
        /// The last place read.
        seq: i64,
    }
}

impl View<'_> {
    /// The rows of a log that `consumer` has not read, in order of numbers, at most `limit`, and fewer only where
    /// there are no more: in a file the least numbers first; where each partition counts for itself, the least of
    /// each partition, and about as many of each where many have more.
    ///
    /// A consumer follows one log: give another log another name.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn unread<R: Followed>(
        &mut self,
        consumer: &str,
        limit: i64,
    ) -> Result<Vec<R>, StorageError> {
        match self.dialect() {
            // One writer numbers the whole file, so the farthest cursor is everybody's.
            Dialect::Sqlite => self.select(
                "WHERE seq > (SELECT COALESCE(MAX(seq), 0) FROM cursor WHERE consumer = $1) \
                 ORDER BY seq LIMIT $2",
                &[consumer.cell(), limit.cell()],
            ),
            Dialect::Postgres => self.unread_of_each(consumer, limit),
        }
    }

    /// A share of each partition: whoever is far behind would otherwise look at all that is left for every page.
    fn unread_of_each<R: Followed>(
        &mut self,
        consumer: &str,
        limit: i64,
    ) -> Result<Vec<R>, StorageError> {
        let mut share = (limit / PARTITIONS).max(1);
        loop {
            let mut rows: Vec<R> =
                self.select_as(&shares::<R>(), &[consumer.cell(), limit.cell(), share.cell()])?;
            let is_short = i64::try_from(rows.len()).is_ok_and(|found| found < limit);
            if is_short && share < limit && any_has(&rows, share) {
                // A few partitions have more than the others.
                share = share.saturating_mul(16).min(limit);
                continue;
            }
            rows.sort_unstable_by_key(|row| {
                let (partition, seq) = row.place();
                (seq, partition)
            });
            return Ok(rows);
        }
    }

    /// How far a follower has come, in order of partitions; one that has read nothing has no row.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn cursors(&mut self, consumer: &str) -> Result<Vec<Cursor>, StorageError> {
        self.select("WHERE consumer = $1 ORDER BY partition", &[consumer.cell()])
    }

    /// How far the followers named `family/…` have come, in order of names and partitions.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn cursors_of_family(&mut self, family: &str) -> Result<Vec<Cursor>, StorageError> {
        // `0` follows `/`: texts are compared byte by byte.
        let (first, end) = (format!("{family}/"), format!("{family}0"));
        self.select(
            "WHERE consumer >= $1 AND consumer < $2 ORDER BY consumer, partition",
            &[first.cell(), end.cell()],
        )
    }
}

/// Each partition from its own cursor, by the index, however far the others have come: where a share of it lies,
/// then the rows. `LIMIT` keeps the planner from scanning the table instead, whatever it believes of its size.
fn shares<R: Row>() -> String {
    format!(
        "FROM (SELECT of_partition, MIN(seq) AS first_seq, MAX(seq) AS last_seq FROM (\
         SELECT behind.of_partition, following.seq FROM (\
         SELECT partition.partition AS of_partition, COALESCE(cursor.seq, 0) AS at_seq \
         FROM partition LEFT JOIN cursor \
         ON cursor.partition = partition.partition AND consumer = $1) AS behind \
         CROSS JOIN LATERAL (SELECT l.seq FROM {0} AS l WHERE l.partition = behind.of_partition \
         AND l.seq > behind.at_seq ORDER BY l.seq LIMIT $3) AS following \
         ORDER BY following.seq LIMIT $2) AS page GROUP BY of_partition) AS span \
         CROSS JOIN LATERAL (SELECT * FROM {0} AS l WHERE l.partition = span.of_partition \
         AND l.seq >= span.first_seq AND l.seq <= span.last_seq ORDER BY l.seq LIMIT $2) AS {0}",
        R::TABLE.name
    )
}

/// Whether a partition has so many of these rows.
fn any_has<R: Followed>(rows: &[R], share: i64) -> bool {
    let mut found = BTreeMap::<_, i64>::new();
    for row in rows {
        *found.entry(row.place().0).or_default() += 1;
    }
    found.values().any(|found| *found >= share)
}

impl Tx<'_> {
    /// Moves a follower's cursors: `(partition, from, to)`, `from` being 0 for one that has read
    /// nothing.
    ///
    /// # Errors
    /// [`StorageError::CursorMoved`] when another follower of that name was faster; roll back.
    pub fn move_cursors(
        &mut self,
        consumer: &str,
        steps: &[(Partition, i64, i64)],
    ) -> Result<(), StorageError> {
        let absent: Vec<_> = steps
            .iter()
            .map(|&(partition, ..)| Cursor { consumer: consumer.to_owned(), partition, seq: 0 })
            .collect();
        self.insert_absent(&absent)?;
        let rows: Vec<_> =
            steps.iter().map(|&(partition, from, to)| (consumer, partition, from, to)).collect();
        let moved = self.each(
            "UPDATE cursor SET seq = k.after FROM {rows} WHERE cursor.consumer = k.consumer \
             AND cursor.partition = k.partition AND cursor.seq = k.before",
            &["consumer", "partition", "before", "after"],
            &rows,
        )?;
        if usize::try_from(moved) == Ok(steps.len()) {
            Ok(())
        } else {
            Err(StorageError::CursorMoved { consumer: consumer.to_owned() })
        }
    }

    /// Makes `heirs` the followers of `family`, which read one log, each for its own purpose: one that
    /// is new goes on where the one farthest behind stands, in every partition, and all others are
    /// forgotten. Gives how far the heirs have come then.
    ///
    /// What somebody has not read is read by every new one, so a log that was once shared out over a
    /// family is never read with a gap, however it is shared out anew. An heir has a cursor for every
    /// partition from the start: one that has read nothing must count as the one farthest behind.
    /// One that is forgotten while it reads cannot move its cursors; where it had read nothing before
    /// it can, with what it has read, and is forgotten again by the next handing over.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn hand_over(&mut self, family: &str, heirs: &[&str]) -> Result<Vec<Cursor>, StorageError> {
        if self.dialect() == Dialect::Postgres {
            // Two that do this at once could each forget what the other goes on from. Whoever moves a
            // cursor waits too; readers do not.
            self.query("LOCK TABLE cursor IN SHARE ROW EXCLUSIVE MODE", &[], &mut |_| Ok(()))?;
        }
        let standing = self.cursors_of_family(family)?;
        // In a single file the farthest of a follower's cursors counts: the farthest of the least
        // ones is never beyond the least of the farthest ones.
        let mut least = BTreeMap::<_, i64>::new();
        for Cursor { partition, seq, .. } in &standing {
            least.entry(*partition).and_modify(|least| *least = *seq.min(least)).or_insert(*seq);
        }
        let mut cursors = Vec::new();
        for heir in heirs {
            cursors.extend(Partition::all().map(|partition| Cursor {
                consumer: (*heir).to_owned(),
                partition,
                seq: least.get(&partition).copied().unwrap_or(0),
            }));
        }
        self.insert_absent(&cursors)?;
        let names: BTreeSet<_> = standing.iter().map(|cursor| cursor.consumer.as_str()).collect();
        let forgotten: Vec<_> =
            names.into_iter().filter(|name| !heirs.contains(name)).map(|name| (name,)).collect();
        self.delete::<Cursor, _>(&forgotten)?;
        self.cursors_of_family(family)
    }
}
