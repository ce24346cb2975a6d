//! Everything that is stored about one declaration.

use tongguan_domain::declaration::ImportState;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationId, ProvisionalNumber};
use tongguan_domain::matching::{Documents, compare};
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::response::StoredResponse;
use tongguan_storage::{Partition, StorageError, Store, TaxBill, View};

use super::ReviewError;
use super::queue::figures;
use crate::clearing::record::{
    ClaimKey, DeclarationRecord, DocumentKind, DocumentRecord, DocumentState, DossierKey, Facts,
};
use crate::clearing::rows::{read_claim, read_declaration, read_document};
use crate::clearing::write::response_kind;
use crate::numbering::{made_at, partition_of};

/// Responses that are read at a time.
const PAGE: i64 = 1_000;
/// How far apart the clocks of an id and of the batch that wrote it may be.
const SLACK_MS: i64 = 60_000;

/// Everything that is stored about one declaration.
#[derive(Debug)]
pub struct Picture {
    /// What it says and where it stands.
    pub record: DeclarationRecord,
    /// When it was first seen.
    pub lodged_at: Moment,
    /// Since when it stands so.
    pub since: Moment,
    /// 完税价格, where the state still says so.
    pub dutiable: Money,
    /// What it owes; absent where a line has no rate, or where it was refused.
    pub tax: Option<Money>,
    /// Order, payments, waybill and delivery, as far as they came.
    pub documents: Vec<DocumentRecord>,
    /// How the documents fit.
    pub matching: Matching,
    /// Every status that it was given, in order.
    pub told: Vec<Told>,
    /// Its tax bills.
    pub bills: Vec<TaxBill>,
}

/// How a declaration fits its documents, compared anew from what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// These have not come.
    Missing(Vec<DocumentKind>),
    /// All have come; what differs, in order of precedence.
    Compared(Vec<Defect>),
}

/// A status that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// 回执状态.
    pub status: i32,
    /// 回执时间.
    pub at: Moment,
    /// 回执信息.
    pub text: String,
}

/// Everything that is stored about a declaration; `None` where there is no such declaration.
///
/// Its responses are looked for between its first sight and its document's newest response: the log
/// has no index by declaration. A declaration that stood open for weeks takes a while.
///
/// # Errors
/// [`ReviewError`].
pub fn picture(store: &Store, id: DeclarationId) -> Result<Option<Picture>, ReviewError> {
    let key = (partition_of(id.0), id);
    let Some(row) = store.read(|view| view.declarations(&[key]))?.pop() else { return Ok(None) };
    let since = row.updated_at;
    let record = read_declaration(row)?;
    let documents = store.read(|view| documents(view, &record))?;
    let (own, documents): (Vec<_>, Vec<_>) =
        documents.into_iter().partition(|document| document.key == record.document);
    let matching = matching(&record, &documents);
    let told = match own.first() {
        Some(own) => told(store, &record, own.response_seq)?,
        None => Vec::new(),
    };
    let bills = store.read(|view| view.tax_bills(&[key]))?;
    let (dutiable, tax) = figures(&record.state);
    let lodged_at = made_at(id.0);
    Ok(Some(Picture { record, lodged_at, since, dutiable, tax, documents, matching, told, bills }))
}

/// The declaration's own document, and those of its order and waybill.
fn documents(
    view: &mut View<'_>,
    record: &DeclarationRecord,
) -> Result<Vec<DocumentRecord>, ReviewError> {
    let facts = &record.facts;
    let dossier = &record.document.dossier;
    let mut rows = view.documents_of_orders(&[(dossier.partition, &*dossier.order_no)])?;
    let claim = waybill_claim(record);
    let claimed =
        view.claims(&[(claim.bucket(), claim.kind.code(), claim.party, &claim.number)])?;
    let holders = claimed.into_iter().filter_map(read_claim).filter_map(|claim| claim.document);
    // The waybill lies where its claim says, perhaps under another order; the delivery knows none.
    let elsewhere: Vec<_> = holders.filter(|holder| holder != dossier).collect();
    let unordered = DossierKey::of_claim(&claim);
    let keys: Vec<_> = elsewhere
        .iter()
        .map(|dossier| (dossier, DocumentKind::Waybill))
        .chain([(&unordered, DocumentKind::Delivery)])
        .map(|(dossier, kind)| {
            (dossier.partition, &*dossier.order_no, kind.code(), facts.carrier, &*claim.number)
        })
        .collect();
    rows.extend(view.documents(&keys)?);
    let documents = rows.into_iter().map(read_document).collect::<Result<Vec<_>, _>>()?;
    Ok(documents
        .into_iter()
        .filter(|document| match (document.key.kind, document.facts.as_deref()) {
            (DocumentKind::Order | DocumentKind::Declaration, _) => {
                document.key.party == facts.platform
            }
            (DocumentKind::Payment, Some(Facts::Payment(payment))) => {
                payment.platform == facts.platform
            }
            (DocumentKind::Payment, _) => true,
            (DocumentKind::Waybill | DocumentKind::Delivery, _) => {
                document.key.party == facts.carrier
                    && *document.key.number == *facts.waybill_no.as_str()
            }
            // An export may bear the same order number.
            (
                DocumentKind::ExportOrder
                | DocumentKind::Collection
                | DocumentKind::ExportWaybill
                | DocumentKind::Export
                | DocumentKind::Arrival
                | DocumentKind::Departure
                | DocumentKind::ExportReturn
                | DocumentKind::ReturnTally,
                _,
            ) => false,
        })
        .collect())
}

