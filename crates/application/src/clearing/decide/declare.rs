//! Declaring: what a declaration takes when it is declared, and how it then waits or is matched.

use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::{Assessed, ImportState, Lodged, Reservation};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::DeclarationFacts;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use tongguan_messages::response::Quoted;

use super::case::{Case, waybill_claim};
use super::matching::{Missing, is_declared, missing, settle};
use super::rules::{DOCUMENTS_MISSING, GUARANTEE_MISSING, WAYBILL_OF_OTHER_DECLARATION};
use super::{Circumstances, Undecidable, allowance, trade};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{Claim, DeclarationRecord, DocumentState};
use crate::clearing::working_set::Draft;

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

/// Stores a declaration that is not declared yet: nothing is reserved, and the waybill's claim is taken
/// only where no other declaration has it. Where the office wants it so and somebody was charged with it,
/// it is declared as soon as its waybill is there; gives the certificate under which that was done.
pub fn store(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
    assessed: &Assessed,
) -> Result<Option<[u8; 32]>, Undecidable> {
    case.document.state = DocumentState::Stored;
    case.replying.say(ReturnStatus::Stored, "暂存成功");
    let mut claim = claim_for(draft, circumstances, &case.record);
    if holder(draft, &claim, case.record.id).is_none() {
        claim.declaration = Some(case.record.id);
        draft.set_claim(claim);
    }
    let charged = charged(circumstances, &case.record.facts)
        .filter(|_| !missing(draft, circumstances.at, &case.record).waybill);
    if charged.is_some() {
        declare(draft, circumstances, case, Action::Create, assessed)?;
    }
    Ok(charged)
}

/// The delegate's certificate under which a stored declaration is declared once its waybill is there.
pub fn charged(circumstances: &Circumstances<'_>, facts: &DeclarationFacts) -> Option<[u8; 32]> {
    let parties = [facts.declarant, facts.merchant];
    circumstances.settings.declares_under(facts.office, parties, circumstances.at)
}

/// Declares: takes the waybill's claim and the buyer's allowance, then matches at once or waits for
/// what is missing.
pub fn declare(
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
    let reservation = Reservation {
        key: AllowanceKey {
            person: case.record.facts.buyer.person,
            year: circumstances.at.china_day().year(),
        },
        amount: assessed.dutiable,
        quantities: assessed.quantities.clone(),
    };
    let items = &case.record.facts.items;
    let defects = allowance::over_limits(draft, &reservation, assessed.annual_limit, items)?;
    if !defects.is_empty() {
        return case.refuse(draft, circumstances, &defects);
    }
    allowance::reserve(draft, &reservation)?;
    let office = circumstances.office(case.record.facts.office);
    case.move_to(ImportState::Waiting {
        lodged: Lodged {
            reservation,
            annual_limit: assessed.annual_limit,
            tax: assessed.tax.clone(),
            certified: assessed.certified,
        },
        expires_at: circumstances.at.plus_days(office.waiting_days),
    })?;
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
        return Some(match &record.answer.billing {
            Some(billing) => defect.with("guarantor", &billing.guarantor),
            None => defect,
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
    let order_no = record.facts.order_no.as_str();
    missing.warning(record.answer.quote.get(Quoted::PLATFORM), order_no)
}

fn accepted_text(record: &DeclarationRecord, action: Action) -> String {
    let what = trade::words_for(action);
    let order_no = &record.facts.order_no;
    let merchant = record.answer.quote.get(Quoted::MERCHANT);
    format!("清单{what}申报成功[电商企业编码：{merchant}订单编号：{order_no}]")
}
