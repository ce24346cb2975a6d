//! Orders, payments and waybills: each is judged by itself and answered at once; then a declaration
//! that waits for it is taken up.

use std::sync::Arc;

use tongguan_domain::commerce::{Action, Stage};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::{OrderFacts, PaymentFacts, WaybillFacts};
use tongguan_domain::ids::PartyId;
use tongguan_domain::official;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::planted::{Bug, planted};

use super::admission::{Admission, admit};
use super::reply::Replying;
use super::{Circumstances, Undecidable, declaration, export, export_return, matching, returns};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::{Cause, Repeat, Subject};
use crate::clearing::record::{
    Claim, ClaimKey, DeclarationRecord, DocumentKind, DocumentRecord, DocumentState, Facts,
};
use crate::clearing::working_set::Draft;

/// Decides an order (订单).
pub fn order(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &OrderFacts,
) -> Result<(), Undecidable> {
    let fixed = is_declared(draft, filed, facts.platform);
    let facts = Facts::Order(facts.clone());
    match store(draft, circumstances, submitted, filed, facts, fixed) {
        Some(DocumentState::Entered) => {
            take_up(draft, circumstances, submitted, filed, filed.key.party)
        }
        _ => Ok(()),
    }
}

/// Decides a payment (支付单). Its transaction must not pay for another order.
pub fn payment(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &PaymentFacts,
) -> Result<(), Undecidable> {
    let mut claim = claim_of(draft, circumstances, filed);
    let elsewhere = claim.document.as_ref().is_some_and(|holder| *holder != filed.key.dossier);
    if elsewhere && !planted(Bug::SharesPayments) {
        let defect = Defect::at(&official::payment::DUPLICATE, "");
        refuse(draft, circumstances, submitted, filed, defect);
        return Ok(());
    }
    let platform = facts.platform;
    let fixed = is_declared(draft, filed, platform);
    let stored =
        store(draft, circumstances, submitted, filed, Facts::Payment(facts.clone()), fixed);
    settle_claim(draft, &mut claim, filed, stored);
    match stored {
        Some(DocumentState::Entered) => take_up(draft, circumstances, submitted, filed, platform),
        _ => Ok(()),
    }
}

/// Decides a waybill (运单). Its number must not be in use for another order; a carrier may use a
/// number again after six months.
pub fn waybill(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: &WaybillFacts,
) -> Result<(), Undecidable> {
    let mut claim = claim_of(draft, circumstances, filed);
    let elsewhere = claim.document.as_ref().is_some_and(|holder| *holder != filed.key.dossier);
    if elsewhere && !may_be_used_again(&claim, circumstances) {
        let defect = Defect::at(&official::waybill::NUMBER_IN_USE, "");
        refuse(draft, circumstances, submitted, filed, defect);
        return Ok(());
    }
    if elsewhere {
        claim = Claim::vacant(claim.key, circumstances.at);
    }
    let fixed = claim
        .declaration
        .and_then(|id| draft.declaration(id))
        .is_some_and(|declaration| matching::is_declared(&declaration.state));
    let stored =
        store(draft, circumstances, submitted, filed, Facts::Waybill(facts.clone()), fixed);
    note_bill(draft, &mut claim, facts, stored);
    settle_claim(draft, &mut claim, filed, stored);
    match (stored, claim.declaration) {
        (Some(DocumentState::Entered), Some(declaration)) => {
            matching::waybill_arrived(draft, circumstances, declaration, submitted.source)
        }
        _ => Ok(()),
    }
}

/// Answers a document that is refused by itself. It is remembered under its key, so that the same
/// document again gets the same responses, unless something live stands there.
pub fn refused(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    defects: &[Defect],
) -> Result<(), Undecidable> {
    let standing = draft.standing(&filed.key);
    let same = standing.as_deref().is_some_and(|document| {
        document.guid.same(&filed.filing.guid) && document.content == filed.content
    });
    if same {
        repeat(draft, submitted, filed, standing.as_deref());
        return Ok(());
    }
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let standing = standing.filter(|document| document.state.is_live());
    match filed.key.kind {
        DocumentKind::Declaration => {
            let standing = standing.as_deref().and_then(|document| declared_as(draft, document));
            let number = standing.map(|standing| &standing.provisional_no);
            replying.number(declaration::provisional_no(circumstances, filed, number)?);
        }
        DocumentKind::Export
        | DocumentKind::Arrival
        | DocumentKind::Departure
        | DocumentKind::MasterBill
        | DocumentKind::Cancellation
        | DocumentKind::ExportCancellation
        | DocumentKind::Consolidation
        | DocumentKind::WarehouseEntry => {
            replying.number(export::number(draft, circumstances, filed, standing.as_deref())?);
        }
        DocumentKind::Return => {
            replying.number(returns::number(draft, circumstances, filed, standing.as_deref())?);
        }
        DocumentKind::ExportReturn | DocumentKind::ReturnTally => {
            let standing = standing.as_deref();
            replying.number(export_return::number(draft, circumstances, filed, standing)?);
        }
        _ => {}
    }
    replying.refuse(defects);
    if standing.is_some() {
        replying.send_aside(draft, &filed.key);
        return Ok(());
    }
    let subject = Subject::Document(filed.key.clone());
    let cause = Cause::Document(submitted.source);
    let replied_at = replying.send(draft, &filed.key, subject, cause);
    draft.set_document(DocumentRecord {
        state: DocumentState::Refused,
        ..record(submitted, filed, replied_at)
    });
    Ok(())
}

