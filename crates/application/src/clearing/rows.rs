//! Between records and rows.

mod answer;
mod bonded;
mod consolidation;
mod evidence;
mod export;
mod export_return;
mod goods;
mod import_return;
mod relay;
mod transit;
mod zone;
mod zone_event;

use std::sync::Arc;

use tongguan_domain::allowance::{Allowance, AllowanceKey, QuantityAllowance, QuantityKey};
use tongguan_domain::commerce::Parts;
use tongguan_domain::ids::{DeclarationId, IdError, OfficeCode, PartyId, ProvisionalNumber};
use tongguan_domain::mark::Mark;
use tongguan_domain::quantity::Measure;
use tongguan_domain::quarantine::Quarantine;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::claim::StoredClaim;
use tongguan_storage::stored::declaration::StoredDeclaration;
use tongguan_storage::stored::document::{StoredDocument, StoredFactsV1};
use tongguan_storage::stored::event::{
    StoredCauseV1, StoredEntryV1, StoredSubjectV1, StoredZoneVerdictV1,
};
use tongguan_storage::stored::response::{StoredAnswerV1, StoredResponse};
use tongguan_storage::{self as storage, Partition};

use super::outcome::{Account, Cause, Noted, Response, Subject, ZoneVerdict};
use super::record::{
    AskedCancellation, Claim, ClaimKey, DeclarationRecord, DocumentKey, DocumentKind,
    DocumentRecord, DocumentState, DossierKey, Facts, ParcelEntry, Source,
};

use crate::registry::Signed;

use self::answer::write_answer;

pub use self::answer::read_answer;
pub use self::consolidation::{
    closed_export, read_formal, read_numbers, read_request, write_formal, write_part,
    write_request, write_result,
};

pub use self::bonded::{
    book_bucket, book_key, movement_code, movement_kind, read_book, read_stock, stock_key,
};
pub use self::evidence::evidence_demands;
pub use self::export::{read_export, write_export};
pub use self::export_return::{
    read_export_return, read_return_parcel, write_export_return, write_return_parcel,
};
pub use self::goods::read_goods;
pub use self::import_return::{read_return, write_return};
pub use self::relay::{read_relay, read_relay_state, write_relay, write_relayed_document};
pub use self::transit::{read_transit, write_transit};
pub use self::zone::{
    list_key, pass_key, read_list, read_news, read_pass, read_reference, read_zone_answer,
    reference_key, write_list, write_news, write_pass, write_reference, write_zone_answer,
};
pub use self::zone_event::{read_zone_event, write_zone_event, zone_event_key};

/// A row does not say what this program understands.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// The stored form does not decode.
    #[error("the body of a {table} row does not decode")]
    Body {
        /// The table.
        table: &'static str,
        /// Why.
        #[source]
        source: StoredError,
    },
    /// A column holds what it never should.
    #[error("a {table} row has {value} in column {column}")]
    Column {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
    },
}

fn body(table: &'static str) -> impl FnOnce(StoredError) -> RowError {
    move |source| RowError::Body { table, source }
}

fn column(table: &'static str, column: &'static str) -> impl FnOnce(IdError) -> RowError {
    move |error| RowError::Column { table, column, value: error.to_string() }
}

/// A document from its row.
pub fn read_document(row: storage::Document) -> Result<DocumentRecord, RowError> {
    let unknown = |column, value: i64| RowError::Column {
        table: "document",
        column,
        value: value.to_string(),
    };
    let stored = StoredDocument::decode(&row.body).map_err(body("document"))?;
    let facts = stored.facts.map(read_facts).transpose().map_err(body("document"))?;
    Ok(DocumentRecord {
        key: DocumentKey {
            dossier: DossierKey { partition: row.partition, order_no: row.order_no.into() },
            kind: DocumentKind::from_code(row.kind).ok_or_else(|| unknown("kind", row.kind))?,
            party: row.party_id,
            number: row.number.into(),
        },
        guid: row.guid,
        sent_at: row.app_time,
        content: row.content_digest,
        state: DocumentState::from_code(row.state).ok_or_else(|| unknown("state", row.state))?,
        source: Source {
            message: row.message_id,
            ordinal: u16::try_from(row.ordinal).map_err(|_| unknown("ordinal", row.ordinal))?,
        },
        response_seq: stored.response_seq,
        replied_at: Moment::from_micros(stored.replied_at),
        facts: facts.map(Arc::new),
    })
}

