//! The verifiable log: its tiles, what its leaves tell of, its heads, and the secrets that its salts follow from.

use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::follow::Cursor;
use crate::ledger::Event;
use crate::partition::Partition;
use crate::register::{Register, RegisterEvent};
use crate::response::Response;
use crate::row::Replaceable;
use crate::seal::KeyId;
use crate::tx::{Tx, View};

/// The only one.
const ONE: i64 = 1;
/// The followers whose cursors say how far the log has come are named so.
const LOG: &str = "log";

row! {
    /// The verifiable log of a store (可验证日志).
    pub struct LogRow in "verifiable_log", key 1 {
        /// 1: there is one.
        n: i64,
        /// What it is called, in its heads as well.
        origin: String,
        /// The public half of its key, as others write it down.
        verifier: String,
        /// What its key follows from, sealed.
        seed: Vec<u8>,
        /// How many leaves it has.
        size: i64,
        /// When it was begun.
        founded_at: Moment,
    }
}

row! {
    /// A tile of the tree: 256 hashes, or fewer on the right edge.
    pub struct LogTileRow in "log_tile", key 3 {
        /// The bucket of the tile.
        bucket: Partition,
        /// Its level.
        level: i64,
        /// Which of its level, from 0.
        n: i64,
        /// The hashes, one behind the other.
        hashes: Vec<u8>,
    }
}

row! {
    /// Leaves that follow each other and tell of what stands in one source and partition, in order. Written once:
    /// the order of leaves never changes.
    pub struct LogRunRow in "log_run", key 3 {
        /// The partition that their records stand in.
        partition: Partition,
        /// Where they stand, by the application's naming.
        source: String,
        /// The place of the last of them.
        last_seq: i64,
        /// The first of the leaves, from 0.
        first_leaf: i64,
        /// The month of their salts.
        period: String,
        /// Their places, in a stored form ([`crate::stored::logged`]).
        seqs: Vec<u8>,
    }
}

row! {
    /// A signed head.
    pub struct LogHeadRow in "log_head", key 1 {
        /// Of how many leaves.
        size: i64,
        /// When it was signed.
        signed_at: Moment,
        /// Whether a witness has signed it, too.
        cosigned: bool,
        /// The note with all signatures.
        note: String,
    }
}

row! {
    /// What the salts of a month follow from, of one class of records.
    pub struct LogSecretRow in "log_secret", key 2 {
        /// The month: `2026-11`.
        period: String,
        /// Which records, by the application's naming: each class is kept for a time of its own.
        class: String,
        /// Sealed; nothing where it was destroyed, for good.
        secret: Option<Vec<u8>>,
    }
}

row! {
    /// The head that was seen last of another authority's log.
    pub struct AttestedLogRow in "attested_log", key 1 {
        /// What the log is called.
        origin: String,
        /// How many leaves the head is over.
        size: i64,
        /// Its root.
        root: Vec<u8>,
        /// When it was seen.
        seen_at: Moment,
    }
}

impl Replaceable for AttestedLogRow {}
impl Replaceable for LogTileRow {}
impl Replaceable for LogHeadRow {}

/// Where an event of a register stands.
pub type RegisterPlace = (i64, i64);

/// A secret of the log that another key sealed than the one that seals now: of which month and class; of neither
/// where it is the log's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleLogSecret {
    /// Month and class.
    pub of: Option<(String, String)>,
    /// As it is sealed.
    pub sealed: Vec<u8>,
}

impl LogTileRow {
    /// In which bucket a tile lies.
    pub fn bucket_of(n: i64) -> Partition {
        Partition(u8::try_from(n.rem_euclid(256)).unwrap_or_default())
    }
}

