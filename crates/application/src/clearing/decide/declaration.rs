//! Declarations: lodging, changing, deleting, and declaring what was only stored.

use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::commerce::Stage;
use tongguan_domain::declaration::{Assessed, ImportState, Lodged, Reservation};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;
use tongguan_domain::official::customs::ANNUAL_LIMIT;
use tongguan_domain::status::ReturnStatus;

use super::admission::{Admission, admit};
use super::case::Case;
use super::matching::{missing, settle};
use super::reply::Replying;
use super::rules::{DOCUMENTS_MISSING, WAYBILL_OF_OTHER_DECLARATION};
use super::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Lodging, Submitted};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{DeclarationRecord, DocumentRecord, DocumentState, Facts, Quote};
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
    let earlier = standing.as_deref().and_then(|document| match document.facts.as_deref() {
        Some(Facts::Declaration(id)) => draft.declaration(*id).cloned(),
        _ => None,
    });
    let fixed = earlier.as_deref().is_some_and(|earlier| !is_changeable(&earlier.state));
    match admit(standing.as_deref(), filed, fixed) {
        Admission::Repeat => trade::repeat(draft, submitted, filed, standing.as_deref()),
        Admission::Refuse(defect) => {
            let mut replying =
                Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
            replying.number(match earlier {
                Some(earlier) => earlier.provisional_no.clone(),
                None => new_provisional_no(circumstances, filed)?,
            });
            replying.refuse(&[defect]);
            replying.send_aside(draft, Subject::Document(filed.key.clone()));
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
            declare(draft, circumstances, &mut case, filed.filing.stage, &lodging.assessed)?;
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
    let ImportState::Stored(assessed) = &declaration.state else { return Ok(()) };
    let mut case = Case::reopen(draft, circumstances, &declaration)
        .ok_or(Undecidable::NoSuchDeclaration(id))?;
    declare(draft, circumstances, &mut case, Stage::Declared, assessed)?;
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
    let provisional_no = new_provisional_no(circumstances, filed)?;
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

fn declare(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
    stage: Stage,
    assessed: &Assessed,
) -> Result<(), Undecidable> {
    let key = case.waybill_claim();
    let mut claim = draft.claim(&key, circumstances.at);
    let other = claim.declaration.filter(|holder| *holder != case.record.id);
    if other.is_some_and(|id| draft.declaration(id).is_some_and(|other| other.state.is_live())) {
        let defect = Defect::at(&WAYBILL_OF_OTHER_DECLARATION, "InventoryHead/logisticsNo");
        return case.refuse(draft, circumstances, &[defect]);
    }
    claim.declaration = Some(case.record.id);
    draft.set_claim(claim);
    case.document.state = match stage {
        Stage::Stored => DocumentState::Stored,
        Stage::Declared => DocumentState::Entered,
    };
    match stage {
        Stage::Stored => {
            case.replying.say(ReturnStatus::Stored, "暂存成功");
            Ok(())
        }
        Stage::Declared => wait_or_settle(draft, circumstances, case, assessed),
    }
}

/// Reserves the allowance, then matches at once or waits for what is missing.
fn wait_or_settle(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
    assessed: &Assessed,
) -> Result<(), Undecidable> {
    let key = AllowanceKey {
        person: case.record.facts.buyer.person,
        year: circumstances.at.china_day().year(),
    };
    let allowance = draft.allowance(key);
    let total: Money = allowance.taken()?.checked_add(assessed.dutiable)?;
    if total > assessed.annual_limit {
        let defect = Defect::at(&ANNUAL_LIMIT, "InventoryHead/buyerIdNumber");
        let defect = defect.found(total).expected(assessed.annual_limit);
        return case.refuse(draft, circumstances, &[defect]);
    }
    draft.set_allowance(key, allowance.reserve(assessed.dutiable)?);
    let office = circumstances.office(case.record.facts.office);
    case.record.state = ImportState::Waiting {
        lodged: Lodged {
            reservation: Reservation { key, amount: assessed.dutiable },
            tax: assessed.tax.clone(),
            certified: assessed.certified,
        },
        expires_at: circumstances.at.plus_days(office.waiting_days),
    };
    let missing = missing(draft, circumstances.at, &case.record);
    let accepted = accepted_text(&case.record);
    if missing.is_empty() {
        case.replying.say(ReturnStatus::Accepted, accepted);
        return settle(draft, circumstances, case);
    }
    let (platform, order_no) = quoted_order(&case.record);
    let warning = missing.warning(platform, order_no);
    if office.refuse_early {
        let defect = Defect::at(&DOCUMENTS_MISSING, "InventoryHead/orderNo").found(warning);
        return case.refuse(draft, circumstances, &[defect]);
    }
    case.replying.say(ReturnStatus::Accepted, format!("{accepted}; {warning}"));
    Ok(())
}

fn accepted_text(record: &DeclarationRecord) -> String {
    match &record.answer.quote {
        Quote::Declaration { merchant, order_no, .. } => {
            format!("清单新增申报成功[电商企业编码：{merchant}订单编号：{order_no}]")
        }
        _ => "清单新增申报成功".to_owned(),
    }
}

/// Platform and order number as the declarant wrote them.
pub fn quoted_order(record: &DeclarationRecord) -> (&str, &str) {
    match &record.answer.quote {
        Quote::Declaration { platform, order_no, .. } => (platform, order_no),
        _ => ("", record.facts.order_no.as_str()),
    }
}

fn new_provisional_no(
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
) -> Result<tongguan_domain::ids::ProvisionalNumber, Undecidable> {
    let partition = filed.key.dossier.partition;
    Ok(circumstances.serials.provisional_number(partition, circumstances.at)?)
}
