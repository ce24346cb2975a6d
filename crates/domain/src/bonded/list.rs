//! Where a bonded list (核注清单) stands, and the ways from one place to the next.

use std::fmt;

use super::stock::StockQuantity;
use crate::ids::{AccountBookNumber, AccountItemNumber, BondedListNumber};

/// A bonded list by which goods come into a zone (进区核注清单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BondedList {
    /// 账册编号.
    pub book: AccountBookNumber,
    /// 核注清单编号.
    pub number: BondedListNumber,
    /// How much of which goods of the book.
    pub lines: Vec<(AccountItemNumber, StockQuantity)>,
}

/// Where an inbound bonded list (进区核注清单; INV101) stands.
///
/// The message's own results are those of the review (INV201) and of the gate (SAS223); quarantine between
/// gate and stock is what the law of entry asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BondedListState {
    /// Lodged; waits for its review (预核扣).
    Lodged,
    /// Reviewed; waits for its gate pass (核放单) to pass the gate.
    Approved,
    /// Its vehicle passed the gate (过卡), or all of several that will come; waits for quarantine.
    Gated,
    /// Quarantined and counted in: the goods are stock (核扣). Final.
    Stocked,
    /// Refused at review. Final.
    Refused,
    /// Goods that did not pass quarantine are not admitted. Final.
    NotAdmitted,
    /// Withdrawn before the gate. Final.
    Withdrawn,
}

/// What happens to a bonded list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BondedListStep {
    /// Customs finds it in order.
    Approve,
    /// Customs refuses it.
    Refuse,
    /// Its holder withdraws it.
    Withdraw,
    /// The vehicle of its gate pass passes the gate.
    PassGate,
    /// Some of several vehicles passed the gate, and the others will not come: the list goes on with what did.
    EndShort,
    /// Its goods pass quarantine and are counted in.
    Admit,
    /// Its goods do not pass quarantine.
    TurnAway,
}

/// The step is not possible where the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bonded list that is {at} cannot be {step}")]
pub struct ListStepRefused {
    /// Where it stands.
    pub at: BondedListState,
    /// What was asked.
    pub step: BondedListStep,
}

impl BondedListState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Lodged,
        Self::Approved,
        Self::Gated,
        Self::Stocked,
        Self::Refused,
        Self::NotAdmitted,
        Self::Withdrawn,
    ];

    /// The state after a step.
    ///
    /// # Errors
    /// [`ListStepRefused`] where the step does not lead anywhere.
    pub const fn take(self, step: BondedListStep) -> Result<Self, ListStepRefused> {
        use BondedListStep as Step;
        Ok(match (self, step) {
            (Self::Lodged, Step::Approve) => Self::Approved,
            (Self::Lodged, Step::Refuse) => Self::Refused,
            (Self::Lodged | Self::Approved, Step::Withdraw) => Self::Withdrawn,
            (Self::Approved, Step::PassGate | Step::EndShort) => Self::Gated,
            (Self::Gated, Step::Admit) => Self::Stocked,
            (Self::Gated, Step::TurnAway) => Self::NotAdmitted,
            (at, step) => return Err(ListStepRefused { at, step }),
        })
    }

    /// Whether nothing leads out of it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Stocked | Self::Refused | Self::NotAdmitted | Self::Withdrawn)
    }
}

impl BondedListStep {
    /// Every step.
    pub const ALL: [Self; 7] = [
        Self::Approve,
        Self::Refuse,
        Self::Withdraw,
        Self::PassGate,
        Self::EndShort,
        Self::Admit,
        Self::TurnAway,
    ];

    /// What it is called in requests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Withdraw => "withdraw",
            Self::PassGate => "pass-gate",
            Self::EndShort => "end-short",
            Self::Admit => "admit",
            Self::TurnAway => "turn-away",
        }
    }

    /// The step that is called so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

impl fmt::Display for BondedListState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lodged => "lodged",
            Self::Approved => "approved",
            Self::Gated => "past the gate",
            Self::Stocked => "in stock",
            Self::Refused => "refused",
            Self::NotAdmitted => "not admitted",
            Self::Withdrawn => "withdrawn",
        })
    }
}

impl fmt::Display for BondedListStep {
    /// What is done to the list, as a participle.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approve => "approved",
            Self::Refuse => "refused",
            Self::Withdraw => "withdrawn",
            Self::PassGate => "passed through the gate",
            Self::EndShort => "ended short",
            Self::Admit => "admitted",
            Self::TurnAway => "turned away",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The lines of the diagram: each way from one state to another, once.
    fn ways() -> BTreeSet<String> {
        let states = BondedListState::ALL.into_iter();
        states
            .flat_map(|from| {
                BondedListStep::ALL.into_iter().filter_map(move |step| {
                    let to = from.take(step).ok()?;
                    Some(format!("    {from:?} --> {to:?}: {step}\n"))
                })
            })
            .collect()
    }

    #[test]
    fn the_diagram_shows_every_way_and_no_other() {
        let page = include_str!("../../../../docs/reference/lifecycles.md");
        let diagram = format!("    [*] --> Lodged\n{}```", ways().into_iter().collect::<String>());
        assert!(page.contains(&diagram), "lifecycles.md should hold\n{diagram}");
    }

    #[test]
    fn final_states_have_no_way_out_and_others_have_one() {
        for state in BondedListState::ALL {
            let leads_on = BondedListStep::ALL.into_iter().any(|step| state.take(step).is_ok());
            assert_eq!(leads_on, !state.is_final(), "{state:?}");
        }
    }

    #[test]
    fn a_refused_step_says_where_the_list_stands() {
        let refused = BondedListState::Lodged.take(BondedListStep::Admit).unwrap_err();
        assert_eq!(refused.to_string(), "a bonded list that is lodged cannot be admitted");
    }
}
