//! Requests to consolidate as they come in: part by part, in any order.

use std::collections::BTreeSet;
use std::sync::Arc;

use tongguan_domain::check::consolidation::PART_DIFFERS;
use tongguan_domain::commerce::Stage;
use tongguan_domain::consolidation::{RequestState, RequestStep};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{FunctionalReference, ProvisionalNumber};
use tongguan_domain::status::ReturnStatus;
use tongguan_messages::response::Quoted;
use tongguan_storage::Partition;

use super::sum_no;
use crate::clearing::consolidation::{Answers, Opening, PartRecord, RequestKey, RequestRecord};
use crate::clearing::decide::admission::{Admission, admit};
use crate::clearing::decide::declaration::provisional_no;
use crate::clearing::decide::reply::Replying;
use crate::clearing::decide::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, RequestedConsolidation, Submitted};
use crate::clearing::outcome::{Cause, Entry, Subject};
use crate::clearing::record::{AnswerTo, DocumentRecord, DocumentState, Facts};
use crate::clearing::working_set::Draft;

/// Decides a part of a request (汇总申请单). With its last part the request is complete, and whoever
/// merges takes it up. What was accepted cannot be changed or deleted.
pub fn request(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    requested: &RequestedConsolidation,
) -> Result<(), Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let admission = admit(standing.as_deref(), filed, true);
    if admission == Admission::Repeat {
        trade::repeat(draft, submitted, filed, standing.as_deref());
        return Ok(());
    }
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let earlier = draft.request(&requested.key).cloned();
    let known = earlier.as_ref().and_then(|earlier| earlier.provisional_no.as_ref());
    let provisional_no = provisional_no(circumstances, filed, known)?;
    replying.number(provisional_no.clone());
    let guid = &filed.filing.guid;
    let state = match admission {
        Admission::Refuse(defect) => {
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
            return Ok(());
        }
        Admission::Delete => {
            replying.say(ReturnStatus::Accepted, format!("删除申报成功[{guid}]"));
            DocumentState::Deleted
        }
        _ if filed.filing.stage == Stage::Stored => {
            replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
            DocumentState::Stored
        }
        _ if earlier.as_deref().is_some_and(|earlier| !fits(earlier, requested)) => {
            let path = "SummaryApplyHead/msgSeqNo";
            let defect = Defect::at(&PART_DIFFERS, path).found(requested.part.number());
            replying.refuse(&[defect]);
            DocumentState::Refused
        }
        _ => {
            let record = match earlier {
                Some(earlier) => RequestRecord::clone(&earlier),
                None => begun(circumstances, submitted, requested, provisional_no)?,
            };
            let record = with_part(record, submitted, requested)?;
            let what = trade::words_for(filed.filing.action);
            replying.answer_as(quoting(&submitted.answer, record.number.as_str()));
            replying.say(ReturnStatus::Accepted, format!("{what}申报成功[{guid}]"));
            replying.say(ReturnStatus::Entered, "[Code:1800;Desc:逻辑校验通过]");
            take_in(draft, record, requested);
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
    Ok(())
}

/// Opens a request of the office for a merchant; it is in the merchant's name, under its own number.
pub(super) fn open(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    opening: &Opening,
) -> Result<(), Undecidable> {
    let number = sum_no(circumstances, Partition::of_party(opening.merchant))?;
    let reference = FunctionalReference::parse(number.as_str())
        .unwrap_or_else(|_| unreachable!("18 characters of at most 30"));
    let key = RequestKey { declarant: opening.merchant, reference };
    draft.note(Entry {
        partition: key.bucket(),
        subject: Subject::Document(key.part(1)),
        cause: Cause::Command,
        statuses: vec![ReturnStatus::Entered],
    });
    draft.set_request(RequestRecord {
        key,
        number,
        provisional_no: None,
        terms: opening.terms.clone(),
        parts: 1,
        arrived: [1].into(),
        accepted_at: circumstances.at,
        state: RequestState::Accepted,
        answers: Answers::Mailbox(opening.mailbox.clone()),
    });
    Ok(())
}

/// Whether a part belongs to a request that still gathers its parts.
fn fits(earlier: &RequestRecord, requested: &RequestedConsolidation) -> bool {
    earlier.state == RequestState::Gathering
        && earlier.parts == requested.part.of()
        && earlier.terms == requested.terms
        && !earlier.arrived.contains(&requested.part.number())
}

/// A request of which the first part has just come.
fn begun(
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    requested: &RequestedConsolidation,
    provisional_no: ProvisionalNumber,
) -> Result<RequestRecord, Undecidable> {
    Ok(RequestRecord {
        key: requested.key.clone(),
        number: sum_no(circumstances, requested.key.bucket())?,
        provisional_no: Some(provisional_no),
        terms: requested.terms.clone(),
        parts: requested.part.of(),
        arrived: BTreeSet::new(),
        accepted_at: circumstances.at,
        state: RequestState::Gathering,
        answers: Answers::Part(0, submitted.answer.clone()),
    })
}

fn with_part(
    mut record: RequestRecord,
    submitted: &Submitted,
    requested: &RequestedConsolidation,
) -> Result<RequestRecord, Undecidable> {
    let part = requested.part.number();
    record.arrived.insert(part);
    if matches!(&record.answers, Answers::Part(last, _) if *last < part) {
        let answer = quoting(&submitted.answer, record.number.as_str());
        record.answers = Answers::Part(part, answer);
    }
    if u32::try_from(record.arrived.len()) == Ok(record.parts) {
        record.state = record.state.take(RequestStep::Complete)?;
    }
    Ok(record)
}

fn take_in(draft: &mut Draft<'_>, record: RequestRecord, requested: &RequestedConsolidation) {
    if !requested.numbers.is_empty() {
        let (key, part) = (requested.key.clone(), requested.part.number());
        draft.add_part(PartRecord { key, part, numbers: requested.numbers.clone() });
    }
    draft.set_request(record);
}

/// The answer, quoting the request's number (汇总申请编号).
fn quoting(answer: &Arc<AnswerTo>, number: &str) -> Arc<AnswerTo> {
    let mut answer = AnswerTo::clone(answer);
    answer.quote = answer.quote.with(Quoted::CONSOLIDATION_NO, number);
    Arc::new(answer)
}
