//! What an export declaration rests on: its documents, how they fit, and where its parcel is.

use tongguan_domain::matching::{ExportDocuments, compare_export};
use tongguan_storage::View;

use super::{Matching, entered};
use crate::clearing::record::{Claim, DocumentKind, DocumentRecord, ExportRecord, Facts};
use crate::clearing::rows::{read_claim, read_document};
use crate::review::ReviewError;

/// The declaration's own document, and those of its order and waybill; and the claim of its waybill.
pub fn documents(
    view: &mut View<'_>,
    record: &ExportRecord,
) -> Result<(Vec<DocumentRecord>, Option<Claim>), ReviewError> {
    let dossier = &record.document.dossier;
    let mut rows = view.documents_of_orders(&[(dossier.partition, &*dossier.order_no)])?;
    rows.retain(|row| row.party_id == record.facts.parties.merchant);
    let key = record.waybill_claim();
    let claims = view.claims(&[(key.bucket(), key.kind.code(), key.party, &key.number)])?;
    let claims = claims.into_iter().map(read_claim).collect::<Result<Vec<_>, _>>()?;
    let claim = claims.into_iter().flatten().next();
    if let Some(Claim { document: Some(holder), .. }) = &claim {
        let waybill =
            (holder.partition, &*holder.order_no, key.kind.code(), key.party, &*key.number);
        rows.extend(view.documents(&[waybill])?);
    }
    let documents = rows.into_iter().map(read_document).collect::<Result<Vec<_>, _>>()?;
    let kinds = [
        DocumentKind::ExportOrder,
        DocumentKind::Collection,
        DocumentKind::ExportWaybill,
        DocumentKind::Export,
    ];
    let documents =
        documents.into_iter().filter(|document| kinds.contains(&document.key.kind)).collect();
    Ok((documents, claim))
}

/// Compares as the decision does.
pub fn matching(record: &ExportRecord, documents: &[DocumentRecord]) -> Matching {
    let order = entered(documents, DocumentKind::ExportOrder).find_map(|facts| match facts {
        Facts::ExportOrder(order) => Some(order),
        _ => None,
    });
    let waybill = entered(documents, DocumentKind::ExportWaybill).find_map(|facts| match facts {
        Facts::ExportWaybill(waybill) => Some(waybill),
        _ => None,
    });
    match (order, waybill) {
        (Some(order), Some(waybill)) => {
            let documents = ExportDocuments { order, waybill };
            Matching::Compared(compare_export(&record.facts, documents, ""))
        }
        _ => Matching::missing([
            (order.is_none(), DocumentKind::ExportOrder),
            (waybill.is_none(), DocumentKind::ExportWaybill),
        ]),
    }
}