fn waybill_claim(record: &DeclarationRecord) -> ClaimKey {
    ClaimKey {
        kind: DocumentKind::Waybill,
        party: record.facts.carrier,
        number: record.facts.waybill_no.as_str().into(),
    }
}

/// Compares as the decision does: of several payments, the one that the order names.
fn matching(record: &DeclarationRecord, documents: &[DocumentRecord]) -> Matching {
    let entered = |kind| {
        documents.iter().filter(move |document| {
            document.key.kind == kind && document.state == DocumentState::Entered
        })
    };
    let order = entered(DocumentKind::Order).find_map(|document| match document.facts.as_deref() {
        Some(Facts::Order(order)) => Some(order),
        _ => None,
    });
    let mut payments =
        entered(DocumentKind::Payment).filter_map(|document| match document.facts.as_deref() {
            Some(Facts::Payment(payment)) => Some(payment),
            _ => None,
        });
    let named = payments.clone().find(|payment| {
        order.is_some_and(|order| {
            order.payment_institution.is_none_or(|named| named == payment.institution)
                && order.payment_transaction.as_ref().is_none_or(|n| *n == payment.transaction)
        })
    });
    let payment = named.or_else(|| payments.next());
    let waybill =
        entered(DocumentKind::Waybill).find_map(|document| match document.facts.as_deref() {
            Some(Facts::Waybill(waybill)) => Some(waybill),
            _ => None,
        });
    match (order, payment, waybill) {
        (Some(order), Some(payment), Some(waybill)) => {
            let documents = Documents { order, payment, waybill };
            Matching::Compared(compare(&record.facts, documents, certified(record), ""))
        }
        _ => Matching::Missing(
            [
                (order.is_none(), DocumentKind::Order),
                (payment.is_none(), DocumentKind::Payment),
                (waybill.is_none(), DocumentKind::Waybill),
            ]
            .into_iter()
            .filter_map(|(is_missing, kind)| is_missing.then_some(kind))
            .collect(),
        ),
    }
}

/// Whether the payer need not be the buyer. Once it is decided, the state does not say so any more;
/// then the decision stands, and its payer is not questioned again.
fn certified(record: &DeclarationRecord) -> bool {
    match &record.state {
        ImportState::Stored(assessed) => assessed.certified,
        ImportState::Waiting { lodged, .. } => lodged.certified,
        ImportState::InReview(entered)
        | ImportState::UnderExamination(entered)
        | ImportState::AwaitingGuarantee(entered)
        | ImportState::Suspended(entered)
        | ImportState::Detained { entered, .. } => entered.lodged.certified,
        ImportState::Released(_)
        | ImportState::Closed(_)
        | ImportState::ShippedBack(_)
        | ImportState::Refused
        | ImportState::Deleted => true,
    }
}

/// Every status of a declaration up to the response at place `to`, in order.
fn told(store: &Store, record: &DeclarationRecord, to: i64) -> Result<Vec<Told>, ReviewError> {
    let partition = record.document.dossier.partition;
    let begin = made_at(record.id.0).plus_millis(-SLACK_MS);
    let mut from = first_response_since(store, partition, begin, to)?;
    let mut told = Vec::new();
    loop {
        let page = store.read(|view| view.responses_between(partition, from, to, PAGE))?;
        let Some(last) = page.last() else { return Ok(told) };
        from = last.seq + 1;
        for response in page.iter().filter(|response| response.kind == response_kind::RUN) {
            told.extend(run_about(&response.body, &record.provisional_no)?);
        }
    }
}

/// The statuses in the body of a response, if it is about the declaration of that number.
pub(super) fn run_about(
    body: &[u8],
    provisional_no: &ProvisionalNumber,
) -> Result<Vec<Told>, ReviewError> {
    let stored = StoredResponse::decode(body)?;
    if stored.numbers.is_none_or(|(provisional, _)| provisional != provisional_no.as_str()) {
        return Ok(Vec::new());
    }
    let step = |(status, at, text)| Told { status, at: Moment::from_micros(at), text };
    Ok(stored.run.into_iter().map(step).collect())
}

/// The place from which on responses are of `since` or later, by halving: places ascend with time.
fn first_response_since(
    store: &Store,
    partition: Partition,
    since: Moment,
    to: i64,
) -> Result<i64, StorageError> {
    let (mut low, mut high) = (1, to);
    while low < high {
        let middle = low + (high - low) / 2;
        let next = store.read(|view| view.responses_between(partition, middle, to, 1))?;
        match next.first() {
            Some(next) if next.recorded_at < since => low = next.seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
