//! Officers' rulings: what is told, and what follows.

use tongguan_domain::declaration::{self, Detention, ImportState, Ruled};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::tax_bill::TaxDue;

use super::case::Case;
use super::{Circumstances, Undecidable};
use crate::clearing::outcome::Cause;
use crate::clearing::record::DocumentState;
use crate::clearing::working_set::Draft;

/// A ruling with who and why.
pub struct Ruling<'r> {
    /// What was ruled.
    pub ruling: declaration::Ruling,
    /// Who ruled.
    pub officer: &'r str,
    /// Why.
    pub reason: &'r str,
    /// The tax, assessed again because the declaration had none.
    pub reassessed: &'r Option<TaxDue>,
}

/// Applies an officer's ruling to a declaration.
pub fn decide(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
    ruling: Ruling<'_>,
) -> Result<(), Undecidable> {
    let declaration = draft.declaration(id).cloned().ok_or(Undecidable::NoSuchDeclaration(id))?;
    let mut case = Case::reopen(draft, circumstances, &declaration)
        .ok_or(Undecidable::NoSuchDeclaration(id))?;
    match declaration.state.clone().rule(ruling.ruling)? {
        Ruled::Accepted(mut entered) => {
            if entered.lodged.tax.is_none() {
                entered.lodged.tax = ruling.reassessed.clone();
            }
            case.accept(draft, circumstances, entered)?;
        }
        Ruled::Moved(state) => {
            case.replying.say(state.status(), told(&state, ruling.reason));
            case.move_to(state)?;
        }
        Ruled::Ended { state, .. } => {
            let document =
                if state.is_live() { DocumentState::Entered } else { DocumentState::Refused };
            case.replying.say(state.status(), told(&state, ruling.reason));
            case.end(draft, circumstances, state, document)?;
        }
    }
    let (officer, reason) = (ruling.officer.to_owned(), ruling.reason.to_owned());
    case.close(draft, Cause::Ruling { officer, reason });
    Ok(())
}

fn told(state: &ImportState, reason: &str) -> String {
    let what = match state {
        ImportState::UnderExamination(_) => "查验",
        ImportState::Detained { by: Detention::Clearance, .. } => "扣留移送通关",
        ImportState::Detained { by: Detention::Investigation, .. } => "扣留移送缉私",
        ImportState::Detained { by: Detention::Legal, .. } => "扣留移送法规",
        ImportState::Detained { by: Detention::Other, .. } => "其它扣留",
        ImportState::Suspended(_) => "挂起",
        ImportState::ShippedBack(_) => "退运",
        ImportState::Refused => "退单",
        _ => "处理",
    };
    if reason.is_empty() { what.to_owned() } else { format!("{what}，{reason}") }
}