/// A document as a row; its newest responses are at `response_seq`.
pub fn write_document(
    document: &DocumentRecord,
    response_seq: i64,
) -> Result<storage::Document, StoredError> {
    let stored = StoredDocument {
        response_seq,
        replied_at: document.replied_at.micros(),
        facts: document.facts.as_deref().map(write_facts),
    };
    Ok(storage::Document {
        partition: document.key.dossier.partition,
        order_no: document.key.dossier.order_no.to_string(),
        kind: document.key.kind.code(),
        party_id: document.key.party,
        number: document.key.number.to_string(),
        guid: document.guid.clone(),
        app_time: document.sent_at,
        content_digest: document.content,
        state: document.state.code(),
        message_id: document.source.message,
        ordinal: i64::from(document.source.ordinal),
        body: stored.encode()?,
    })
}

fn read_asked(provisional_no: &str, answer: StoredAnswerV1) -> Result<AskedCancellation, IdError> {
    let provisional_no = ProvisionalNumber::parse(provisional_no)?;
    Ok(AskedCancellation { provisional_no, answer: Arc::new(read_answer(answer)?) })
}

fn read_facts(stored: StoredFactsV1) -> Result<Facts, StoredError> {
    Ok(match stored {
        StoredFactsV1::Order(order) => Facts::Order(order.try_into()?),
        StoredFactsV1::Payment(payment) => Facts::Payment(payment.try_into()?),
        StoredFactsV1::Waybill(waybill) => Facts::Waybill(waybill.try_into()?),
        StoredFactsV1::Delivery(delivery) => Facts::Delivery(delivery.try_into()?),
        StoredFactsV1::Declaration(id) => Facts::Declaration(DeclarationId(id)),
        StoredFactsV1::ExportOrder(order) => Facts::ExportOrder(order.try_into()?),
        StoredFactsV1::ExportWaybill(waybill) => Facts::ExportWaybill(waybill.try_into()?),
        StoredFactsV1::Export(id) => Facts::Export(DeclarationId(id)),
        StoredFactsV1::Collection(collection) => Facts::Collection(collection.try_into()?),
        StoredFactsV1::Reported => Facts::Reported,
        StoredFactsV1::ExportReturn(declaration, n) => {
            Facts::ExportReturn(ExportReturnId { declaration: DeclarationId(declaration), n })
        }
        StoredFactsV1::ReturnTally(tally) => Facts::ReturnTally(tally.try_into()?),
        StoredFactsV1::MasterBill(link) => Facts::MasterBill(link.try_into()?),
        StoredFactsV1::Cancellation(provisional_no, answer) => {
            Facts::Cancellation(read_asked(&provisional_no, answer).map_err(|error| {
                StoredError::Damaged { form: "request to cancel", reason: error.to_string() }
            })?)
        }
    })
}

fn write_facts(facts: &Facts) -> StoredFactsV1 {
    match facts {
        Facts::Order(order) => StoredFactsV1::Order(order.into()),
        Facts::Payment(payment) => StoredFactsV1::Payment(payment.into()),
        Facts::Waybill(waybill) => StoredFactsV1::Waybill(waybill.into()),
        Facts::Delivery(delivery) => StoredFactsV1::Delivery(delivery.into()),
        Facts::Declaration(id) => StoredFactsV1::Declaration(id.0),
        Facts::ExportOrder(order) => StoredFactsV1::ExportOrder(order.into()),
        Facts::ExportWaybill(waybill) => StoredFactsV1::ExportWaybill(waybill.into()),
        Facts::Export(id) => StoredFactsV1::Export(id.0),
        Facts::Collection(collection) => StoredFactsV1::Collection(collection.into()),
        Facts::Reported => StoredFactsV1::Reported,
        Facts::ExportReturn(id) => StoredFactsV1::ExportReturn(id.declaration.0, id.n),
        Facts::ReturnTally(tally) => StoredFactsV1::ReturnTally(tally.into()),
        Facts::MasterBill(link) => StoredFactsV1::MasterBill(link.into()),
        Facts::Cancellation(asked) => StoredFactsV1::Cancellation(
            asked.provisional_no.to_string(),
            write_answer(&asked.answer),
        ),
    }
}

