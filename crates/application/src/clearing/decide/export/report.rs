//! What reports of movement have in common: how they are admitted, and how the parts of a split one meet.
//!
//! The parts are documents of their own, which come in any order and are acted on as they come. How many
//! there are stands at the claim of the report's number, once there is more than one.

use std::sync::Arc;

use tongguan_domain::commerce::{Action, Part, Parts, Stage};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{PartyId, WaybillNumber};
use tongguan_domain::status::ReturnStatus;

use super::number;
use crate::clearing::decide::admission::{Admission, admit};
use crate::clearing::decide::reply::Replying;
use crate::clearing::decide::rules::{PART_COUNT_DIFFERS, PART_REPEATED};
use crate::clearing::decide::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{
    Claim, ClaimKey, DocumentKey, DocumentRecord, DocumentState, ExportRecord, Facts,
};
use crate::clearing::working_set::Draft;

/// A report to be admitted.
pub struct Report {
    /// Which part of how many.
    pub part: Part,
    /// What is kept of it.
    pub facts: Facts,
    /// Whether it may still be changed or deleted.
    pub changeable: Changeable,
    /// What its answer says beside that it was taken.
    pub remarks: Vec<String>,
}

/// Whether a report may be changed or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changeable {
    /// It may.
    Yes,
    /// What it says has happened.
    No,
}

/// What became of a report that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is to be acted on.
    Entered,
    /// It was deleted, or is only stored: what it said before does not count any more.
    SetAside,
}

/// Admits, answers and stores a report; nothing where nothing follows from it.
pub fn take_in(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    report: Report,
) -> Result<Option<Taken>, Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let admission = admit(standing.as_deref(), filed, report.changeable == Changeable::No);
    let admission =
        with_parts(draft, circumstances, filed, standing.as_deref(), report.part, admission);
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let guid = &filed.filing.guid;
    let what = trade::words_for(filed.filing.action);
    let state = match admission {
        Admission::Repeat => {
            trade::repeat(draft, submitted, filed, standing.as_deref());
            return Ok(None);
        }
        Admission::Refuse(defect) => {
            replying.number(number(draft, circumstances, filed, None)?);
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
            return Ok(None);
        }
        Admission::Delete => {
            replying.say(ReturnStatus::Accepted, format!("删除申报成功[{guid}]"));
            DocumentState::Deleted
        }
        Admission::Admit | Admission::Change if filed.filing.stage == Stage::Stored => {
            replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
            DocumentState::Stored
        }
        Admission::Admit | Admission::Change => {
            replying.say(ReturnStatus::Accepted, format!("{what}申报成功[{guid}]"));
            DocumentState::Entered
        }
    };
    let parts = count(draft, circumstances, filed, standing.as_deref(), report.part, state);
    if state == DocumentState::Entered {
        let passed = "[Code:1800;Desc:逻辑校验通过]".to_owned();
        let parts = parts.map(|parts| format!("分报文已接收{parts}"));
        let texts: Vec<_> = [passed].into_iter().chain(parts).chain(report.remarks).collect();
        replying.say(ReturnStatus::Entered, texts.join("; "));
    }
    replying.number(number(draft, circumstances, filed, None)?);
    let subject = Subject::Document(filed.key.clone());
    let replied_at = replying.send(draft, &filed.key, subject, Cause::Document(submitted.source));
    draft.set_document(DocumentRecord {
        state,
        facts: Some(Arc::new(report.facts)),
        ..trade::record(submitted, filed, replied_at)
    });
    Ok(match state {
        DocumentState::Entered => Some(Taken::Entered),
        DocumentState::Deleted | DocumentState::Stored => Some(Taken::SetAside),
        DocumentState::Refused | DocumentState::Pending => None,
    })
}

/// The claims of these parcels.
pub fn parcels(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    carrier: PartyId,
    numbers: &[WaybillNumber],
) -> Vec<Claim> {
    let keys = numbers.iter().map(|number| ClaimKey::of_export_waybill(carrier, number));
    keys.map(|key| current(draft, circumstances, &key)).collect()
}

/// The declaration that holds a parcel's claim.
pub fn holder(draft: &Draft<'_>, claim: &Claim) -> Option<Arc<ExportRecord>> {
    claim.declaration.and_then(|id| draft.export(id)).cloned()
}

/// The claim of a master bill.
pub fn bill(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    carrier: PartyId,
    bill_no: &str,
) -> Claim {
    current(draft, circumstances, &ClaimKey::of_master_bill(carrier, bill_no))
}

/// A claim as a report finds it. A number that a carrier uses again after six months is not the old
/// parcel's any more, once that has come to its end.
fn current(draft: &Draft<'_>, circumstances: &Circumstances<'_>, key: &ClaimKey) -> Claim {
    let claim = draft.claim(key, circumstances.at);
    let is_open = |export: Arc<ExportRecord>| !export.state.is_final();
    if trade::may_be_used_again(&claim, circumstances)
        && !holder(draft, &claim).is_some_and(is_open)
    {
        return Claim::vacant(claim.key, circumstances.at);
    }
    claim
}

/// Refuses a part that does not go with those that have come.
fn with_parts(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&DocumentRecord>,
    part: Part,
    admission: Admission,
) -> Admission {
    let refuse = |rule, found: u32| Defect::at(rule, "msgCount").found(found);
    match admission {
        Admission::Refuse(_)
            if part != Part::WHOLE
                && filed.filing.action == Action::Create
                && standing.is_some_and(|part| part.state == DocumentState::Entered) =>
        {
            let defect = Defect::at(&PART_REPEATED, "msgSeqNo");
            Admission::Refuse(defect.found(part.number()))
        }
        Admission::Admit | Admission::Change => {
            match others(draft, circumstances, filed, standing) {
                Some(of) if of != part.of() => {
                    Admission::Refuse(refuse(&PART_COUNT_DIFFERS, part.of()).expected(of))
                }
                _ => admission,
            }
        }
        admission => admission,
    }
}

/// Of how many parts a report is by what has come of it besides this part; nothing where nothing has.
fn others(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&DocumentRecord>,
) -> Option<u32> {
    let report = filed.key.report();
    if let Some(parts) = draft.claim(&report, circumstances.at).parts {
        return without(Some(parts), standing).map(Parts::of);
    }
    // One that was sent as a whole has no count: it is its own first part.
    let first = DocumentKey::of_report(report.kind, report.party, &report.number, 1);
    let entered = |first: &&Arc<DocumentRecord>| first.state == DocumentState::Entered;
    let whole = draft.document(&first).filter(entered).is_some() && first != filed.key;
    whole.then_some(1)
}

/// Counts a part that was entered or taken back; how many have come, of a report that is split.
fn count(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&DocumentRecord>,
    part: Part,
    state: DocumentState,
) -> Option<Parts> {
    let mut claim = draft.claim(&filed.key.report(), circumstances.at);
    let others = without(claim.parts, standing);
    let parts = match state {
        DocumentState::Entered if part != Part::WHOLE => {
            others.or(Parts::new(0, part.of())).and_then(Parts::and_one)
        }
        _ => others,
    };
    if claim.parts != parts {
        claim.parts = parts;
        draft.set_claim(claim);
    }
    parts
}

/// The parts that have come, without the one that stands where the new one comes.
fn without(parts: Option<Parts>, standing: Option<&DocumentRecord>) -> Option<Parts> {
    match standing {
        Some(standing) if standing.state == DocumentState::Entered => {
            parts.and_then(Parts::less_one)
        }
        _ => parts,
    }
}
