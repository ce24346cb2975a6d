//! Between windows: messages of a batch that are for upstream, and messages that another window relays to this
//! one and that came before.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_storage::{Partition, StorageError, Tx, WindowMessageRow};

use super::batch::Delivery;
use super::incoming::Incoming;
use super::relay::RelayedMessage;
use super::settings::Settings;

/// Of each delivery the message to upstream that it is, if it is one.
pub(super) fn relayed(batch: &[Delivery], settings: &Settings) -> Vec<Option<Incoming>> {
    let of = |delivery| RelayedMessage::of(delivery, settings).map(Box::new).map(Incoming::Relayed);
    batch.iter().map(of).collect()
}

/// The messages of a batch that another window has sent before under the same number, in an earlier batch or in
/// this one; the others are noted.
pub(super) fn taken_before(
    tx: &mut Tx<'_>,
    batch: &[Delivery],
) -> Result<BTreeSet<MessageId>, StorageError> {
    let numbered = || batch.iter().filter_map(|it| Some((it, it.window.as_ref()?)));
    let keys: Vec<_> = numbered()
        .map(|(_, window)| (bucket(&window.number), &window.sender, &*window.number))
        .collect();
    if keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut known: BTreeMap<(DxpId, String), MessageId> = tx
        .window_messages(&keys)?
        .into_iter()
        .map(|row| ((row.sender, row.number), row.message_id))
        .collect();
    let (mut again, mut fresh) = (BTreeSet::new(), Vec::new());
    for (delivery, window) in numbered() {
        let (message, key) =
            (delivery.message.message_id, (window.sender.clone(), window.number.to_string()));
        if known.contains_key(&key) {
            again.insert(message);
            continue;
        }
        fresh.push(WindowMessageRow {
            bucket: bucket(&window.number),
            sender: window.sender.clone(),
            number: window.number.to_string(),
            message_id: message,
        });
        known.insert(key, message);
    }
    tx.insert(&fresh)?;
    Ok(again)
}

/// Where the numbers are noted that other windows gave the messages of a batch.
pub(super) fn buckets(batch: &[Delivery]) -> impl Iterator<Item = Partition> {
    batch.iter().filter_map(|it| Some(bucket(&it.window.as_ref()?.number)))
}

fn bucket(number: &str) -> Partition {
    Partition::of_text(number)
}
