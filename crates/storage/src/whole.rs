//! Tables read whole, some rows after the others, by their keys: for whoever holds a database against itself.

use tongguan_domain::ids::{DeclarationId, DxpId, MessageId};

use crate::balance::{Allowance, AllowanceKey};
use crate::cell::ToCell as _;
use crate::declaration::Declaration;
use crate::error::StorageError;
use crate::ledger::Posting;
use crate::message::{Message, MessageBundle};
use crate::partition::Partition;
use crate::response::Mail;
use crate::tx::View;

/// Before the first row of every table: keys count from 0 or 1.
const BEFORE_ALL: i64 = -1;

/// The place before the first declaration or message.
pub const FIRST_ID: (Partition, i64) = (Partition(0), BEFORE_ALL);
/// The place before the first posting.
pub const FIRST_POSTING: (Partition, i64, i64) = (Partition(0), BEFORE_ALL, BEFORE_ALL);
/// The place before the first allowance.
pub const FIRST_ALLOWANCE: AllowanceKey = (Partition(0), [0; 16], BEFORE_ALL);

impl View<'_> {
    /// The import declarations behind `after`, in order of partition and id, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn declarations_behind(
        &mut self,
        (partition, id): (Partition, i64),
        limit: i64,
    ) -> Result<Vec<Declaration>, StorageError> {
        self.select(
            "WHERE (partition, declaration_id) > ($1, $2) ORDER BY partition, declaration_id LIMIT $3",
            &[partition.cell(), DeclarationId(id).cell(), limit.cell()],
        )
    }

    /// The messages behind `after`, in order of partition and id, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn messages_behind(
        &mut self,
        (partition, id): (Partition, i64),
        limit: i64,
    ) -> Result<Vec<Message>, StorageError> {
        self.select(
            "WHERE (partition, message_id) > ($1, $2) ORDER BY partition, message_id LIMIT $3",
            &[partition.cell(), MessageId(id).cell(), limit.cell()],
        )
    }

    /// The bundles of messages behind `after`, in order of partition and id, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn message_bundles_behind(
        &mut self,
        (partition, id): (Partition, i64),
        limit: i64,
    ) -> Result<Vec<MessageBundle>, StorageError> {
        self.select(
            "WHERE (partition, message_id) > ($1, $2) ORDER BY partition, message_id LIMIT $3",
            &[partition.cell(), MessageId(id).cell(), limit.cell()],
        )
    }

    /// The postings behind a place, in commit order of each partition, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn postings_behind(
        &mut self,
        (partition, seq, n): (Partition, i64, i64),
        limit: i64,
    ) -> Result<Vec<Posting>, StorageError> {
        self.select(
            "WHERE (partition, seq, n) > ($1, $2, $3) ORDER BY partition, seq, n LIMIT $4",
            &[partition.cell(), seq.cell(), n.cell(), limit.cell()],
        )
    }

    /// The allowances behind a key, in order of the keys, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn allowances_behind(
        &mut self,
        (bucket, person, year): AllowanceKey,
        limit: i64,
    ) -> Result<Vec<Allowance>, StorageError> {
        self.select(
            "WHERE (bucket, person, year) > ($1, $2, $3) ORDER BY bucket, person, year LIMIT $4",
            &[bucket.cell(), person.cell(), year.cell(), limit.cell()],
        )
    }

    /// The letters behind a place, by mailbox and number, at most `limit`; from the first one where there is no
    /// place.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn letters_behind(
        &mut self,
        after: Option<&(DxpId, i64)>,
        limit: i64,
    ) -> Result<Vec<Mail>, StorageError> {
        match after {
            None => self.select("ORDER BY dxp_id, n LIMIT $1", &[limit.cell()]),
            Some((mailbox, n)) => self.select(
                "WHERE (dxp_id, n) > ($1, $2) ORDER BY dxp_id, n LIMIT $3",
                &[mailbox.cell(), n.cell(), limit.cell()],
            ),
        }
    }
}
