//! Examination before loading (先查验后装运), where an office wants it: what was selected is examined at the
//! supervised place, and leaves only afterwards.

use tongguan_domain::declaration::ExportState;

use super::case::ExportCase;
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::record::ExportRecord;
use crate::clearing::working_set::Draft;

/// Whether goods may not be loaded because they are still to be examined. They cannot have left, so that
/// a report of it counts for nothing and has to come again.
pub fn forbids_loading(circumstances: &Circumstances<'_>, export: &ExportRecord) -> bool {
    matches!(export.state, ExportState::UnderExamination { .. })
        && circumstances.office(export.facts.office).examine_before_loading
}

/// Forgets the departure of goods that were selected only now; gives what the declarant is told of it.
pub fn forget_departure(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ExportCase,
) -> &'static str {
    let departed = case.record.movement.departed.is_some();
    if !departed || !forbids_loading(circumstances, &case.record) {
        return "";
    }
    case.record.movement.departed = None;
    let mut claim = draft.claim(&case.record.waybill_claim(), circumstances.at);
    claim.movement.departed = None;
    draft.set_claim(claim);
    "; 先查验后装运，查验前的离境申报无效"
}

/// Refuses a finding on goods that are not at the supervised place yet.
///
/// # Errors
/// [`Undecidable::ExaminedBeforeArrival`].
pub fn require_arrival(
    circumstances: &Circumstances<'_>,
    export: &ExportRecord,
) -> Result<(), Undecidable> {
    match &export.state {
        ExportState::UnderExamination { entry, .. }
            if entry.arrived_at.is_none() && forbids_loading(circumstances, export) =>
        {
            Err(Undecidable::ExaminedBeforeArrival(export.id))
        }
        _ => Ok(()),
    }
}
