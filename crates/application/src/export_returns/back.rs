//! What came back of export declarations, as their consolidation needs it.

use std::collections::BTreeMap;

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::readmission::ReturnedByLine;
use tongguan_storage::View;

use super::of;
use crate::clearing::export_return::ExportReturnRecord;
use crate::review::ReviewError;

/// How much of each line of these export declarations is back; those of which nothing is are left out.
/// Goods that are awaited or under examination are not back.
///
/// # Errors
/// [`ReviewError`].
pub fn returned_by_line(
    view: &mut View<'_>,
    declarations: &[DeclarationId],
) -> Result<BTreeMap<DeclarationId, ReturnedByLine>, ReviewError> {
    let mut returned = BTreeMap::<DeclarationId, Vec<ExportReturnRecord>>::new();
    for record in of(view, declarations)? {
        if record.state.released_at().is_some() {
            returned.entry(record.id.declaration).or_default().push(record);
        }
    }
    let sum = |records: Vec<ExportReturnRecord>| {
        ReturnedByLine::of(records.iter().flat_map(|record| &record.facts.items))
    };
    Ok(returned.into_iter().map(|(id, records)| (id, sum(records))).collect())
}
