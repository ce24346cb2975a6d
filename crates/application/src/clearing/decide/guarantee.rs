//! The queue before a guarantee: released in order as far as the guarantee reaches.

use std::collections::BTreeSet;

use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;

use super::case::Case;
use super::{Circumstances, Undecidable};
use crate::clearing::outcome::Cause;
use crate::clearing::working_set::Draft;

/// Tries the queue after a guarantee was topped up. The first that does not fit ends it for all behind
/// it under the same guarantee.
pub fn decide(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    queue: &[DeclarationId],
) -> Result<(), Undecidable> {
    let mut exhausted = BTreeSet::new();
    for id in queue {
        let declaration =
            draft.declaration(*id).cloned().ok_or(Undecidable::NoSuchDeclaration(*id))?;
        let ImportState::AwaitingGuarantee(entered) = &declaration.state else { continue };
        let tax = entered.lodged.tax.as_ref().map_or(Money::ZERO, |tax| tax.total);
        let guarantor = declaration.facts.guarantor;
        if exhausted.contains(&guarantor) {
            continue;
        }
        let guarantee = draft.guarantee(guarantor).ok_or(Undecidable::NoGuarantee(*id))?;
        let Some(held) = guarantee.hold_first_in_queue(tax, circumstances.at) else {
            exhausted.insert(guarantor);
            continue;
        };
        let mut case = Case::reopen(draft, circumstances, &declaration)
            .ok_or(Undecidable::NoSuchDeclaration(*id))?;
        let defects = case.no_room(draft, circumstances, &entered.lodged)?;
        if defects.is_empty() {
            case.release(draft, circumstances, entered.clone(), held)?;
        } else {
            case.refuse(draft, circumstances, &defects)?;
        }
        case.close(draft, Cause::Guarantee);
    }
    Ok(())
}
