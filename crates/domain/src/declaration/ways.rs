//! The ways from one place to the next: an import declaration takes these and no others.

use super::state::ImportState;
use crate::status::ReturnStatus;

/// The declaration cannot be cancelled where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a declaration at status {0} cannot be cancelled")]
pub struct NotCancellable(pub ReturnStatus);

impl ImportState {
    /// What a change of state is called; nothing where no way leads from here to there.
    ///
    /// An acceptance is refused where the buyer's new year has no room for the goods.
    pub const fn way_to(&self, next: &Self) -> Option<&'static str> {
        Some(match (self, next) {
            (Self::Stored(_) | Self::Waiting { .. }, Self::Stored(_)) => "changed",
            (Self::Stored(_), Self::Waiting { .. }) => "declared",
            (Self::Stored(_) | Self::Waiting { .. }, Self::Deleted) => "deleted",
            (Self::Waiting { .. }, Self::InReview(_) | Self::UnderExamination(_))
            | (
                Self::Waiting { .. },
                Self::AwaitingEntry(_) | Self::AwaitingGuarantee(_) | Self::Released(_),
            ) => "entered",
            (
                Self::InReview(_)
                | Self::UnderExamination(_)
                | Self::Suspended(_)
                | Self::Detained { .. },
                Self::AwaitingEntry(_) | Self::AwaitingGuarantee(_) | Self::Released(_),
            ) => "accepted",
            (Self::AwaitingEntry(_), Self::AwaitingGuarantee(_)) => "arrived",
            (Self::AwaitingEntry(_) | Self::AwaitingGuarantee(_), Self::Released(_)) => "released",
            (
                Self::InReview(_) | Self::AwaitingEntry(_) | Self::Suspended(_),
                Self::UnderExamination(_),
            ) => "examined",
            (Self::UnderExamination(_) | Self::Suspended(_), Self::Detained { .. }) => "detained",
            (Self::UnderExamination(_), Self::Suspended(_)) => "suspended",
            (
                Self::UnderExamination(_) | Self::Suspended(_) | Self::Detained { .. },
                Self::ShippedBack(_),
            ) => "shipped back",
            (state, Self::Refused) if !state.is_final() && !matches!(state, Self::Released(_)) => {
                "refused"
            }
            (
                Self::InReview(_)
                | Self::UnderExamination(_)
                | Self::AwaitingEntry(_)
                | Self::AwaitingGuarantee(_),
                Self::Cancelled(_),
            ) => "cancelled",
            (Self::Released(_), Self::Closed(_)) => "closed",
            (Self::Released(_), Self::Released(_)) | (Self::Closed(_), Self::Closed(_)) => {
                "returned"
            }
            _ => return None,
        })
    }

    /// The state after a cancellation (撤销): before the release, and before anything was found. Which
    /// of these states the law of the day admits is for its rows to say.
    ///
    /// # Errors
    /// [`NotCancellable`].
    pub fn cancel(self) -> Result<Self, NotCancellable> {
        match self {
            Self::InReview(entered)
            | Self::UnderExamination(entered)
            | Self::AwaitingEntry(entered)
            | Self::AwaitingGuarantee(entered) => Ok(Self::Cancelled(entered.number)),
            other => Err(NotCancellable(other.status())),
        }
    }
}

#[cfg(test)]
mod tests;
