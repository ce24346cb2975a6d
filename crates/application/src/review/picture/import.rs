//! What an import declaration rests on: its documents, and how they fit.

use tongguan_domain::declaration::ImportState;
use tongguan_domain::matching::{Documents, compare};
use tongguan_storage::View;

use super::{Matching, entered};
use crate::clearing::record::{
    ClaimKey, DeclarationRecord, DocumentKind, DocumentRecord, DossierKey, Facts,
};
use crate::clearing::rows::{read_claim, read_document};
use crate::review::ReviewError;

/// The declaration's own document, and those of its order and waybill.
pub fn documents(
    view: &mut View<'_>,
    record: &DeclarationRecord,
) -> Result<Vec<DocumentRecord>, ReviewError> {
    let facts = &record.facts;
    let dossier = &record.document.dossier;
    let mut rows = view.documents_of_orders(&[(dossier.partition, &*dossier.order_no)])?;
    let claim = waybill_claim(record);
    let claimed =
        view.claims(&[(claim.bucket(), claim.kind.code(), claim.party, &claim.number)])?;
    let claimed = claimed.into_iter().map(read_claim).collect::<Result<Vec<_>, _>>()?;
    let holders = claimed.into_iter().flatten().filter_map(|claim| claim.document);
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
            (DocumentKind::Order | DocumentKind::Declaration | DocumentKind::Cancellation, _) => {
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
            (DocumentKind::Return, _) => true,
            // An export may bear the same order number.
            _ => false,
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
pub fn matching(record: &DeclarationRecord, documents: &[DocumentRecord]) -> Matching {
    let order = entered(documents, DocumentKind::Order).find_map(|facts| match facts {
        Facts::Order(order) => Some(order),
        _ => None,
    });
    let mut payments = entered(documents, DocumentKind::Payment).filter_map(|facts| match facts {
        Facts::Payment(payment) => Some(payment),
        _ => None,
    });
    let named = payments.clone().find(|payment| {
        order.is_some_and(|order| {
            order.payment_institution.is_none_or(|named| named == payment.institution)
                && order.payment_transaction.as_ref().is_none_or(|n| *n == payment.transaction)
        })
    });
    let payment = named.or_else(|| payments.next());
    let waybill = entered(documents, DocumentKind::Waybill).find_map(|facts| match facts {
        Facts::Waybill(waybill) => Some(waybill),
        _ => None,
    });
    match (order, payment, waybill) {
        (Some(order), Some(payment), Some(waybill)) => {
            let documents = Documents { order, payment, waybill };
            Matching::Compared(compare(&record.facts, documents, certified(record), ""))
        }
        _ => Matching::missing([
            (order.is_none(), DocumentKind::Order),
            (payment.is_none(), DocumentKind::Payment),
            (waybill.is_none(), DocumentKind::Waybill),
        ]),
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
        | ImportState::AwaitingEntry(entered)
        | ImportState::AwaitingGuarantee(entered)
        | ImportState::Suspended(entered)
        | ImportState::Detained { entered, .. } => entered.lodged.certified,
        ImportState::Released(_)
        | ImportState::Closed(_)
        | ImportState::ShippedBack(_)
        | ImportState::Cancelled(_)
        | ImportState::Refused
        | ImportState::Deleted => true,
    }
}