/// A declaration from its row.
pub fn read_declaration(row: storage::Declaration) -> Result<DeclarationRecord, RowError> {
    let table = "declaration";
    let stored = StoredDeclaration::decode(&row.body).map_err(body(table))?;
    let stock = stored.stock.into_iter().map(TryInto::try_into);
    Ok(DeclarationRecord {
        id: row.declaration_id,
        document: DocumentKey {
            dossier: DossierKey {
                partition: row.partition,
                order_no: row.order_no.as_str().into(),
            },
            kind: DocumentKind::Declaration,
            party: row.platform_id,
            number: "".into(),
        },
        provisional_no: ProvisionalNumber::parse(&row.pre_no).map_err(column(table, "pre_no"))?,
        facts: Arc::new(stored.facts.try_into().map_err(body(table))?),
        state: stored.state.try_into().map_err(body(table))?,
        pack: stored.pack,
        answer: Arc::new(read_answer(stored.answer).map_err(column(table, "answer"))?),
        stock: stock.collect::<Result<_, _>>().map_err(body(table))?,
    })
}

/// A declaration as a row.
pub fn write_declaration(
    declaration: &DeclarationRecord,
    at: Moment,
) -> Result<storage::Declaration, StoredError> {
    let facts = &*declaration.facts;
    let stored = StoredDeclaration {
        facts: facts.into(),
        state: (&declaration.state).into(),
        pack: declaration.pack,
        answer: write_answer(&declaration.answer),
        stock: declaration.stock.iter().map(Into::into).collect(),
    };
    let status = i64::from(declaration.state.status().number());
    Ok(storage::Declaration {
        partition: declaration.document.dossier.partition,
        declaration_id: declaration.id,
        order_no: facts.order_no.clone(),
        platform_id: facts.platform,
        merchant_id: facts.merchant,
        declarant_id: facts.declarant,
        office: facts.office.to_string(),
        pre_no: declaration.provisional_no.to_string(),
        invt_no: declaration.state.number().map(ToString::to_string),
        reference: facts.reference.as_ref().map(ToString::to_string),
        state: status,
        queue: is_queued(&declaration.state).then_some(status),
        updated_at: at,
        body: stored.encode()?,
    })
}

/// Whether a declaration stands in a queue: a person or a guarantee has to act.
fn is_queued(state: &tongguan_domain::declaration::ImportState) -> bool {
    use tongguan_domain::declaration::ImportState;
    matches!(
        state,
        ImportState::InReview(_)
            | ImportState::UnderExamination(_)
            | ImportState::AwaitingEntry(_)
            | ImportState::AwaitingGuarantee(_)
            | ImportState::Detained { .. }
            | ImportState::Suspended(_)
    )
}

/// A claim from its row; nothing where it is of a kind that this program does not know.
pub fn read_claim(row: storage::Claim) -> Result<Option<Claim>, RowError> {
    let Some(kind) = DocumentKind::from_code(row.kind) else { return Ok(None) };
    let met = row.body.as_deref().map(StoredClaim::decode).transpose().map_err(body("claim"))?;
    let met = met.unwrap_or_default();
    let entry = row.entered_office.zip(row.entered_bill).and_then(|(office, bill_no)| {
        Some(ParcelEntry { office: OfficeCode::parse(&office).ok()?, bill_no: bill_no.into() })
    });
    let document = match (row.partition, row.order_no) {
        (Some(partition), Some(order_no)) => {
            Some(DossierKey { partition, order_no: order_no.into() })
        }
        _ => None,
    };
    Ok(Some(Claim {
        key: ClaimKey { kind, party: row.party_id, number: row.number.into() },
        document,
        declaration: row.declaration_id,
        claimed_at: row.claimed_at,
        parked: row.parked,
        arrived_at: row.arrived_at,
        entry,
        quarantine: row.quarantine.and_then(|code| {
            Quarantine::ALL.into_iter().find(|state| quarantine_code(*state) == code)
        }),
        bill_no: row.bill_no.map(Into::into),
        movement: met.movement.try_into().map_err(body("claim"))?,
        parts: met.parts.and_then(|(come, of)| Parts::new(come, of)),
    }))
}

/// The keys of claims as rows.
pub fn claim_keys<'k>(keys: &[&'k ClaimKey]) -> Vec<storage::ClaimKey<'k>> {
    keys.iter().map(|key| (key.bucket(), key.kind.code(), key.party, &*key.number)).collect()
}

