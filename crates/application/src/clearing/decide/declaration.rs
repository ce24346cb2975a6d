//! Declarations: lodging, changing, deleting, and declaring what was only stored.

use std::sync::Arc;

use tongguan_domain::allowance::{Allowance, AllowanceKey};
use tongguan_domain::commerce::{Action, Stage};
use tongguan_domain::declaration::{Assessed, ImportState, Lodged, Reservation};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationId, ProvisionalNumber};
use tongguan_domain::money::Money;
use tongguan_domain::official::customs::ANNUAL_LIMIT;
use tongguan_domain::status::ReturnStatus;

use super::admission::{Admission, admit};
use super::case::{Case, waybill_claim};
use super::matching::{Missing, is_declared, missing, settle};
use super::reply::Replying;
use super::rules::{DOCUMENTS_MISSING, GUARANTEE_MISSING, WAYBILL_OF_OTHER_DECLARATION};
use super::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Lodging, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{Claim, DeclarationRecord, DocumentRecord, DocumentState, Quote};
use crate::clearing::working_set::Draft;

/// Decides a declaration (申报清单) that was found good by itself. `id` is taken for a new one.
pub fn lodge(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    lodging: &Lodging,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let earlier =
        standing.as_deref().and_then(|document| trade::declared_as(draft, document)).cloned();
    let fixed = earlier.as_deref().is_some_and(|earlier| !is_changeable(&earlier.state));
    match admit(standing.as_deref(), filed, fixed) {
        Admission::Repeat => trade::repeat(draft, submitted, filed, standing.as_deref()),
        Admission::Refuse(defect) => {
            let mut replying =
                Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
            replying.number(provisional_no(circumstances, filed, earlier.as_ref())?);
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
        }
        Admission::Delete => {
            if let Some(mut case) = earlier.and_then(|e| Case::reopen(draft, circumstances, &e)) {
                delete(draft, circumstances, submitted, filed, &mut case)?;
                case.close(draft, Cause::Document(submitted.source));
            }
        }
        Admission::Admit | Admission::Change => {
            // A change keeps the declaration's id and number; a new attempt is a new declaration.
            let kept =
                earlier.filter(|earlier| is_changeable(&earlier.state) && earlier.state.is_live());
            let mut case = match kept {
                Some(earlier) => {
                    let mut case = Case::reopen(draft, circumstances, &earlier)
                        .ok_or(Undecidable::NoSuchDeclaration(earlier.id))?;
                    let stored = ImportState::Stored(lodging.assessed.clone());
                    case.end(draft, circumstances, ImportState::Refused, DocumentState::Refused)?;
                    case.record.state = stored;
                    case
                }
                None => open(circumstances, submitted, filed, lodging, standing.as_deref(), id)?,
            };
            take_in(&mut case, submitted, filed, lodging);
            match filed.filing.stage {
                Stage::Stored => store(draft, circumstances, &mut case, &lodging.assessed)?,
                Stage::Declared => {
                    let action = filed.filing.action;
                    declare(draft, circumstances, &mut case, action, &lodging.assessed)?;
                }
            }
            case.close(draft, Cause::Document(submitted.source));
        }
    }
    Ok(())
}

/// Declares a declaration that was only stored: by command, or because its waybill arrived.
pub fn declare_stored(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
    cause: Cause,
) -> Result<(), Undecidable> {
    let declaration = draft.declaration(id).cloned().ok_or(Undecidable::NoSuchDeclaration(id))?;
    let ImportState::Stored(assessed) = &declaration.state else {
        return Err(Undecidable::NotStored { id, at: declaration.state.status() });
    };
    let mut case = Case::reopen(draft, circumstances, &declaration)
        .ok_or(Undecidable::NoSuchDeclaration(id))?;
    declare(draft, circumstances, &mut case, Action::Create, assessed)?;
    case.close(draft, cause);
    Ok(())
}

/// A change or deletion is possible until the declaration is entered, and after a refusal.
fn is_changeable(state: &ImportState) -> bool {
    matches!(
        state,
        ImportState::Stored(_)
            | ImportState::Waiting { .. }
            | ImportState::Refused
            | ImportState::Deleted
    )
}

