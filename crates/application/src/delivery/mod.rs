//! Delivery: from rows of the outbox to the messages that parties receive.
//!
//! Rendering is a pure function of what is stored, so a message that is delivered twice has the same
//! bytes and the same name both times.

mod consolidated;
mod follower;
mod passed_on;
mod render;
mod zone;

pub use follower::{Dispatch, FollowError, Follower, Round};
pub use render::{FormatRefusalBody, RenderError, Rendered, format_refusal_body, render};
pub(crate) use render::{
    addressees, billed, consolidated, format_refusal_of, guid_of, place_in, refusal_of_upstream,
};

use std::collections::BTreeMap;

use tongguan_storage::{
    FormalRow, Message, Partition, Response, StorageError, Store, TaxBill, View,
};

use crate::clearing::write::response_kind;

/// A row of the outbox with everything that its rendering needs.
#[derive(Debug)]
pub struct Outgoing {
    /// The row itself; of a repetition, the earlier row that is sent again.
    pub response: Response,
    /// The tax bills that go with it.
    pub bills: Vec<TaxBill>,
    /// Of a result of consolidation, the formal declaration.
    pub formal: Option<FormalRow>,
    /// How the message that it answers came in.
    pub message: Option<Message>,
}

/// What stands in the outbox behind a follower's cursors.
#[derive(Debug, Default)]
pub struct Pending {
    /// What is to be delivered, in commit order within each partition.
    pub rows: Vec<Outgoing>,
    /// The place of the last row read in each partition that had any.
    pub places: BTreeMap<Partition, i64>,
}

/// Reads what stands in the outbox and `consumer` has not read, at most `limit` rows.
///
/// # Errors
/// [`StorageError`].
pub fn pending(store: &Store, consumer: &str, limit: i64) -> Result<Pending, StorageError> {
    store.read(|view| {
        let mut pending = Pending::default();
        for row in view.unread::<Response>(consumer, limit)? {
            pending.places.insert(row.partition, row.seq);
            pending.rows.extend(complete(view, row)?);
        }
        Ok(pending)
    })
}

/// The row that is sent for a row: of a repetition, the earlier one. A document that was never answered
/// under its key has nothing to repeat.
pub(crate) fn sent(view: &mut View<'_>, row: Response) -> Result<Option<Response>, StorageError> {
    if row.kind != response_kind::REPEAT {
        return Ok(Some(row));
    }
    let original = row.body.as_slice().try_into().map(i64::from_be_bytes).unwrap_or_default();
    Ok(view.responses(&[(row.partition, original)])?.pop())
}

/// A row with everything that its rendering needs; nothing where there is nothing to send.
///
/// # Errors
/// [`StorageError`].
pub(crate) fn complete(
    view: &mut View<'_>,
    row: Response,
) -> Result<Option<Outgoing>, StorageError> {
    let Some(response) = sent(view, row)? else { return Ok(None) };
    let id = response.message_id;
    let message_key = (crate::numbering::partition_of(id.0), id);
    let message = view.messages(&[message_key])?.pop();
    let bills = match billed(&response) {
        Some((declaration, places)) => {
            let mut bills = view.tax_bills(&[(response.partition, declaration)])?;
            bills.retain(|bill| places.contains(&bill.n));
            bills
        }
        None => Vec::new(),
    };
    let formal = match consolidated(&response) {
        Some((bucket, number)) => view.formal_declarations(&[(bucket, number.as_str())])?.pop(),
        None => None,
    };
    Ok(Some(Outgoing { response, bills, formal, message }))
}
