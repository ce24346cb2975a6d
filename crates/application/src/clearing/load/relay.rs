//! Loading what answers from upstream name, and what steps of sending are about.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_domain::ids::MessageId;
use tongguan_storage::{Partition, Tx};

use super::named::Named;
use crate::clearing::batch::BatchError;
use crate::clearing::relay::{FromUpstream, Handle};
use crate::clearing::rows;
use crate::clearing::working_set::WorkingSet;
use crate::numbering::partition_of;

/// A number that names more is looked at as far as the newest of them.
const MOST_NAMED: usize = 16;

/// What is named of what is relayed.
#[derive(Debug, Default)]
pub(super) struct RelayNamed {
    pub(super) messages: BTreeSet<MessageId>,
    handles: BTreeSet<Handle>,
}

impl RelayNamed {
    /// Where all that lies.
    pub(super) fn partitions(&self) -> impl Iterator<Item = Partition> {
        let messages = self.messages.iter().map(|message| partition_of(message.0));
        messages.chain(self.handles.iter().map(Handle::bucket))
    }
}

impl Named {
    pub(super) fn upstream_message(&mut self, came: &FromUpstream) {
        let handles = &mut self.relay.handles;
        handles.insert(Handle::answer(&came.place));
        handles.extend(came.answers.iter().map(|answer| answer.names.clone()));
    }
}

pub(super) fn load(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    Named { relay, .. }: &mut Named,
) -> Result<(), BatchError> {
    let keys: Vec<_> = relay.handles.iter().map(|it| (it.bucket(), it.as_str())).collect();
    let mut named = BTreeMap::<String, BTreeSet<(MessageId, i64)>>::new();
    for row in tx.relay_handles(&keys)? {
        named.entry(row.handle).or_default().insert((row.message_id, row.ordinal));
    }
    for (handle, of) in named {
        let handle = Handle::stored(&handle);
        for (message, ordinal) in of.into_iter().rev().take(MOST_NAMED) {
            relay.messages.insert(message);
            set.put_handle(handle.clone(), (message, u16::try_from(ordinal).unwrap_or(u16::MAX)));
        }
    }
    let ids: Vec<_> = relay.messages.iter().map(|id| (partition_of(id.0), *id)).collect();
    let mut documents = BTreeMap::<_, Vec<_>>::new();
    let messages = tx.lock_relay_messages(&ids)?;
    for row in tx.relay_documents(&ids)? {
        documents.entry(row.message_id).or_default().push(row);
    }
    for row in messages {
        let of = documents.remove(&row.message_id).unwrap_or_default();
        set.put_relay(rows::read_relay(row, of)?);
    }
    Ok(())
}
