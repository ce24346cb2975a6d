//! Writing what a batch decided: each table once, each row once.

mod balances;
mod consolidation;
mod received;
mod relay;
mod stock;
mod zone;

use std::collections::{BTreeMap, HashMap};

use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::TaxBillStatus;
use tongguan_storage::stored::event::{self, StoredEvent};
use tongguan_storage::stored::tax::StoredTaxV1;
use tongguan_storage::{self as storage, Partition, Tx};

use super::batch::BatchError;
use super::decide::{export_missing, matching_missing};
use super::holding::Holding;
use super::outcome::{Bill, Noted, Response};
use super::record::DocumentKey;
use super::rows;
use super::working_set::{Changes, ReturnedChanges, WorkingSet};
use crate::history::{Actor, write_actor};

pub(super) use received::{write_held, write_messages};

/// The writer's sequence: one counter for all its partitions, so that numbers ascend in each of them.
#[derive(Debug, Clone, Copy)]
pub struct Sequence {
    next: i64,
}

impl Sequence {
    /// From the first number not used.
    pub const fn new(next: i64) -> Self {
        Self { next }
    }

    /// The same, but not before `next`.
    #[must_use]
    pub fn at_least(self, next: i64) -> Self {
        Self { next: self.next.max(next) }
    }

    /// The next number.
    pub const fn take(&mut self) -> i64 {
        self.next += 1;
        self.next - 1
    }

    /// The first number not used.
    pub const fn next(self) -> i64 {
        self.next
    }
}

/// The kinds of response row; the number is stored.
pub mod response_kind {
    /// The run of one decision.
    pub const RUN: i64 = 1;
    /// An earlier row of the same partition once more; its number is the body.
    pub const REPEAT: i64 = 2;
    /// The message could not be read (900).
    pub const MALFORMED: i64 = 3;
    /// A copy of the message itself, for a subscriber of its content.
    pub const COPY: i64 = 4;
    /// A part of the result of a consolidation (792).
    pub const CONSOLIDATED: i64 = 15;
    /// An answer about a bonded list or gate pass.
    pub const ZONE: i64 = 20;
    /// An answer from upstream, as it came or a part of it.
    pub const PASSED_ON: i64 = 30;
}

/// Writes everything that `set` has changed; gives the partitions whose sequence moved.
pub fn write(
    tx: &mut Tx<'_>,
    set: WorkingSet,
    by: Option<&Actor>,
    holding: &Holding,
    sequence: &mut Sequence,
    at: Moment,
) -> Result<Vec<Partition>, BatchError> {
    let waiting = waiting_rows(&set, at)?;
    let changes = set.into_changes();
    let mut moved = BTreeMap::new();
    let answered = write_responses(tx, &changes, sequence, &mut moved, at)?;
    write_records(tx, &changes, &answered, at)?;
    consolidation::write(tx, &changes, sequence, &mut moved, at)?;
    zone::write(tx, &changes, sequence, &mut moved, at)?;
    relay::write(tx, &changes, sequence, &mut moved, at)?;
    tx.upsert(&waiting)?;
    balances::write(tx, &changes, holding, at)?;
    stock::write(tx, &changes, at)?;
    tx.insert_absent(&rows::evidence_demands(&changes.outcomes.evidence, at))?;
    write_ledger(tx, &changes, sequence, &mut moved, at)?;
    write_events(tx, &changes.outcomes.entries, by, sequence, &mut moved, at)?;
    Ok(moved.into_keys().collect())
}

/// Where each document's newest responses are.
type Answered = HashMap<DocumentKey, i64>;

