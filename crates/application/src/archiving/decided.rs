//! Rows of what was answered and decided, from what the database holds.

use tongguan_archive::column::{Row, Value};
use tongguan_storage as storage;
use tongguan_storage::stored::event::{StoredCauseV1, StoredEntryV1, StoredEvent, StoredSubjectV1};
use tongguan_storage::stored::response::StoredResponse;

use super::ArchivingError;
use super::rows::{instant, maybe, word};

/// A response, status by status.
pub(super) fn response(row: &storage::Response) -> Result<Vec<Row>, ArchivingError> {
    let stored = StoredResponse::decode(&row.body)?;
    let (provisional, number) = match &stored.numbers {
        Some((provisional, number)) => (Some(&**provisional), number.as_deref()),
        None => (None, None),
    };
    let step = |(n, (status, at, said)): (i64, &(i32, i64, String))| {
        vec![
            Value::Whole(row.response_id),
            Value::Whole(n),
            Value::Whole(i64::from(row.partition.0)),
            Value::Whole(row.seq),
            instant(row.recorded_at),
            maybe(row.mailbox.as_ref()),
            Value::Whole(row.kind),
            Value::Whole(row.message_id.0),
            Value::maybe(provisional),
            Value::maybe(number),
            Value::Whole(i64::from(*status)),
            Value::Instant(*at),
            word(said),
        ]
    };
    Ok((0..).zip(&stored.run).map(step).collect())
}

/// An event, decision by decision.
pub(super) fn event(row: &storage::Event) -> Result<Vec<Row>, ArchivingError> {
    let stored = StoredEvent::decode(&row.body)?;
    let decided = |(n, entry): (i64, &StoredEntryV1)| {
        let (subject_kind, subject) = subject_of(&entry.subject);
        let (cause, officer) = cause_of(&entry.cause);
        let statuses: Vec<_> = entry.statuses.iter().map(ToString::to_string).collect();
        vec![
            Value::Whole(row.seq),
            Value::Whole(i64::from(row.partition.0)),
            Value::Whole(n),
            instant(row.at),
            word(subject_kind),
            Value::Text(subject),
            word(cause),
            Value::maybe(officer),
            entry.before.map_or(Value::Absent, |before| Value::Whole(i64::from(before))),
            Value::Text(statuses.join(" ")),
        ]
    };
    Ok((0..).zip(&stored.entries).map(decided).collect())
}

fn subject_of(subject: &StoredSubjectV1) -> (&'static str, String) {
    match subject {
        StoredSubjectV1::Document(order_no, kind, party, number) => {
            ("document", format!("{order_no} {kind} {party} {number}"))
        }
        StoredSubjectV1::Unkeyed(message) => ("unkeyed", message.to_string()),
        StoredSubjectV1::Declaration(id) => ("import", id.to_string()),
        StoredSubjectV1::Export(id) => ("export", id.to_string()),
        StoredSubjectV1::ExportReturn(id, n) => ("export-return", format!("{id} {n}")),
        StoredSubjectV1::Zone(kind, holder, reference, _) => {
            ("zone", format!("{kind} {holder} {reference}"))
        }
        StoredSubjectV1::Relayed(message) => ("relayed", message.to_string()),
    }
}

fn cause_of(cause: &StoredCauseV1) -> (&'static str, Option<&str>) {
    match cause {
        StoredCauseV1::Document(..) => ("document", None),
        StoredCauseV1::Ruling(officer, _) => ("ruling", Some(officer)),
        StoredCauseV1::Command => ("command", None),
        StoredCauseV1::Time => ("time", None),
        StoredCauseV1::Guarantee => ("guarantee", None),
        StoredCauseV1::Signed(..) => ("signed", None),
        StoredCauseV1::Delegated(..) => ("delegated", None),
    }
}
