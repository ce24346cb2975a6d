//! Requests to return imported goods: judged by their declaration and approved at once, or refused.

use std::sync::Arc;

use tongguan_domain::commerce::Stage;
use tongguan_domain::declaration::{ImportState, Release};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::{ItemFacts, ReturnFacts, ReturnedItemFacts};
use tongguan_domain::ids::{DeclarationId, ReturnId};
use tongguan_domain::official::import_return::{
    LINE_NOT_DECLARED, LODGING_FAILED, NO_SUCH_ROW, PARAMETER,
};
use tongguan_domain::returns::{ReturnState, ReturnStep, ReturnedLine};
use tongguan_domain::settlement::quantity_of;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::tax::import_terms;
use tongguan_domain::time::Moment;

use super::{ReturnCase, number};
use crate::clearing::decide::admission::{Admission, admit};
use crate::clearing::decide::matching::declaration_of;
use crate::clearing::decide::reply::Replying;
use crate::clearing::decide::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{
    AnswerTo, DeclarationRecord, DocumentRecord, DocumentState, ReturnRecord,
};
use crate::clearing::working_set::Draft;

/// A request with what it is about.
struct Asked<'r> {
    submitted: &'r Submitted,
    filed: &'r FiledDocument,
    facts: &'r ReturnFacts,
    /// The declaration of the order, whatever its number.
    declaration: Option<Arc<DeclarationRecord>>,
    /// The return that it changes, or the next one.
    id: ReturnId,
}

/// Decides a request to return imported goods (退货申请单). `id` is taken for a new return.
pub fn request(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &ReturnFacts,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let platform = facts.parcel.parties.platform;
    let declaration = declaration_of(draft, &filed.key.dossier, platform).cloned();
    let earlier = earlier(draft, declaration.as_deref(), filed);
    let fixed = earlier.as_deref().is_some_and(|earlier| earlier.state.late_from().is_none());
    let kept = earlier.filter(|earlier| earlier.state.late_from().is_some());
    let kept = kept.as_deref();
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let admission = admit(standing.as_deref(), filed, fixed);
    if admission == Admission::Repeat {
        trade::repeat(draft, submitted, filed, standing.as_deref());
        return Ok(());
    }
    let is_admitted = matches!(admission, Admission::Admit | Admission::Change);
    if is_admitted && filed.filing.stage == Stage::Declared {
        let id = kept.map_or(ReturnId(id.0), |kept| kept.id);
        let asked = Asked { submitted, filed, facts, declaration, id };
        return lodge(draft, circumstances, &asked, replying);
    }
    replying.number(number(draft, circumstances, filed, standing.as_deref())?);
    let guid = &filed.filing.guid;
    let state = match admission {
        Admission::Refuse(defect) => {
            replying.refuse(&[defect.with("return", &filed.name)]);
            replying.send_aside(draft, &filed.key);
            return Ok(());
        }
        Admission::Delete => {
            take_back(draft, kept)?;
            replying.say(ReturnStatus::Accepted, format!("删除申报成功[{guid}]"));
            DocumentState::Deleted
        }
        _ => {
            take_back(draft, kept)?;
            replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
            DocumentState::Stored
        }
    };
    let subject = Subject::Document(filed.key.clone());
    let replied_at = replying.send(draft, &filed.key, subject, Cause::Document(submitted.source));
    draft.set_document(DocumentRecord { state, ..trade::record(submitted, filed, replied_at) });
    Ok(())
}

/// Ends a return that was approved and is wanted no more, or not yet.
fn take_back(draft: &mut Draft<'_>, kept: Option<&ReturnRecord>) -> Result<(), Undecidable> {
    let Some(kept) = kept else { return Ok(()) };
    let state = kept.state.clone().take(ReturnStep::Delete)?;
    draft.set_return(ReturnRecord { state, ..kept.clone() });
    Ok(())
}

/// Approves a return where its declaration allows it.
fn lodge(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    asked: &Asked<'_>,
    replying: Replying,
) -> Result<(), Undecidable> {
    let Asked { submitted, filed, facts, id, .. } = *asked;
    let (declaration, late_from) = match judge(draft, circumstances, asked) {
        Ok(judged) => judged,
        Err(defects) => {
            let named = |defect: Defect| defect.with("return", &filed.name);
            let defects: Vec<_> = defects.into_iter().map(named).collect();
            return trade::refused(draft, circumstances, submitted, filed, &defects);
        }
    };
    // Only now: a batch reserves one number for each document, and a refusal takes its own.
    let standing = draft.document(&filed.key).map(|document| &**document);
    let provisional_no = number(draft, circumstances, filed, standing)?;
    let mut case = ReturnCase {
        record: ReturnRecord {
            id,
            declaration: declaration.id,
            document: filed.key.clone(),
            office: declaration.facts.office,
            provisional_no,
            lines: facts.lines(),
            state: ReturnState::Approved { late_from },
            answer: answer(submitted, &declaration),
        },
        document: trade::record(submitted, filed, circumstances.at),
        replying,
    };
    case.replying.number(case.record.provisional_no.clone());
    let what = trade::words_for(filed.filing.action);
    let accepted = format!("{what}申报成功[{}]", filed.filing.guid);
    case.replying.say(ReturnStatus::Accepted, accepted);
    let last = late_from.plus_millis(-1).china_day();
    let text = format!("[Code:1800;Desc:逻辑校验通过]; 退货商品应于{last}前（含当日）运抵");
    case.replying.say(ReturnStatus::Entered, text);
    case.close(draft, Cause::Document(submitted.source));
    Ok(())
}

