//! Tallies of returned exports (退货理货明细单): entered, then matched with the request for their parcel.

use std::sync::Arc;

use tongguan_domain::commerce::Stage;
use tongguan_domain::ids::ProvisionalNumber;
use tongguan_domain::readmission::discrepancies;
use tongguan_domain::status::ReturnStatus;

use super::super::admission::{Admission, admit};
use super::super::declaration::provisional_no;
use super::super::reply::Replying;
use super::super::{Circumstances, Undecidable, trade};
use super::case::ExportReturnCase;
use super::meeting::{best, meet};
use crate::clearing::export_return::{ReturnParcel, ReturnParcelKey, TallyPlace};
use crate::clearing::incoming::{FiledDocument, ReturnFound, Submitted};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{DocumentKey, DocumentRecord, DocumentState, Facts};
use crate::clearing::working_set::Draft;

/// Decides a tally that was found good by itself. Once a request has met it, it cannot be changed: the goods
/// were let in by it.
pub fn tally(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    found: &ReturnFound,
) -> Result<(), Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let lies_at = standing.as_deref().and_then(|standing| parcel_of(draft, standing));
    let parked = lies_at.as_ref().and_then(|parcel| parked(parcel, &filed.key)).cloned();
    let entered = |standing: &DocumentRecord| standing.state == DocumentState::Entered;
    let fixed = standing.as_deref().is_some_and(entered) && parked.is_none();
    let admission = admit(standing.as_deref(), filed, fixed);
    if admission == Admission::Repeat {
        trade::repeat(draft, submitted, filed, standing.as_deref());
        return Ok(());
    }
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let number = parked.as_ref().map(|place| &place.provisional_no);
    let provisional_no = provisional_no(circumstances, filed, number)?;
    replying.number(provisional_no.clone());
    let deletes = match admission {
        Admission::Refuse(defect) => {
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
            return Ok(());
        }
        admission => admission == Admission::Delete,
    };
    if let Some(mut parcel) = lies_at.filter(|_| parked.is_some()) {
        parcel.tallies.retain(|place| place.document() != filed.key);
        draft.set_return_parcel(parcel);
    }
    let cause = Cause::Document(submitted.source);
    let guid = &filed.filing.guid;
    let state = if deletes {
        replying.say(ReturnStatus::Accepted, format!("删除申报成功[{guid}]"));
        DocumentState::Deleted
    } else if filed.filing.stage == Stage::Stored {
        replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
        DocumentState::Stored
    } else {
        let what = trade::words_for(filed.filing.action);
        replying.say(ReturnStatus::Accepted, format!("{what}申报成功[{guid}]"));
        let place = place_of(circumstances, submitted, found, provisional_no);
        enter(draft, circumstances, (place, found), &mut replying, &cause)?;
        DocumentState::Entered
    };
    let subject = Subject::Document(filed.key.clone());
    let replied_at = replying.send(draft, &filed.key, subject, cause);
    draft.set_document(DocumentRecord {
        state,
        facts: Some(Arc::new(Facts::ReturnTally(found.facts.clone()))),
        ..trade::record(submitted, filed, replied_at)
    });
    Ok(())
}

fn place_of(
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    found: &ReturnFound,
    provisional_no: ProvisionalNumber,
) -> TallyPlace {
    TallyPlace {
        operator: found.facts.operator,
        reference: found.facts.reference.clone(),
        provisional_no,
        entered_at: circumstances.at,
        answer: submitted.answer.clone(),
    }
}

/// Looks for the request whose goods these are, and says so; else parks the tally with its parcel.
fn enter(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    (place, found): (TallyPlace, &ReturnFound),
    replying: &mut Replying,
    cause: &Cause,
) -> Result<(), Undecidable> {
    let passed = "[Code:1800;Desc:逻辑校验通过]";
    let tally = &found.facts;
    let key = ReturnParcelKey { carrier: tally.carrier, waybill_no: tally.waybill_no.clone() };
    let mut parcel = draft.return_parcel(&key);
    let agrees = |id: &_| {
        draft.export_return(*id).is_some_and(|it| discrepancies(&it.facts, tally).is_empty())
    };
    let awaited = best(parcel.awaited.clone(), agrees);
    let case = awaited.and_then(|id| ExportReturnCase::reopen(draft, circumstances, id));
    match case {
        None => {
            replying.say(ReturnStatus::Entered, format!("{passed}; 未找到对应的退货申请单"));
            parcel.tallies.push(place);
        }
        Some(mut case) => {
            parcel.awaited.retain(|id| *id != case.record.id);
            let told = meet(draft, circumstances, &mut case, (place, tally), &found.law)?;
            if told.0 != ReturnStatus::Entered {
                replying.say(ReturnStatus::Entered, passed);
            }
            replying.say(told.0, told.1);
            case.close(draft, cause.clone());
        }
    }
    draft.set_return_parcel(parcel);
    Ok(())
}

/// The parcel at which a stored tally lies, or lay.
fn parcel_of(draft: &Draft<'_>, document: &DocumentRecord) -> Option<ReturnParcel> {
    match document.facts.as_deref() {
        Some(Facts::ReturnTally(tally)) => {
            let waybill_no = tally.waybill_no.clone();
            Some(draft.return_parcel(&ReturnParcelKey { carrier: tally.carrier, waybill_no }))
        }
        _ => None,
    }
}

fn parked<'p>(parcel: &'p ReturnParcel, key: &DocumentKey) -> Option<&'p TallyPlace> {
    parcel.tallies.iter().find(|place| place.document() == *key)
}
