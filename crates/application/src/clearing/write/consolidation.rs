//! Writing what concerns consolidation: exports that left, requests, formal declarations, results.

use std::collections::BTreeMap;

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::{self as storage, Partition, Tx};

use super::{Sequence, response_kind};
use crate::clearing::batch::BatchError;
use crate::clearing::rows;
use crate::clearing::working_set::Changes;

pub(super) fn write(
    tx: &mut Tx<'_>,
    changes: &Changes,
    sequence: &mut Sequence,
    moved: &mut BTreeMap<Partition, ()>,
    at: Moment,
) -> Result<(), BatchError> {
    let closed: Vec<_> =
        changes.exports.iter().filter_map(|export| rows::closed_export(export)).collect();
    tx.insert_absent(&closed)?;
    let requests: Result<Vec<_>, StoredError> =
        changes.requests.iter().map(|request| rows::write_request(request)).collect();
    tx.upsert(&requests?)?;
    let consolidated = &changes.outcomes.consolidated;
    let parts: Result<Vec<_>, _> = consolidated.parts.iter().map(rows::write_part).collect();
    tx.insert(&parts?)?;
    let forms: Result<Vec<_>, _> = consolidated.forms.iter().map(rows::write_formal).collect();
    tx.insert(&forms?)?;
    let marks: Vec<_> = consolidated
        .marks
        .iter()
        .map(|(closed, returns, formal)| (*closed, *returns, formal.as_str()))
        .collect();
    tx.mark_consolidated(&marks)?;
    let mut results = Vec::with_capacity(consolidated.results.len());
    for result in &consolidated.results {
        let seq = sequence.take();
        moved.insert(result.partition, ());
        results.push(storage::Response {
            partition: result.partition,
            seq,
            response_id: seq,
            mailbox: result.mailboxes.first().cloned(),
            kind: response_kind::CONSOLIDATED,
            message_id: MessageId(0),
            ordinal: 0,
            recorded_at: at,
            body: rows::write_result(result).encode()?,
        });
    }
    tx.insert(&results)?;
    Ok(())
}
