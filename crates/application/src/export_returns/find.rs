//! Returns as somebody looks for them.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::status::ReturnStatus;
use tongguan_storage::View;

use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::rows::read_export_return;
use crate::numbering::{partition_of, partition_of_number};
use crate::review::ReviewError;

/// What a number leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// One return.
    One(Box<ExportReturnRecord>),
    /// Several returns of one export declaration.
    Several(Vec<ExportReturnRecord>),
}

/// All returns of these export declarations, in order of the declarations and, of one, in that of the
/// requests.
///
/// # Errors
/// [`ReviewError`].
pub fn of(
    view: &mut View<'_>,
    declarations: &[DeclarationId],
) -> Result<Vec<ExportReturnRecord>, ReviewError> {
    let keys: Vec<_> = declarations.iter().map(|id| (partition_of(id.0), *id)).collect();
    let rows = view.export_returns(&keys)?;
    Ok(rows.into_iter().map(read_export_return).collect::<Result<_, _>>()?)
}

/// A page of what waits for an officer, behind a return.
///
/// # Errors
/// [`ReviewError`].
pub fn queue(
    view: &mut View<'_>,
    after: ExportReturnId,
    limit: i64,
) -> Result<Vec<ExportReturnRecord>, ReviewError> {
    let status = i64::from(ReturnStatus::Examined.number());
    let rows = view.export_returns_in_queue(status, (after.declaration, after.n), limit)?;
    Ok(rows.into_iter().map(read_export_return).collect::<Result<_, _>>()?)
}

/// Finds a return by the 清单编号 of its export declaration, and, where there are several, by which of them
/// it is: `29162026E000000256/2`.
///
/// # Errors
/// [`ReviewError`].
pub fn find(view: &mut View<'_>, number: &str) -> Result<Found, ReviewError> {
    let (number, nth) = match number.trim().rsplit_once('/') {
        Some((number, nth)) => (number, nth.parse::<i64>().ok()),
        None => (number.trim(), None),
    };
    let Some(partition) = partition_of_number(number) else { return Ok(Found::Nothing) };
    let exports = view.exports_numbered(&[(partition, number)])?;
    let ids: Vec<_> = exports.iter().map(|export| export.declaration_id).collect();
    let mut records = of(view, &ids)?;
    records.retain(|record| nth.is_none_or(|nth| record.id.n == nth));
    Ok(match records.len() {
        0 => Found::Nothing,
        1 => Found::One(Box::new(records.remove(0))),
        _ => Found::Several(records),
    })
}
