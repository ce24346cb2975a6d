//! Export orders, collections and waybills: each is judged by itself and answered at once; then a declaration that
//! waits for it is taken up.

use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ExportState;
use tongguan_domain::facts::{CollectionFacts, ExportOrderFacts, ExportWaybillFacts};

use super::lodging::charged;
use super::matching::{export_of, is_declared, take_up};
use crate::clearing::decide::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{Claim, DocumentRecord, DocumentState, Facts};
use crate::clearing::working_set::Draft;

/// Decides an export order (出口订单).
pub fn order(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &ExportOrderFacts,
) -> Result<(), Undecidable> {
    of_order(draft, circumstances, submitted, filed, Facts::ExportOrder(facts.clone()))
}

/// Decides a collection (收款单), of which an order may have several.
pub fn collection(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &CollectionFacts,
) -> Result<(), Undecidable> {
    of_order(draft, circumstances, submitted, filed, Facts::Collection(facts.clone()))
}

/// Decides a document that lies in the dossier of its merchant's order.
fn of_order(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: Facts,
) -> Result<(), Undecidable> {
    let export = export_of(draft, &filed.key.dossier, filed.key.party).cloned();
    let fixed = export.as_ref().is_some_and(|export| is_declared(&export.state));
    let stored = trade::store(draft, circumstances, submitted, filed, facts, fixed);
    match (stored, export) {
        (Some(DocumentState::Entered), Some(export)) => {
            take_up(draft, circumstances, &export, submitted.source)
        }
        _ => Ok(()),
    }
}

/// Decides an export waybill (出口运单), which does not name its order: it lies in the bucket of its
/// claim. A carrier may use a number again after six months.
pub fn waybill(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &ExportWaybillFacts,
) -> Result<(), Undecidable> {
    let mut claim = trade::claim_of(draft, circumstances, filed);
    if let Some(earlier) = draft.document(&filed.key).cloned()
        && earlier.state.is_live()
        && filed.filing.action == Action::Create
        && earlier.sent_at < filed.filing.sent_at
        && (claim.document.is_none() || trade::may_be_used_again(&claim, circumstances))
    {
        // Reports about the new parcel may have come before its waybill.
        if claim.document.is_some() {
            claim = Claim::vacant(claim.key, circumstances.at);
        }
        let state = DocumentState::Deleted;
        draft.set_document(DocumentRecord { state, ..DocumentRecord::clone(&earlier) });
    }
    let export = claim.declaration.and_then(|id| draft.export(id)).cloned();
    let fixed = export.as_ref().is_some_and(|export| is_declared(&export.state));
    let facts = Facts::ExportWaybill(facts.clone());
    let stored = trade::store(draft, circumstances, submitted, filed, facts, fixed);
    trade::settle_claim(draft, &mut claim, filed, stored);
    let (Some(DocumentState::Entered), Some(export)) = (stored, export) else { return Ok(()) };
    if export.state == ExportState::Stored
        && let Some(certificate) = charged(circumstances, &export.facts)
    {
        let cause = Cause::Delegated { certificate, source: submitted.source };
        return super::declare_stored(draft, circumstances, export.id, cause);
    }
    take_up(draft, circumstances, &export, submitted.source)
}
