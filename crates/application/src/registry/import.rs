//! Importing a registry file: all of it in one transaction, or nothing.

use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, StorageError, Tx, View, Writer};

use super::entry::Entry;
use super::file::Contents;
use super::place::{PlaceEntry, places};
use super::plan::{Plan, Planned, plan};
use super::registered::registered;
use super::report::{ImportReport, PartyReport, PlaceReport};
use crate::history::{self, Cause};

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file does not go with what is registered.
    #[error("{} entries do not go with what is registered", .0.len())]
    Refused(Vec<Defect>),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What importing a file at `now` would do.
///
/// # Errors
/// [`ImportError`].
pub fn compare(
    view: &mut View<'_>,
    contents: &Contents,
    now: Moment,
) -> Result<ImportReport, ImportError> {
    let planned = planned(view, &contents.parties, &contents.places, now)?;
    let standing = view.guarantees(&planned.guarantee_keys())?;
    let plan = planned.settled(&standing).map_err(ImportError::Refused)?;
    Ok(plan.report)
}

/// What importing a file at `now` would do where nothing is registered yet.
///
/// # Errors
/// [`ImportError::Refused`].
pub fn compare_with_nothing(contents: &Contents, now: Moment) -> Result<ImportReport, ImportError> {
    let mut planned = plan(&[], &contents.parties, now);
    planned.take_places(&[], &[], &contents.places, now);
    let plan = planned.settled(&[]).map_err(ImportError::Refused)?;
    Ok(plan.report)
}

/// Registers parties, or brings them up to date. Importing the same again changes nothing, not even the revision.
///
/// # Errors
/// [`ImportError`]; nothing was changed.
pub fn import(
    writer: &mut Writer,
    entries: &[Entry],
    cause: &Cause,
    now: Moment,
) -> Result<ImportReport, ImportError> {
    import_all(writer, (entries, &[]), cause, now)
}

/// The same, of all that a file holds.
///
/// # Errors
/// [`ImportError`]; nothing was changed.
pub fn import_file(
    writer: &mut Writer,
    contents: &Contents,
    cause: &Cause,
    now: Moment,
) -> Result<ImportReport, ImportError> {
    import_all(writer, (&contents.parties, &contents.places), cause, now)
}

fn import_all(
    writer: &mut Writer,
    (parties, places): (&[Entry], &[PlaceEntry]),
    cause: &Cause,
    now: Moment,
) -> Result<ImportReport, ImportError> {
    history::change(writer, Register::Registry, cause, now, |tx| {
        let planned = planned(tx, parties, places, now)?;
        let standing = tx.lock_guarantees(&planned.guarantee_keys())?;
        let plan = planned.settled(&standing).map_err(ImportError::Refused)?;
        let parties = plan.report.parties.iter().flat_map(PartyReport::entries);
        let places = plan.report.places.iter().filter_map(PlaceReport::entry);
        let events = parties.chain(places).collect();
        Ok((write(tx, plan)?, events))
    })
}

fn planned(
    view: &mut View<'_>,
    parties: &[Entry],
    entries: &[PlaceEntry],
    now: Moment,
) -> Result<Planned, StorageError> {
    let registered = registered(view)?;
    let mut planned = plan(&registered, parties, now);
    planned.take_places(&places(view)?, &registered, entries, now);
    Ok(planned)
}

pub(super) fn write(tx: &mut Tx<'_>, plan: Plan) -> Result<ImportReport, StorageError> {
    let taken: Vec<_> = plan.codes_taken.iter().map(|code| (code,)).collect();
    let grants: Vec<_> = plan.grants.into_iter().map(|(_, grant)| grant).collect();
    tx.delete_party_codes(&taken)?;
    tx.upsert(&plan.parties)?;
    tx.upsert(&plan.codes)?;
    tx.upsert(&plan.certificates)?;
    tx.upsert(&plan.places)?;
    tx.grant(&grants)?;
    Ok(plan.report)
}
