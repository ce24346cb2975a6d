//! Export declarations between record and row.

use std::sync::Arc;

use tongguan_domain::declaration::ExportState;
use tongguan_domain::ids::{MessageId, ProvisionalNumber};
use tongguan_domain::time::Moment;
use tongguan_storage as storage;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::export_declaration::StoredExport;

use super::answer::{read_answer, write_answer};
use super::{RowError, body, column};
use crate::clearing::record::{DocumentKey, DocumentKind, DossierKey, ExportRecord, Source};

const TABLE: &str = "export_declaration";

/// An export declaration from its row.
pub fn read_export(row: storage::Export) -> Result<ExportRecord, RowError> {
    let stored = StoredExport::decode(&row.body).map_err(body(TABLE))?;
    Ok(ExportRecord {
        id: row.declaration_id,
        document: DocumentKey {
            dossier: DossierKey {
                partition: row.partition,
                order_no: row.order_no.as_str().into(),
            },
            kind: DocumentKind::Export,
            party: row.merchant_id,
            number: "".into(),
        },
        provisional_no: ProvisionalNumber::parse(&row.pre_no).map_err(column(TABLE, "pre_no"))?,
        facts: Arc::new(stored.facts.try_into().map_err(body(TABLE))?),
        licence: stored.licence,
        collection: stored.collection,
        state: stored.state.try_into().map_err(body(TABLE))?,
        pack: stored.pack,
        answer: Arc::new(read_answer(stored.answer).map_err(column(TABLE, "answer"))?),
        movement: stored.movement.try_into().map_err(body(TABLE))?,
        since: row.updated_at,
        source: Source { message: MessageId(stored.source.0), ordinal: stored.source.1 },
        response_seq: stored.response_seq,
        replied_at: Moment::from_micros(stored.replied_at),
    })
}

/// An export declaration as a row; the newest responses about it are at `response_seq`.
pub fn write_export(
    export: &ExportRecord,
    response_seq: i64,
) -> Result<storage::Export, StoredError> {
    let facts = &*export.facts;
    let stored = StoredExport {
        facts: facts.into(),
        licence: export.licence,
        collection: export.collection,
        state: (&export.state).into(),
        pack: export.pack,
        answer: write_answer(&export.answer),
        movement: (&export.movement).into(),
        source: (export.source.message.0, export.source.ordinal),
        response_seq,
        replied_at: export.replied_at.micros(),
    };
    let status = i64::from(export.state.status().number());
    Ok(storage::Export {
        partition: export.document.dossier.partition,
        declaration_id: export.id,
        order_no: facts.order_no.clone(),
        merchant_id: facts.parties.merchant,
        declarant_id: facts.parties.declarant,
        office: facts.office.to_string(),
        pre_no: export.provisional_no.to_string(),
        invt_no: export.state.number().map(ToString::to_string),
        reference: facts.reference.to_string(),
        state: status,
        queue: is_queued(&export.state).then_some(status),
        released_at: waits_to_leave(&export.state),
        updated_at: export.since,
        body: stored.encode()?,
    })
}

/// Since when a declaration waits for its goods to leave.
const fn waits_to_leave(state: &ExportState) -> Option<Moment> {
    match state {
        ExportState::Released(release) => Some(release.released_at),
        _ => None,
    }
}

/// Whether an officer has to act.
const fn is_queued(state: &ExportState) -> bool {
    matches!(
        state,
        ExportState::InReview { .. }
            | ExportState::UnderExamination { .. }
            | ExportState::Recalled(_)
    )
}