fn open(
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    lodging: &Lodging,
    standing: Option<&DocumentRecord>,
    id: DeclarationId,
) -> Result<Case, Undecidable> {
    let mut replying = Replying::to_submitted(circumstances, submitted, &filed.key, standing);
    let provisional_no = provisional_no(circumstances, filed, None)?;
    replying.number(provisional_no.clone());
    let document = trade::record(submitted, filed, circumstances.at);
    let record = DeclarationRecord {
        id,
        document: filed.key.clone(),
        provisional_no,
        facts: lodging.facts.clone(),
        state: ImportState::Stored(lodging.assessed.clone()),
        pack: lodging.pack,
        answer: submitted.answer.clone(),
    };
    Ok(Case { record, document, replying })
}

/// The document as submitted replaces what the case held of it.
fn take_in(case: &mut Case, submitted: &Submitted, filed: &FiledDocument, lodging: &Lodging) {
    case.document = trade::record(submitted, filed, case.document.replied_at);
    case.record.facts = lodging.facts.clone();
    case.record.pack = lodging.pack;
    case.record.answer = submitted.answer.clone();
    case.replying.answer_to(submitted);
}

fn delete(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    case: &mut Case,
) -> Result<(), Undecidable> {
    case.document = trade::record(submitted, filed, case.document.replied_at);
    case.replying.answer_to(submitted);
    case.replying.say(ReturnStatus::Accepted, format!("清单删除申报成功[{}]", filed.filing.guid));
    case.end(draft, circumstances, ImportState::Deleted, DocumentState::Deleted)
}

/// Stores a declaration that is not declared yet: nothing is reserved, and the waybill's claim is taken
/// only where no other declaration has it. Where the office wants it so, it is declared as soon as its
/// waybill is there.
fn store(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
    assessed: &Assessed,
) -> Result<(), Undecidable> {
    case.document.state = DocumentState::Stored;
    case.replying.say(ReturnStatus::Stored, "暂存成功");
    let mut claim = claim_for(draft, circumstances, &case.record);
    if holder(draft, &claim, case.record.id).is_none() {
        claim.declaration = Some(case.record.id);
        draft.set_claim(claim);
    }
    let at_once = circumstances.office(case.record.facts.office).declare_on_waybill;
    if at_once && !missing(draft, circumstances.at, &case.record).waybill {
        declare(draft, circumstances, case, Action::Create, assessed)?;
    }
    Ok(())
}

/// Declares: takes the waybill's claim and the buyer's allowance, then matches at once or waits for
/// what is missing.
fn declare(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
    action: Action,
    assessed: &Assessed,
) -> Result<(), Undecidable> {
    let mut claim = claim_for(draft, circumstances, &case.record);
    let blocked = holder(draft, &claim, case.record.id).is_some_and(is_declared);
    if let Some(defect) = obstacle(draft, circumstances, &case.record, blocked) {
        return case.refuse(draft, circumstances, &[defect]);
    }
    claim.declaration = Some(case.record.id);
    draft.set_claim(claim);
    case.document.state = DocumentState::Entered;
    if let Some(defect) = reserve(draft, circumstances, case, assessed)? {
        return case.refuse(draft, circumstances, &[defect]);
    }
    wait_or_settle(draft, circumstances, case, action)
}

/// Why a declaration cannot be declared, whatever its documents say.
fn obstacle(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    record: &DeclarationRecord,
    waybill_used: bool,
) -> Option<Defect> {
    if waybill_used {
        let defect = Defect::at(&WAYBILL_OF_OTHER_DECLARATION, "InventoryHead/logisticsNo");
        return Some(defect.with("waybill", &record.facts.waybill_no));
    }
    let guarantee = draft.guarantee(record.facts.guarantor);
    if guarantee.is_none_or(|guarantee| !guarantee.is_valid_at(circumstances.at)) {
        let defect = Defect::at(&GUARANTEE_MISSING, "InventoryHead/assureCode");
        return Some(match &record.answer.quote {
            Quote::Declaration { guarantor, .. } => defect.with("guarantor", guarantor),
            _ => defect,
        });
    }
    None
}

