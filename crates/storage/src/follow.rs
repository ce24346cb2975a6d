//! Followers: who reads a log in the order of its commits, a distributor or a projection, and how far
//! they have come.

use crate::cell::ToCell;
use crate::dialect::Dialect;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Row;
use crate::tx::{Tx, View};

/// A log that can be followed: keyed by partition and `seq`, written once, numbered by
/// [`crate::Leased::next_seq`].
pub trait Followed: Row {}

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
    /// The rows of a log that `consumer` has not read, the least numbers first, at most `limit`.
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
        let tail = match self.dialect() {
            // One writer numbers the whole file, so the farthest cursor is everybody's.
            Dialect::Sqlite => {
                "WHERE seq > (SELECT COALESCE(MAX(seq), 0) FROM cursor WHERE consumer = $1) \
                 ORDER BY seq LIMIT $2"
                    .to_owned()
            }
            // Each partition from its own cursor, by the index, however far the others have come.
            Dialect::Postgres => format!(
                "JOIN (SELECT following.partition AS of_partition, following.seq AS at_seq FROM (\
                 SELECT partition.partition, COALESCE(cursor.seq, 0) AS seq FROM partition \
                 LEFT JOIN cursor ON cursor.partition = partition.partition AND consumer = $1) \
                 AS behind CROSS JOIN LATERAL (SELECT l.partition, l.seq FROM {0} AS l \
                 WHERE l.partition = behind.partition AND l.seq > behind.seq \
                 ORDER BY l.seq LIMIT $2) AS following ORDER BY following.seq LIMIT $2) AS next \
                 ON {0}.partition = of_partition AND {0}.seq = at_seq ORDER BY seq, partition",
                R::TABLE.name
            ),
        };
        self.select(&tail, &[consumer.cell(), limit.cell()])
    }

    /// How far a follower has come, in order of partitions; one that has read nothing has no row.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn cursors(&mut self, consumer: &str) -> Result<Vec<Cursor>, StorageError> {
        self.select("WHERE consumer = $1 ORDER BY partition", &[consumer.cell()])
    }
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
}
