//! Deliveries: stored under the waybill's claim; they close a released declaration.

use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::DeliveryFacts;

use super::case::Case;
use super::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{
    ClaimKey, DocumentKey, DocumentKind, DocumentState, DossierKey, Facts,
};
use crate::clearing::working_set::Draft;

/// Decides a delivery (运单状态). It may come before its waybill, and before the release.
pub fn decide(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &DeliveryFacts,
) -> Result<(), Undecidable> {
    let stored =
        trade::store(draft, circumstances, submitted, filed, Facts::Delivery(facts.clone()), false);
    if stored != Some(DocumentState::Entered) {
        return Ok(());
    }
    let key = ClaimKey {
        kind: DocumentKind::Waybill,
        party: filed.key.party,
        number: filed.key.number.clone(),
    };
    let mut claim = draft.claim(&key, circumstances.at);
    if !claim.parked {
        claim.parked = true;
        draft.set_claim(claim.clone());
    }
    let declaration = claim.declaration.and_then(|id| draft.declaration(id)).cloned();
    let Some(declaration) = declaration else { return Ok(()) };
    if !matches!(declaration.state, ImportState::Released(_)) {
        return Ok(());
    }
    if let Some(mut case) = Case::reopen(draft, circumstances, &declaration) {
        case.close_if_delivered(draft);
        case.close(draft, Cause::Document(submitted.source));
    }
    Ok(())
}

/// The key of the delivery of a waybill: it lies in the bucket of the waybill's claim.
pub fn document_key(waybill: &ClaimKey) -> DocumentKey {
    DocumentKey {
        dossier: DossierKey::of_claim(waybill),
        kind: DocumentKind::Delivery,
        party: waybill.party,
        number: waybill.number.clone(),
    }
}