/// Refuses a document because of what is stored; what stands under its key stays as it is.
pub fn refuse(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    defect: Defect,
) {
    let standing = draft.standing(&filed.key);
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    replying.refuse(&[defect]);
    replying.send_aside(draft, &filed.key);
}

/// The declaration that a document is.
pub fn declared_as<'d>(
    draft: &'d Draft<'_>,
    document: &DocumentRecord,
) -> Option<&'d Arc<DeclarationRecord>> {
    match document.facts.as_deref() {
        Some(Facts::Declaration(id)) => draft.declaration(*id),
        _ => None,
    }
}

/// The record of a document as it was just submitted, entered.
pub fn record(submitted: &Submitted, filed: &FiledDocument, replied_at: Moment) -> DocumentRecord {
    DocumentRecord {
        key: filed.key.clone(),
        guid: filed.filing.guid.clone(),
        sent_at: filed.filing.sent_at,
        content: filed.content,
        state: DocumentState::Entered,
        source: submitted.source,
        response_seq: 0,
        replied_at,
        facts: None,
    }
}

/// Has the responses of the very same document sent once more.
pub fn repeat(
    draft: &mut Draft<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    standing: Option<&DocumentRecord>,
) {
    draft.repeat(Repeat {
        document: filed.key.clone(),
        response_seq: standing.map_or(0, |document| document.response_seq),
        source: submitted.source,
    });
}

/// Admits, answers and stores a trade document; the state it now has, `None` if nothing changed.
pub fn store(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    facts: Facts,
    fixed: bool,
) -> Option<DocumentState> {
    let standing = draft.document(&filed.key).cloned();
    let admission = admit(standing.as_deref(), filed, fixed);
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let guid = &filed.filing.guid;
    let state = match admission {
        Admission::Repeat => {
            repeat(draft, submitted, filed, standing.as_deref());
            return None;
        }
        Admission::Refuse(defect) => {
            refuse(draft, circumstances, submitted, filed, defect);
            return None;
        }
        Admission::Delete => {
            replying.say(ReturnStatus::Accepted, format!("删除申报成功[{guid}]"));
            replying.say(ReturnStatus::Entered, "[Code:1800;Desc:逻辑校验通过]");
            DocumentState::Deleted
        }
        Admission::Admit | Admission::Change if filed.filing.stage == Stage::Stored => {
            replying.say(ReturnStatus::Stored, format!("暂存成功[{guid}]"));
            DocumentState::Stored
        }
        Admission::Admit | Admission::Change => {
            let what = words_for(filed.filing.action);
            replying.say(ReturnStatus::Accepted, format!("{what}申报成功[{guid}]"));
            replying.say(ReturnStatus::Entered, "[Code:1800;Desc:逻辑校验通过]");
            DocumentState::Entered
        }
    };
    let subject = Subject::Document(filed.key.clone());
    let cause = Cause::Document(submitted.source);
    let replied_at = replying.send(draft, &filed.key, subject, cause);
    draft.set_document(DocumentRecord {
        state,
        facts: Some(Arc::new(facts)),
        ..record(submitted, filed, replied_at)
    });
    Some(state)
}

/// What a document asks for, in the words of responses.
pub const fn words_for(action: Action) -> &'static str {
    match action {
        Action::Create => "新增",
        Action::Change => "变更",
        Action::Delete => "删除",
    }
}

fn take_up(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    platform: PartyId,
) -> Result<(), Undecidable> {
    matching::take_up_order(draft, circumstances, &filed.key.dossier, platform, submitted.source)
}

/// Whether a declared list uses the documents of this dossier and platform.
fn is_declared(draft: &Draft<'_>, filed: &FiledDocument, platform: PartyId) -> bool {
    matching::declaration_of(draft, &filed.key.dossier, platform)
        .is_some_and(|declaration| matching::is_declared(&declaration.state))
}

/// The claim of the number that a document bears.
pub fn claim_of(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
) -> Claim {
    let key =
        ClaimKey { kind: filed.key.kind, party: filed.key.party, number: filed.key.number.clone() };
    draft.claim(&key, circumstances.at)
}

/// A stored document holds its claim, a deleted one gives it up.
pub fn settle_claim(
    draft: &mut Draft<'_>,
    claim: &mut Claim,
    filed: &FiledDocument,
    stored: Option<DocumentState>,
) {
    let Some(state) = stored else { return };
    let holder = state.is_live().then(|| filed.key.dossier.clone());
    let parked = claim.parked || filed.key.dossier.order_no.is_empty();
    if claim.document != holder || claim.parked != parked {
        claim.document = holder;
        claim.parked = parked;
        draft.set_claim(claim.clone());
    }
}

/// A waybill's claim knows the master bill that the waybill names.
fn note_bill(
    draft: &mut Draft<'_>,
    claim: &mut Claim,
    facts: &WaybillFacts,
    stored: Option<DocumentState>,
) {
    let Some(state) = stored else { return };
    let bill_no = facts.bill_no.as_deref().filter(|_| state.is_live());
    if claim.bill_no.as_deref() != bill_no {
        claim.bill_no = bill_no.map(Into::into);
        draft.set_claim(claim.clone());
    }
}

/// Six months of 30 days and a few: the standard says months and counts from the first use.
pub fn may_be_used_again(claim: &Claim, circumstances: &Circumstances<'_>) -> bool {
    const SIX_MONTHS_DAYS: i64 = 184;
    claim.claimed_at.plus_days(SIX_MONTHS_DAYS) <= circumstances.at
}
