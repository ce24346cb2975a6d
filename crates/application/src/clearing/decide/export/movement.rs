//! What becomes of exported parcels: they arrive at the supervised place, they leave the country.
//!
//! An arrival stands with each parcel's claim, so that it may come before the declaration, the waybill or
//! the officer; the parts of a split report are documents of their own and come in any order.

use std::sync::Arc;

use tongguan_domain::commerce::Stage;
use tongguan_domain::declaration::ExportState;
use tongguan_domain::facts::MovementFacts;
use tongguan_domain::ids::WaybillNumber;
use tongguan_domain::status::ReturnStatus;

use super::case::ExportCase;
use super::transit::may_leave;
use super::{number, quarantine};
use crate::clearing::decide::admission::{Admission, admit};
use crate::clearing::decide::reply::Replying;
use crate::clearing::decide::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{
    Claim, ClaimKey, DocumentKind, DocumentRecord, DocumentState, ExportRecord, Facts,
};
use crate::clearing::working_set::Draft;

/// Decides an arrival (运抵单): what has been reviewed is released. Parcels that quarantine has not let
/// pass are not admitted, and named in the answer.
pub fn arrival(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &MovementFacts,
) -> Result<(), Undecidable> {
    let (turned_away, admitted): (Vec<_>, Vec<_>) = parcels(draft, circumstances, facts)
        .into_iter()
        .partition(|(claim, _)| quarantine::turns_away(claim));
    let numbers: Vec<_> = turned_away.into_iter().map(|(claim, _)| claim.key.number).collect();
    let remark = (!numbers.is_empty())
        .then(|| format!("未经检疫合格、不准入场的运单：{}", numbers.join("、")));
    if !take_in(draft, circumstances, submitted, filed, remark.as_deref())? {
        return Ok(());
    }
    for (mut claim, export) in admitted {
        if claim.arrived_at.is_none() {
            claim.arrived_at = Some(facts.happened_at);
            draft.set_claim(claim);
        }
        let Some(export) = export else { continue };
        let before_release = matches!(
            export.state,
            ExportState::InReview { .. }
                | ExportState::UnderExamination { .. }
                | ExportState::Reviewed(_)
        );
        let Some(mut case) = ExportCase::reopen(draft, circumstances, &export) else { continue };
        if before_release {
            case.arrive(circumstances, facts.happened_at)?;
            case.close(draft, Cause::Document(submitted.source));
        }
    }
    Ok(())
}

/// Decides a departure (离境单): what was released is closed. Parcels that were not released are named in
/// the answer; those of an earlier departure, as of a waybill over several flights, are closed already.
pub fn departure(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &MovementFacts,
) -> Result<(), Undecidable> {
    let (mut released, mut others) = (Vec::new(), Vec::new());
    for (claim, export) in parcels(draft, circumstances, facts) {
        match export {
            Some(export) if may_leave(draft, &export) => released.push(export),
            Some(export) if matches!(export.state, ExportState::Closed { .. }) => {}
            _ => others.push(claim.key.number),
        }
    }
    let remark = (!others.is_empty()).then(|| format!("未放行的运单：{}", others.join("、")));
    if !take_in(draft, circumstances, submitted, filed, remark.as_deref())? {
        return Ok(());
    }
    for export in released {
        if let Some(mut case) = ExportCase::reopen(draft, circumstances, &export) {
            case.depart(facts.happened_at)?;
            case.close(draft, Cause::Document(submitted.source));
        }
    }
    Ok(())
}

/// The claims of the parcels that a report names, with the declarations that name them too.
fn parcels(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    facts: &MovementFacts,
) -> Vec<(Claim, Option<Arc<ExportRecord>>)> {
    let key = |number: &WaybillNumber| ClaimKey {
        kind: DocumentKind::ExportWaybill,
        party: facts.carrier,
        number: number.as_str().into(),
    };
    let claims = facts.waybills.iter().map(|number| draft.claim(&key(number), circumstances.at));
    claims
        .map(|claim| {
            let export = claim.declaration.and_then(|id| draft.export(id)).cloned();
            (claim, export)
        })
        .collect()
}

/// Admits, answers and stores a report; whether it is to be acted on. What was acted on cannot be changed
/// or deleted: it has happened.
fn take_in(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    remark: Option<&str>,
) -> Result<bool, Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let admission = admit(standing.as_deref(), filed, true);
    if admission == Admission::Repeat {
        trade::repeat(draft, submitted, filed, standing.as_deref());
        return Ok(false);
    }
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    replying.number(number(draft, circumstances, filed, None)?);
    let guid = &filed.filing.guid;
    let what = trade::words_for(filed.filing.action);
    let state = match admission {
        Admission::Refuse(defect) => {
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
            return Ok(false);
        }
        Admission::Delete => {
            replying.say(ReturnStatus::Accepted, format!("删除申报成功[{guid}]"));
            DocumentState::Deleted
        }
        _ if filed.filing.stage == Stage::Stored => {
            replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
            DocumentState::Stored
        }
        _ => {
            replying.say(ReturnStatus::Accepted, format!("{what}申报成功[{guid}]"));
            let passed = "[Code:1800;Desc:逻辑校验通过]";
            let text = remark.map_or(passed.to_owned(), |remark| format!("{passed}; {remark}"));
            replying.say(ReturnStatus::Entered, text);
            DocumentState::Entered
        }
    };
    let subject = Subject::Document(filed.key.clone());
    let replied_at = replying.send(draft, &filed.key, subject, Cause::Document(submitted.source));
    draft.set_document(DocumentRecord {
        state,
        facts: Some(Arc::new(Facts::Reported)),
        ..trade::record(submitted, filed, replied_at)
    });
    Ok(state == DocumentState::Entered)
}
