//! Quarantine (检疫) of exported parcels, before they enter the supervised place.
//!
//! How it stands lies with the claim of the parcel's waybill, where a report of arrival finds it.

use tongguan_domain::declaration::{ExportState, StatisticsFlag};
use tongguan_domain::quarantine::{Finding, Quarantine, QuarantineRefused, is_sampled};

use super::taken_up;
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::incoming::QuarantineCommand;
use crate::clearing::outcome::Cause;
use crate::clearing::record::{Claim, ExportRecord};
use crate::clearing::working_set::Draft;

/// Selects the parcel of a declaration that is entered: where a rule says so, or chance. Gives the claim
/// of its waybill, which says whether it was; what was found for an earlier declaration counts no more.
pub fn select(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    record: &ExportRecord,
) -> Claim {
    let mut claim = draft.claim(&record.waybill_claim(), circumstances.at);
    let rate = circumstances.office(record.facts.office).quarantine_per_10_000;
    let draw = circumstances.draws.sample(record.facts.office, record.id);
    let selected = is_intercepted(circumstances, record) || is_sampled(rate, draw);
    let quarantine = selected.then_some(Quarantine::Due);
    if claim.quarantine != quarantine {
        claim.quarantine = quarantine;
        draft.set_claim(claim.clone());
    }
    claim
}

/// Whether a parcel may not enter the supervised place.
pub fn turns_away(claim: &Claim) -> bool {
    claim.quarantine.is_some_and(|quarantine| !quarantine.admits())
}

/// Registers what was found. A parcel that has arrived before it was selected is there from now on.
pub fn register(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    command: &QuarantineCommand,
) -> Result<(), Undecidable> {
    let mut case = taken_up(draft, circumstances, command.declaration)?;
    let before_release = matches!(
        case.record.state,
        ExportState::InReview { .. }
            | ExportState::UnderExamination { .. }
            | ExportState::Reviewed(_)
    );
    if !before_release {
        return Err(QuarantineRefused::TooLate.into());
    }
    let mut claim = draft.claim(&case.record.waybill_claim(), circumstances.at);
    let standing = claim.quarantine.ok_or(QuarantineRefused::NotSelected)?;
    let quarantine = standing.register(command.finding)?;
    let what = match command.finding {
        Finding::Passed => "检疫合格，准予入场",
        Finding::Failed => "检疫不合格，不准入场",
    };
    let text = format!("{what}，{}", command.reason);
    case.replying.say(case.record.state.status(), text);
    let arrived_at = claim.arrived_at.filter(|_| quarantine.admits());
    claim.quarantine = Some(quarantine);
    draft.set_claim(claim);
    if let Some(arrived_at) = arrived_at {
        case.arrive(circumstances, arrived_at)?;
    }
    let (officer, reason) = (command.officer.clone(), format!("{what}，{}", command.reason));
    case.close(draft, Cause::Ruling { officer, reason });
    Ok(())
}

/// Whether a rule intercepts one of the goods. Of a simplified declaration only the heading is known.
fn is_intercepted(circumstances: &Circumstances<'_>, record: &ExportRecord) -> bool {
    let (law, day) = (&circumstances.settings.law, circumstances.at.china_day());
    let simplified = record.facts.statistics == StatisticsFlag::Simplified;
    record.facts.items.iter().any(|item| {
        let known = item.hs_code.get(..4).filter(|_| simplified).unwrap_or(&item.hs_code);
        law.interception(known, &item.destination_country, day).is_some()
    })
}