/// A claim as a row.
pub fn write_claim(claim: &Claim) -> Result<storage::Claim, StoredError> {
    let met = StoredClaim {
        movement: (&claim.movement).into(),
        parts: claim.parts.map(|parts| (parts.come(), parts.of())),
    };
    let body = (met != StoredClaim::default()).then(|| met.encode()).transpose()?;
    Ok(storage::Claim {
        bucket: claim.key.bucket(),
        kind: claim.key.kind.code(),
        party_id: claim.key.party,
        number: claim.key.number.to_string(),
        partition: claim.document.as_ref().map(|dossier| dossier.partition),
        order_no: claim.document.as_ref().map(|dossier| dossier.order_no.to_string()),
        declaration_id: claim.declaration,
        claimed_at: claim.claimed_at,
        parked: claim.parked,
        arrived_at: claim.arrived_at,
        quarantine: claim.quarantine.map(quarantine_code),
        bill_no: claim.bill_no.as_deref().map(str::to_owned),
        body,
        entered_office: claim.entry.as_ref().map(|entry| entry.office.to_string()),
        entered_bill: claim.entry.as_ref().map(|entry| entry.bill_no.to_string()),
    })
}

const fn quarantine_code(state: Quarantine) -> i64 {
    match state {
        Quarantine::Due => 1,
        Quarantine::Passed => 2,
        Quarantine::Failed => 3,
    }
}

/// The body of a response's row.
pub fn write_response(response: &Response) -> StoredResponse {
    StoredResponse {
        answer: write_answer(&response.answer),
        numbers: response.numbers.as_ref().map(|numbers| {
            (numbers.provisional.to_string(), numbers.declaration.as_ref().map(ToString::to_string))
        }),
        run: response
            .run
            .iter()
            .map(|step| (step.status.number(), step.at.micros(), step.text.clone()))
            .collect(),
        bills: response.bills.iter().map(|bill| (bill.declaration.0, bill.n)).collect(),
    }
}

/// An audit entry as it is stored.
pub fn write_entry(Noted { entry, before }: &Noted) -> StoredEntryV1 {
    StoredEntryV1 {
        subject: match &entry.subject {
            Subject::Document(key) => StoredSubjectV1::Document(
                (&*key.dossier.order_no).into(),
                key.kind.code(),
                key.party.0,
                (&*key.number).into(),
            ),
            Subject::Unkeyed(message) => StoredSubjectV1::Unkeyed(i64::from(message.number())),
            Subject::Declaration(id) => StoredSubjectV1::Declaration(id.0),
            Subject::Export(id) => StoredSubjectV1::Export(id.0),
            Subject::ExportReturn(id) => StoredSubjectV1::ExportReturn(id.declaration.0, id.n),
            Subject::Relayed(id) => StoredSubjectV1::Relayed(id.0),
            Subject::Zone(key, verdict) => StoredSubjectV1::Zone(
                key.kind as i64,
                key.holder.0,
                key.reference.as_str().into(),
                match verdict {
                    ZoneVerdict::TurnedAway => StoredZoneVerdictV1::TurnedAway,
                    ZoneVerdict::Refused => StoredZoneVerdictV1::Refused,
                    ZoneVerdict::ForAnOfficer => StoredZoneVerdictV1::ForAnOfficer,
                    ZoneVerdict::Approved => StoredZoneVerdictV1::Approved,
                    ZoneVerdict::Ended => StoredZoneVerdictV1::Ended,
                },
            ),
        },
        cause: match &entry.cause {
            Cause::Document(source) => StoredCauseV1::Document(source.message.0, source.ordinal),
            Cause::Ruling { officer, reason } => {
                StoredCauseV1::Ruling(officer.clone(), reason.clone())
            }
            Cause::Command => StoredCauseV1::Command,
            Cause::Signed(Signed { certificate, signature }) => {
                StoredCauseV1::Signed(*certificate, signature.clone())
            }
            Cause::Delegated { certificate, source } => {
                StoredCauseV1::Delegated(*certificate, source.message.0, source.ordinal)
            }
            Cause::Time => StoredCauseV1::Time,
            Cause::Guarantee => StoredCauseV1::Guarantee,
        },
        statuses: entry.statuses.iter().map(|status| status.number()).collect(),
        before: before.map(ReturnStatus::number),
    }
}

