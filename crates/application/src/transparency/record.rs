//! What a leaf commits to: a row as it stands, written down in one way.

use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::logged::{
    StoredLoggedChangeV1, StoredLoggedResponseV1, StoredMadeFrom, StoredRecord,
};
use tongguan_storage::{Event, RegisterEvent, Response};

use crate::digest::sha256;

pub(super) fn of_event(row: Event) -> StoredRecord {
    StoredRecord::Event {
        partition: row.partition.0,
        seq: row.seq,
        at: row.at.micros(),
        version: row.version,
        body: row.body,
    }
}

/// Of a response, with everything that it is made from besides its own row.
///
/// # Errors
/// [`StoredError`].
pub(super) fn of_response(
    row: Response,
    made_from: &[StoredMadeFrom],
) -> Result<StoredRecord, StoredError> {
    let digest = |it: &StoredMadeFrom| Ok(sha256(&it.encode()?));
    Ok(StoredRecord::Response(StoredLoggedResponseV1 {
        partition: row.partition.0,
        seq: row.seq,
        response_id: row.response_id,
        mailbox: row.mailbox.map(|it| it.to_string()),
        kind: row.kind,
        message_id: row.message_id.0,
        ordinal: row.ordinal,
        recorded_at: row.recorded_at.micros(),
        body: row.body,
        made_from: made_from.iter().map(digest).collect::<Result<_, StoredError>>()?,
    }))
}

pub(super) fn of_change(row: RegisterEvent) -> StoredRecord {
    StoredRecord::Register(StoredLoggedChangeV1 {
        register: row.register,
        revision: row.revision,
        n: row.n,
        at: row.at.micros(),
        who: row.who,
        also_who: row.also_who,
        record: row.record,
        subject: row.subject,
        version: row.version,
        body: row.body,
    })
}