fn write_responses(
    tx: &mut Tx<'_>,
    changes: &Changes,
    sequence: &mut Sequence,
    moved: &mut BTreeMap<Partition, ()>,
    at: Moment,
) -> Result<Answered, BatchError> {
    let mut answered: Answered =
        changes.documents.iter().map(|d| (d.key.clone(), d.response_seq)).collect();
    answered.extend(changes.exports.iter().map(|e| (e.document.clone(), e.response_seq)));
    let mut responses = Vec::with_capacity(changes.outcomes.responses.len());
    let mut bills = Vec::new();
    for response in &changes.outcomes.responses {
        let seq = sequence.take();
        moved.insert(response.partition, ());
        if let Some(key) = &response.document {
            answered.insert(key.clone(), seq);
        }
        for bill in &response.bills {
            bills.push(bill_row(response.partition, bill)?);
        }
        responses.push(response_row(response, seq, at)?);
    }
    for repeat in &changes.outcomes.repeats {
        let partition = repeat.document.dossier.partition;
        let seq = sequence.take();
        moved.insert(partition, ());
        let original = answered.get(&repeat.document).copied().unwrap_or(repeat.response_seq);
        responses.push(storage::Response {
            partition,
            seq,
            response_id: seq,
            mailbox: None,
            kind: response_kind::REPEAT,
            message_id: repeat.source.message,
            ordinal: i64::from(repeat.source.ordinal),
            recorded_at: at,
            body: original.to_be_bytes().to_vec(),
        });
    }
    tx.insert(&responses)?;
    tx.insert(&bills)?;
    Ok(answered)
}

fn response_row(
    response: &Response,
    seq: i64,
    at: Moment,
) -> Result<storage::Response, BatchError> {
    Ok(storage::Response {
        partition: response.partition,
        seq,
        response_id: seq,
        mailbox: Some(response.answer.mailbox.clone()),
        kind: response_kind::RUN,
        message_id: response.source.message,
        ordinal: i64::from(response.source.ordinal),
        recorded_at: at,
        body: rows::write_response(response).encode()?,
    })
}

fn bill_row(partition: Partition, bill: &Bill) -> Result<storage::TaxBill, BatchError> {
    let status = match bill.status {
        TaxBillStatus::Issued => 1,
        TaxBillStatus::Summed => 2,
        TaxBillStatus::Cancelled => 3,
    };
    Ok(storage::TaxBill {
        partition,
        declaration_id: bill.declaration,
        n: i64::from(bill.n),
        tax_no: bill.number.clone(),
        status,
        duty: bill.tax.duty,
        consumption_tax: bill.tax.consumption_tax,
        vat: bill.tax.vat,
        at: bill.at,
        body: StoredTaxV1::from(&bill.tax).encode()?,
    })
}

