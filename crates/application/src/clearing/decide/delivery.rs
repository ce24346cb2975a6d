//! Deliveries: stored under the waybill's claim; they close a released declaration.

use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::DeliveryFacts;

use super::case::Case;
use super::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{
    Claim, ClaimKey, DocumentKey, DocumentKind, DocumentRecord, DocumentState, DossierKey, Facts,
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
    let key = ClaimKey {
        kind: DocumentKind::Waybill,
        party: filed.key.party,
        number: filed.key.number.clone(),
    };
    let mut claim = draft.claim(&key, circumstances.at);
    if let Some(earlier) = draft.document(&filed.key).cloned()
        && earlier.state.is_live()
        && filed.filing.action == Action::Create
        && earlier.sent_at < filed.filing.sent_at
    {
        if trade::may_be_used_again(&claim, circumstances) {
            claim = Claim::vacant(claim.key, circumstances.at);
        }
        if is_of_earlier_use(&earlier, &claim) {
            let state = DocumentState::Deleted;
            draft.set_document(DocumentRecord { state, ..DocumentRecord::clone(&earlier) });
        }
    }
    let closed = claim
        .declaration
        .and_then(|id| draft.declaration(id))
        .is_some_and(|declaration| matches!(declaration.state, ImportState::Closed(_)));
    let facts = Facts::Delivery(facts.clone());
    let stored = trade::store(draft, circumstances, submitted, filed, facts, closed);
    if stored != Some(DocumentState::Entered) {
        return Ok(());
    }
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
        case.close_if_delivered(draft)?;
        case.close(draft, Cause::Document(submitted.source));
    }
    Ok(())
}

/// Whether the parcel of a waybill was signed for. The delivery lies in the bucket of the waybill's
/// claim.
pub fn is_delivered(draft: &Draft<'_>, waybill: &ClaimKey) -> bool {
    let key = DocumentKey {
        dossier: DossierKey::of_claim(waybill),
        kind: DocumentKind::Delivery,
        party: waybill.party,
        number: waybill.number.clone(),
    };
    let Some(delivery) = draft.document(&key) else { return false };
    let claim = draft.claim(waybill, delivery.replied_at);
    delivery.state == DocumentState::Entered && !is_of_earlier_use(delivery, &claim)
}

/// Whether a delivery is of a parcel that had the waybill's number before the present one. A day is
/// left for clocks that were put right in between.
fn is_of_earlier_use(delivery: &DocumentRecord, claim: &Claim) -> bool {
    delivery.replied_at.plus_days(1) < claim.claimed_at
}
