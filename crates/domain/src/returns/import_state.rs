//! Where a return of imported goods stands, and the ways from one place to the next.

use std::fmt;

use crate::status::ReturnStatus;
use crate::time::Moment;

/// Where a return of imported goods (退货申请单) stands.
///
/// Each variant holds what is true only then; the number in brackets is the wire's `returnStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnState {
    /// Approved; the goods may come back (待运抵). [120]
    Approved {
        /// The first moment at which they are too late.
        late_from: Moment,
    },
    /// The goods are back at the supervised place, and an officer has to examine them. [300]
    Arrived(ReturnArrival),
    /// Found in order: the tax is not collected, and the allowance is restored (放行). Final. [800]
    Completed(ReturnArrival),
    /// An officer found them not to be what was imported, or not fit to go back (退单). Final. [100]
    Refused(ReturnArrival),
    /// Not back in time: the tax stays due. Final. [100]
    Lapsed,
    /// Deleted by its declarant before the goods were back. Final.
    Deleted,
}

/// What a facility records of goods that come back; no message carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnArrival {
    /// When they came.
    pub at: Moment,
    /// In how many pieces (件数).
    pub packages: u32,
    /// What is damaged; nothing when all is in order.
    pub damage: Option<Box<str>>,
}

/// What happens to a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnStep {
    /// The goods are back.
    Arrive(ReturnArrival),
    /// An officer finds them in order.
    Accept,
    /// An officer refuses them.
    Refuse,
    /// The term is over at that moment.
    Lapse(Moment),
    /// Its declarant deletes it.
    Delete,
}

/// The step is not possible where the return stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a return at status {at} cannot be {step}")]
pub struct ReturnStepRefused {
    /// The status at which it stands.
    pub at: ReturnStatus,
    /// What was asked.
    pub step: ReturnStep,
}

impl ReturnState {
    /// The state after a step. Goods that come too late lapse.
    ///
    /// # Errors
    /// [`ReturnStepRefused`] where the step does not lead anywhere.
    pub fn take(self, step: ReturnStep) -> Result<Self, ReturnStepRefused> {
        use ReturnStep as Step;
        let at = self.status();
        Ok(match (self, step) {
            (Self::Approved { late_from }, Step::Arrive(arrival)) if arrival.at < late_from => {
                Self::Arrived(arrival)
            }
            (Self::Approved { .. }, Step::Arrive(_)) => Self::Lapsed,
            (Self::Approved { late_from }, Step::Lapse(now)) if late_from <= now => Self::Lapsed,
            (Self::Approved { .. }, Step::Delete) => Self::Deleted,
            (Self::Arrived(arrival), Step::Accept) => Self::Completed(arrival),
            (Self::Arrived(arrival), Step::Refuse) => Self::Refused(arrival),
            (_, step) => return Err(ReturnStepRefused { at, step }),
        })
    }

    /// The status that describes the state.
    pub const fn status(&self) -> ReturnStatus {
        match self {
            Self::Approved { .. } => ReturnStatus::Entered,
            Self::Arrived(_) => ReturnStatus::InReview,
            Self::Completed(_) => ReturnStatus::Released,
            Self::Refused(_) | Self::Lapsed | Self::Deleted => ReturnStatus::Refused,
        }
    }

    /// Whether nothing leads out of it any more.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Approved { .. } | Self::Arrived(_))
    }

    /// Whether its goods are back or may still come: they cannot be returned by another request.
    pub const fn takes_goods(&self) -> bool {
        matches!(self, Self::Approved { .. } | Self::Arrived(_) | Self::Completed(_))
    }

    /// From when on its goods are too late, while they are waited for.
    pub const fn late_from(&self) -> Option<Moment> {
        match self {
            Self::Approved { late_from } => Some(*late_from),
            _ => None,
        }
    }
}

impl fmt::Display for ReturnStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arrive(_) => "reported as back",
            Self::Accept => "accepted",
            Self::Refuse => "refused",
            Self::Lapse(_) => "given up",
            Self::Delete => "deleted",
        })
    }
}

#[cfg(test)]
mod tests;
