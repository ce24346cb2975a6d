//! Rendering a part of the result of a consolidation (792): where each line of each declaration went.

use std::collections::HashMap;

use tongguan_domain::commerce::Part;
use tongguan_domain::consolidation::{ConsolidatedLine, ConsolidationResult};
use tongguan_domain::ids::{Guid, WaybillNumber};
use tongguan_messages::ceb::{MessageType, ceb792};
use tongguan_messages::write::Style;
use tongguan_storage::stored::consolidation::StoredResultPart;

use super::render::guid_of;
use super::{Outgoing, RenderError, Rendered};
use crate::clearing::consolidation::FormalRecord;
use crate::clearing::decide::RESULT_LINES;
use crate::clearing::rows;

/// 报关单状态 (`decState`): customs sets the values and has published none; this one stands in every
/// official sample.
const STATE: &str = "A";

pub(super) fn result(outgoing: &Outgoing) -> Result<Rendered, RenderError> {
    let stored = StoredResultPart::decode(&outgoing.response.body)?;
    let row = outgoing.formal.clone().ok_or(RenderError::NoFormalDeclaration)?;
    let formal = rows::read_formal(row)?;
    let guid = guid_of(outgoing, 1);
    let part = Part::new(stored.part, stored.of).ok_or(RenderError::NoFormalDeclaration)?;
    let skipped = usize::try_from(stored.part.saturating_sub(1)).unwrap_or(usize::MAX);
    let lines = lines(&formal).skip(skipped.saturating_mul(RESULT_LINES)).take(RESULT_LINES);
    let result = ConsolidationResult {
        guid: Guid::parse(&guid)?,
        office: formal.office,
        consolidation_no: formal.request.clone(),
        decided_at: formal.made_at,
        number: formal.consolidated_no.clone(),
        stored_no: None,
        provisional_no: None,
        formal_no: Some(formal.number.clone()),
        state: STATE.into(),
        declarant: formal.declarant.clone(),
        merchant: formal.merchant.clone(),
        formal_declarant: formal.formal_declarant.clone(),
        gross_weight_kg: formal.form.gross_weight_kg,
        net_weight_kg: formal.form.net_weight_kg,
        part,
        note: None,
        lines: lines.collect(),
    };
    let xml = ceb792::write(&guid, &[result], Style::Compact).map_err(RenderError::Unwritable)?;
    Ok(Rendered {
        message: MessageType::Ceb792.code(),
        key: formal.number.to_string(),
        at: formal.made_at,
        mailboxes: stored.mailboxes,
        xml: xml.into_bytes(),
    })
}

/// Every line of every declaration, in order of the formal lines that they went into.
fn lines(formal: &FormalRecord) -> impl Iterator<Item = ConsolidatedLine> {
    let waybills: HashMap<_, WaybillNumber> = formal.declarations.iter().cloned().collect();
    let lines = (1..).zip(formal.form.lines.clone());
    lines.flat_map(move |(formal_line, line)| {
        let lines: Vec<_> = line
            .sources
            .into_iter()
            .filter_map(|source| {
                Some(ConsolidatedLine {
                    waybill_no: waybills.get(&source.declaration)?.clone(),
                    declaration_no: source.declaration,
                    formal_line,
                    number: source.line,
                    hs_code: line.goods.hs_code.clone(),
                })
            })
            .collect();
        lines
    })
}