/// The claim of the waybill that a declaration names. A number that a carrier uses again after six
/// months is not the old parcel's any more.
fn claim_for(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    record: &DeclarationRecord,
) -> Claim {
    let claim = draft.claim(&waybill_claim(&record.facts), circumstances.at);
    let other = claim.declaration.and_then(|id| draft.declaration(id));
    let elsewhere = other.is_some_and(|other| other.document != record.document)
        || claim.document.as_ref().is_some_and(|holder| *holder != record.document.dossier);
    if elsewhere && trade::may_be_used_again(&claim, circumstances) {
        return Claim::vacant(claim.key, circumstances.at);
    }
    claim
}

/// The state of the live declaration besides `id` that holds a claim.
fn holder<'d>(draft: &'d Draft<'_>, claim: &Claim, id: DeclarationId) -> Option<&'d ImportState> {
    let other = claim.declaration.filter(|holder| *holder != id)?;
    draft.declaration(other).map(|other| &other.state).filter(|state| state.is_live())
}

/// Reserves the buyer's allowance; the defect if the year's limit would be exceeded.
fn reserve(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
    assessed: &Assessed,
) -> Result<Option<Defect>, Undecidable> {
    let Assessed { dutiable: amount, annual_limit, .. } = *assessed;
    let key = AllowanceKey {
        person: case.record.facts.buyer.person,
        year: circumstances.at.china_day().year(),
    };
    let allowance = draft.allowance(key);
    if let Some(defect) = over_limit(allowance, amount, annual_limit)? {
        return Ok(Some(defect));
    }
    draft.set_allowance(key, allowance.reserve(amount)?);
    let office = circumstances.office(case.record.facts.office);
    case.record.state = ImportState::Waiting {
        lodged: Lodged {
            reservation: Reservation { key, amount },
            annual_limit,
            tax: assessed.tax.clone(),
            certified: assessed.certified,
        },
        expires_at: circumstances.at.plus_days(office.waiting_days),
    };
    Ok(None)
}

/// The defect if a purchase of `amount` would exceed the year's limit.
pub fn over_limit(
    allowance: Allowance,
    amount: Money,
    limit: Money,
) -> Result<Option<Defect>, Undecidable> {
    let total = allowance.taken()?.checked_add(amount)?;
    let defect = Defect::at(&ANNUAL_LIMIT, "InventoryHead/buyerIdNumber");
    Ok((total > limit).then(|| defect.found(total).expected(limit)))
}

fn wait_or_settle(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
    action: Action,
) -> Result<(), Undecidable> {
    let missing = missing(draft, circumstances.at, &case.record);
    if missing.is_empty() {
        case.replying.say(ReturnStatus::Accepted, accepted_text(&case.record, action));
        return settle(draft, circumstances, case);
    }
    let warning = warning(&case.record, missing);
    if circumstances.office(case.record.facts.office).refuse_early {
        let defect = Defect::at(&DOCUMENTS_MISSING, "InventoryHead/orderNo");
        return case.refuse(draft, circumstances, &[defect.with("cause", warning)]);
    }
    case.replying.say(ReturnStatus::Accepted, waiting_text(&case.record, action, missing));
    Ok(())
}

/// What a declaration is told that waits for documents.
pub fn waiting_text(record: &DeclarationRecord, action: Action, missing: Missing) -> String {
    format!("{}; {}", accepted_text(record, action), warning(record, missing))
}

/// Which documents of a declaration do not exist, as real systems put it.
pub fn warning(record: &DeclarationRecord, missing: Missing) -> String {
    match &record.answer.quote {
        Quote::Declaration { platform, order_no, .. } => missing.warning(platform, order_no),
        _ => missing.warning("", record.facts.order_no.as_str()),
    }
}

fn accepted_text(record: &DeclarationRecord, action: Action) -> String {
    let what = trade::words_for(action);
    match &record.answer.quote {
        Quote::Declaration { merchant, order_no, .. } => {
            format!("清单{what}申报成功[电商企业编码：{merchant}订单编号：{order_no}]")
        }
        _ => format!("清单{what}申报成功"),
    }
}

/// The number that the port gave to what stands under the key, or a new one.
pub fn provisional_no(
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&Arc<DeclarationRecord>>,
) -> Result<ProvisionalNumber, Undecidable> {
    Ok(match standing {
        Some(standing) => standing.provisional_no.clone(),
        None => {
            let partition = filed.key.dossier.partition;
            circumstances.serials.provisional_number(partition, circumstances.at)?
        }
    })
}
