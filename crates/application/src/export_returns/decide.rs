//! What an officer decides about a return, committed.

use tongguan_domain::ids::OrderNumber;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::status::ReturnStatus;

use super::of;
use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::{ExportReturnRuling, Incoming};
use crate::deciding::{Decides, NotCommitted, carry_out};
use crate::review::{BadReason, ReviewError, reason};

/// The longest name of an officer, in characters.
const LONGEST_OFFICER: usize = 60;

/// What is decided about a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// About which return.
    pub id: ExportReturnId,
    /// What.
    pub verdict: Verdict,
}

/// What can be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The goods are let in, or not.
    Ruling {
        /// Which.
        ruling: ExportReturnRuling,
        /// Who, for the audit.
        officer: String,
        /// Why: a code of [`crate::review::REASONS`], or words.
        reason: String,
    },
    /// The goods are exchanged: by which order.
    Exchange(OrderNumber),
}

/// What a decision led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// Where the return stands now.
    pub status: ReturnStatus,
}

/// A decision was not made; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The officer's name is empty, too long, or holds control characters.
    #[error("an officer's name has 1 to 60 characters and no control characters")]
    BadOfficer,
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

/// Carries out a decision.
///
/// # Errors
/// [`DecideError`].
pub fn decide(decides: &mut dyn Decides, decision: &Decision) -> Result<Decided, DecideError> {
    let id = decision.id;
    carry_out::<DecideError>(decides, command(decision)?)?;
    let records = decides.store().read(|view| of(view, &[id.declaration]))?;
    let record = records.iter().find(|record| record.id == id);
    let record = record.ok_or(Undecidable::NoSuchExportReturn(id))?;
    Ok(Decided { status: record.state.status() })
}

fn command(decision: &Decision) -> Result<Incoming, DecideError> {
    let id = decision.id;
    match &decision.verdict {
        Verdict::Exchange(order_no) => Ok(Incoming::Exchange { id, order_no: order_no.clone() }),
        Verdict::Ruling { ruling, officer, reason: why } => {
            let officer = officer.trim();
            let length = officer.chars().count();
            let fits = (1..=LONGEST_OFFICER).contains(&length);
            if !fits || officer.chars().any(char::is_control) {
                return Err(DecideError::BadOfficer);
            }
            let (officer, reason) = (officer.to_owned(), reason(why)?);
            Ok(Incoming::ExportReturnRuling { id, ruling: *ruling, officer, reason })
        }
    }
}
