//! Quarantine (检疫): whether exported goods may enter the supervised place.

use crate::lane::Draw;

/// How the quarantine of a parcel stands that was selected for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quarantine {
    /// Selected, and not looked at yet.
    Due,
    /// In order: the parcel is admitted (检疫合格). Final.
    Passed,
    /// Not in order: the parcel is not admitted (检疫不合格). Final.
    Failed,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// 合格.
    Passed,
    /// 不合格.
    Failed,
}

/// A finding cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuarantineRefused {
    /// The parcel was not selected.
    #[error("the parcel was not selected for quarantine, so there is nothing to register")]
    NotSelected,
    /// There is a finding.
    #[error("the parcel has {} quarantine already", .0.name())]
    Registered(Quarantine),
    /// The declaration has ended, or its goods have been released.
    #[error("the declaration is past quarantine: it is not before its release")]
    TooLate,
}

impl Quarantine {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Due, Self::Passed, Self::Failed];

    /// The state after a finding.
    ///
    /// # Errors
    /// [`QuarantineRefused::Registered`] where there is one.
    pub const fn register(self, finding: Finding) -> Result<Self, QuarantineRefused> {
        match (self, finding) {
            (Self::Due, Finding::Passed) => Ok(Self::Passed),
            (Self::Due, Finding::Failed) => Ok(Self::Failed),
            (state, _) => Err(QuarantineRefused::Registered(state)),
        }
    }

    /// Whether the parcel may enter the supervised place.
    pub const fn admits(self) -> bool {
        matches!(self, Self::Passed)
    }

    /// The word for it in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

impl Finding {
    /// The finding of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "passed" => Some(Self::Passed),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

impl QuarantineRefused {
    /// The stable code that programs read.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSelected => "quarantine-not-selected",
            Self::Registered(_) => "quarantine-registered",
            Self::TooLate => "quarantine-too-late",
        }
    }
}

/// Whether chance selects a parcel, of 10,000 so many.
pub fn is_sampled(per_10_000: u16, draw: Draw) -> bool {
    draw.position() < u32::from(per_10_000)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tests::diagram;

    const FINDINGS: [Finding; 2] = [Finding::Passed, Finding::Failed];

    #[test]
    fn the_page_shows_every_way_and_no_other() {
        let mut ways = BTreeSet::new();
        for state in Quarantine::ALL {
            for finding in FINDINGS {
                if let Ok(next) = state.register(finding) {
                    ways.insert(diagram::way(&state, &next, next.name()));
                }
            }
        }
        diagram::shows("Quarantine", &ways);
    }

    #[test]
    fn a_finding_stands() {
        for state in [Quarantine::Passed, Quarantine::Failed] {
            for finding in FINDINGS {
                let refused = state.register(finding).unwrap_err();
                assert_eq!(refused.code(), "quarantine-registered");
                assert!(refused.to_string().contains(state.name()), "{refused}");
            }
        }
    }

    #[test]
    fn chance_keeps_its_rate() {
        let sampled = (0..=u16::MAX).filter(|draw| is_sampled(100, Draw(*draw))).count();
        assert_eq!(sampled, 656);
        assert!(!is_sampled(0, Draw(0)));
        assert!(is_sampled(10_000, Draw(u16::MAX)));
    }
}
