//! Requests to return exported goods (退货申请单): judged against their declaration, then matched with the
//! tally of their parcel.

use tongguan_domain::check::export::Law;
use tongguan_domain::commerce::Stage;
use tongguan_domain::defect::Defect;
use tongguan_domain::readmission::rules::{DECLARATION_CHANGED, DECLARATION_MISSING, NOT_CLOSED};
use tongguan_domain::readmission::{
    ExportReturnId, ExportReturnState, ExportReturnStep, ExportedGoods, ReturnedByLine,
    discrepancies, judge,
};
use tongguan_domain::status::ReturnStatus;

use super::super::admission::{Admission, admit};
use super::super::reply::Replying;
use super::super::{Circumstances, Undecidable, trade};
use super::case::ExportReturnCase;
use super::meeting::{best, meet, tally_at, tell_tally};
use super::{number, returned_as};
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::incoming::{FiledDocument, ReturnAsked, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{DocumentState, ExportRecord};
use crate::clearing::working_set::Draft;
use crate::intake::assess::digest_of;

/// Decides a request that was found good by itself.
pub fn request(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    asked: &ReturnAsked,
) -> Result<(), Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let earlier = standing.as_deref().and_then(|document| returned_as(draft, document));
    let fixed = earlier.is_some_and(|earlier| !earlier.state.is_changeable());
    let kept = earlier.filter(|earlier| earlier.state.is_changeable()).map(|earlier| earlier.id);
    let admission = admit(standing.as_deref(), filed, fixed);
    let reopened = kept.and_then(|id| ExportReturnCase::reopen(draft, circumstances, id));
    match admission {
        Admission::Repeat => {
            trade::repeat(draft, submitted, filed, standing.as_deref());
            Ok(())
        }
        Admission::Refuse(defect) => {
            let standing = standing.as_deref();
            let mut replying =
                Replying::to_submitted(circumstances, submitted, &filed.key, standing);
            replying.number(number(draft, circumstances, filed, standing)?);
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
            Ok(())
        }
        Admission::Delete => delete(draft, submitted, filed, reopened),
        Admission::Admit | Admission::Change => {
            match judged(draft, circumstances, filed, asked, reopened.as_ref()) {
                Ok(export) => {
                    take_in(draft, circumstances, (submitted, filed, asked), (&export, reopened))
                }
                Err(defects) => trade::refused(draft, circumstances, submitted, filed, &defects),
            }
        }
    }
}

/// Its declaration, if it may come back so. What is only stored needs no more than a declaration that
/// exists.
fn judged(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    asked: &ReturnAsked,
    kept: Option<&ExportReturnCase>,
) -> Result<std::sync::Arc<ExportRecord>, Vec<Defect>> {
    let number = &asked.facts.declaration_no;
    let one = |rule| vec![Defect::at(rule, "InvtRefundHead/invtNo").with("declaration", number)];
    let export = draft.export_numbered(number).ok_or_else(|| one(&DECLARATION_MISSING))?;
    if kept.is_some_and(|kept| kept.record.id.declaration != export.id) {
        return Err(one(&DECLARATION_CHANGED));
    }
    if filed.filing.stage == Stage::Stored {
        return Ok(export.clone());
    }
    let goods = ExportedGoods::of(&export.facts, &export.state).ok_or_else(|| one(&NOT_CLOSED))?;
    let others = draft.export_returns_of(export.id);
    let others = others.iter().filter(|other| {
        other.state.holds_quantities() && kept.is_none_or(|kept| kept.record.id != other.id)
    });
    let before = ReturnedByLine::of(others.flat_map(|other| &other.facts.items));
    let law = Law { pack: &asked.law, day: circumstances.at.china_day() };
    let defects = judge(&asked.facts, &goods, &before, law);
    if defects.is_empty() { Ok(export.clone()) } else { Err(defects) }
}

