//! What becomes of exported parcels: they arrive at the supervised place, they leave the country.
//!
//! Arrival and departure stand with each parcel's claim, so that they may come before the declaration, the
//! waybill or the officer.

use tongguan_domain::declaration::ExportState;
use tongguan_domain::facts::{ArrivalFacts, DepartureFacts, ExportFacts};
use tongguan_domain::movement::{Departed, ParcelMovement};
use tongguan_domain::time::Moment;

use super::case::ExportCase;
use super::examination::forbids_loading;
use super::quarantine;
use super::report::{Changeable, Report, Taken, bill, holder, parcels, take_in};
use super::transit::{is_under_seal, may_leave};
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{Claim, ExportRecord, Facts, Source};
use crate::clearing::working_set::Draft;

/// Decides an arrival (运抵单): what has been reviewed is released. One without parcels is of all parcels
/// under its bill, those that are linked to the bill later among them. Parcels that quarantine has not let
/// pass are not admitted, and named in the answer.
pub fn arrival(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &ArrivalFacts,
) -> Result<(), Undecidable> {
    let (carrier, whole_bill) = (facts.carrier, facts.whole_bill());
    let mut claims = match whole_bill {
        Some(bill_no) => draft.claims_under_bill(carrier, bill_no),
        None => parcels(draft, circumstances, carrier, &facts.waybills),
    };
    let of_bill = whole_bill.map(|bill_no| format!("提运单{bill_no}项下运单{}票", claims.len()));
    let turned_away = claims.iter().filter(|claim| quarantine::turns_away(claim));
    let turned_away: Vec<_> = turned_away.map(|claim| &*claim.key.number).collect();
    let turned_away = (!turned_away.is_empty())
        .then(|| format!("未经检疫合格、不准入场的运单：{}", turned_away.join("、")));
    let report = Report {
        part: facts.part,
        facts: Facts::Reported,
        changeable: Changeable::No,
        remarks: of_bill.into_iter().chain(turned_away).collect(),
    };
    if take_in(draft, circumstances, submitted, filed, report)? != Some(Taken::Entered) {
        return Ok(());
    }
    claims.extend(whole_bill.map(|bill_no| bill(draft, circumstances, carrier, bill_no)));
    for claim in claims {
        arrive(draft, circumstances, claim, facts.arrived_at, submitted.source)?;
    }
    Ok(())
}

/// The first arrival of a parcel, or of all that is under a bill, counts, once quarantine admits it.
pub fn arrive(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    mut claim: Claim,
    arrived_at: Moment,
    source: Source,
) -> Result<(), Undecidable> {
    if quarantine::turns_away(&claim) {
        return Ok(());
    }
    let export = holder(draft, &claim);
    if claim.arrived_at.is_none() {
        claim.arrived_at = Some(arrived_at);
        draft.set_claim(claim);
    }
    let Some(export) = export.filter(|export| is_before_release(&export.state)) else {
        return Ok(());
    };
    let mut case = ExportCase::reopen(circumstances, &export);
    case.arrive(circumstances, arrived_at)?;
    case.close(draft, Cause::Document(source));
    Ok(())
}

/// Decides a departure (离境单): what was released is closed. Parcels that were not released are named in
/// the answer, and so are those that left otherwise than declared. What is released afterwards is closed
/// then, and told so. Parcels of an earlier departure, as of a waybill over several flights, are closed
/// already.
pub fn departure(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &DepartureFacts,
) -> Result<(), Undecidable> {
    let claims = parcels(draft, circumstances, facts.carrier, &facts.waybills);
    let (mut unreleased, mut unexamined, mut otherwise) = (Vec::new(), Vec::new(), Vec::new());
    for claim in &claims {
        let export = holder(draft, claim);
        let leaves = export.as_ref().is_some_and(|export| {
            matches!(export.state, ExportState::Closed { .. }) || may_leave(draft, export)
        });
        if !leaves {
            unreleased.push(&*claim.key.number);
        }
        if export.as_ref().is_some_and(|export| forbids_loading(circumstances, export)) {
            unexamined.push(&*claim.key.number);
        }
        if export.is_some_and(|export| differs(&facts.departed, &export.facts, &claim.movement)) {
            otherwise.push(&*claim.key.number);
        }
    }
    let remarks = [
        ("未放行的运单", unreleased),
        ("未查验、不准装运的运单", unexamined),
        ("离境口岸或运输方式与申报不同的运单", otherwise),
    ];
    let remarks = remarks.into_iter().filter(|(_, numbers)| !numbers.is_empty());
    let report = Report {
        part: facts.part,
        facts: Facts::Reported,
        changeable: Changeable::No,
        remarks: remarks.map(|(what, numbers)| format!("{what}：{}", numbers.join("、"))).collect(),
    };
    if take_in(draft, circumstances, submitted, filed, report)? != Some(Taken::Entered) {
        return Ok(());
    }
    for claim in claims {
        depart(draft, circumstances, claim, &facts.departed, submitted.source)?;
    }
    Ok(())
}

/// The first departure of a parcel that is reported counts, unless it is under seal or has to be examined
/// first.
fn depart(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    mut claim: Claim,
    departed: &Departed,
    source: Source,
) -> Result<(), Undecidable> {
    let export = holder(draft, &claim);
    let stays = |export: &ExportRecord| {
        is_under_seal(draft, export) || forbids_loading(circumstances, export)
    };
    if export.as_deref().is_some_and(stays) {
        return Ok(());
    }
    if claim.movement.departed.is_none() {
        claim.movement.departed = Some(departed.clone());
        draft.set_claim(claim.clone());
    }
    let Some(export) = export else { return Ok(()) };
    if may_leave(draft, &export) {
        let mut case = ExportCase::reopen(circumstances, &export);
        case.depart(departed.clone())?;
        case.close(draft, Cause::Document(source));
    } else if export.movement != claim.movement {
        draft.set_export(ExportRecord { movement: claim.movement, ..ExportRecord::clone(&export) });
    }
    Ok(())
}

/// Whether a parcel left by another office or in another way than was declared.
fn differs(departed: &Departed, declared: &ExportFacts, movement: &ParcelMovement) -> bool {
    let declared_mode = declared.transport(movement).mode;
    declared.is_left_elsewhere(departed) || *departed.transport_mode != *declared_mode
}

const fn is_before_release(state: &ExportState) -> bool {
    matches!(
        state,
        ExportState::InReview { .. }
            | ExportState::UnderExamination { .. }
            | ExportState::Reviewed(_)
    )
}
