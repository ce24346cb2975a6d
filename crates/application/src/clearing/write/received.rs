//! Writing what was received: messages, their originals, what needs no decision, what could not be
//! decided.

use std::collections::BTreeSet;

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::planted::{Bug, planted};
use tongguan_storage::{self as storage, Partition, StorageError, Tx};

use super::Sequence;
use crate::clearing::batch::{BatchError, Delivery};
use crate::clearing::fold::Held;
use crate::originals;

/// Writes the messages of a batch, the bundles of their originals, and notices but of those that another
/// window has sent `again`.
pub(in crate::clearing) fn write_messages(
    tx: &mut Tx<'_>,
    batch: &[Delivery],
    again: &BTreeSet<MessageId>,
    at: Moment,
    sequence: &mut Sequence,
    moved: &mut BTreeSet<Partition>,
) -> Result<(), BatchError> {
    let mut notices = Vec::new();
    let first = batch.iter().filter(|delivery| !again.contains(&delivery.message.message_id));
    for notice in first.flat_map(|delivery| &delivery.notices) {
        moved.insert(notice.partition);
        let seq = sequence.take();
        notices.push(storage::Response {
            partition: notice.partition,
            seq,
            response_id: seq,
            mailbox: notice.mailbox.clone(),
            kind: notice.kind,
            message_id: notice.source.message,
            ordinal: i64::from(notice.source.ordinal),
            recorded_at: at,
            body: notice.body.clone(),
        });
    }
    let (messages, shared) = originals::bundled(batch).map_err(StorageError::from)?;
    let bundles = || originals::alone(batch).chain(&shared);
    let keys: BTreeSet<_> = bundles().map(|bundle| bundle.key_id).collect();
    tx.still_seal(&keys.into_iter().collect::<Vec<_>>())?;
    tx.insert(&messages)?;
    if !(planted(Bug::LosesOriginals) && messages.len() > 1) {
        tx.insert(bundles())?;
    }
    tx.insert(&notices)?;
    Ok(())
}

/// Writes down what could not be decided, for an operator.
pub(in crate::clearing) fn write_held(
    tx: &mut Tx<'_>,
    held: &[Held],
    at: Moment,
    sequence: &mut Sequence,
    moved: &mut BTreeSet<Partition>,
) -> Result<(), BatchError> {
    let rows: Vec<_> = held
        .iter()
        .map(|held| {
            moved.insert(held.partition);
            storage::Held {
                partition: held.partition,
                seq: sequence.take(),
                message_id: held.source.message,
                ordinal: i64::from(held.source.ordinal),
                at,
                reason: held.reason.clone(),
            }
        })
        .collect();
    tx.insert(&rows)?;
    Ok(())
}
