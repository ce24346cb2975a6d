//! An officer's ruling, committed.

use tongguan_codelists::Pack;
use tongguan_domain::declaration::{NotAllowed, Ruled, Ruling};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_storage::{StorageError, Store, View};

use super::ReviewError;
use super::acts::{Act, acts};
use super::any::AnyDeclaration;
use super::picture::{Told, run_about};
use super::reason::{BadReason, reason};
use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::Incoming;
use crate::clearing::record::DeclarationRecord;
use crate::deciding::{Decides, NotCommitted, carry_out};
use crate::history::AND;
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
    /// The second officer who agrees, where one [has to](Ruling::needs_second).
    pub approver: Option<String>,
    /// The place of the newest response when the officer looked ([`super::Case::version`]): where there is
    /// another one since, nothing is decided.
    pub seen: Option<i64>,
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
    /// It has gone on since the officer looked.
    #[error("declaration {0} has gone on since you looked at it: look again before you decide")]
    MovedOn(DeclarationId),
    /// A second officer has to agree.
    #[error(
        "goods that customs keeps are let go by two officers: propose it, and have it approved"
    )]
    SecondNeeded,
    /// The second officer is the first, or who kept the goods.
    #[error(
        "`{0}` has kept the goods or proposed to let them go, so somebody else has to approve it"
    )]
    SameOfficer(String),
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
    Undecidable(Undecidable),
    /// What is stored could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be committed.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

impl From<Undecidable> for DecideError {
    fn from(why: Undecidable) -> Self {
        match why {
            Undecidable::MovedOn { id, .. } => Self::MovedOn(id),
            Undecidable::NotAllowed(why) => Self::NotAllowed(why),
            other => Self::Undecidable(other),
        }
    }
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

/// The declaration that a decision is about, if the decision is possible where it stands and where it was
/// seen.
///
/// # Errors
/// [`DecideError`].
pub(crate) fn proposable(
    store: &Store,
    decision: &Decision,
) -> Result<AnyDeclaration, DecideError> {
    let id = decision.declaration;
    let declaration = stored(store, id)?.ok_or(DecideError::Unknown(id))?;
    if decision.seen.is_some() && decision.seen != store.read(|view| version(view, &declaration))? {
        return Err(DecideError::MovedOn(id));
    }
    let (at, ruling) = (declaration.status(), decision.ruling);
    if !declaration.rulings().contains(&ruling) {
        return Err(NotAllowed { at, ruling }.into());
    }
    Ok(declaration)
}

/// Where a declaration stands; nothing where there is none.
///
/// # Errors
/// [`ReviewError`].
pub(crate) fn status(
    store: &Store,
    id: DeclarationId,
) -> Result<Option<ReturnStatus>, ReviewError> {
    Ok(stored(store, id)?.map(|declaration| declaration.status()))
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
    let Decision { declaration: id, ruling, officer, reason: why, approver, seen } = decision;
    let store = decides.store().clone();
    let officer = self::officer(officer)?;
    let reason = reason(why)?;
    let before = stored(&store, *id)?.ok_or(DecideError::Unknown(*id))?;
    if seen.is_some() && *seen != store.read(|view| version(view, &before))? {
        return Err(DecideError::MovedOn(*id));
    }
    let approver = approver.as_deref().map(self::officer).transpose()?;
    second(&store, &before, *ruling, officer, approver)?;
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
        officer: approver
            .map_or_else(|| officer.to_owned(), |second| format!("{officer}{AND}{second}")),
        reason,
        reassessed: assessed.clone(),
        only_at: Some(before.status()),
    };
    carry_out::<DecideError>(decides, command)?;
    let after = decided(&store, *id)?.ok_or(DecideError::Unknown(*id))?;
    Ok(Decided { assessed, ..after })
}

/// Checks that a second officer agrees where one has to, who neither proposes it nor has kept the goods.
fn second(
    store: &Store,
    before: &AnyDeclaration,
    ruling: Ruling,
    officer: &str,
    approver: Option<&str>,
) -> Result<(), DecideError> {
    if !ruling.needs_second(before.status()) {
        return Ok(());
    }
    let second = approver.ok_or(DecideError::SecondNeeded)?;
    let kept = acts(store, before.id())?.into_iter().rfind(Act::keeps_goods);
    let has_kept = kept.is_some_and(|act| act.officers().any(|officer| officer == second));
    if second == officer || has_kept {
        return Err(DecideError::SameOfficer(second.to_owned()));
    }
    Ok(())
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

/// The place of the newest response about a declaration: it grows with everything that is told of it.
pub(super) fn version(
    view: &mut View<'_>,
    declaration: &AnyDeclaration,
) -> Result<Option<i64>, ReviewError> {
    Ok(declaration.newest_response(view)?.map(|(_, seq)| seq))
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
