//! Officers' rulings on export declarations: what is told, and what follows.

use tongguan_domain::declaration::{ExportState, ExportStep, GoodsSeen, NotAllowed, Ruling};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::movement::ParcelMovement;

use super::case::ExportCase;
use super::{examination, taken_up, transit};
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{Claim, ExportRecord};
use crate::clearing::working_set::Draft;

/// Applies an officer's ruling to an export declaration.
pub fn rule(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
    ruling: Ruling,
    officer: &str,
    reason: &str,
) -> Result<(), Undecidable> {
    let mut case = taken_up(draft, circumstances, id)?;
    let mut remark = reason.to_owned();
    match ruling {
        Ruling::Accept => {
            if let Some(licence) = verified_licence(&case.record) {
                remark = told(&format!("许可证件号[{licence}]已核验"), reason);
            }
            case.accept(circumstances)?;
            transit::settle(draft, circumstances, id)?;
        }
        Ruling::Examine => {
            case.take(ExportStep::Examine)?;
            let remark = examination::forget_departure(draft, circumstances, &mut case);
            let text = told(&format!("查验{remark}"), reason);
            case.replying.say(case.record.state.status(), text);
        }
        Ruling::Refuse => {
            case.end(draft, circumstances, ExportStep::Refuse)?;
            case.replying.say(case.record.state.status(), told("退单", reason));
        }
        Ruling::Withdraw(seen) => withdraw(draft, circumstances, &mut case, seen, reason)?,
        Ruling::Detain(_) | Ruling::Suspend | Ruling::ShipBack => {
            let at = case.record.state.status();
            return Err(NotAllowed { at, ruling }.into());
        }
    }
    case.close(draft, Cause::Ruling { officer: officer.to_owned(), reason: remark });
    Ok(())
}

/// The licence that accepting a declaration verifies: of goods that need one, where it waits for that.
fn verified_licence(record: &ExportRecord) -> Option<&str> {
    match record.state {
        ExportState::InReview { licence: true, .. } => record.facts.licence.as_deref(),
        _ => None,
    }
}

/// Takes released goods back (退关). They leave the supervised place, so what was reported of their
/// arrival and departure counts no more, for whoever declares the waybill next.
fn withdraw(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ExportCase,
    seen: GoodsSeen,
    reason: &str,
) -> Result<(), Undecidable> {
    case.end(draft, circumstances, ExportStep::Withdraw)?;
    transit::open(draft, circumstances, case.record.id, seen)?;
    let claim = draft.claim(&case.record.waybill_claim(), circumstances.at);
    let movement = ParcelMovement { departed: None, ..claim.movement };
    draft.set_claim(Claim { arrived_at: None, movement, ..claim });
    let what = match seen {
        GoodsSeen::OnSite => "退关，货物在监管场所内核查无误",
        GoodsSeen::Unsealed => "退关，货物已拆封出场",
    };
    case.replying.say(case.record.state.status(), told(what, reason));
    Ok(())
}

fn told(what: &str, reason: &str) -> String {
    if reason.is_empty() { what.to_owned() } else { format!("{what}，{reason}") }
}