impl View<'_> {
    /// The log, once it was begun.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn verifiable_log(&mut self) -> Result<Option<LogRow>, StorageError> {
        Ok(self.load(&[(ONE,)])?.pop())
    }

    /// Tiles by level and number, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_tiles(&mut self, tiles: &[(i64, i64)]) -> Result<Vec<LogTileRow>, StorageError> {
        let key = |(level, n): &(i64, i64)| (LogTileRow::bucket_of(*n), *level, *n);
        self.load(&tiles.iter().map(key).collect::<Vec<_>>())
    }

    /// The first run of a source and partition that reaches a place or further.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_run_reaching(
        &mut self,
        partition: Partition,
        source: &str,
        seq: i64,
    ) -> Result<Option<LogRunRow>, StorageError> {
        let mut found = self.select(
            "WHERE partition = $1 AND source = $2 AND last_seq >= $3 ORDER BY last_seq LIMIT 1",
            &[partition.cell(), source.cell(), seq.cell()],
        )?;
        Ok(found.pop())
    }

    /// The runs from a leaf on, in order of leaves, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_runs_from(&mut self, leaf: i64, limit: i64) -> Result<Vec<LogRunRow>, StorageError> {
        self.select(
            "WHERE first_leaf >= $1 ORDER BY first_leaf LIMIT $2",
            &[leaf.cell(), limit.cell()],
        )
    }

    /// The heads that are kept, the newest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_heads(&mut self) -> Result<Vec<LogHeadRow>, StorageError> {
        self.select("ORDER BY size DESC", &[])
    }

    /// The secrets of all months, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_secrets(&mut self) -> Result<Vec<LogSecretRow>, StorageError> {
        self.select("ORDER BY period, class", &[])
    }

    /// The secret of a month and class; a row without one where it was destroyed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_secret(
        &mut self,
        period: &str,
        class: &str,
    ) -> Result<Option<LogSecretRow>, StorageError> {
        Ok(self.load(&[(period, class)])?.pop())
    }

    /// The audit events of a partition between two places, both included, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn events_between(
        &mut self,
        partition: Partition,
        (from, to): (i64, i64),
    ) -> Result<Vec<Event>, StorageError> {
        self.select(
            "WHERE partition = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq",
            &[partition.cell(), from.cell(), to.cell()],
        )
    }

    /// As [`Self::events_between`], of responses.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn responses_of(
        &mut self,
        partition: Partition,
        (from, to): (i64, i64),
    ) -> Result<Vec<Response>, StorageError> {
        self.responses_between(partition, from, to, i64::MAX)
    }

    /// The events of a register behind a place up to another one, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn register_events_after(
        &mut self,
        register: Register,
        (revision, n): RegisterPlace,
        (to_revision, to_n): RegisterPlace,
        limit: i64,
    ) -> Result<Vec<RegisterEvent>, StorageError> {
        self.select(
            "WHERE register = $1 AND (revision, n) > ($2, $3) AND (revision, n) <= ($4, $5) \
             ORDER BY revision, n LIMIT $6",
            &[
                register.name().cell(),
                revision.cell(),
                n.cell(),
                to_revision.cell(),
                to_n.cell(),
                limit.cell(),
            ],
        )
    }

    /// The secrets of the log that another key than `id` sealed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn stale_log_secrets(&mut self, id: KeyId) -> Result<Vec<StaleLogSecret>, StorageError> {
        let name = id.to_bytes();
        let logs: Vec<LogRow> = self.select("WHERE substr(seed, 3, 4) <> $1", &[name.cell()])?;
        let secrets: Vec<LogSecretRow> = self.select(
            "WHERE secret IS NOT NULL AND substr(secret, 3, 4) <> $1 ORDER BY period, class",
            &[name.cell()],
        )?;
        let log = logs.into_iter().map(|row| StaleLogSecret { of: None, sealed: row.seed });
        let months = secrets.into_iter().filter_map(|row| {
            Some(StaleLogSecret { of: Some((row.period, row.class)), sealed: row.secret? })
        });
        Ok(log.chain(months).collect())
    }
}

