//! Where an export declaration stands, and the ways from one place to the next.

use std::fmt;

use crate::ids::DeclarationNumber;
use crate::lane::Lane;
use crate::status::ReturnStatus;
use crate::time::Moment;

/// Where an export declaration (出口申报清单) stands.
///
/// Each variant holds what is true only then; the number in brackets is the wire's `returnStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportState {
    /// Stored at the port, not declared: editable, unmatched. [1]
    Stored,
    /// Lodged; waits for order or waybill. [2]
    Waiting {
        /// When it is given up.
        expires_at: Moment,
    },
    /// Entered, and an officer has to look at the documents (人工审核). [300]
    InReview {
        /// As it was entered.
        entry: ExportEntry,
        /// Whether a licence has to be verified (许可证件号; `licenseNo`).
        licence: bool,
    },
    /// Entered, and the goods have to be examined (查验). [500]
    UnderExamination {
        /// As it was entered.
        entry: ExportEntry,
        /// Whether a licence has to be verified afterwards.
        licence: bool,
    },
    /// Reviewed (审结); to be released once the goods are at the supervised place. [399]
    Reviewed(ExportEntry),
    /// The goods may leave (放行). [800]
    Released(ExportRelease),
    /// Stopped on the way to the port, because a seal is broken or a vehicle is the wrong one, and to
    /// be examined there. [500]
    Recalled(ExportRelease),
    /// The goods left the country, and the declaration is closed (结关). Final. [899]
    Closed {
        /// As it was released.
        release: ExportRelease,
        /// 离境时间 (`leaveTime`).
        departed_at: Moment,
    },
    /// Taken back after its release, before departure (退关): never consolidated. Final. [100]
    Withdrawn(ExportRelease),
    /// Cancelled on request before its release (撤销). Final. [100]
    Cancelled(DeclarationNumber),
    /// Refused (退单); the same order may be declared anew. Final. [100]
    Refused,
    /// Deleted by its declarant before it was entered. Final.
    Deleted,
}

/// An entered export declaration (海关入库): it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportEntry {
    /// 清单编号.
    pub number: DeclarationNumber,
    /// When the goods came to the supervised place (运抵), once they have.
    pub arrived_at: Option<Moment>,
}

/// A released export declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRelease {
    /// 清单编号.
    pub number: DeclarationNumber,
    /// When the goods came to the supervised place (运抵).
    pub arrived_at: Moment,
    /// When.
    pub released_at: Moment,
}

/// What happens to an export declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportStep {
    /// It is declared (申报).
    Declare {
        /// When it is given up unless order and waybill come.
        expires_at: Moment,
    },
    /// It is matched, entered and sent down its lane (入库).
    Enter {
        /// 清单编号.
        number: DeclarationNumber,
        /// The lane it was selected for.
        lane: Lane,
        /// Whether its goods need a licence.
        licence: bool,
    },
    /// The goods come to the supervised place (运抵).
    Arrive(Moment),
    /// An officer finds documents or goods in order (审结).
    Accept,
    /// An officer has the goods examined (布控查验).
    Examine,
    /// It is refused, or given up because nothing came (退单).
    Refuse,
    /// Its cancellation is approved (撤销).
    Cancel,
    /// Its declarant deletes it.
    Delete,
    /// The goods are released (放行).
    Release(Moment),
    /// The goods are stopped on the way to the port (途中监管异常).
    Recall,
    /// The goods leave the country (离境).
    Depart(Moment),
    /// The goods are taken back before departure (退关).
    Withdraw,
}

/// The step is not possible where the declaration stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an export declaration at status {at} cannot be {step}{advice}", advice = self.advice())]
pub struct StepRefused {
    /// The status at which it stands.
    pub at: ReturnStatus,
    /// What was asked.
    pub step: ExportStep,
}

impl StepRefused {
    /// What to do instead, where there is something.
    const fn advice(&self) -> &'static str {
        match (&self.step, self.at) {
            (ExportStep::Withdraw, ReturnStatus::Closed) => {
                ": the goods have left the country, so apply for their return (CEB213)"
            }
            (ExportStep::Withdraw, ReturnStatus::Refused) => ": it has ended already",
            (ExportStep::Withdraw, _) => {
                ": only what was released is taken back, so have it cancelled (CEB605) or refuse it"
            }
            _ => "",
        }
    }
}

impl ExportState {
    /// Whether an officer has to verify a licence now, before it goes on (许可证件核对).
    pub const fn awaits_licence(&self) -> bool {
        matches!(self, Self::InReview { licence: true, .. })
    }

