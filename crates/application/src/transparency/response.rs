//! Whether the response of a bundle is what was recorded: it is made again from the record, and compared byte for byte.
//! Nothing else is needed for that, and no database.

use tongguan_domain::ids::{DxpId, IdError, MessageId};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::logged::{StoredLoggedResponseV1, StoredMadeFrom, StoredRecord};
use tongguan_storage::{Message, Partition, Response};
use tongguan_transparency::bundle::Bundle;

use super::made_from::Rows;
use crate::delivery::{Outgoing, RenderError, Rendered, guid_of, place_in, render};
use crate::digest::sha256;
use crate::originals::OriginalError;

/// What a bundle shows is not what was recorded.
#[derive(Debug, thiserror::Error)]
pub enum NotTheResponse {
    /// The record does not decode.
    #[error("the record of the bundle does not decode")]
    Record(#[from] StoredError),
    /// It is of something else.
    #[error("the record of the bundle is of an event and not of a response")]
    NoResponse,
    /// An identifier in it is none.
    #[error("the record of the bundle holds a broken identifier")]
    Id(#[from] IdError),
    /// What the response is made from is not there, or was changed.
    #[error(
        "attachment {0} of the bundle is not what the record names: it was changed, or is missing"
    )]
    Attachment(usize),
    /// The record is of another response.
    #[error("the record of the bundle is of another response than `{0}`")]
    OtherNumber(String),
    /// It cannot be made again.
    #[error("the response of the bundle could not be made again from its record")]
    Render(#[from] RenderError),
    /// It is another text.
    #[error("the response of the bundle is not what was recorded: it was changed")]
    Changed,
}

/// The response that a bundle records, where it is the one that the bundle shows. That the record is in the log is
/// [`Bundle::proved`]'s question.
///
/// # Errors
/// [`NotTheResponse`].
pub fn response_in(bundle: &Bundle) -> Result<Rendered, NotTheResponse> {
    let StoredRecord::Response(record) = StoredRecord::decode(&bundle.record)? else {
        return Err(NotTheResponse::NoResponse);
    };
    let mut rows = Rows::default();
    for (n, digest) in record.made_from.iter().enumerate() {
        let attached = bundle.attachments.get(n).filter(|it| sha256(it) == *digest);
        rows.add(StoredMadeFrom::decode(attached.ok_or(NotTheResponse::Attachment(n + 1))?)?);
    }
    let original = bundle.attachments.get(record.made_from.len());
    let outgoing = outgoing(record, rows)?;
    let other = || NotTheResponse::OtherNumber(bundle.guid.clone());
    let (.., n) = place_in(&bundle.guid).ok_or_else(other)?;
    if guid_of(&outgoing, n) != bundle.guid {
        return Err(other());
    }
    let open = &mut |message: &Message| {
        let found = original.filter(|it| sha256(it) == message.digest);
        found.cloned().ok_or(OriginalError::NotKept(message.message_id))
    };
    // Bills are as genuine with the numbers of their parcel as without.
    for with_parcel_numbers in [false, true] {
        let rendered = render(&outgoing, with_parcel_numbers, open)?;
        let message = rendered.into_iter().nth(usize::from(n).saturating_sub(1));
        let message = message.ok_or_else(other)?;
        if message.xml == bundle.response.as_bytes() {
            return Ok(message);
        }
    }
    Err(NotTheResponse::Changed)
}

fn outgoing(record: StoredLoggedResponseV1, rows: Rows) -> Result<Outgoing, IdError> {
    let response = Response {
        partition: Partition(record.partition),
        seq: record.seq,
        response_id: record.response_id,
        mailbox: record.mailbox.as_deref().map(DxpId::parse).transpose()?,
        kind: record.kind,
        message_id: MessageId(record.message_id),
        ordinal: record.ordinal,
        recorded_at: Moment::from_micros(record.recorded_at),
        body: record.body,
    };
    let Rows { bills, formal, message } = rows;
    Ok(Outgoing { response, bills, formal, message })
}
