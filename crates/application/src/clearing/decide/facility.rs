//! What enters a supervised place (入库): parcels of an import, by master bill.
//!
//! An entry stands with each parcel's claim, so that it may come before the declaration, the waybill or the
//! officer.

use std::sync::Arc;

use tongguan_domain::commerce::Part;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::WarehouseEntryFacts;
use tongguan_domain::ids::WaybillNumber;

use super::case::Case;
use super::export::{Changeable, Report, Taken};
use super::{Circumstances, Undecidable, export, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{
    Claim, ClaimKey, DeclarationRecord, DocumentKind, Facts, ParcelEntry,
};
use crate::clearing::working_set::Draft;

/// Decides a warehouse entry (入库明细单): what waits for nothing else is released. Parcels that no waybill
/// of the bill names are named in the answer.
pub fn enter(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &WarehouseEntryFacts,
) -> Result<(), Undecidable> {
    let parcels = parcels(draft, circumstances, facts);
    let over: Vec<_> = parcels
        .iter()
        .filter(|(claim, _)| claim.bill_no.as_deref() != Some(&*facts.bill_no))
        .map(|(claim, _)| &*claim.key.number)
        .collect();
    let remark = (!over.is_empty()).then(|| format!("提运单下无运单的包裹：{}", over.join("、")));
    let report = Report {
        part: Part::WHOLE,
        facts: Facts::Reported,
        changeable: Changeable::No,
        remarks: remark.into_iter().collect(),
    };
    if export::take_in(draft, circumstances, submitted, filed, report)? != Some(Taken::Entered) {
        return Ok(());
    }
    for (mut claim, declaration) in parcels {
        if claim.arrived_at.is_none() {
            claim.arrived_at = Some(facts.entered_at);
            let (office, bill_no) = (facts.office, facts.bill_no.clone());
            claim.entry = Some(ParcelEntry { office, bill_no });
            draft.set_claim(claim);
        }
        let Some(declaration) = declaration else { continue };
        let ImportState::AwaitingEntry(entered) = &declaration.state else { continue };
        let Some(mut case) = Case::reopen(draft, circumstances, &declaration) else { continue };
        case.accept(draft, circumstances, entered.clone())?;
        case.close(draft, Cause::Document(submitted.source));
    }
    Ok(())
}

/// The claims of the parcels that an entry names, with the declarations that name them too. A number that
/// its carrier uses again after six months is another parcel's.
fn parcels(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    facts: &WarehouseEntryFacts,
) -> Vec<(Claim, Option<Arc<DeclarationRecord>>)> {
    let key = |number: &WaybillNumber| ClaimKey {
        kind: DocumentKind::Waybill,
        party: facts.carrier,
        number: number.as_str().into(),
    };
    let claims = facts.waybills.iter().map(|number| draft.claim(&key(number), circumstances.at));
    claims
        .map(|claim| {
            if claim.arrived_at.is_some() && trade::may_be_used_again(&claim, circumstances) {
                return (Claim::vacant(claim.key, circumstances.at), None);
            }
            let declaration = claim.declaration.and_then(|id| draft.declaration(id)).cloned();
            (claim, declaration)
        })
        .collect()
}
