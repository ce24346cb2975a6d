//! Raising or lowering the sum of one guarantee (担保额度).

use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_storage::{Guarantee, Partition, Register, StorageError, Writer};

use super::snapshot::snapshot;
use crate::history::{self, Cause, ChangeKind, Entry, Field, Subject};

/// A guarantee whose sum was changed. Declarations that wait for it are to be tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regranted {
    /// Whose it is.
    pub party: PartyId,
    /// The registered name.
    pub name: String,
    /// The sum before.
    pub before: Money,
    /// The guarantee as it is now.
    pub guarantee: Guarantee,
}

/// Why the sum was not changed.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// No party is registered under the code.
    #[error("no party is registered under `{0}`")]
    UnknownParty(PartyCode),
    /// The party has no guarantee.
    #[error("`{0}` has no guarantee")]
    NoGuarantee(PartyCode),
    /// More is held against it than the new sum.
    #[error("{held} is held against the guarantee, so its sum cannot be {granted}")]
    BelowHeld {
        /// The sum wanted.
        granted: Money,
        /// What is held.
        held: Money,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Sets the sum of the guarantee of the party that `code` names.
///
/// # Errors
/// [`GrantError`]; nothing was changed.
pub fn change_granted(
    writer: &mut Writer,
    code: &PartyCode,
    granted: Money,
    cause: &Cause,
    now: Moment,
) -> Result<Regranted, GrantError> {
    history::change(writer, Register::Registry, cause, now, |tx| {
        let registry = snapshot(tx)?;
        let party = registry.named(code).ok_or_else(|| GrantError::UnknownParty(code.clone()))?;
        let key = (Partition::of_party(party.id), party.id);
        let standing = tx.lock_guarantees(&[key])?.into_iter().next();
        let standing = standing.ok_or_else(|| GrantError::NoGuarantee(code.clone()))?;
        if granted < standing.held {
            return Err(GrantError::BelowHeld { granted, held: standing.held });
        }
        let before = standing.granted;
        let guarantee = Guarantee { granted, ..standing };
        tx.grant(std::slice::from_ref(&guarantee))?;
        let field = Field::changed("granted", before.to_string(), granted.to_string());
        let events = field.into_iter().map(|field| Entry {
            subject: Subject::Guarantee(party.id),
            change: ChangeKind::Changed,
            fields: vec![field],
        });
        let name = party.name.clone();
        Ok((Regranted { party: party.id, name, before, guarantee }, events.collect()))
    })
}
