//! What came back of export declarations, as their consolidation needs it.

use std::collections::BTreeMap;

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::readmission::ReturnedByLine;
use tongguan_domain::time::Moment;
use tongguan_storage::View;

use super::of;
use crate::clearing::export_return::ExportReturnRecord;
use crate::review::ReviewError;

/// What came back of one export declaration, told apart by the moment of its consolidation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Back {
    /// What was back by then: it is left out.
    pub before: ReturnedByLine,
    /// What came later: the formal declaration stays as it is, and this is noted against its lines.
    pub after: ReturnedByLine,
}

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

/// How much of each line of these export declarations is back, told apart by `consolidated_at`; those of
/// which nothing is are left out. Goods that are awaited or under examination are not back.
///
/// # Errors
/// [`ReviewError`].
pub fn back(
    view: &mut View<'_>,
    declarations: &[DeclarationId],
    consolidated_at: Moment,
) -> Result<BTreeMap<DeclarationId, Back>, ReviewError> {
    let mut returned = BTreeMap::<DeclarationId, Vec<ExportReturnRecord>>::new();
    for record in of(view, declarations)? {
        if record.state.released_at().is_some() {
            returned.entry(record.id.declaration).or_default().push(record);
        }
    }
    let told_apart = |records: Vec<ExportReturnRecord>| {
        let sum = |is_early: bool| {
            let chosen = records.iter().filter(|record| {
                record.state.released_at().is_some_and(|at| (at <= consolidated_at) == is_early)
            });
            ReturnedByLine::of(chosen.flat_map(|record| &record.facts.items))
        };
        Back { before: sum(true), after: sum(false) }
    };
    Ok(returned.into_iter().map(|(id, records)| (id, told_apart(records))).collect())
}