/// The name of an account in postings.
pub fn account_name(account: Account) -> String {
    let person = |key: AllowanceKey| {
        let mark = key.person.to_bytes();
        let hex: String = mark.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("allowance/{}/{hex}", key.year)
    };
    match account {
        Account::AllowanceUsed(key) => format!("{}/used", person(key)),
        Account::AllowanceFree(key) => format!("{}/free", person(key)),
        Account::GuaranteeHeld(PartyId(id)) => format!("guarantee/{id}/held"),
        Account::GuaranteeFree(PartyId(id)) => format!("guarantee/{id}/free"),
    }
}

/// The account of a guarantee that a posting names; nothing for another account.
pub fn guarantee_account(name: &str) -> Option<GuaranteeAccount> {
    let (party, side) = name.strip_prefix("guarantee/")?.split_once('/')?;
    let party = PartyId(party.parse().ok()?);
    match side {
        "held" => Some(GuaranteeAccount::Held(party)),
        "free" => Some(GuaranteeAccount::Free(party)),
        _ => None,
    }
}

/// An account of a guarantee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuaranteeAccount {
    /// What is held against it.
    Held(PartyId),
    /// What is left of it.
    Free(PartyId),
}

/// What an allowance's row is of.
///
/// # Errors
/// [`RowError`].
pub fn read_allowance_key(row: &storage::Allowance) -> Result<AllowanceKey, RowError> {
    let year = i16::try_from(row.year).map_err(|_| RowError::Column {
        table: "allowance",
        column: "year",
        value: row.year.to_string(),
    })?;
    Ok(AllowanceKey { person: Mark::from_bytes(row.person), year })
}

/// The key of an allowance's row.
pub fn allowance_key(key: AllowanceKey) -> storage::AllowanceKey {
    (allowance_bucket(key), key.person.to_bytes(), i64::from(key.year))
}

/// An allowance as a row.
pub fn write_allowance(key: AllowanceKey, allowance: Allowance) -> storage::Allowance {
    let (bucket, person, year) = allowance_key(key);
    storage::Allowance { bucket, person, year, reserved: allowance.reserved, used: allowance.used }
}

/// The key of a quantity allowance's row.
pub fn quantity_key(key: &QuantityKey) -> storage::QuantityAllowanceKey {
    let person = key.of.person.to_bytes();
    let year = i64::from(key.of.year);
    (allowance_bucket(key.of), person, year, key.line.to_string(), measure_code(key.measure))
}

/// A quantity allowance from its row.
pub fn read_quantity(
    row: &storage::QuantityAllowance,
) -> Result<(QuantityKey, QuantityAllowance), RowError> {
    let table = "quantity_allowance";
    let wrong =
        |column, value: &dyn ToString| RowError::Column { table, column, value: value.to_string() };
    let key = QuantityKey {
        of: AllowanceKey {
            person: Mark::from_bytes(row.person),
            year: i16::try_from(row.year).map_err(|_| wrong("year", &row.year))?,
        },
        line: row.line.parse().map_err(|_| wrong("line", &row.line))?,
        measure: MEASURES
            .into_iter()
            .find(|measure| measure_code(*measure) == row.measure)
            .ok_or_else(|| wrong("measure", &row.measure))?,
    };
    Ok((key, QuantityAllowance { reserved: row.reserved, used: row.used }))
}

/// A quantity allowance as a row.
pub fn write_quantity(
    key: &QuantityKey,
    allowance: QuantityAllowance,
) -> storage::QuantityAllowance {
    let (bucket, person, year, line, measure) = quantity_key(key);
    let QuantityAllowance { reserved, used } = allowance;
    storage::QuantityAllowance { bucket, person, year, line, measure, reserved, used }
}

const MEASURES: [Measure; 4] = [Measure::Mass, Measure::Volume, Measure::Piece, Measure::Sheet];

const fn measure_code(measure: Measure) -> i64 {
    match measure {
        Measure::Mass => 1,
        Measure::Volume => 2,
        Measure::Piece => 3,
        Measure::Sheet => 4,
    }
}

/// The bucket of an allowance: the first byte of the person's mark.
pub fn allowance_bucket(key: AllowanceKey) -> Partition {
    let [first, ..] = key.person.to_bytes();
    Partition(first)
}
