//! Which export declarations a request to consolidate may mean, and why not the others.

use std::fmt;

use crate::declaration::{ExportState, StatisticsFlag};
use crate::facts::ExportFacts;
use crate::ids::{FormalDeclarationNumber, OfficeCode, PartyId};

/// Why a declaration is not consolidated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// No export declaration has this number.
    Unknown,
    /// It is another merchant's.
    OfOtherMerchant,
    /// It was declared at another office.
    AtOtherOffice,
    /// It was declared in simplified form and goes to the statistics (简化申报).
    Simplified,
    /// Its goods have not left the country.
    NotClosed,
    /// Its goods were taken back before they left (退关).
    Withdrawn,
    /// It was refused, cancelled or deleted.
    Ended,
    /// Its goods came back (退货).
    Returned,
    /// It is part of a formal declaration already.
    Consolidated(FormalDeclarationNumber),
}

impl fmt::Display for LeftOut {
    /// As the declarant is told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "清单不存在",
            Self::OfOtherMerchant => "非本电商企业的清单",
            Self::AtOtherOffice => "申报地海关不一致",
            Self::Simplified => "简化申报清单不需汇总申报",
            Self::NotClosed => "清单未结关",
            Self::Withdrawn => "清单已退关",
            Self::Ended => "清单已退单、撤销或删除",
            Self::Returned => "清单商品已退货",
            Self::Consolidated(number) => return write!(f, "清单已汇总至报关单{number}"),
        })
    }
}

/// What became of a closed declaration since it was closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinceClosing {
    /// Whether its goods came back.
    pub returned: bool,
    /// The formal declaration that it is part of.
    pub formal: Option<FormalDeclarationNumber>,
}

/// Whether a declaration can be consolidated for a merchant at an office.
///
/// # Errors
/// The first reason why not.
pub fn eligible(
    facts: &ExportFacts,
    state: &ExportState,
    since: &SinceClosing,
    merchant: PartyId,
    office: OfficeCode,
) -> Result<(), LeftOut> {
    if facts.parties.merchant != merchant {
        return Err(LeftOut::OfOtherMerchant);
    }
    if facts.office != office {
        return Err(LeftOut::AtOtherOffice);
    }
    match state {
        ExportState::Withdrawn(_) => return Err(LeftOut::Withdrawn),
        ExportState::Cancelled(_) | ExportState::Refused | ExportState::Deleted => {
            return Err(LeftOut::Ended);
        }
        _ if facts.statistics == StatisticsFlag::Simplified => return Err(LeftOut::Simplified),
        ExportState::Closed { .. } => {}
        _ => return Err(LeftOut::NotClosed),
    }
    match &since.formal {
        Some(formal) => Err(LeftOut::Consolidated(formal.clone())),
        None if since.returned => Err(LeftOut::Returned),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::ExportRelease;
    use crate::facts::{ExportMode, ExportParties};
    use crate::ids::DeclarationNumber;
    use crate::tests::export::export_parcel;
    use crate::time::Moment;

    const MERCHANT: PartyId = PartyId(2);

    fn facts() -> ExportFacts {
        let parties = ExportParties {
            platform: None,
            merchant: MERCHANT,
            carrier: PartyId(3),
            declarant: PartyId(4),
        };
        let mut declaration = export_parcel().declaration;
        declaration.statistics = StatisticsFlag::Consolidated;
        ExportFacts::of(&declaration, ExportMode::Retail, parties)
    }

    fn release() -> ExportRelease {
        let number = DeclarationNumber::parse("29162026E000000256").unwrap();
        let at = Moment::from_micros(0);
        ExportRelease { number, arrived_at: at, released_at: at }
    }

    fn closed() -> ExportState {
        ExportState::Closed { release: release(), departed_at: Moment::from_micros(1) }
    }

    fn judged(facts: &ExportFacts, state: &ExportState, since: &SinceClosing) -> Option<LeftOut> {
        eligible(facts, state, since, MERCHANT, facts.office).err()
    }

    #[test]
    fn every_state_but_a_closed_one_is_left_out_with_its_reason() {
        let none = SinceClosing::default();
        let number = release().number;
        for (state, reason) in [
            (closed(), None),
            (ExportState::Released(release()), Some(LeftOut::NotClosed)),
            (ExportState::Stored, Some(LeftOut::NotClosed)),
            (ExportState::Withdrawn(release()), Some(LeftOut::Withdrawn)),
            (ExportState::Cancelled(number), Some(LeftOut::Ended)),
            (ExportState::Refused, Some(LeftOut::Ended)),
            (ExportState::Deleted, Some(LeftOut::Ended)),
        ] {
            assert_eq!(judged(&facts(), &state, &none), reason, "{state:?}");
        }
    }

    #[test]
    fn what_is_closed_may_still_be_left_out() {
        let none = SinceClosing::default();
        let facts = facts();
        let simplified = ExportFacts { statistics: StatisticsFlag::Simplified, ..facts.clone() };
        assert_eq!(judged(&simplified, &closed(), &none), Some(LeftOut::Simplified));
        let returned = SinceClosing { returned: true, formal: None };
        assert_eq!(judged(&facts, &closed(), &returned), Some(LeftOut::Returned));
        let formal = FormalDeclarationNumber::parse("291620260000000256").unwrap();
        let consolidated = SinceClosing { returned: true, formal: Some(formal.clone()) };
        let reason = judged(&facts, &closed(), &consolidated);
        assert_eq!(reason, Some(LeftOut::Consolidated(formal)));
        assert_eq!(reason.unwrap().to_string(), "清单已汇总至报关单291620260000000256");
        let other = eligible(&facts, &closed(), &none, PartyId(9), facts.office);
        assert_eq!(other, Err(LeftOut::OfOtherMerchant));
        let elsewhere = OfficeCode::parse("0100").unwrap();
        let elsewhere = eligible(&facts, &closed(), &none, MERCHANT, elsewhere);
        assert_eq!(elsewhere, Err(LeftOut::AtOtherOffice));
    }
}
