//! What was proposed of guarantees, as it is kept.

use tongguan_domain::guarantee::Terms;
use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;
use tongguan_storage::{GuaranteeProposalRow, StorageError, View};

use super::proposal::GuaranteeError;
use super::standing;
use crate::casework::Answer;

/// Open proposals that are listed at most.
const MOST_OPEN: i64 = 500;

/// A change that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which, from 1.
    pub n: i64,
    /// Whose guarantee.
    pub party: PartyId,
    /// What held when it was proposed.
    pub before: Terms,
    /// What is to hold.
    pub after: Terms,
    /// Why.
    pub reason: String,
    /// Who proposes it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Moment,
    /// What became of it, once somebody has answered.
    pub answer: Option<Answer>,
}

/// A proposal.
///
/// # Errors
/// [`GuaranteeError`].
pub fn proposal(view: &mut View<'_>, n: i64) -> Result<Proposal, GuaranteeError> {
    view.guarantee_proposal(n)?.map(read).ok_or(GuaranteeError::Unknown(n))
}

/// The proposals before number `before`, the newest first, at most `limit`.
///
/// # Errors
/// [`StorageError`].
pub fn proposals(
    view: &mut View<'_>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Proposal>, StorageError> {
    let rows = view.guarantee_proposals(before.unwrap_or(i64::MAX), limit)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Those about one guarantee, the newest first, at most `limit`.
///
/// # Errors
/// [`StorageError`].
pub fn proposals_of(
    view: &mut View<'_>,
    party: PartyId,
    limit: i64,
) -> Result<Vec<Proposal>, StorageError> {
    let rows = view.guarantee_proposals_of(party, limit)?;
    Ok(rows.into_iter().map(read).collect())
}

/// What nobody has answered, the oldest first.
///
/// # Errors
/// [`StorageError`].
pub fn open(view: &mut View<'_>) -> Result<Vec<Proposal>, StorageError> {
    Ok(view.open_guarantee_proposals(MOST_OPEN)?.into_iter().map(read).collect())
}

/// A proposal, from its row.
pub(super) fn read(row: GuaranteeProposalRow) -> Proposal {
    let last = |end: Option<Moment>| end.map(|end| end.plus_millis(-1).china_day());
    Proposal {
        n: row.n,
        party: row.party_id,
        before: Terms {
            granted: row.was_granted,
            valid_from: row.was_valid_from.china_day(),
            valid_to: last(row.was_valid_to),
            standing: standing(row.was_suspended),
            reference: row.was_reference,
        },
        after: Terms {
            granted: row.granted,
            valid_from: row.valid_from.china_day(),
            valid_to: last(row.valid_to),
            standing: standing(row.suspended),
            reference: row.reference,
        },
        reason: row.reason,
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at,
        answer: row.answered_by.zip(row.answered_at).map(|(by, at)| Answer {
            by,
            at,
            refusal: row.refusal,
        }),
    }
}