/// Stores it, or enters it and looks for its parcel.
fn take_in(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    (submitted, filed, asked): (&Submitted, &FiledDocument, &ReturnAsked),
    (export, reopened): (&ExportRecord, Option<ExportReturnCase>),
) -> Result<(), Undecidable> {
    let mut case = match reopened {
        Some(case) => changed(draft, case, submitted, filed, asked),
        None => open(draft, circumstances, submitted, filed, asked, export)?,
    };
    let guid = &filed.filing.guid;
    let cause = Cause::Document(submitted.source);
    if filed.filing.stage == Stage::Stored {
        case.document.state = DocumentState::Stored;
        case.replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
        case.close(draft, cause);
        return Ok(());
    }
    case.document.state = DocumentState::Entered;
    case.take(ExportReturnStep::Admit)?;
    let what = trade::words_for(filed.filing.action);
    case.replying.say(ReturnStatus::Accepted, format!("{what}申报成功[{guid}]"));
    let mut parcel = draft.return_parcel(&case.record.parcel());
    let agrees = |place: &_| {
        tally_at(draft, place).is_some_and(|it| discrepancies(&asked.facts, it).is_empty())
    };
    match best(parcel.tallies.clone(), agrees) {
        None => {
            case.tell_entered(Some("尚未理货"));
            parcel.awaited.push(case.record.id);
        }
        Some(place) => {
            parcel.tallies.retain(|other| other.document() != place.document());
            case.tell_entered(None);
            if let Some(tally) = tally_at(draft, &place).cloned() {
                let found = (place.clone(), &tally);
                let told = meet(draft, circumstances, &mut case, found, &asked.law)?;
                tell_tally(draft, circumstances, &place, told, cause.clone());
            }
        }
    }
    draft.set_return_parcel(parcel);
    case.close(draft, cause);
    Ok(())
}

/// The document as submitted replaces what the case held of it.
fn changed(
    draft: &mut Draft<'_>,
    mut case: ExportReturnCase,
    submitted: &Submitted,
    filed: &FiledDocument,
    asked: &ReturnAsked,
) -> ExportReturnCase {
    case.leave_parcel(draft);
    case.document = trade::record(submitted, filed, case.document.replied_at);
    case.record = ExportReturnRecord {
        facts: asked.facts.clone(),
        state: ExportReturnState::Stored,
        pack: digest_of(&asked.law),
        answer: submitted.answer.clone(),
        ..case.record
    };
    case.replying.answer_to(submitted);
    case
}

fn open(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    asked: &ReturnAsked,
    export: &ExportRecord,
) -> Result<ExportReturnCase, Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let provisional_no = number(draft, circumstances, filed, None)?;
    replying.number(provisional_no.clone());
    let last = draft.export_returns_of(export.id).last().map_or(0, |last| last.id.n);
    let record = ExportReturnRecord {
        id: ExportReturnId { declaration: export.id, n: last + 1 },
        provisional_no,
        facts: asked.facts.clone(),
        state: ExportReturnState::Stored,
        tally: None,
        exchange: None,
        pack: digest_of(&asked.law),
        answer: submitted.answer.clone(),
    };
    let document = trade::record(submitted, filed, circumstances.at);
    Ok(ExportReturnCase { record, document, replying })
}

fn delete(
    draft: &mut Draft<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    reopened: Option<ExportReturnCase>,
) -> Result<(), Undecidable> {
    let Some(mut case) = reopened else { return Ok(()) };
    case.leave_parcel(draft);
    case.take(ExportReturnStep::Delete)?;
    case.document = trade::record(submitted, filed, case.document.replied_at);
    case.document.state = DocumentState::Deleted;
    case.replying.answer_to(submitted);
    let text = format!("删除申报成功[{}]", filed.filing.guid);
    case.replying.say(ReturnStatus::Accepted, text);
    case.close(draft, Cause::Document(submitted.source));
    Ok(())
}
