//! Requests to see the persons of many declarations, which need a second officer.

use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A request to see the persons of many declarations.
    pub struct UnmaskingRow in "unmasking", key 1 {
        /// Its number: the revision of the register that its proposal made.
        number: i64,
        /// The office of the officer who asks.
        office: String,
        /// The declarations' ids, with spaces between.
        declarations: String,
        /// Why: a code.
        reason: String,
        /// Why, in words.
        words: String,
        /// Who asks.
        officer: String,
        /// When.
        proposed_at: Moment,
        /// Who has answered, once somebody has.
        answered_by: Option<String>,
        /// When.
        answered_at: Option<Moment>,
        /// Why it was turned down; absent where it was approved.
        refusal: Option<String>,
        /// When the persons were shown.
        seen_at: Option<Moment>,
    }
}

impl Replaceable for UnmaskingRow {}

impl View<'_> {
    /// The requests of an office, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn unmaskings_of(
        &mut self,
        office: &str,
        limit: i64,
    ) -> Result<Vec<UnmaskingRow>, StorageError> {
        self.select(
            "WHERE office = $1 ORDER BY number DESC LIMIT $2",
            &[office.cell(), limit.cell()],
        )
    }
}

impl Tx<'_> {
    /// A request, kept from other writers.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_unmasking(&mut self, number: i64) -> Result<Option<UnmaskingRow>, StorageError> {
        Ok(self.lock(&[(number,)])?.pop())
    }
}
