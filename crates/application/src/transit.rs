//! Transit (转关): what officers do about released goods under seal, and what is seen of it.
//!
//! One seal closes a vehicle with many parcels, so each of these is about several declarations; each of
//! them is decided by itself.

use std::collections::BTreeSet;

use tongguan_domain::ids::{DeclarationId, OfficeCode, SealNumber, VehiclePlate};
use tongguan_domain::time::Moment;
use tongguan_domain::transit::{Sighting, Transit, TransitState};
use tongguan_storage::Store;

use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::{Incoming, TransitAct, TransitCommand};
use crate::clearing::rows::read_transit;
use crate::deciding::{Decides, NotCommitted};
use crate::numbering::partition_of;
use crate::review::{self, AnyDeclaration, BadOfficer, Found, ReviewError};

/// An officer at work for an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Who, for the audit.
    pub name: String,
    /// Of which office.
    pub office: OfficeCode,
}

/// What became of the goods of one declaration.
#[derive(Debug)]
pub struct Outcome {
    /// Whose goods.
    pub declaration: DeclarationId,
    /// How they stand now, or why nothing was done about them.
    pub outcome: Result<Shown, Undecidable>,
}

/// The goods of one declaration under seal.
#[derive(Debug)]
pub struct Shown {
    /// The declaration.
    pub declaration: AnyDeclaration,
    /// The transit.
    pub transit: Transit,
    /// When it last changed.
    pub since: Moment,
}

/// Nothing was done; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum TransitError {
    /// The officer's name.
    #[error(transparent)]
    BadOfficer(#[from] BadOfficer),
    /// What is stored could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be committed.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

impl From<tongguan_storage::StorageError> for TransitError {
    fn from(error: tongguan_storage::StorageError) -> Self {
        Self::Review(error.into())
    }
}

/// Seals released goods (施封) on a vehicle.
///
/// # Errors
/// [`TransitError`].
pub fn seal(
    decides: &mut dyn Decides,
    declarations: &[DeclarationId],
    seal: &SealNumber,
    vehicle: &VehiclePlate,
    officer: &Officer,
) -> Result<Vec<Outcome>, TransitError> {
    let act = TransitAct::Seal { seal: seal.clone(), vehicle: vehicle.clone() };
    carry_out(decides, declarations, &act, officer)
}

/// Checks seal and vehicle of goods that came to the port: they may leave, or are stopped.
///
/// # Errors
/// [`TransitError`].
pub fn check(
    decides: &mut dyn Decides,
    declarations: &[DeclarationId],
    seen: &Sighting,
    officer: &Officer,
) -> Result<Vec<Outcome>, TransitError> {
    carry_out(decides, declarations, &TransitAct::Check(seen.clone()), officer)
}

/// The transits that a seal or the number of a declaration names.
///
/// # Errors
/// [`ReviewError`].
pub fn find(store: &Store, number: &str, now: Moment) -> Result<Vec<Shown>, ReviewError> {
    let under_seal = store.read(|view| view.transits_sealed(&[(number.trim(),)]))?;
    if !under_seal.is_empty() {
        let ids: Vec<_> = under_seal.iter().map(|row| row.declaration_id).collect();
        return shown(store, &ids);
    }
    match review::find(store, number, now)? {
        Found::Nothing => Ok(Vec::new()),
        Found::One(id) => shown(store, &[id]),
        Found::Several(ids) => shown(store, &ids),
    }
}

/// Those that are on their way to the port.
pub fn on_the_way(transits: &[Shown]) -> Vec<DeclarationId> {
    let sealed = transits.iter().filter(|shown| shown.transit.state == TransitState::Sealed);
    sealed.map(|shown| shown.declaration.id()).collect()
}

fn carry_out(
    decides: &mut dyn Decides,
    declarations: &[DeclarationId],
    act: &TransitAct,
    officer: &Officer,
) -> Result<Vec<Outcome>, TransitError> {
    let name = review::officer(&officer.name)?;
    let declarations: BTreeSet<_> = declarations.iter().copied().collect();
    let commands: Vec<_> = declarations
        .iter()
        .map(|declaration| {
            Incoming::Transit(TransitCommand {
                declaration: *declaration,
                act: act.clone(),
                office: officer.office,
                officer: name.to_owned(),
            })
        })
        .collect();
    let mut refused = decides.carry_out(commands)?;
    let store = decides.store();
    let mut outcomes = Vec::with_capacity(declarations.len());
    for (place, declaration) in declarations.into_iter().enumerate() {
        let why = refused.iter().position(|(refused, _)| *refused == place);
        let outcome = match why.map(|at| refused.swap_remove(at).1) {
            Some(why) => Err(why),
            None => shown(store, &[declaration])?
                .pop()
                .ok_or(Undecidable::NoSuchDeclaration(declaration)),
        };
        outcomes.push(Outcome { declaration, outcome });
    }
    Ok(outcomes)
}

/// The transits of these declarations, as far as their goods were ever sealed, in order of lodging.
fn shown(store: &Store, ids: &[DeclarationId]) -> Result<Vec<Shown>, ReviewError> {
    store.read(|view| {
        let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
        let mut shown = Vec::new();
        for row in view.transits(&keys)? {
            let since = row.updated_at;
            let (id, transit) = read_transit(row)?;
            let declaration = AnyDeclaration::of_id(view, id)?;
            shown.extend(declaration.map(|declaration| Shown { declaration, transit, since }));
        }
        shown.sort_by_key(|shown: &Shown| shown.declaration.id());
        Ok(shown)
    })
}