/// The newest return of that declaration under the key of the document.
fn earlier(
    draft: &Draft<'_>,
    declaration: Option<&DeclarationRecord>,
    filed: &FiledDocument,
) -> Option<Arc<ReturnRecord>> {
    let returns = draft.returns_of(declaration?.id);
    returns.into_iter().rev().find(|earlier| earlier.document == filed.key).cloned()
}

/// Responses go to who asked and to who declared; the bills quote the declaration.
fn answer(submitted: &Submitted, declaration: &DeclarationRecord) -> Arc<AnswerTo> {
    let mut answer = AnswerTo::clone(&submitted.answer);
    answer.billing = declaration.answer.billing.clone();
    let declarant = &declaration.answer.mailbox;
    if answer.mailbox != *declarant && !answer.subscribers.contains(declarant) {
        answer.subscribers.push(declarant.clone());
    }
    Arc::new(answer)
}

/// The declaration whose goods may come back, and from when on they are too late; or why they may not.
/// A return that is being changed takes nothing beside itself.
fn judge(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    asked: &Asked<'_>,
) -> Result<(Arc<DeclarationRecord>, Moment), Vec<Defect>> {
    let facts = asked.facts;
    let number = &facts.parcel.declaration_no;
    let named = asked.declaration.as_ref();
    let named = named.filter(|declaration| declaration.state.number() == Some(number));
    let Some(declaration) = named else { return Err(vec![Defect::at(&NO_SUCH_ROW, "invtNo")]) };
    let failed = |element: &str, cause: String| {
        Defect::at(&LODGING_FAILED, format!("InvtRefundHead/{element}")).with("cause", cause)
    };
    let differences = facts.parcel.differences(&declaration.facts);
    if !differences.is_empty() {
        let differs = |name: &&str| failed(name, format!("{name}与清单[{number}]不一致"));
        return Err(differences.iter().map(differs).collect());
    }
    let (ImportState::Released(release) | ImportState::Closed(release)) = &declaration.state else {
        return Err(vec![failed("invtNo", format!("清单[{number}]未放行"))]);
    };
    let late_from = term(circumstances, release).map_err(|cause| vec![failed("invtNo", cause)])?;
    let taken: Vec<ReturnedLine> = draft
        .returns_of(declaration.id)
        .into_iter()
        .filter(|other| other.id != asked.id && other.state.takes_goods())
        .flat_map(|other| other.lines.iter().copied())
        .collect();
    let defects: Vec<_> = (1..)
        .zip(&facts.items)
        .filter_map(|(position, item)| wrong_line(item, position, &declaration.facts.items, &taken))
        .collect();
    if defects.is_empty() { Ok((declaration.clone(), late_from)) } else { Err(defects) }
}

/// From when on returned goods are too late; or why none may be asked for any more.
fn term(circumstances: &Circumstances<'_>, release: &Release) -> Result<Moment, String> {
    let law = &circumstances.settings.law;
    let terms = import_terms(law, release.released_at.china_day());
    let terms = terms.ok_or_else(|| "放行之日没有退货规定".to_owned())?;
    if circumstances.at.china_day() > terms.return_by {
        return Err(format!("已超过退货申请期限{}", terms.return_by));
    }
    let late_on = terms.back_by.tomorrow().map_err(|error| error.to_string())?;
    Ok(Moment::start_of(late_on))
}

/// What is wrong with a line: it is none of the declaration, in another unit, or of more than is left.
fn wrong_line(
    item: &ReturnedItemFacts,
    position: usize,
    declared: &[ItemFacts],
    taken: &[ReturnedLine],
) -> Option<Defect> {
    let at = |rule, field: &str| Defect::at(rule, format!("InvtRefundList[{position}]/{field}"));
    let same = |line: &&ItemFacts| line.number == item.number && line.hs_code == item.hs_code;
    let Some(line) = declared.iter().find(same) else {
        let defect = at(&LINE_NOT_DECLARED, "gnum").with("line", item.number);
        return Some(defect.with("hs", &item.hs_code));
    };
    if line.unit != item.unit {
        return Some(at(&PARAMETER, "unit").found(&item.unit).expected(&line.unit));
    }
    let left = line.quantity - quantity_of(item.number, &[taken]);
    if item.quantity > left {
        let expected = format!("不超过{}", left.normalize());
        return Some(at(&PARAMETER, "qty").found(item.quantity).expected(expected));
    }
    None
}
