//! The queue before a guarantee: released in order as far as the guarantee reaches.

use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;

use super::case::Case;
use super::{Circumstances, Undecidable};
use crate::clearing::outcome::Cause;
use crate::clearing::working_set::Draft;

/// Tries the queue after a guarantee was topped up. The first that does not fit ends it.
pub fn decide(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    queue: &[DeclarationId],
) -> Result<(), Undecidable> {
    for id in queue {
        let declaration =
            draft.declaration(*id).cloned().ok_or(Undecidable::NoSuchDeclaration(*id))?;
        let ImportState::AwaitingGuarantee(entered) = &declaration.state else { continue };
        let tax = entered.lodged.tax.as_ref().map_or(Money::ZERO, |tax| tax.total);
        let guarantor = declaration.facts.guarantor;
        let Some(held) = draft.guarantee(guarantor).hold_first_in_queue(tax) else { break };
        let Some(mut case) = Case::reopen(draft, circumstances, &declaration) else { continue };
        draft.set_guarantee(guarantor, held);
        case.release(draft, circumstances, entered.clone())?;
        case.close(draft, Cause::Guarantee);
    }
    Ok(())
}
