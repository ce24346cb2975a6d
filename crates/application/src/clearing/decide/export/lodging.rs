//! Export declarations as they come in: lodged, changed, deleted, declared.

use tongguan_domain::commerce::{Action, Stage};
use tongguan_domain::declaration::{ExportState, ExportStep};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::ExportFacts;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::movement::ParcelMovement;
use tongguan_domain::status::ReturnStatus;
use tongguan_messages::response::Quoted;

use super::case::{ExportCase, give_up};
use super::matching::{is_declared, missing, settle, warning};
use super::number;
use super::report::bill;
use crate::clearing::decide::admission::{Admission, admit};
use crate::clearing::decide::reply::Replying;
use crate::clearing::decide::rules::{DOCUMENTS_MISSING, WAYBILL_OF_OTHER_DECLARATION};
use crate::clearing::decide::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{ExportLodging, FiledDocument, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{Claim, DocumentState, ExportRecord};
use crate::clearing::working_set::Draft;

/// Decides an export declaration (出口申报清单) that was found good by itself. `id` is taken for a new
/// one.
pub fn lodge(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    lodging: &ExportLodging,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    let standing = draft.standing(&filed.key);
    let earlier = standing.as_deref().and_then(|document| draft.exported_as(document)).cloned();
    let fixed = earlier.as_deref().is_some_and(|earlier| !is_changeable(&earlier.state));
    let kept = earlier.filter(|earlier| is_changeable(&earlier.state) && earlier.state.is_live());
    let reopened = kept.map(|kept| ExportCase::reopen(circumstances, &kept));
    let mut case = match admit(standing.as_deref(), filed, fixed) {
        Admission::Repeat => {
            trade::repeat(draft, submitted, filed, standing.as_deref());
            return Ok(());
        }
        Admission::Refuse(defect) => {
            let standing = standing.as_deref();
            let mut replying =
                Replying::to_submitted(circumstances, submitted, &filed.key, standing);
            replying.number(number(draft, circumstances, filed, standing)?);
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
            return Ok(());
        }
        Admission::Delete => {
            let Some(mut case) = reopened else { return Ok(()) };
            case.submit(submitted, filed);
            let text = format!("清单删除申报成功[{}]", filed.filing.guid);
            case.replying.say(ReturnStatus::Accepted, text);
            case.end(draft, circumstances, ExportStep::Delete)?;
            case.close(draft, Cause::Document(submitted.source));
            return Ok(());
        }
        // A change keeps the declaration's id and number; a new attempt is a new declaration.
        Admission::Admit | Admission::Change => match reopened {
            Some(case) => changed(draft, circumstances, case, submitted, filed, lodging),
            None => open(draft, circumstances, submitted, filed, lodging, id)?,
        },
    };
    let charged = match filed.filing.stage {
        Stage::Stored => store(draft, circumstances, &mut case)?,
        Stage::Declared => {
            declare(draft, circumstances, &mut case, filed.filing.action)?;
            None
        }
    };
    case.close(draft, Cause::of(submitted.source, charged));
    Ok(())
}

/// Declares: takes the waybill's claim, then matches at once or waits for what is missing.
pub fn declare(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ExportCase,
    action: Action,
) -> Result<(), Undecidable> {
    let office = circumstances.office(case.record.facts.office);
    let expires_at = circumstances.at.plus_days(office.waiting_days);
    case.take(ExportStep::Declare { expires_at })?;
    case.set_document_state(draft, DocumentState::Entered)?;
    let claim = claim_for(draft, circumstances, &case.record);
    let holder = claim.declaration.filter(|holder| *holder != case.record.id);
    if holder.and_then(|id| draft.export(id)).is_some_and(|other| is_declared(&other.state)) {
        let defect = Defect::at(&WAYBILL_OF_OTHER_DECLARATION, "InventoryHead/logisticsNo");
        let defect = defect.with("waybill", &case.record.facts.waybill_no);
        return case.refuse(draft, circumstances, &[defect]);
    }
    take_claim(draft, circumstances, case, claim);
    let missing = missing(draft, circumstances.at, &case.record);
    if missing.is_empty() {
        case.replying.say(ReturnStatus::Accepted, accepted_text(&case.record, action));
        return settle(draft, circumstances, case);
    }
    let warning = warning(&case.record, missing);
    if office.refuse_early {
        let defect = Defect::at(&DOCUMENTS_MISSING, "InventoryHead/orderNo");
        return case.refuse(draft, circumstances, &[defect.with("cause", warning)]);
    }
    let text = format!("{}; {warning}", accepted_text(&case.record, action));
    case.replying.say(ReturnStatus::Accepted, text);
    Ok(())
}

/// What a declaration is told that was accepted.
pub fn accepted_text(record: &ExportRecord, action: Action) -> String {
    let what = trade::words_for(action);
    let (merchant, order_no) = (record.answer.quote.get(Quoted::MERCHANT), &record.facts.order_no);
    format!("清单{what}申报成功[电商企业编码：{merchant}订单编号：{order_no}]")
}

/// A change or deletion is possible until the declaration is entered, and after it has ended without
/// being closed.
fn is_changeable(state: &ExportState) -> bool {
    matches!(state, ExportState::Stored | ExportState::Waiting { .. }) || !state.is_live()
}

/// Stores a declaration that is not declared yet: nothing is matched, and the waybill's claim is taken
/// only where no other declaration has it. Where the office wants it so and somebody was charged with it,
/// it is declared as soon as its waybill is there; gives the certificate under which that was done.
fn store(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ExportCase,
) -> Result<Option<[u8; 32]>, Undecidable> {
    case.set_document_state(draft, DocumentState::Stored)?;
    case.replying.say(ReturnStatus::Stored, "暂存成功");
    let claim = claim_for(draft, circumstances, &case.record);
    let holder = claim.declaration.and_then(|id| draft.export(id));
    if holder.is_none_or(|holder| holder.id == case.record.id || !holder.state.is_live()) {
        take_claim(draft, circumstances, case, claim);
    }
    let charged = charged(circumstances, &case.record.facts)
        .filter(|_| !missing(draft, circumstances.at, &case.record).waybill());
    if charged.is_some() {
        declare(draft, circumstances, case, Action::Create)?;
    }
    Ok(charged)
}

/// The delegate's certificate under which a stored declaration is declared once its waybill is there.
pub fn charged(circumstances: &Circumstances<'_>, facts: &ExportFacts) -> Option<[u8; 32]> {
    let parties = [facts.parties.declarant, facts.parties.merchant];
    circumstances.settings.declares_under(facts.office, parties, circumstances.at)
}

/// The claim of the waybill that a declaration names. A number that a carrier uses again after six
/// months is not the old parcel's any more.
fn claim_for(draft: &Draft<'_>, circumstances: &Circumstances<'_>, record: &ExportRecord) -> Claim {
    let claim = draft.claim(&record.waybill_claim(), circumstances.at);
    let other = claim.declaration.and_then(|id| draft.export(id));
    let elsewhere = other.is_some_and(|other| other.document != record.document);
    if elsewhere && trade::may_be_used_again(&claim, circumstances) {
        return Claim { document: claim.document, ..Claim::vacant(claim.key, circumstances.at) };
    }
    claim
}

/// Takes the claim of the waybill, with all that reports have said of its parcel. A bill that the
/// declaration names itself counts as long as no link has named one; all of it may have arrived.
fn take_claim(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ExportCase,
    mut claim: Claim,
) {
    claim.declaration = Some(case.record.id);
    case.record.movement = claim.movement.clone();
    claim.bill_no = case.record.transport().bill_no.map(Into::into);
    if let (None, Some(bill_no)) = (claim.arrived_at, &claim.bill_no) {
        let bill = bill(draft, circumstances, claim.key.party, bill_no);
        claim.arrived_at = bill.arrived_at;
    }
    draft.set_claim(claim);
}

/// The document as submitted replaces what the case held of it; its old waybill is free again.
fn changed(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    mut case: ExportCase,
    submitted: &Submitted,
    filed: &FiledDocument,
    lodging: &ExportLodging,
) -> ExportCase {
    let mut claim = draft.claim(&case.record.waybill_claim(), circumstances.at);
    if claim.declaration == Some(case.record.id) {
        give_up(&mut claim);
        draft.set_claim(claim);
    }
    case.record = ExportRecord {
        facts: lodging.facts.clone(),
        licence: lodging.licence,
        collection: lodging.collection,
        state: ExportState::Stored,
        pack: lodging.pack,
        answer: submitted.answer.clone(),
        movement: ParcelMovement::default(),
        ..case.record
    };
    case.submit(submitted, filed);
    case
}

fn open(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    lodging: &ExportLodging,
    id: DeclarationId,
) -> Result<ExportCase, Undecidable> {
    let standing = draft.standing(&filed.key);
    let mut replying =
        Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
    let provisional_no = number(draft, circumstances, filed, None)?;
    replying.number(provisional_no.clone());
    let record = ExportRecord {
        id,
        document: filed.key.clone(),
        provisional_no,
        facts: lodging.facts.clone(),
        licence: lodging.licence,
        collection: lodging.collection,
        state: ExportState::Stored,
        pack: lodging.pack,
        answer: submitted.answer.clone(),
        movement: ParcelMovement::default(),
        since: circumstances.at,
        source: submitted.source,
        response_seq: 0,
        replied_at: circumstances.at,
    };
    let mut case = ExportCase { record, document: None, replying };
    case.submit(submitted, filed);
    Ok(case)
}
