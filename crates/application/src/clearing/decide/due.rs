//! What becomes due by itself: waiting ends, released declarations close.

use tongguan_domain::declaration::ImportState;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DeclarationId;

use super::case::Case;
use super::declare::warning;
use super::matching::missing;
use super::rules::DOCUMENTS_MISSING;
use super::{Circumstances, Undecidable};
use crate::clearing::outcome::Cause;
use crate::clearing::working_set::Draft;

/// Decides a declaration for which time has come; nothing happens when it has not.
pub fn decide(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    let declaration = draft.declaration(id).cloned().ok_or(Undecidable::NoSuchDeclaration(id))?;
    let Some(mut case) = Case::reopen(draft, circumstances, &declaration) else { return Ok(()) };
    match &declaration.state {
        ImportState::Waiting { expires_at, .. } if *expires_at <= circumstances.at => {
            let missing = missing(draft, circumstances.at, &declaration);
            let reason = format!("等待单证超时，{}", warning(&declaration, missing));
            let defect = Defect::at(&DOCUMENTS_MISSING, "").with("cause", reason);
            case.refuse(draft, circumstances, &[defect])?;
        }
        ImportState::Released(release) => {
            let released_on = release.released_at.china_day();
            let days =
                circumstances.settings.close_after_days(declaration.facts.office, released_on);
            if days.is_none_or(|days| circumstances.at < release.released_at.plus_days(days)) {
                return Ok(());
            }
            case.finish("结关")?;
        }
        _ => return Ok(()),
    }
    case.close(draft, Cause::Time);
    Ok(())
}
