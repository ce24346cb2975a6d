//! What came back after its declaration had been consolidated, so that a clerk has to amend the formal
//! declaration.

use rust_decimal::Decimal;
use tongguan_domain::formal::LineOf;
use tongguan_domain::ids::{DeclarationNumber, FormalDeclarationNumber};
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::time::Moment;
use tongguan_storage::View;

use super::of;

use crate::clearing::consolidation::FormalRecord;
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::rows::{closed_export, read_export, read_formal};
use crate::numbering::{partition_of, partition_of_number};
use crate::review::ReviewError;

/// How many declarations are looked at at a time.
const PAGE: usize = 500;

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

/// A line to amend, and the return because of which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// The export declaration of which goods came back.
    pub declaration: DeclarationNumber,
    /// Which return of it.
    pub id: ExportReturnId,
    /// When the goods were let in.
    pub released_at: Moment,
    /// What has to be amended.
    pub line: ToAmend,
}

/// The lines of a formal declaration that have to be amended, because goods came back after it was made; in order
/// of its declarations.
///
/// # Errors
/// [`ReviewError`].
pub fn amendments(
    view: &mut View<'_>,
    formal: &FormalRecord,
) -> Result<Vec<Amendment>, ReviewError> {
    let mut amendments = Vec::new();
    for declarations in formal.declarations.chunks(PAGE) {
        let keys: Vec<_> = declarations
            .iter()
            .filter_map(|(number, _)| {
                Some((partition_of_number(number.as_str())?, number.as_str()))
            })
            .collect();
        let exports = view.exports_numbered(&keys)?;
        let ids: Vec<_> = exports.iter().map(|export| export.declaration_id).collect();
        for record in of(view, &ids)? {
            let later = record.state.released_at().filter(|at| formal.made_at < *at);
            let Some(released_at) = later else { continue };
            amendments.extend(lines_of(formal, &record).map(|line| Amendment {
                declaration: record.facts.declaration_no.clone(),
                id: record.id,
                released_at,
                line,
            }));
        }
    }
    Ok(amendments)
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
