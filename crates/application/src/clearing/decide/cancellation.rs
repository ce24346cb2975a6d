//! Requests to cancel a declaration (撤销申请单): approved at once where the law of the day lets a
//! declaration at its status be cancelled, unless its office has an officer decide; refused otherwise.
//!
//! A request is known by the declaration that it names, so that none is cancelled twice.

mod ruling;

use std::sync::Arc;

use tongguan_codelists::entries::Direction;
use tongguan_domain::commerce::Stage;
use tongguan_domain::declaration::ExportStep;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::facts::{ExportCancellationFacts, ParcelFacts};
use tongguan_domain::ids::{DeclarationNumber, Guid, ProvisionalNumber};
use tongguan_domain::official::cancellation::{DECLARATION_MISSING, INVALID, STATE_NOT_ALLOWED};
use tongguan_domain::status::ReturnStatus;

use super::admission::{Admission, admit};
use super::case::Case;
use super::declaration::provisional_no;
use super::export::ExportCase;
use super::matching::declaration_of;
use super::reply::Replying;
use super::rules::{
    EXPORT_CANCELLATION_DIFFERS, EXPORT_CANCELLATION_NOT_ALLOWED, EXPORT_TO_CANCEL_MISSING,
};
use super::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{
    AskedCancellation, DeclarationRecord, DocumentKey, DocumentRecord, DocumentState, ExportRecord,
    Facts,
};
use crate::clearing::working_set::Draft;

pub(super) use ruling::rule;

/// Decides a request to cancel an import declaration (CEB623).
pub fn import(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &ParcelFacts,
) -> Result<(), Undecidable> {
    let Some(approval) = take_in(draft, circumstances, submitted, filed)? else { return Ok(()) };
    match cancellable_import(draft, circumstances, &filed.key, facts) {
        Err(defects) => trade::refused(draft, circumstances, submitted, filed, &defects),
        Ok(declaration) if circumstances.office(declaration.facts.office).review_cancellations => {
            approval.wait(draft, circumstances, submitted, filed)
        }
        Ok(declaration) => {
            approval.send(draft, circumstances, submitted, filed)?;
            let cause = Cause::Document(submitted.source);
            cancel_import(draft, circumstances, &declaration, &filed.filing.guid, cause)
        }
    }
}

/// Decides a request to cancel an export declaration (CEB605).
pub fn export(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &ExportCancellationFacts,
) -> Result<(), Undecidable> {
    let Some(approval) = take_in(draft, circumstances, submitted, filed)? else { return Ok(()) };
    match cancellable_export(draft, circumstances, facts) {
        Err(defects) => trade::refused(draft, circumstances, submitted, filed, &defects),
        Ok(export) if circumstances.office(export.facts.office).review_cancellations => {
            approval.wait(draft, circumstances, submitted, filed)
        }
        Ok(export) => {
            approval.send(draft, circumstances, submitted, filed)?;
            let cause = Cause::Document(submitted.source);
            cancel_export(draft, circumstances, &export, &filed.filing.guid, cause)
        }
    }
}

fn cancel_import(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    declaration: &Arc<DeclarationRecord>,
    request: &Guid,
    cause: Cause,
) -> Result<(), Undecidable> {
    let Some(mut case) = Case::reopen(draft, circumstances, declaration) else {
        return Err(Undecidable::NoSuchDeclaration(declaration.id));
    };
    let cancelled = declaration.state.clone().cancel()?;
    case.replying.say(ReturnStatus::Refused, told(request));
    case.end(draft, circumstances, cancelled, DocumentState::Refused)?;
    case.close(draft, cause);
    Ok(())
}

fn cancel_export(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    export: &Arc<ExportRecord>,
    request: &Guid,
    cause: Cause,
) -> Result<(), Undecidable> {
    let mut case = ExportCase::reopen(circumstances, export);
    case.replying.say(ReturnStatus::Refused, told(request));
    case.end(draft, circumstances, ExportStep::Cancel)?;
    case.close(draft, cause);
    Ok(())
}

/// What the declaration is told. The reason may name a person, and the request holds it.
fn told(request: &Guid) -> String {
    format!("撤单，撤销申请单[{request}]已审结")
}

/// The import declaration that may be cancelled, or why none may.
fn cancellable_import(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    key: &DocumentKey,
    facts: &ParcelFacts,
) -> Result<Arc<DeclarationRecord>, Vec<Defect>> {
    let number = &facts.declaration_no;
    let named = declaration_of(draft, &key.dossier, facts.parties.platform)
        .filter(|declaration| declaration.state.number() == Some(number));
    let Some(declaration) = named else { return Err(vec![about(&DECLARATION_MISSING, number)]) };
    let differs = facts.differences(&declaration.facts);
    if !differs.is_empty() {
        return Err(differing(&INVALID, &differs, number));
    }
    if !may_be_cancelled(circumstances, declaration) {
        return Err(vec![about(&STATE_NOT_ALLOWED, number)]);
    }
    Ok(declaration.clone())
}