fn write_records(
    tx: &mut Tx<'_>,
    changes: &Changes,
    answered: &Answered,
    at: Moment,
) -> Result<(), BatchError> {
    let documents = changes
        .documents
        .iter()
        .map(|document| {
            let seq = answered.get(&document.key).copied().unwrap_or(document.response_seq);
            rows::write_document(document, seq)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let declarations = changes
        .declarations
        .iter()
        .map(|declaration| rows::write_declaration(declaration, at))
        .collect::<Result<Vec<_>, _>>()?;
    let transits = changes
        .transits
        .iter()
        .map(|(declaration, transit)| rows::write_transit(*declaration, transit, at))
        .collect::<Result<Vec<_>, _>>()?;
    let returns = changes
        .returns
        .iter()
        .map(|import_return| rows::write_return(import_return, at))
        .collect::<Result<Vec<_>, _>>()?;
    write_claims(tx, changes)?;
    tx.upsert(&documents)?;
    tx.upsert(&declarations)?;
    write_exports(tx, changes, answered)?;
    write_returned(tx, &changes.returned, at)?;
    tx.upsert(&transits)?;
    tx.upsert(&returns)?;
    let ended: Vec<_> = changes
        .ended_waiting
        .iter()
        .map(|(id, document)| {
            let dossier = &document.dossier;
            (dossier.partition, &*dossier.order_no, document.party, *id)
        })
        .collect();
    tx.delete_waiting(&ended)?;
    Ok(())
}

/// Each as it was locked when it was loaded.
fn write_claims(tx: &mut Tx<'_>, changes: &Changes) -> Result<(), BatchError> {
    let (of_parcels, of_buckets): (Vec<_>, Vec<_>) =
        changes.claims.iter().partition(|claim| claim.key.is_of_one_parcel());
    let written =
        |claims: Vec<_>| claims.into_iter().map(rows::write_claim).collect::<Result<Vec<_>, _>>();
    tx.write_claims(&written(of_parcels)?)?;
    tx.upsert(&written(of_buckets)?)?;
    Ok(())
}

/// What was lodged just now is inserted: to look for a row that cannot be there costs as much as writing it.
fn write_exports(
    tx: &mut Tx<'_>,
    changes: &Changes,
    answered: &Answered,
) -> Result<(), BatchError> {
    let (mut lodged, mut moved) = (Vec::new(), Vec::new());
    for export in &changes.exports {
        let seq = answered.get(&export.document).copied().unwrap_or(export.response_seq);
        let row = rows::write_export(export, seq)?;
        match changes.lodged_exports.contains(&export.id) {
            true => lodged.push(row),
            false => moved.push(row),
        }
    }
    tx.insert(&lodged)?;
    tx.upsert(&moved)?;
    Ok(())
}

fn write_returned(
    tx: &mut Tx<'_>,
    changes: &ReturnedChanges,
    at: Moment,
) -> Result<(), BatchError> {
    let returns = changes
        .returns
        .iter()
        .map(|record| rows::write_export_return(record, at))
        .collect::<Result<Vec<_>, _>>()?;
    let parcels =
        changes.parcels.iter().map(rows::write_return_parcel).collect::<Result<Vec<_>, _>>()?;
    let back: Vec<_> = changes
        .back
        .iter()
        .filter_map(|one| Some((rows::closed_export(&one.export)?.key(), one.completed, one.whole)))
        .collect();
    tx.upsert(&returns)?;
    tx.upsert(&parcels)?;
    tx.mark_returned(&back)?;
    Ok(())
}

/// Rows for the declarations that wait after this batch.
fn waiting_rows(set: &WorkingSet, at: Moment) -> Result<Vec<storage::Waiting>, BatchError> {
    let draft = set.draft();
    let row = |id, document: &DocumentKey, missing, expires_at| storage::Waiting {
        partition: document.dossier.partition,
        order_no: document.dossier.order_no.to_string(),
        party_id: document.party,
        declaration_id: id,
        missing,
        expires_at,
    };
    let imports = set.changed_declarations().filter_map(|import| match &import.state {
        ImportState::Waiting { expires_at, .. } => {
            let missing = matching_missing(&draft, import, at);
            Some(row(import.id, &import.document, missing, *expires_at))
        }
        _ => None,
    });
    let exports = set.changed_exports().filter_map(|export| match &export.state {
        ExportState::Waiting { expires_at } => {
            let missing = export_missing(&draft, export, at);
            Some(row(export.id, &export.document, missing, *expires_at))
        }
        _ => None,
    });
    Ok(imports.chain(exports).collect())
}

fn write_ledger(
    tx: &mut Tx<'_>,
    changes: &Changes,
    sequence: &mut Sequence,
    moved: &mut BTreeMap<Partition, ()>,
    at: Moment,
) -> Result<(), BatchError> {
    let postings: Vec<_> = changes
        .outcomes
        .postings
        .iter()
        .map(|posting| {
            let partition = crate::numbering::partition_of(posting.declaration.0);
            moved.insert(partition, ());
            storage::Posting {
                partition,
                seq: sequence.take(),
                n: 0,
                at,
                debit: rows::account_name(posting.debit),
                credit: rows::account_name(posting.credit),
                amount: posting.amount,
                declaration_id: posting.declaration,
            }
        })
        .collect();
    tx.insert(&postings)?;
    Ok(())
}

/// One event for each partition: everything that the batch decided there, in order.
fn write_events(
    tx: &mut Tx<'_>,
    entries: &[Noted],
    by: Option<&Actor>,
    sequence: &mut Sequence,
    moved: &mut BTreeMap<Partition, ()>,
    at: Moment,
) -> Result<(), BatchError> {
    let mut by_partition = BTreeMap::<Partition, Vec<_>>::new();
    for entry in entries {
        by_partition.entry(entry.entry.partition).or_default().push(rows::write_entry(entry));
    }
    let events = by_partition
        .into_iter()
        .map(|(partition, entries)| {
            moved.insert(partition, ());
            Ok(storage::Event {
                partition,
                seq: sequence.take(),
                at,
                version: i64::from(event::VERSION),
                body: StoredEvent { entries, by: by.map(write_actor) }.encode()?,
            })
        })
        .collect::<Result<Vec<_>, BatchError>>()?;
    tx.insert(&events)?;
    Ok(())
}
