//! Requests to consolidate and formal declarations between record and row.

use std::sync::Arc;

use tongguan_domain::consolidation::{GoodsNaming, Grouping};
use tongguan_domain::declaration::{ExportState, StatisticsFlag};
use tongguan_domain::ids::{
    ConsolidatedNumber, ConsolidationNumber, DeclarationNumber, DxpId, FormalDeclarationNumber,
    FunctionalReference, OfficeCode, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::consolidation::{
    StoredAnswersV1, StoredConsolidation, StoredNumbers, StoredNumbersV1, StoredResultPart,
};
use tongguan_storage::stored::formal::{StoredFormV1, StoredFormal};
use tongguan_storage::{self as storage, Partition};

use super::answer::{read_answer, write_answer};
use super::{RowError, body, column};
use crate::clearing::consolidation::{
    Answers, FormalRecord, PartRecord, RequestKey, RequestRecord, ResultPart, Span, Terms,
};
use crate::clearing::record::ExportRecord;

const TABLE: &str = "consolidation";
const FORMAL: &str = "formal_declaration";

/// A request from its row.
pub fn read_request(row: storage::Consolidation) -> Result<RequestRecord, RowError> {
    let stored = StoredConsolidation::decode(&row.body).map_err(body(TABLE))?;
    let unknown =
        |column, value: &str| RowError::Column { table: TABLE, column, value: value.to_owned() };
    let reference = FunctionalReference::parse(&row.reference);
    let provisional_no = stored.provisional_no.as_deref().map(ProvisionalNumber::parse);
    let answers = match stored.answers {
        StoredAnswersV1::Part(part, answer) => {
            Answers::Part(part, Arc::new(read_answer(answer).map_err(column(TABLE, "answer"))?))
        }
        StoredAnswersV1::Mailbox(mailbox) => {
            let mailbox = mailbox.as_deref().map(DxpId::parse).transpose();
            Answers::Mailbox(mailbox.map_err(column(TABLE, "mailbox"))?)
        }
    };
    let terms = Terms {
        office: OfficeCode::parse(&stored.office).map_err(column(TABLE, "office"))?,
        declarant: stored.declarant.try_into().map_err(body(TABLE))?,
        merchant_id: tongguan_domain::ids::PartyId(stored.merchant_id),
        merchant: stored.merchant.try_into().map_err(body(TABLE))?,
        formal_declarant: stored.formal_declarant.try_into().map_err(body(TABLE))?,
        span: match stored.period {
            None => Span::Named,
            Some((from, until)) => {
                Span::Period { from: Moment::from_micros(from), until: Moment::from_micros(until) }
            }
        },
        grouping: Grouping::from_wire(&stored.grouping)
            .ok_or_else(|| unknown("grouping", &stored.grouping))?,
        naming: GoodsNaming::from_wire(&stored.naming),
    };
    Ok(RequestRecord {
        key: RequestKey {
            declarant: row.party_id,
            reference: reference.map_err(column(TABLE, "reference"))?,
        },
        number: ConsolidationNumber::parse(&row.sum_no).map_err(column(TABLE, "sum_no"))?,
        provisional_no: provisional_no.transpose().map_err(column(TABLE, "provisional_no"))?,
        terms,
        parts: stored.parts,
        arrived: stored.arrived.into_iter().collect(),
        accepted_at: row.accepted_at,
        state: stored.state.into(),
        answers,
    })
}

/// A request as a row.
pub fn write_request(request: &RequestRecord) -> Result<storage::Consolidation, StoredError> {
    let terms = &request.terms;
    let stored = StoredConsolidation {
        provisional_no: request.provisional_no.as_ref().map(ToString::to_string),
        office: terms.office.to_string(),
        declarant: (&terms.declarant).into(),
        merchant_id: terms.merchant_id.0,
        merchant: (&terms.merchant).into(),
        formal_declarant: (&terms.formal_declarant).into(),
        period: match terms.span {
            Span::Named => None,
            Span::Period { from, until } => Some((from.micros(), until.micros())),
        },
        grouping: terms.grouping.to_wire().to_owned(),
        naming: terms.naming.to_wire().to_owned(),
        parts: request.parts,
        arrived: request.arrived.iter().copied().collect(),
        state: request.state.into(),
        answers: match &request.answers {
            Answers::Part(part, answer) => StoredAnswersV1::Part(*part, write_answer(answer)),
            Answers::Mailbox(mailbox) => {
                StoredAnswersV1::Mailbox(mailbox.as_ref().map(ToString::to_string))
            }
        },
    };
    Ok(storage::Consolidation {
        bucket: request.key.bucket(),
        party_id: request.key.declarant,
        reference: request.key.reference.to_string(),
        sum_no: request.number.to_string(),
        open: request.state.is_open().then_some(1),
        accepted_at: request.accepted_at,
        body: stored.encode()?,
    })
}

/// The numbers of a part from its row.
pub fn read_numbers(row: &storage::ConsolidationPart) -> Result<Vec<DeclarationNumber>, RowError> {
    let table = "consolidation_part";
    let stored = StoredNumbers::decode(&row.body).map_err(body(table))?;
    let numbers = stored.0.iter().map(|number| DeclarationNumber::parse(number));
    numbers.collect::<Result<_, _>>().map_err(column(table, "numbers"))
}

/// A part as a row.
pub fn write_part(part: &PartRecord) -> Result<storage::ConsolidationPart, StoredError> {
    let numbers = part.numbers.iter().map(|number| number.as_str().into());
    Ok(storage::ConsolidationPart {
        bucket: part.key.bucket(),
        party_id: part.key.declarant,
        reference: part.key.reference.to_string(),
        part: i64::from(part.part),
        body: StoredNumbersV1(numbers.collect()).encode()?,
    })
}

/// A formal declaration from its row.
pub fn read_formal(row: storage::FormalRow) -> Result<FormalRecord, RowError> {
    let stored = StoredFormal::decode(&row.body).map_err(body(FORMAL))?;
    let form = stored.form.form(&stored.declarations).map_err(body(FORMAL))?;
    let declarations = stored.declarations.iter().map(|(number, waybill)| {
        Ok((DeclarationNumber::parse(number)?, WaybillNumber::parse(waybill)?))
    });
    let party = |named: storage::stored::consolidation::StoredNamedV1| {
        named.try_into().map_err(body(FORMAL))
    };
    Ok(FormalRecord {
        number: FormalDeclarationNumber::parse(&row.entry_id)
            .map_err(column(FORMAL, "entry_id"))?,
        consolidated_no: ConsolidatedNumber::parse(&stored.seq_no)
            .map_err(column(FORMAL, "seq_no"))?,
        request: ConsolidationNumber::parse(&stored.sum_no).map_err(column(FORMAL, "sum_no"))?,
        made_at: row.made_at,
        office: OfficeCode::parse(&stored.office).map_err(column(FORMAL, "office"))?,
        declarant: party(stored.declarant)?,
        merchant: party(stored.merchant)?,
        formal_declarant: party(stored.formal_declarant)?,
        pack: stored.pack,
        declarations: declarations
            .collect::<Result<_, _>>()
            .map_err(column(FORMAL, "declarations"))?,
        form,
    })
}

/// A formal declaration as a row.
pub fn write_formal(formal: &FormalRecord) -> Result<storage::FormalRow, StoredError> {
    let declarations: Vec<(Box<str>, Box<str>)> = formal
        .declarations
        .iter()
        .map(|(number, waybill)| (number.as_str().into(), waybill.as_str().into()))
        .collect();
    let stored = StoredFormal {
        sum_no: formal.request.to_string(),
        seq_no: formal.consolidated_no.to_string(),
        office: formal.office.to_string(),
        declarant: (&formal.declarant).into(),
        merchant: (&formal.merchant).into(),
        formal_declarant: (&formal.formal_declarant).into(),
        pack: formal.pack,
        form: StoredFormV1::of(&formal.form, &declarations)?,
        declarations,
    };
    Ok(storage::FormalRow {
        bucket: Partition::of_party(formal.form.head.merchant),
        entry_id: formal.number.to_string(),
        merchant_id: formal.form.head.merchant,
        made_at: formal.made_at,
        body: stored.encode()?,
    })
}

/// The body of a result's row in the outbox.
pub fn write_result(result: &ResultPart) -> StoredResultPart {
    StoredResultPart {
        entry_id: result.formal.to_string(),
        part: result.part,
        of: result.of,
        mailboxes: result.mailboxes.iter().map(ToString::to_string).collect(),
    }
}

/// The row by which consolidation and statistics find an export; none before its goods left.
pub fn closed_export(export: &ExportRecord) -> Option<storage::ClosedExport> {
    let ExportState::Closed { departed_at, .. } = export.state else { return None };
    let merchant = export.facts.parties.merchant;
    Some(storage::ClosedExport {
        bucket: Partition::of_party(merchant),
        merchant_id: merchant,
        departed_at,
        declaration_id: export.id,
        office: export.facts.office.to_string(),
        simplified: export.facts.statistics == StatisticsFlag::Simplified,
        returned: false,
        returns: 0,
        entry_id: None,
    })
}