impl Tx<'_> {
    /// Begins the log, unless it was; gives the one that stands.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn found_log(&mut self, log: LogRow) -> Result<LogRow, StorageError> {
        let standing = self.lock_or_insert(&[log])?.pop();
        standing.ok_or(StorageError::Missing { table: "verifiable_log", missing: 1 })
    }

    /// What was seen last of another authority's log, kept from others who would see one: nothing of it is `fresh`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_attested_log(
        &mut self,
        fresh: AttestedLogRow,
    ) -> Result<AttestedLogRow, StorageError> {
        let standing = self.lock_or_insert(&[fresh])?.pop();
        standing.ok_or(StorageError::Missing { table: "attested_log", missing: 1 })
    }

    /// Notes what is seen of it now.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn see_attested_log(&mut self, seen: &AttestedLogRow) -> Result<(), StorageError> {
        self.upsert(std::slice::from_ref(seen))
    }

    /// Notes that the log has grown from one size to another.
    ///
    /// # Errors
    /// [`StorageError::CursorMoved`] when another process was faster; roll back.
    pub fn grow_log(&mut self, from: i64, to: i64) -> Result<(), StorageError> {
        let grown = self.each(
            "UPDATE verifiable_log SET size = k.after FROM {rows} \
             WHERE verifiable_log.n = k.one AND verifiable_log.size = k.before",
            &["one", "before", "after"],
            &[(ONE, from, to)],
        )?;
        match grown {
            1 => Ok(()),
            _ => Err(StorageError::CursorMoved { consumer: LOG.to_owned() }),
        }
    }

    /// The secret of a month and class: the one that stands, or this.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_secret_or(&mut self, fresh: LogSecretRow) -> Result<LogSecretRow, StorageError> {
        let standing = self.lock_or_insert(&[fresh])?.pop();
        standing.ok_or(StorageError::Missing { table: "log_secret", missing: 1 })
    }

    /// Destroys the secrets of these months and classes; gives how many there were. What their leaves told of can
    /// then be proved by nobody, and guessed by nobody either.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget_log_secrets(&mut self, of: &[(&str, &str)]) -> Result<u64, StorageError> {
        self.each(
            "UPDATE log_secret SET secret = NULL FROM {rows} WHERE log_secret.period = k.month \
             AND log_secret.class = k.kept AND log_secret.secret IS NOT NULL",
            &["month", "kept"],
            of,
        )
    }

    /// Forgets the heads of fewer leaves, but the last one that a witness has signed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget_heads_before(&mut self, size: i64) -> Result<(), StorageError> {
        self.each(
            "DELETE FROM log_head WHERE size < (SELECT least FROM {rows}) AND (cosigned = 0 \
             OR size < (SELECT MAX(size) FROM log_head WHERE cosigned = 1))",
            &["least"],
            &[(size,)],
        )
        .map(drop)
    }

    /// Puts secrets of the log in the place of those that are sealed so still: `(which, sealed, sealed anew)`; gives
    /// how many there were.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn replace_log_secret(
        &mut self,
        of: Option<&(String, String)>,
        stale: &[u8],
        fresh: &[u8],
    ) -> Result<u64, StorageError> {
        let (stale, fresh) = (stale.to_vec(), fresh.to_vec());
        match of {
            Some((period, class)) => self.each(
                "UPDATE log_secret SET secret = k.fresh FROM {rows} WHERE log_secret.period = k.month \
                 AND log_secret.class = k.kept AND log_secret.secret = k.stale",
                &["month", "kept", "stale", "fresh"],
                &[(period, class, stale, fresh)],
            ),
            None => self.each(
                "UPDATE verifiable_log SET seed = k.fresh FROM {rows} \
                 WHERE verifiable_log.n = k.one AND verifiable_log.seed = k.stale",
                &["one", "stale", "fresh"],
                &[(ONE, stale, fresh)],
            ),
        }
    }
}

impl Cursor {
    /// The consumer whose cursors say how far the log has taken up a source.
    pub fn of_log(source: &str) -> String {
        format!("{LOG}/{source}")
    }
}
