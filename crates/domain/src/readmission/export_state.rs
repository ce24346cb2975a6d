//! Where the return of exported goods stands, and the ways from one place to the next.

use std::fmt;

use super::discrepancy::Discrepancy;
use super::relief::Relief;
use crate::status::ReturnStatus;
use crate::time::Moment;

/// Where a return of exported goods (出口退货) stands.
///
/// Each variant holds what is true only then; the number in brackets is the wire's `returnStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportReturnState {
    /// Stored at the port, not declared: it holds nothing of its declaration. [1]
    Stored,
    /// Judged and entered; the goods are awaited. [120]
    Admitted,
    /// The goods came otherwise than it was asked, or too late: an officer has to decide. [500]
    UnderExamination(Tallied),
    /// The goods are back (放行). Final. [800]
    Completed {
        /// As they were tallied.
        tallied: Tallied,
        /// When they were released.
        released_at: Moment,
    },
    /// Refused by an officer; what it held may be asked for anew. Final. [100]
    Refused,
    /// Deleted by its declarant before the goods came. Final.
    Deleted,
}

/// Goods of a return, tallied when they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallied {
    /// When.
    pub at: Moment,
    /// In what the tally differs from the request.
    pub discrepancies: Vec<Discrepancy>,
    /// Whether the goods pay import taxes.
    pub relief: Relief,
}

/// What happens to a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportReturnStep {
    /// It is declared, and judged to be in order.
    Admit,
    /// The goods come and are tallied (理货).
    Tally {
        /// What was found.
        tallied: Tallied,
        /// When request and tally met.
        at: Moment,
    },
    /// An officer finds goods or papers in order after all.
    Accept(Moment),
    /// An officer refuses it.
    Refuse,
    /// Its declarant deletes it.
    Delete,
}

/// The step is not possible where the return stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a return of exported goods at status {at} cannot be {step}")]
pub struct ExportReturnStepRefused {
    /// The status at which it stands.
    pub at: ReturnStatus,
    /// What was asked.
    pub step: ExportReturnStep,
}

impl ExportReturnState {
    /// The state after a step.
    ///
    /// # Errors
    /// [`ExportReturnStepRefused`] where the step does not lead anywhere.
    pub fn take(self, step: ExportReturnStep) -> Result<Self, ExportReturnStepRefused> {
        use ExportReturnStep as Step;
        let at = self.status();
        Ok(match (self, step) {
            (Self::Stored, Step::Admit) => Self::Admitted,
            (Self::Admitted, Step::Tally { tallied, at: released_at })
                if tallied.discrepancies.is_empty() =>
            {
                Self::Completed { tallied, released_at }
            }
            (Self::Admitted, Step::Tally { tallied, .. }) => Self::UnderExamination(tallied),
            (Self::UnderExamination(tallied), Step::Accept(released_at)) => {
                Self::Completed { tallied, released_at }
            }
            (Self::Admitted | Self::UnderExamination(_), Step::Refuse) => Self::Refused,
            (Self::Stored | Self::Admitted, Step::Delete) => Self::Deleted,
            (_, step) => return Err(ExportReturnStepRefused { at, step }),
        })
    }

    /// The status that describes the state.
    pub const fn status(&self) -> ReturnStatus {
        match self {
            Self::Stored => ReturnStatus::Stored,
            Self::Admitted => ReturnStatus::Entered,
            Self::UnderExamination(_) => ReturnStatus::Examined,
            Self::Completed { .. } => ReturnStatus::Released,
            Self::Refused | Self::Deleted => ReturnStatus::Refused,
        }
    }

    /// Whether nothing leads out of it any more.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Completed { .. } | Self::Refused | Self::Deleted)
    }

    /// Whether its quantities cannot be asked for again.
    pub const fn holds_quantities(&self) -> bool {
        matches!(self, Self::Admitted | Self::UnderExamination(_) | Self::Completed { .. })
    }

    /// Whether its declarant may still change or delete it: until the goods come.
    pub const fn is_changeable(&self) -> bool {
        matches!(self, Self::Stored | Self::Admitted)
    }

    /// When the goods were back, once they are.
    pub const fn released_at(&self) -> Option<Moment> {
        match self {
            Self::Completed { released_at, .. } => Some(*released_at),
            _ => None,
        }
    }
}

impl fmt::Display for ExportReturnStep {
    /// What is done to the return, as a participle.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admit => "admitted",
            Self::Tally { .. } => "tallied",
            Self::Accept(_) => "accepted",
            Self::Refuse => "refused",
            Self::Delete => "deleted",
        })
    }
}

#[cfg(test)]
mod tests;
