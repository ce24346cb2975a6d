//! Writing what concerns relayed messages: the outbox to upstream, and what came from there.

use std::collections::{BTreeMap, HashMap};

use tongguan_domain::time::Moment;
use tongguan_storage::stored::relay::StoredPassedOn;
use tongguan_storage::{
    self as storage, Partition, RelayAnswerRow, RelayHandleRow, RelayStrayRow, RelayedParcelRow, Tx,
};

use super::{Sequence, response_kind};
use crate::clearing::batch::BatchError;
use crate::clearing::relay::{HeardOf, ListedRelay, PassedOn, RefusedUpstream};
use crate::clearing::rows;
use crate::clearing::working_set::Changes;
use crate::delivery::refusal_of_upstream;
use crate::numbering::partition_of;
use crate::relay::Reader;

pub(super) fn write(
    tx: &mut Tx<'_>,
    changes: &Changes,
    sequence: &mut Sequence,
    moved: &mut BTreeMap<Partition, ()>,
    at: Moment,
) -> Result<(), BatchError> {
    let relay = &changes.relay;
    let taken = changes.outcomes.relay.taken.iter();
    let places: HashMap<_, _> = taken.map(|message| (*message, sequence.take())).collect();
    let (mut messages, mut documents) = (Vec::new(), Vec::new());
    for record in relay.messages.values() {
        let partition = partition_of(record.message.0);
        moved.insert(partition, ());
        let seq = places.get(&record.message).copied();
        messages.push(rows::write_relay(record, seq.unwrap_or(record.seq))?);
        for document in &record.documents {
            documents.push(rows::write_relayed_document(record.message, document)?);
        }
    }
    tx.upsert(&messages)?;
    tx.upsert(&documents)?;
    let handles = relay.handles.iter().flat_map(|(handle, named)| {
        named.iter().map(|(message, ordinal)| RelayHandleRow {
            bucket: handle.bucket(),
            handle: handle.as_str().to_owned(),
            message_id: *message,
            ordinal: i64::from(*ordinal),
        })
    });
    tx.insert_absent(&handles.collect::<Vec<_>>())?;
    let outcomes = &changes.outcomes.relay;
    tx.insert_absent(&outcomes.listed.iter().flat_map(listed).collect::<Vec<_>>())?;
    tx.upsert(&outcomes.heard.iter().map(heard).collect::<Vec<_>>())?;
    let mut responses = Vec::new();
    for passed in &outcomes.passed {
        moved.insert(passed.partition, ());
        responses.push(passed_on(passed, sequence.take(), at)?);
    }
    for refused in &outcomes.refused {
        let row = refusal(refused, sequence.take(), at);
        moved.insert(row.partition, ());
        responses.push(row);
    }
    tx.insert(&responses)?;
    moved.extend(outcomes.strays.iter().map(|stray| (partition_of(stray.message.0), ())));
    let strays = outcomes.strays.iter().map(|stray| RelayStrayRow {
        partition: partition_of(stray.message.0),
        message_id: stray.message,
        at,
        kind: stray.kind.map_or_else(String::new, |kind| kind.code().to_owned()),
        why: stray.why.clone(),
    });
    tx.upsert(&strays.collect::<Vec<_>>())?;
    Ok(())
}

/// A declaration that is relayed, a row for each who finds it.
fn listed(listed: &ListedRelay) -> impl Iterator<Item = RelayedParcelRow> {
    let parties = listed.parties.iter().copied().map(Reader::Party);
    parties.chain([Reader::Office(listed.office), Reader::Everybody]).map(|reader| {
        let reader = reader.name();
        RelayedParcelRow {
            bucket: Partition::of_text(&reader),
            reader,
            message_id: listed.message,
            ordinal: i64::from(listed.ordinal),
            kind: listed.kind.code().to_owned(),
            office: listed.office.to_string(),
            order_no: listed.order_no.to_string(),
            waybill_no: listed.waybill_no.to_string(),
            reference: listed.reference.to_string(),
            pre_no: listed.provisional_no.to_string(),
            taken_at: listed.taken_at,
        }
    })
}

fn heard(heard: &HeardOf) -> RelayAnswerRow {
    RelayAnswerRow {
        partition: partition_of(heard.message.0),
        message_id: heard.message,
        ordinal: i64::from(heard.ordinal),
        answer_id: heard.from.0,
        n: i64::from(heard.from.1),
        kind: heard.kind.map_or_else(String::new, |kind| kind.code().to_owned()),
        status: heard.status.map(i64::from),
        number: heard.number.as_deref().map(str::to_owned),
        at: heard.at,
    }
}

fn passed_on(passed: &PassedOn, seq: i64, at: Moment) -> Result<storage::Response, BatchError> {
    let body = StoredPassedOn {
        mailboxes: passed.mailboxes.iter().map(ToString::to_string).collect(),
        key: passed.key.clone(),
        at: passed.at.micros(),
        part: passed.part.clone(),
    };
    Ok(storage::Response {
        partition: passed.partition,
        seq,
        response_id: seq,
        mailbox: passed.mailboxes.first().cloned(),
        kind: response_kind::PASSED_ON,
        message_id: passed.from,
        ordinal: 0,
        recorded_at: at,
        body: body.encode()?,
    })
}

/// The refusal is made anew: its receiver knows the message by the number that he gave it.
fn refusal(refused: &RefusedUpstream, seq: i64, at: Moment) -> storage::Response {
    storage::Response {
        partition: partition_of(refused.message.0),
        seq,
        response_id: seq,
        mailbox: Some(refused.mailbox.clone()),
        kind: response_kind::MALFORMED,
        message_id: refused.message,
        ordinal: 0,
        recorded_at: at,
        body: refusal_of_upstream(refused.kind, refused.status, &refused.text),
    }
}
