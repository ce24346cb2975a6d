//! An officer's ruling, committed.

use tongguan_codelists::Pack;
use tongguan_domain::declaration::{NotAllowed, Ruled, Ruling};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_storage::{StorageError, Store};

use super::ReviewError;
use super::any::AnyDeclaration;
use super::picture::{Told, run_about};
use super::reason::{BadReason, reason};
use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::Incoming;
use crate::clearing::record::DeclarationRecord;
use crate::deciding::{Decides, NotCommitted, carry_out};
use crate::intake::assess::assess;

/// The longest name of an officer, in characters.
const LONGEST_OFFICER: usize = 60;

/// What an officer decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// About which declaration.
    pub declaration: DeclarationId,
    /// What.
    pub ruling: Ruling,
    /// Who, for the audit.
    pub officer: String,
    /// Why: a code of [`super::REASONS`], or words.
    pub reason: String,
}

/// What a decision led to, or declaring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Where the declaration stands now.
    pub status: ReturnStatus,
    /// What was told, in order.
    pub told: Vec<Told>,
    /// The tax, where the declaration had none and was assessed again.
    pub assessed: Option<TaxDue>,
}

/// A decision was not made; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such declaration.
    #[error("declaration {0} is not stored")]
    Unknown(DeclarationId),
    /// It is not possible where the declaration stands.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The officer's name.
    #[error(transparent)]
    BadOfficer(#[from] BadOfficer),
    /// The reason cannot be given.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// A line has no rate, by the law as it is loaded now.
    #[error("goods with code {} have no tax rate on {declared_on}; import the rate first", hs_codes.join(", "))]
    NoRate {
        /// The codes of the declaration's goods.
        hs_codes: Vec<String>,
        /// The day of whose law it is taxed.
        declared_on: jiff::civil::Date,
    },
    /// By the law as it is loaded now it may not be imported so.
    #[error("the declaration may not be accepted: {}", .0.iter().map(Defect::message_en).collect::<Vec<_>>().join("; "))]
    Unlawful(Vec<Defect>),
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

impl From<StorageError> for DecideError {
    fn from(error: StorageError) -> Self {
        Self::Review(error.into())
    }
}

/// The officer's name is empty, too long, or holds control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an officer's name has 1 to 60 characters and no control characters")]
pub struct BadOfficer;

/// The name of an officer, trimmed.
///
/// # Errors
/// [`BadOfficer`].
pub fn officer(name: &str) -> Result<&str, BadOfficer> {
    let name = name.trim();
    let length = name.chars().count();
    if (1..=LONGEST_OFFICER).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(name);
    }
    Err(BadOfficer)
}

/// Carries out a decision and says what was told.
///
/// # Errors
/// [`DecideError`].
pub fn decide(
    decides: &mut dyn Decides,
    pack: &Pack,
    decision: &Decision,
) -> Result<Decided, DecideError> {
    let Decision { declaration: id, ruling, officer, reason: why } = decision;
    let store = decides.store().clone();
    let officer = self::officer(officer)?;
    let reason = reason(why)?;
    let before = stored(&store, *id)?.ok_or(DecideError::Unknown(*id))?;
    let assessed = match &before {
        AnyDeclaration::Import(import) => match import.state.clone().rule(*ruling)? {
            Ruled::Accepted(entered) if entered.lodged.tax.is_none() => {
                Some(assessed(import, pack)?)
            }
            Ruled::Accepted(_) | Ruled::Moved(_) | Ruled::Ended { .. } => None,
        },
        // Nothing is assessed; what is possible, the decision finds.
        AnyDeclaration::Export(_) => None,
    };
    let command = Incoming::Ruling {
        declaration: *id,
        ruling: *ruling,
        officer: officer.to_owned(),
        reason,
        reassessed: assessed.clone(),
    };
    carry_out::<DecideError>(decides, command)?;
    let after = decided(&store, *id)?.ok_or(DecideError::Unknown(*id))?;
    Ok(Decided { assessed, ..after })
}

/// The tax by the law as it is loaded now: the officer has seen to what kept it from being assessed.
fn assessed(record: &DeclarationRecord, pack: &Pack) -> Result<TaxDue, DecideError> {
    let (tax, _) = assess(&record.facts, pack, "").map_err(DecideError::Unlawful)?;
    tax.ok_or_else(|| DecideError::NoRate {
        hs_codes: record.facts.items.iter().map(|item| item.hs_code.to_string()).collect(),
        declared_on: record.facts.declared_on,
    })
}

/// Where a declaration stands now, and what its newest response told.
///
/// # Errors
/// [`ReviewError`].
pub(crate) fn decided(store: &Store, id: DeclarationId) -> Result<Option<Decided>, ReviewError> {
    let Some(after) = stored(store, id)? else { return Ok(None) };
    let told = newest(store, &after)?;
    Ok(Some(Decided { status: after.status(), told, assessed: None }))
}

/// The declaration as it is stored now.
fn stored(store: &Store, id: DeclarationId) -> Result<Option<AnyDeclaration>, ReviewError> {
    store.read(|view| AnyDeclaration::of_id(view, id))
}

/// What the newest response about a declaration told.
fn newest(store: &Store, declaration: &AnyDeclaration) -> Result<Vec<Told>, ReviewError> {
    let response = store.read(|view| {
        let Some(place) = declaration.newest_response(view)? else { return Ok(None) };
        Ok::<_, ReviewError>(view.responses(&[place])?.pop())
    })?;
    match response {
        Some(response) => run_about(&response.body, declaration.provisional_no()),
        None => Ok(Vec::new()),
    }
}
