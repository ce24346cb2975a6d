//! What an officer decides about a return, committed.

use tongguan_domain::ids::OrderNumber;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::status::ReturnStatus;

use super::of;
use crate::clearing::batch::BatchError;
use crate::clearing::decide::Undecidable;
use crate::clearing::engine::Engine;
use crate::clearing::incoming::{ExportReturnRuling, Incoming};
use crate::pipeline::commit;
use crate::ports::Clock;
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
    Batch(#[from] BatchError),
}

/// Carries out a decision.
///
/// # Errors
/// [`DecideError`].
pub fn decide(
    engine: &mut Engine,
    clock: &dyn Clock,
    decision: &Decision,
) -> Result<Decided, DecideError> {
    let id = decision.id;
    let command = command(decision)?;
    if let Some((_, why)) = commit(engine, &[], &[command], clock)?.refused.pop() {
        return Err(why.into());
    }
    let records = engine.store().read(|view| of(view, &[id.declaration]))?;
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