/// The export declaration that may be cancelled, or why none may.
fn cancellable_export(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    facts: &ExportCancellationFacts,
) -> Result<Arc<ExportRecord>, Vec<Defect>> {
    let number = &facts.declaration_no;
    let Some(export) = draft.export_numbered(number) else {
        return Err(vec![about(&EXPORT_TO_CANCEL_MISSING, number)]);
    };
    let differs = facts.differences(&export.facts);
    if !differs.is_empty() {
        return Err(differing(&EXPORT_CANCELLATION_DIFFERS, &differs, number));
    }
    if !export_may_be_cancelled(circumstances, export) {
        return Err(vec![about(&EXPORT_CANCELLATION_NOT_ALLOWED, number)]);
    }
    Ok(export.clone())
}

/// Whether law and state let an import declaration be cancelled now.
fn may_be_cancelled(circumstances: &Circumstances<'_>, declaration: &DeclarationRecord) -> bool {
    is_allowed(circumstances, Direction::Import, declaration.state.status())
        && declaration.state.clone().cancel().is_ok()
}

/// Whether law and state let an export declaration be cancelled now.
fn export_may_be_cancelled(circumstances: &Circumstances<'_>, export: &ExportRecord) -> bool {
    is_allowed(circumstances, Direction::Export, export.state.status())
        && export.state.clone().take(ExportStep::Cancel).is_ok()
}

/// Whether the law of this day lets a declaration at that status be cancelled.
fn is_allowed(
    circumstances: &Circumstances<'_>,
    direction: Direction,
    status: ReturnStatus,
) -> bool {
    let law = &circumstances.settings.law;
    law.is_cancellable(direction, status.number(), circumstances.at.china_day())
}

fn about(rule: &'static Rule, number: &DeclarationNumber) -> Defect {
    Defect::at(rule, "InvtCancel/invtNo").with("declaration", number)
}

/// A defect for each element in which request and declaration differ.
fn differing(rule: &'static Rule, names: &[&str], number: &DeclarationNumber) -> Vec<Defect> {
    let cause = |name: &str| format!("{name}与清单[{number}]不一致");
    let defect =
        |name: &&str| Defect::at(rule, format!("InvtCancel/{name}")).with("cause", cause(name));
    names.iter().map(defect).collect()
}

/// The answer to a request that is approved unless something about its declaration is in the way.
struct Approval(Replying);

impl Approval {
    /// It is approved.
    fn send(
        mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        submitted: &Submitted,
        filed: &FiledDocument,
    ) -> Result<(), Undecidable> {
        self.enter(circumstances, filed)?;
        self.0.say(ReturnStatus::Reviewed, "审结");
        settle(draft, submitted, filed, self.0, DocumentState::Entered, None);
        Ok(())
    }

    /// An officer is to decide.
    fn wait(
        mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        submitted: &Submitted,
        filed: &FiledDocument,
    ) -> Result<(), Undecidable> {
        let provisional_no = self.enter(circumstances, filed)?;
        self.0.say(ReturnStatus::InReview, "[Code:1200;Desc:待人工审核]");
        let answer = submitted.answer.clone();
        let asked = Facts::Cancellation(AskedCancellation { provisional_no, answer });
        settle(draft, submitted, filed, self.0, DocumentState::Pending, Some(asked));
        Ok(())
    }

    /// Takes its number only now: a batch reserves one for each document, and a refusal takes its own.
    fn enter(
        &mut self,
        circumstances: &Circumstances<'_>,
        filed: &FiledDocument,
    ) -> Result<ProvisionalNumber, Undecidable> {
        let number = provisional_no(circumstances, filed, None)?;
        self.0.number(number.clone());
        self.0.say(ReturnStatus::Accepted, format!("新增申报成功[{}]", filed.filing.guid));
        self.0.say(ReturnStatus::Entered, "[Code:1800;Desc:逻辑校验通过]");
        Ok(number)
    }
}

/// Admits a request that is to be decided now, and answers every other: one that came before, that is
/// only stored, or that is deleted.
fn take_in(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
) -> Result<Option<Approval>, Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let admission = admit(standing.as_deref(), filed, true);
    if admission == Admission::Repeat {
        trade::repeat(draft, submitted, filed, standing.as_deref());
        return Ok(None);
    }
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let is_admitted = matches!(admission, Admission::Admit | Admission::Change);
    if is_admitted && filed.filing.stage == Stage::Declared {
        return Ok(Some(Approval(replying)));
    }
    replying.number(provisional_no(circumstances, filed, None)?);
    let guid = &filed.filing.guid;
    let state = match admission {
        Admission::Refuse(defect) => {
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
            return Ok(None);
        }
        Admission::Delete => {
            replying.say(ReturnStatus::Accepted, format!("删除申报成功[{guid}]"));
            DocumentState::Deleted
        }
        _ => {
            replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
            DocumentState::Stored
        }
    };
    settle(draft, submitted, filed, replying, state, None);
    Ok(None)
}

/// Sends the answer and stores the request: what it asked for stands with its declaration.
fn settle(
    draft: &mut Draft<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    replying: Replying,
    state: DocumentState,
    asked: Option<Facts>,
) {
    let subject = Subject::Document(filed.key.clone());
    let replied_at = replying.send(draft, &filed.key, subject, Cause::Document(submitted.source));
    let facts = asked.map(Arc::new);
    draft.set_document(DocumentRecord {
        state,
        facts,
        ..trade::record(submitted, filed, replied_at)
    });
}
