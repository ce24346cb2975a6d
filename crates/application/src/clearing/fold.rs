//! Deciding a batch: a fold over its documents and commands in order of arrival.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tongguan_domain::ids::{DeclarationId, MessageId};
use tongguan_storage::Partition;

use super::decide::{Circumstances, Undecidable, decide};
use super::incoming::{
    Filed, Incoming, QuarantineCommand, ReturnCommand, Submitted, TransitCommand,
};
use super::record::Source;
use super::working_set::WorkingSet;
use crate::numbering::IdSource;

/// One document that could not be decided.
pub(super) struct Held {
    pub(super) source: Source,
    pub(super) partition: Partition,
    pub(super) reason: String,
}

/// Tells documents, which are held, from the commands that stand behind them in the batch.
pub(super) fn tell_apart(
    undecided: Vec<(usize, Undecidable)>,
    batch: &[&Incoming],
    commands: usize,
) -> (Vec<Held>, Vec<(usize, Undecidable)>) {
    let documents = batch.len() - commands;
    let (mut held, mut refused) = (Vec::new(), Vec::new());
    for (place, why) in undecided {
        match (place.checked_sub(documents), batch.get(place)) {
            (None, Some(incoming)) => held.push(Held {
                source: source_of(incoming),
                partition: partition_of(incoming),
                reason: why.to_string(),
            }),
            (command, _) => refused.extend(command.map(|command| (command, why))),
        }
    }
    (held, refused)
}

/// Folds over the batch in order of arrival. What panics or cannot be decided touches nothing and is
/// given back with its place.
pub(super) fn decide_all(
    set: &mut WorkingSet,
    circumstances: &Circumstances<'_>,
    batch: &[&Incoming],
    ids: &mut IdSource,
) -> Vec<(usize, Undecidable)> {
    let mut undecided = Vec::new();
    for (place, incoming) in batch.iter().enumerate() {
        let partition = partition_of(incoming);
        let id = DeclarationId(ids.next(partition, circumstances.at));
        let decided = catch_unwind(AssertUnwindSafe(|| {
            let mut draft = set.draft();
            decide(&mut draft, circumstances, incoming, id).map(|()| draft.finish())
        }));
        match decided {
            Ok(Ok(decided)) => set.merge(decided),
            Ok(Err(why)) => undecided.push((place, why)),
            Err(panic) => {
                let text = panic_text(&*panic).to_owned();
                undecided.push((place, Undecidable::Panicked(text)));
            }
        }
    }
    undecided
}

pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}

pub(super) fn partition_of(incoming: &Incoming) -> Partition {
    match incoming {
        Incoming::Document(Submitted { filed, .. }) => match filed {
            Filed::TurnedAway { partition, .. } => *partition,
            Filed::Document(filed) => filed.key.dossier.partition,
        },
        Incoming::Ruling { declaration, .. }
        | Incoming::Transit(TransitCommand { declaration, .. })
        | Incoming::Quarantine(QuarantineCommand { declaration, .. })
        | Incoming::Declare { declaration, .. }
        | Incoming::Due(declaration)
        | Incoming::Return(ReturnCommand { declaration, .. }) => {
            crate::numbering::partition_of(declaration.0)
        }
        Incoming::ExportReturnRuling { id, .. } | Incoming::Exchange { id, .. } => {
            crate::numbering::partition_of(id.declaration.0)
        }
        Incoming::Cancellation(command) => command.request.dossier.partition,
        Incoming::Consolidate(what) => what.bucket(),
        Incoming::Zone(document) => document.partition(),
        Incoming::ZoneNews(news) => news.partition(),
        Incoming::Relayed(relayed) => relayed.partition(),
        Incoming::RelayStep(step) => crate::numbering::partition_of(step.message.0),
        Incoming::FromUpstream(came) => crate::numbering::partition_of(came.message.0),
        Incoming::GuaranteeChanged(queue) => {
            queue.first().map_or(Partition(0), |id| crate::numbering::partition_of(id.0))
        }
    }
}

pub(super) fn source_of(incoming: &Incoming) -> Source {
    match incoming {
        Incoming::Document(submitted) => submitted.source,
        Incoming::Zone(document) => document.source,
        Incoming::Relayed(relayed) => Source { message: relayed.message, ordinal: 0 },
        Incoming::FromUpstream(came) => Source { message: came.message, ordinal: 0 },
        _ => Source { message: MessageId(0), ordinal: 0 },
    }
}
