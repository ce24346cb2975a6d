//! Between records of what is relayed and their rows.

use std::sync::Arc;

use tongguan_domain::ids::{MessageId, ProvisionalNumber};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::relay::{StoredRelayedDocument, StoredSendingOrder};
use tongguan_storage::{RelayDocumentRow, RelayMessageRow};

use super::answer::write_answer;
use super::{RowError, body, column, read_answer};
use crate::clearing::relay::{RelayRecord, RelayState, RelayedDocument, upstream_number};
use crate::numbering::partition_of;

/// A message to upstream with its documents, from their rows.
pub fn read_relay(
    row: RelayMessageRow,
    documents: Vec<RelayDocumentRow>,
) -> Result<RelayRecord, RowError> {
    let table = "relay_message";
    let kind = MessageType::from_code(&row.kind).ok_or_else(|| RowError::Column {
        table,
        column: "kind",
        value: row.kind.clone(),
    })?;
    let state = read_relay_state(&row).ok_or_else(|| RowError::Column {
        table,
        column: "state",
        value: row.state.to_string(),
    })?;
    Ok(RelayRecord {
        message: row.message_id,
        seq: row.seq,
        kind,
        state,
        taken_at: row.taken_at,
        due_since: row.due_since,
        attempts: row.attempts,
        names: StoredSendingOrder::decode(&row.body)
            .map_err(body(table))?
            .names
            .into_iter()
            .collect(),
        documents: documents.into_iter().map(read_relayed_document).collect::<Result<_, _>>()?,
    })
}

/// Where a message to upstream stands, from its row.
pub fn read_relay_state(row: &RelayMessageRow) -> Option<RelayState> {
    let why = || row.failure.clone().unwrap_or_default();
    Some(match (row.state, row.ended_at) {
        (RelayState::WAITING, _) => RelayState::Waiting,
        (RelayState::SENT, Some(at)) => RelayState::Sent(at),
        (RelayState::GIVEN_UP, Some(at)) => RelayState::GivenUp { at, why: why() },
        (RelayState::DISMISSED, Some(at)) => RelayState::Dismissed { at, why: why() },
        _ => return None,
    })
}

/// A message to upstream, as a row at that place.
pub fn write_relay(record: &RelayRecord, seq: i64) -> Result<RelayMessageRow, StoredError> {
    let (ended_at, failure) = match &record.state {
        RelayState::Waiting => (None, None),
        RelayState::Sent(at) => (Some(*at), None),
        RelayState::GivenUp { at, why } | RelayState::Dismissed { at, why } => {
            (Some(*at), Some(why.clone()))
        }
    };
    Ok(RelayMessageRow {
        partition: partition_of(record.message.0),
        message_id: record.message,
        seq,
        number: upstream_number(record.message),
        kind: record.kind.code().to_owned(),
        documents: i64::try_from(record.documents.len()).unwrap_or(i64::MAX),
        state: record.state.code(),
        taken_at: record.taken_at,
        due_since: record.due_since,
        attempts: record.attempts,
        next_attempt_at: None,
        failure,
        ended_at,
        body: StoredSendingOrder { names: record.names.iter().cloned().collect() }.encode()?,
    })
}

fn read_relayed_document(row: RelayDocumentRow) -> Result<RelayedDocument, RowError> {
    let table = "relay_document";
    let stored = StoredRelayedDocument::decode(&row.body).map_err(body(table))?;
    let provisional = stored.provisional.as_deref().map(ProvisionalNumber::parse).transpose();
    let provisional = provisional.map_err(column(table, "body"))?;
    let wrong = |column, value: i64| RowError::Column { table, column, value: value.to_string() };
    Ok(RelayedDocument {
        ordinal: u16::try_from(row.ordinal).map_err(|_| wrong("ordinal", row.ordinal))?,
        answer: Arc::new(read_answer(stored.answer).map_err(column(table, "body"))?),
        provisional,
        replied_at: Moment::from_micros(stored.replied_at),
    })
}

/// A document of a message to upstream, as a row.
pub fn write_relayed_document(
    message: MessageId,
    document: &RelayedDocument,
) -> Result<RelayDocumentRow, StoredError> {
    let body = StoredRelayedDocument {
        answer: write_answer(&document.answer),
        provisional: document.provisional.as_ref().map(ToString::to_string),
        replied_at: document.replied_at.micros(),
    };
    Ok(RelayDocumentRow {
        partition: partition_of(message.0),
        message_id: message,
        ordinal: i64::from(document.ordinal),
        body: body.encode()?,
    })
}
