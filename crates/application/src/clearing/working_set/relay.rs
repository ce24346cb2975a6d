//! What is relayed, in the working set: few records a batch, so a decision's changes are kept whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tongguan_domain::ids::MessageId;

use super::{Draft, WorkingSet};
use crate::clearing::relay::{
    Handle, HeardOf, ListedRelay, PassedOn, RefusedUpstream, RelayRecord, Stray,
};

/// Records by key.
#[derive(Debug, Default, Clone)]
pub struct RelayTables {
    /// Messages to upstream.
    pub messages: BTreeMap<MessageId, Arc<RelayRecord>>,
    /// What numbers name: a message, and which document of it; 0 for the whole message.
    pub handles: BTreeMap<Handle, BTreeSet<(MessageId, u16)>>,
}

/// What deciding about relayed messages brings forth besides changed records.
#[derive(Debug, Default)]
pub struct RelayOutcomes {
    /// Messages that were taken in for upstream, in the order in which they came.
    pub taken: Vec<MessageId>,
    /// The declarations in them, as they are found.
    pub listed: Vec<ListedRelay>,
    /// What was heard of documents.
    pub heard: Vec<HeardOf>,
    /// Answers that are passed on, in order of decision.
    pub passed: Vec<PassedOn>,
    /// Format refusals that are passed on.
    pub refused: Vec<RefusedUpstream>,
    /// What answers nothing.
    pub strays: Vec<Stray>,
}

impl RelayTables {
    pub(super) fn extend(&mut self, other: Self) {
        self.messages.extend(other.messages);
        for (handle, named) in other.handles {
            self.handles.entry(handle).or_default().extend(named);
        }
    }
}

impl RelayOutcomes {
    pub(super) fn extend(&mut self, other: Self) {
        self.taken.extend(other.taken);
        self.listed.extend(other.listed);
        self.heard.extend(other.heard);
        self.passed.extend(other.passed);
        self.refused.extend(other.refused);
        self.strays.extend(other.strays);
    }
}

impl WorkingSet {
    /// Takes in a message to upstream that was loaded.
    pub fn put_relay(&mut self, record: RelayRecord) {
        self.loaded.relay.messages.insert(record.message, Arc::new(record));
    }

    /// Takes in what a number names.
    pub fn put_handle(&mut self, handle: Handle, named: (MessageId, u16)) {
        self.loaded.relay.handles.entry(handle).or_default().insert(named);
    }
}

impl Draft<'_> {
    /// The message to upstream of that number.
    pub fn relay(&self, message: MessageId) -> Option<&Arc<RelayRecord>> {
        let (new, loaded) = (&self.new.relay.messages, &self.base.loaded.relay.messages);
        new.get(&message).or_else(|| loaded.get(&message))
    }

    /// What a number names.
    pub fn handled(&self, handle: &Handle) -> Vec<(MessageId, u16)> {
        let tables = [&self.base.loaded.relay.handles, &self.new.relay.handles];
        let named = tables.into_iter().filter_map(|handles| handles.get(handle));
        named.flatten().copied().collect()
    }

    /// Sets a message to upstream.
    pub fn set_relay(&mut self, record: RelayRecord) {
        self.new.relay.messages.insert(record.message, Arc::new(record));
    }

    /// Takes a message in for upstream, behind those that came before it.
    pub fn take_for_upstream(&mut self, record: RelayRecord) {
        self.outcomes.relay.taken.push(record.message);
        self.set_relay(record);
    }

    /// Notes that a number names a document, or a whole message.
    pub fn set_handle(&mut self, handle: Handle, named: (MessageId, u16)) {
        self.new.relay.handles.entry(handle).or_default().insert(named);
    }

    /// Has a declaration be found by its parties and its office, by its numbers.
    pub fn list_relayed(&mut self, listed: ListedRelay) {
        for number in listed.numbers() {
            self.set_handle(number, (listed.message, listed.ordinal));
        }
        self.outcomes.relay.listed.push(listed);
    }

    /// Notes what upstream has said of a document.
    pub fn hear_of(&mut self, heard: HeardOf) {
        self.outcomes.relay.heard.push(heard);
    }

    /// Adds an answer that is passed on.
    pub fn pass_on(&mut self, passed: PassedOn) {
        self.outcomes.relay.passed.push(passed);
    }

    /// Adds a format refusal that is passed on.
    pub fn refuse_upstream(&mut self, refused: RefusedUpstream) {
        self.outcomes.relay.refused.push(refused);
    }

    /// Adds something that answers nothing.
    pub fn set_aside(&mut self, stray: Stray) {
        self.outcomes.relay.strays.push(stray);
    }
}
