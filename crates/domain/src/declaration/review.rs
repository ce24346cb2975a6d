//! What officers decide about a declaration (人工审核, 查验 and what follows).

use super::export_state::ExportStep;
use super::state::{Detention, Entered, ImportState};
use crate::status::ReturnStatus;
use std::fmt;

/// An officer's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Documents or goods are in order: the declaration goes on (审结).
    Accept,
    /// The declaration is refused (退单).
    Refuse,
    /// The goods are to be examined (布控查验).
    Examine,
    /// The goods are kept (扣留).
    Detain(Detention),
    /// The matter is put aside (挂起).
    Suspend,
    /// The goods go back (退运).
    ShipBack,
    /// Exported goods are taken back after their release and before they have left (退关), after the
    /// officer has seen them.
    Withdraw(GoodsSeen),
}

/// Where exported goods were when an officer saw to it that they are taken back (退关).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoodsSeen {
    /// Still at the supervised place, where they were checked.
    OnSite,
    /// Under seal: the seals were opened before the goods went out.
    Unsealed,
}

/// What a ruling leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruled {
    /// To be released as soon as the guarantee allows.
    Accepted(Entered),
    /// Into another state that keeps the reservation.
    Moved(ImportState),
    /// To its end; the reservation is given back.
    Ended {
        /// As it was entered.
        entered: Entered,
        /// The final state.
        state: ImportState,
    },
}

/// The ruling is not possible where the declaration stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a declaration at status {at} cannot be {ruling}")]
pub struct NotAllowed {
    /// The status at which it stands.
    pub at: ReturnStatus,
    /// What was asked.
    pub ruling: Ruling,
}

impl Ruling {
    /// The words on the command line, `detain` with its addressee and `withdraw` with what was seen.
    pub const NAMES: [(&'static str, Self); 11] = [
        ("accept", Self::Accept),
        ("refuse", Self::Refuse),
        ("examine", Self::Examine),
        ("detain-clearance", Self::Detain(Detention::Clearance)),
        ("detain-investigation", Self::Detain(Detention::Investigation)),
        ("detain-legal", Self::Detain(Detention::Legal)),
        ("detain-other", Self::Detain(Detention::Other)),
        ("suspend", Self::Suspend),
        ("ship-back", Self::ShipBack),
        ("withdraw-on-site", Self::Withdraw(GoodsSeen::OnSite)),
        ("withdraw-unsealed", Self::Withdraw(GoodsSeen::Unsealed)),
    ];

    /// The ruling of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, ruling)| *ruling)
    }

    /// The word on the command line and in forms.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, ruling)| *ruling == self).map_or("", |(name, _)| name)
    }

    /// What it is to an export declaration; nothing where exports know no such ruling.
    pub const fn export_step(self) -> Option<ExportStep> {
        Some(match self {
            Self::Accept => ExportStep::Accept,
            Self::Refuse => ExportStep::Refuse,
            Self::Examine => ExportStep::Examine,
            Self::Withdraw(_) => ExportStep::Withdraw,
            Self::Detain(_) | Self::Suspend | Self::ShipBack => return None,
        })
    }

    /// Whether a second officer has to agree, with goods at that status: whoever keeps goods does not let
    /// them go alone.
    pub const fn needs_second(self, at: ReturnStatus) -> bool {
        matches!(self, Self::Accept) && at.is_detained()
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accept => "accepted",
            Self::Refuse => "refused",
            Self::Examine => "examined",
            Self::Detain(_) => "detained",
            Self::Suspend => "suspended",
            Self::ShipBack => "shipped back",
            Self::Withdraw(_) => "withdrawn",
        })
    }
}

impl ImportState {
    /// Applies an officer's ruling.
    ///
    /// | from | to |
    /// |---|---|
    /// | in review [300] | accepted, refused, examined |
    /// | waiting for its parcel's entry [399] | refused, examined |
    /// | under examination [500] | accepted, detained, suspended, shipped back |
    /// | suspended [600] | accepted, examined, detained, shipped back |
    /// | detained [501–599] | accepted, shipped back |
    ///
    /// # Errors
    /// [`NotAllowed`] for everything else.
    pub fn rule(self, ruling: Ruling) -> Result<Ruled, NotAllowed> {
        let at = self.status();
        match (self, ruling) {
            (
                Self::InReview(entered)
                | Self::UnderExamination(entered)
                | Self::Suspended(entered)
                | Self::Detained { entered, .. },
                Ruling::Accept,
            ) => Ok(Ruled::Accepted(entered)),
            (Self::InReview(entered) | Self::AwaitingEntry(entered), Ruling::Refuse) => {
                Ok(Ruled::Ended { entered, state: Self::Refused })
            }
            (
                Self::InReview(entered) | Self::AwaitingEntry(entered) | Self::Suspended(entered),
                Ruling::Examine,
            ) => Ok(Ruled::Moved(Self::UnderExamination(entered))),
            (Self::UnderExamination(entered) | Self::Suspended(entered), Ruling::Detain(by)) => {
                Ok(Ruled::Moved(Self::Detained { entered, by }))
            }
            (Self::UnderExamination(entered), Ruling::Suspend) => {
                Ok(Ruled::Moved(Self::Suspended(entered)))
            }
            (
                Self::UnderExamination(entered)
                | Self::Suspended(entered)
                | Self::Detained { entered, .. },
                Ruling::ShipBack,
            ) => {
                let state = Self::ShippedBack(entered.number.clone());
                Ok(Ruled::Ended { entered, state })
            }
            _ => Err(NotAllowed { at, ruling }),
        }
    }
}
