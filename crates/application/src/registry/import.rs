//! Importing a registry file: all of it in one transaction, or nothing.

use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, StorageError, Tx, View, Writer};

use super::entry::Entry;
use super::plan::{Plan, plan};
use super::registered::registered;
use super::report::{ImportReport, PartyReport};
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

/// What importing `entries` at `now` would do.
///
/// # Errors
/// [`ImportError`].
pub fn compare(
    view: &mut View<'_>,
    entries: &[Entry],
    now: Moment,
) -> Result<ImportReport, ImportError> {
    let planned = plan(&registered(view)?, entries, now);
    let standing = view.guarantees(&planned.guarantee_keys())?;
    let plan = planned.settled(&standing).map_err(ImportError::Refused)?;
    Ok(plan.report)
}

/// What importing `entries` at `now` would do where nothing is registered yet.
///
/// # Errors
/// [`ImportError::Refused`].
pub fn compare_with_nothing(entries: &[Entry], now: Moment) -> Result<ImportReport, ImportError> {
    let plan = plan(&[], entries, now).settled(&[]).map_err(ImportError::Refused)?;
    Ok(plan.report)
}

/// Registers the parties of `entries`, or brings them up to date. Importing the same again changes
/// nothing, not even the revision.
///
/// # Errors
/// [`ImportError`]; nothing was changed.
pub fn import(
    writer: &mut Writer,
    entries: &[Entry],
    cause: &Cause,
    now: Moment,
) -> Result<ImportReport, ImportError> {
    history::change(writer, Register::Registry, cause, now, |tx| {
        let planned = plan(&registered(tx)?, entries, now);
        let standing = tx.lock_guarantees(&planned.guarantee_keys())?;
        let plan = planned.settled(&standing).map_err(ImportError::Refused)?;
        let events = plan.report.parties.iter().flat_map(PartyReport::entries).collect();
        Ok((write(tx, plan)?, events))
    })
}

pub(super) fn write(tx: &mut Tx<'_>, plan: Plan) -> Result<ImportReport, StorageError> {
    let taken: Vec<_> = plan.codes_taken.iter().map(|code| (code,)).collect();
    let grants: Vec<_> = plan.grants.into_iter().map(|(_, grant)| grant).collect();
    tx.delete_party_codes(&taken)?;
    tx.upsert(&plan.parties)?;
    tx.upsert(&plan.codes)?;
    tx.upsert(&plan.certificates)?;
    tx.grant(&grants)?;
    Ok(plan.report)
}
