//! Master bill links: parcels travel under a bill (清单总分单).
//!
//! How a parcel travels stands with its claim, and with the declaration that holds the claim, so that links,
//! declarations, arrivals and departures come in any order. A link may be changed or deleted until a parcel
//! of it has left.

use tongguan_domain::facts::MasterBillFacts;
use tongguan_domain::movement::MasterBill;
use tongguan_domain::returns::ReturnTransport;

use super::movement::arrive;
use super::report::{Changeable, Report, Taken, bill, holder, parcels, take_in};
use crate::clearing::decide::export_return::{carried_back, is_awaited};
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::record::{Claim, DocumentState, ExportRecord, Facts};
use crate::clearing::working_set::Draft;

/// Decides a master bill link.
pub fn master_bill(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &MasterBillFacts,
) -> Result<(), Undecidable> {
    let before = standing(draft, filed);
    let has_left = |claim: &Claim| claim.movement.departed.is_some();
    let gone = before.as_ref().is_some_and(|before| {
        parcels(draft, circumstances, before.carrier, &before.waybills).iter().any(has_left)
    });
    let claims = parcels(draft, circumstances, facts.carrier, &facts.waybills);
    let kept = claims.iter().filter(|claim| !claim.movement.is_linked_by(&facts.bill));
    let kept: Vec<_> = kept.map(|claim| &*claim.key.number).collect();
    let unasked = facts.returned.iter().filter(|number| !is_awaited(draft, number));
    let unasked: Vec<_> = unasked.map(|number| number.as_str()).collect();
    let remarks = [("已离境或已有更新总分单的运单", kept), ("无待退运货物的原清单", unasked)];
    let remarks = remarks.into_iter().filter(|(_, numbers)| !numbers.is_empty());
    let report = Report {
        part: facts.part,
        facts: Facts::MasterBill(facts.clone()),
        changeable: if gone { Changeable::No } else { Changeable::Yes },
        remarks: remarks.map(|(what, numbers)| format!("{what}：{}", numbers.join("、"))).collect(),
    };
    let Some(taken) = take_in(draft, circumstances, submitted, filed, report)? else {
        return Ok(());
    };
    if let Some(before) = before {
        for claim in parcels(draft, circumstances, before.carrier, &before.waybills) {
            unlink(draft, claim, &before.bill);
        }
    }
    if taken == Taken::SetAside {
        return Ok(());
    }
    for number in &facts.returned {
        carried_back(draft, number, &how_back(&facts.bill));
    }
    let whole = bill(draft, circumstances, facts.carrier, &facts.bill.bill_no);
    for mut claim in parcels(draft, circumstances, facts.carrier, &facts.waybills) {
        if !claim.movement.is_linked_by(&facts.bill) {
            continue;
        }
        claim.movement.linked = Some(facts.bill.clone());
        claim.bill_no = Some(facts.bill.bill_no.as_ref().into());
        set(draft, claim.clone());
        if let (None, Some(arrived_at)) = (claim.arrived_at, whole.arrived_at) {
            arrive(draft, circumstances, claim, arrived_at, submitted.source)?;
        }
    }
    Ok(())
}

fn how_back(bill: &MasterBill) -> ReturnTransport {
    ReturnTransport {
        bill_no: bill.bill_no.clone(),
        mode: bill.transport_mode.clone(),
        vehicle: bill.vehicle.clone(),
        voyage: bill.voyage.clone(),
    }
}

/// What an earlier copy of the link said, where that counts.
fn standing(draft: &Draft<'_>, filed: &FiledDocument) -> Option<MasterBillFacts> {
    let standing = draft.document(&filed.key)?;
    match standing.facts.as_deref() {
        Some(Facts::MasterBill(facts)) if standing.state == DocumentState::Entered => {
            Some(facts.clone())
        }
        _ => None,
    }
}

/// A link no longer says how the parcel travels; what its declaration says counts again.
fn unlink(draft: &mut Draft<'_>, mut claim: Claim, bill: &MasterBill) {
    if claim.movement.linked.as_ref() != Some(bill) {
        return;
    }
    claim.movement.linked = None;
    let declared = holder(draft, &claim).and_then(|export| export.facts.bill_no.clone());
    claim.bill_no = declared.map(|bill_no| bill_no.as_ref().into());
    set(draft, claim);
}

/// Sets what is known of a parcel, at its claim and at the declaration that holds it.
fn set(draft: &mut Draft<'_>, claim: Claim) {
    if let Some(export) = holder(draft, &claim) {
        let movement = claim.movement.clone();
        draft.set_export(ExportRecord { movement, ..ExportRecord::clone(&export) });
    }
    draft.set_claim(claim);
}
