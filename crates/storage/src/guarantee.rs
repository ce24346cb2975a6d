//! What becomes of guarantees: what was held of them and given back, written by a follower of the postings, and
//! what was proposed to change them.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;

use crate::cell::{Cell, ToCell};
use crate::error::StorageError;
use crate::follow::Cursor;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// Something that was held of a guarantee or given back. Everything in it can be made again from the postings.
    pub struct GuaranteeMovement in "guarantee_movement", key 5 {
        /// The guarantor's bucket.
        bucket: Partition,
        /// The guarantor.
        party_id: PartyId,
        /// When.
        at: Moment,
        /// The place of the posting in commit order.
        seq: i64,
        /// The declaration.
        declaration_id: DeclarationId,
        /// 1 held, 2 given back.
        kind: i64,
        /// How much, above nothing.
        amount: Money,
    }
}

row! {
    /// A change of a guarantee that was proposed.
    pub struct GuaranteeProposalRow in "guarantee_proposal", key 1 {
        /// Which, from 1.
        n: i64,
        /// The guarantor.
        party_id: PartyId,
        /// The sum that is to be granted.
        granted: Money,
        /// The first moment at which it is to count.
        valid_from: Moment,
        /// The first moment at which it is not to count any more; open-ended when absent.
        valid_to: Option<Moment>,
        /// The number that the guarantee document is to have.
        reference: Option<String>,
        /// Whether it is to be suspended.
        suspended: bool,
        /// The sum when it was proposed.
        was_granted: Money,
        /// The first moment at which it counted.
        was_valid_from: Moment,
        /// The first moment at which it did not.
        was_valid_to: Option<Moment>,
        /// The number of the guarantee document.
        was_reference: Option<String>,
        /// Whether it was suspended.
        was_suspended: bool,
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
    }
}

impl Replaceable for GuaranteeProposalRow {}

/// Where a movement stands among those of its guarantee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovementPlace {
    /// When.
    pub at: Moment,
    /// The place of the posting.
    pub seq: i64,
    /// The declaration.
    pub declaration: DeclarationId,
}

impl View<'_> {
    /// What was held of a guarantee and given back, the newest first, at most `limit`; what lies behind `before`,
    /// if it is given.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn guarantee_movements(
        &mut self,
        party: PartyId,
        before: Option<MovementPlace>,
        limit: i64,
    ) -> Result<Vec<GuaranteeMovement>, StorageError> {
        let bucket = Cell::Integer(i64::from(Partition::of_party(party).0));
        let MovementPlace { at, seq, declaration } = before.unwrap_or(MovementPlace {
            at: Moment::from_micros(i64::MAX),
            seq: i64::MAX,
            declaration: DeclarationId(i64::MAX),
        });
        self.select(
            "WHERE bucket = $1 AND party_id = $2 AND (at, seq, declaration_id) < ($3, $4, $5) \
             ORDER BY at DESC, seq DESC, declaration_id DESC LIMIT $6",
            &[bucket, party.cell(), at.cell(), seq.cell(), declaration.cell(), limit.cell()],
        )
    }

    /// A proposal.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn guarantee_proposal(
        &mut self,
        n: i64,
    ) -> Result<Option<GuaranteeProposalRow>, StorageError> {
        Ok(self.load(&[(n,)])?.pop())
    }

    /// Proposals before number `before`, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn guarantee_proposals(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<GuaranteeProposalRow>, StorageError> {
        self.select("WHERE n < $1 ORDER BY n DESC LIMIT $2", &[before.cell(), limit.cell()])
    }

    /// Those about one guarantee, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn guarantee_proposals_of(
        &mut self,
        party: PartyId,
        limit: i64,
    ) -> Result<Vec<GuaranteeProposalRow>, StorageError> {
        self.select("WHERE party_id = $1 ORDER BY n DESC LIMIT $2", &[party.cell(), limit.cell()])
    }

    /// Proposals that nobody has answered, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open_guarantee_proposals(
        &mut self,
        limit: i64,
    ) -> Result<Vec<GuaranteeProposalRow>, StorageError> {
        self.select("WHERE answered_by IS NULL ORDER BY n LIMIT $1", &[limit.cell()])
    }
}

impl Tx<'_> {
    /// A proposal, kept from other writers.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_guarantee_proposal(
        &mut self,
        n: i64,
    ) -> Result<Option<GuaranteeProposalRow>, StorageError> {
        Ok(self.lock(&[(n,)])?.pop())
    }

    /// Forgets every movement and how far `consumer` has read, so that it makes them anew.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget_guarantee_movements(&mut self, consumer: &str) -> Result<(), StorageError> {
        self.delete::<Cursor, _>(&[(consumer,)])?;
        self.query("DELETE FROM guarantee_movement", &[], &mut |_| Ok(()))
    }
}
