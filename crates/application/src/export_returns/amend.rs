//! What came back after its declaration had been consolidated, so that a clerk has to amend the formal
//! declaration.

use rust_decimal::Decimal;
use tongguan_domain::formal::LineOf;
use tongguan_domain::ids::FormalDeclarationNumber;
use tongguan_storage::View;

use crate::clearing::consolidation::FormalRecord;
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::rows::{closed_export, read_export, read_formal};
use crate::numbering::partition_of;
use crate::review::ReviewError;

/// A line of a formal declaration that holds goods which are back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToAmend {
    /// 报关单编号.
    pub formal: FormalDeclarationNumber,
    /// Its line, from 1.
    pub formal_line: usize,
    /// The line of the export declaration.
    pub line: i32,
    /// How much of that is back, in `unit`.
    pub quantity: Decimal,
    /// 计量单位.
    pub unit: Box<str>,
}

/// The lines of formal declarations that have to be amended because of a return; none where it was complete
/// before they were made, or where there are none.
///
/// # Errors
/// [`ReviewError`].
pub fn to_amend(
    view: &mut View<'_>,
    record: &ExportReturnRecord,
) -> Result<Vec<ToAmend>, ReviewError> {
    let id = record.id.declaration;
    let Some(released_at) = record.state.released_at() else { return Ok(Vec::new()) };
    let Some(export) = view.exports(&[(partition_of(id.0), id)])?.pop() else {
        return Ok(Vec::new());
    };
    let Some(closed) = closed_export(&read_export(export)?) else { return Ok(Vec::new()) };
    let Some(row) = view.closed_exports(&[closed.key()])?.pop() else { return Ok(Vec::new()) };
    let Some(first) = row.entry_id else { return Ok(Vec::new()) };
    let forms = view.formal_declarations_with(row.bucket, &first)?;
    let mut lines = Vec::new();
    for form in forms {
        let form = read_formal(form)?;
        if form.made_at < released_at {
            lines.extend(lines_of(&form, record));
        }
    }
    Ok(lines)
}

fn lines_of<'r>(
    formal: &'r FormalRecord,
    record: &'r ExportReturnRecord,
) -> impl Iterator<Item = ToAmend> + 'r {
    record.facts.items.iter().flat_map(move |item| {
        let (declaration, line) = (record.facts.declaration_no.clone(), item.number);
        let source = LineOf { declaration, line };
        let lines = (1..).zip(&formal.form.lines);
        let holding = lines.filter(move |(_, line)| line.sources.contains(&source));
        holding.map(move |(formal_line, _)| ToAmend {
            formal: formal.number.clone(),
            formal_line,
            line: item.number,
            quantity: item.quantity,
            unit: item.unit.clone(),
        })
    })
}
