//! Exports: orders, collections, waybills and declarations (出口), decided in the same beats as imports.

mod case;
mod examination;
mod lodging;
mod master_bill;
mod matching;
mod movement;
mod quarantine;
mod report;
mod ruling;
mod trade;
mod transit;

use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ExportState;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationId, ProvisionalNumber};
use tongguan_domain::time::Moment;

use super::declaration::provisional_no;
use super::rules::DOCUMENTS_MISSING;
use super::{Circumstances, Undecidable};
use crate::clearing::incoming::FiledDocument;
use crate::clearing::outcome::Cause;
use crate::clearing::record::{DocumentRecord, ExportRecord};
use crate::clearing::working_set::Draft;

pub(super) use case::ExportCase;
pub(super) use lodging::lodge;
pub(super) use master_bill::master_bill;
pub(super) use movement::{arrival, departure};
pub(super) use quarantine::register as quarantine;
pub(super) use report::{Changeable, Report, Taken, take_in};
pub(super) use ruling::rule;
pub(super) use trade::{collection, order, waybill};
pub(super) use transit::decide as transit;

/// What an export declaration waits for, as the bits of its waiting row.
pub fn export_missing(draft: &Draft<'_>, export: &ExportRecord, at: Moment) -> i64 {
    matching::missing(draft, at, export).bits()
}

/// Declares an export declaration that was only stored.
pub(super) fn declare_stored(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
    cause: Cause,
) -> Result<(), Undecidable> {
    let mut case = taken_up(draft, circumstances, id)?;
    if case.record.state != ExportState::Stored {
        return Err(Undecidable::NotStored { id, at: case.record.state.status() });
    }
    lodging::declare(draft, circumstances, &mut case, Action::Create)?;
    case.close(draft, cause);
    Ok(())
}

/// Gives up an export declaration that waited too long; nothing happens before its time.
pub(super) fn due(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    let mut case = taken_up(draft, circumstances, id)?;
    match case.record.state {
        ExportState::Waiting { expires_at } if expires_at <= circumstances.at => {
            let missing = matching::missing(draft, circumstances.at, &case.record);
            let reason = format!("等待单证超时，{}", matching::warning(&case.record, missing));
            let defect = Defect::at(&DOCUMENTS_MISSING, "").with("cause", reason);
            case.refuse(draft, circumstances, &[defect])?;
            case.close(draft, Cause::Time);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The number that the port gave to what stands under the key, or a new one.
pub(super) fn number(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&DocumentRecord>,
) -> Result<ProvisionalNumber, Undecidable> {
    let export = standing.and_then(|standing| draft.exported_as(standing));
    provisional_no(circumstances, filed, export.map(|export| &export.provisional_no))
}

fn taken_up(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
) -> Result<ExportCase, Undecidable> {
    draft
        .export(id)
        .map(|export| ExportCase::reopen(circumstances, export))
        .ok_or(Undecidable::NoSuchDeclaration(id))
}