    /// The state after a step.
    ///
    /// # Errors
    /// [`StepRefused`] where the step does not lead anywhere.
    pub fn take(self, step: ExportStep) -> Result<Self, StepRefused> {
        use ExportStep as Step;
        let at = self.status();
        Ok(match (self, step) {
            (Self::Stored, Step::Declare { expires_at }) => Self::Waiting { expires_at },
            (Self::Stored | Self::Waiting { .. }, Step::Delete) => Self::Deleted,
            (Self::Waiting { .. }, Step::Enter { number, lane, licence }) => {
                Self::entered(lane, ExportEntry { number, arrived_at: None }, licence)
            }
            (Self::Waiting { .. }, Step::Refuse) => Self::Refused,
            (state, Step::Arrive(arrived_at)) if state.is_before_release() => {
                state.arrived(arrived_at)
            }
            (Self::InReview { entry, .. }, Step::Accept) => Self::Reviewed(entry),
            (Self::UnderExamination { entry, licence }, Step::Accept) => {
                Self::entered(Lane::Green, entry, licence)
            }
            (Self::InReview { entry, licence }, Step::Examine) => {
                Self::UnderExamination { entry, licence }
            }
            (Self::Reviewed(entry), Step::Examine) => {
                Self::UnderExamination { entry, licence: false }
            }
            (state, Step::Refuse) if state.is_before_release() => Self::Refused,
            (
                Self::InReview { entry, .. }
                | Self::UnderExamination { entry, .. }
                | Self::Reviewed(entry),
                Step::Cancel,
            ) => Self::Cancelled(entry.number),
            (
                Self::Reviewed(ExportEntry { number, arrived_at: Some(arrived_at) }),
                Step::Release(released_at),
            ) => Self::Released(ExportRelease { number, arrived_at, released_at }),
            (Self::Released(release), Step::Recall) => Self::Recalled(release),
            (Self::Recalled(release), Step::Accept) => Self::Released(release),
            (Self::Released(release), Step::Depart(departed_at)) => {
                Self::Closed { release, departed_at }
            }
            (Self::Released(release) | Self::Recalled(release), Step::Withdraw) => {
                Self::Withdrawn(release)
            }
            (_, step) => return Err(StepRefused { at, step }),
        })
    }

    /// The status that describes the state.
    pub const fn status(&self) -> ReturnStatus {
        match self {
            Self::Stored => ReturnStatus::Stored,
            Self::Waiting { .. } => ReturnStatus::Accepted,
            Self::InReview { .. } => ReturnStatus::InReview,
            Self::UnderExamination { .. } | Self::Recalled(_) => ReturnStatus::Examined,
            Self::Reviewed(_) => ReturnStatus::Reviewed,
            Self::Released(_) => ReturnStatus::Released,
            Self::Closed { .. } => ReturnStatus::Closed,
            Self::Withdrawn(_) | Self::Cancelled(_) | Self::Refused | Self::Deleted => {
                ReturnStatus::Refused
            }
        }
    }

    /// Whether nothing leads out of it any more. A return is a matter of its own.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Closed { .. }
                | Self::Withdrawn(_)
                | Self::Cancelled(_)
                | Self::Refused
                | Self::Deleted
        )
    }

    /// Whether it stands in the way of another declaration of the same order, and of changes to the
    /// documents that it rests on.
    pub const fn is_live(&self) -> bool {
        !matches!(self, Self::Withdrawn(_) | Self::Cancelled(_) | Self::Refused | Self::Deleted)
    }

    /// The number that customs gave it, if any.
    pub const fn number(&self) -> Option<&DeclarationNumber> {
        match self {
            Self::InReview { entry, .. }
            | Self::UnderExamination { entry, .. }
            | Self::Reviewed(entry) => Some(&entry.number),
            Self::Released(release)
            | Self::Recalled(release)
            | Self::Withdrawn(release)
            | Self::Closed { release, .. } => Some(&release.number),
            Self::Cancelled(number) => Some(number),
            Self::Stored | Self::Waiting { .. } | Self::Refused | Self::Deleted => None,
        }
    }

    /// Where an entered declaration goes: what its lane demands, then what its goods demand.
    const fn entered(lane: Lane, entry: ExportEntry, licence: bool) -> Self {
        match lane {
            Lane::Red => Self::UnderExamination { entry, licence },
            Lane::Yellow => Self::InReview { entry, licence },
            Lane::Green if licence => Self::InReview { entry, licence },
            Lane::Green => Self::Reviewed(entry),
        }
    }

    const fn is_before_release(&self) -> bool {
        matches!(self, Self::InReview { .. } | Self::UnderExamination { .. } | Self::Reviewed(_))
    }

    /// The first arrival counts.
    fn arrived(mut self, at: Moment) -> Self {
        if let Self::InReview { entry, .. }
        | Self::UnderExamination { entry, .. }
        | Self::Reviewed(entry) = &mut self
        {
            entry.arrived_at.get_or_insert(at);
        }
        self
    }
}

impl fmt::Display for ExportStep {
    /// What is done to the declaration, as a participle.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declare { .. } => "declared",
            Self::Enter { .. } => "entered",
            Self::Arrive(_) => "reported as arrived",
            Self::Accept => "accepted",
            Self::Examine => "examined",
            Self::Refuse => "refused",
            Self::Cancel => "cancelled",
            Self::Delete => "deleted",
            Self::Release(_) => "released",
            Self::Recall => "recalled",
            Self::Depart(_) => "reported as departed",
            Self::Withdraw => "withdrawn",
        })
    }
}

#[cfg(test)]
mod tests;
