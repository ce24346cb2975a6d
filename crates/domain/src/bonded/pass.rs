//! Where a gate pass (核放单) stands.

use std::fmt;

/// Where an inbound gate pass (进区核放单; SAS121) stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GatePassState {
    /// Found in order (已审批); waits for its vehicle. The wire's `stucd` 1.
    Approved,
    /// Its vehicle passed the gate (已过卡). Final. The wire's `stucd` 2.
    Passed,
    /// Given up before its vehicle came (已作废). Final. The wire's `stucd` 6.
    GivenUp,
}

/// The pass cannot be used or given up where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a gate pass that is {0} cannot be passed with or given up any more")]
pub struct PassSpent(pub GatePassState);

impl GatePassState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Approved, Self::Passed, Self::GivenUp];

    /// The state once its vehicle passed the gate.
    ///
    /// # Errors
    /// [`PassSpent`].
    pub const fn pass(self) -> Result<Self, PassSpent> {
        match self {
            Self::Approved => Ok(Self::Passed),
            Self::Passed | Self::GivenUp => Err(PassSpent(self)),
        }
    }

    /// The state once it was given up.
    ///
    /// # Errors
    /// [`PassSpent`].
    pub const fn give_up(self) -> Result<Self, PassSpent> {
        match self {
            Self::Approved => Ok(Self::GivenUp),
            Self::Passed | Self::GivenUp => Err(PassSpent(self)),
        }
    }
}

impl fmt::Display for GatePassState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approved => "approved",
            Self::Passed => "used",
            Self::GivenUp => "given up",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tests::diagram::{shows, way};

    #[test]
    fn the_diagram_shows_every_way_and_no_other() {
        let mut ways = BTreeSet::new();
        for from in GatePassState::ALL {
            let after = [from.pass(), from.give_up()].into_iter().flatten();
            ways.extend(after.map(|to| way(&from, &to, to)));
        }
        shows("Gate pass", &ways);
    }

    #[test]
    fn a_pass_is_used_or_given_up_once() {
        use GatePassState::{Approved, GivenUp, Passed};
        assert_eq!(Approved.pass(), Ok(Passed));
        assert_eq!(Approved.give_up(), Ok(GivenUp));
        for spent in [Passed, GivenUp] {
            assert_eq!(
                (spent.pass(), spent.give_up()),
                (Err(PassSpent(spent)), Err(PassSpent(spent)))
            );
        }
    }
}
