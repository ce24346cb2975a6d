//! Parameters: changes of settings and code tables that one proposes and another approves.

use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A change that was proposed.
    pub struct ParameterProposalRow in "parameter_proposal", key 1 {
        /// Which, from 1.
        n: i64,
        /// Whose: `office`, `office:2916`, or `codes`.
        scope: String,
        /// The setting, or the code table.
        name: String,
        /// The value, absent where an own one is taken away; the rows of a code table, as a file has them.
        value: Option<String>,
        /// What held when it was proposed; empty for rows.
        before: String,
        /// The beginning of the day from which it is to hold.
        effective_at: Moment,
        /// Why.
        reason: String,
        /// Who proposes it.
        proposed_by: String,
        /// When.
        proposed_at: Moment,
        /// Who has answered, once somebody has.
        answered_by: Option<String>,
        /// When.
        answered_at: Option<Moment>,
        /// Why it is not done; absent where it was approved.
        refusal: Option<String>,
        /// When it was done.
        done_at: Option<Moment>,
    }
}

impl Replaceable for ParameterProposalRow {}

impl View<'_> {
    /// A proposal.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parameter_proposal(
        &mut self,
        n: i64,
    ) -> Result<Option<ParameterProposalRow>, StorageError> {
        Ok(self.load(&[(n,)])?.pop())
    }

    /// Proposals before `before`, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parameter_proposals(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<ParameterProposalRow>, StorageError> {
        self.select("WHERE n < $1 ORDER BY n DESC LIMIT $2", &[before.cell(), limit.cell()])
    }

    /// Proposals that are neither done nor turned down, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open_parameter_proposals(&mut self) -> Result<Vec<ParameterProposalRow>, StorageError> {
        self.select("WHERE done_at IS NULL AND refusal IS NULL ORDER BY n", &[])
    }
}

impl Tx<'_> {
    /// A proposal, kept from other writers.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_parameter_proposal(
        &mut self,
        n: i64,
    ) -> Result<Option<ParameterProposalRow>, StorageError> {
        Ok(self.lock(&[(n,)])?.pop())
    }
}
