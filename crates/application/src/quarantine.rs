//! Quarantine (检疫) of exported parcels: what has to be looked at, and what was found.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::quarantine::Finding;
use tongguan_domain::time::Moment;
use tongguan_storage::View;

use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::{Incoming, QuarantineCommand};
use crate::deciding::{Decides, NotCommitted, carry_out};
use crate::review::{self, AnyDeclaration, BadOfficer, BadReason, Decided, ReviewError};

/// A parcel that quarantine has to look at.
#[derive(Debug)]
pub struct Due {
    /// 物流运单编号.
    pub waybill_no: String,
    /// Its declaration.
    pub declaration: AnyDeclaration,
    /// Since when its waybill is known.
    pub since: Moment,
}

/// A finding was not registered; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// There is no such declaration.
    #[error("declaration {0} is not stored")]
    Unknown(DeclarationId),
    /// The officer's name.
    #[error(transparent)]
    BadOfficer(#[from] BadOfficer),
    /// The reason cannot be given.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// It could not be carried out.
    #[error(transparent)]
    Undecidable(#[from] Undecidable),
    /// What is stored could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be committed.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

/// The parcels that quarantine has to look at, the oldest first, at most `limit`.
///
/// # Errors
/// [`ReviewError`].
pub fn due(view: &mut View<'_>, limit: i64) -> Result<Vec<Due>, ReviewError> {
    let mut due = Vec::new();
    for claim in view.claims_in_quarantine(limit)? {
        let Some(id) = claim.declaration_id else { continue };
        let Some(declaration) = AnyDeclaration::of_id(view, id)? else { continue };
        due.push(Due { waybill_no: claim.number, declaration, since: claim.claimed_at });
    }
    Ok(due)
}

/// Registers what quarantine found of the parcel of a declaration, and says what was told.
///
/// # Errors
/// [`RegisterError`].
pub fn register(
    decides: &mut dyn Decides,
    declaration: DeclarationId,
    finding: Finding,
    officer: &str,
    reason: &str,
) -> Result<Decided, RegisterError> {
    let command = Incoming::Quarantine(QuarantineCommand {
        declaration,
        finding,
        officer: review::officer(officer)?.to_owned(),
        reason: review::reason(reason)?,
    });
    carry_out::<RegisterError>(decides, command)?;
    let decided = review::decided(decides.store(), declaration)?;
    decided.ok_or(RegisterError::Unknown(declaration))
}
