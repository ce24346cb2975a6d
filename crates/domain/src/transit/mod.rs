//! Transit (转关): a released export on its way to the port under seal, and what the port finds.

use std::fmt;

use crate::ids::{OfficeCode, SealNumber, VehiclePlate};
use crate::status::ReturnStatus;
use crate::time::Moment;

/// The transit of one declaration's goods. Parcels on one vehicle bear the same seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transit {
    /// How it was sealed.
    pub sealing: Sealing,
    /// Where it stands.
    pub state: TransitState,
}

/// How goods were sealed (施封).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// 封志号 of the vehicle.
    pub seal: SealNumber,
    /// 车牌号, registered with customs.
    pub vehicle: VehiclePlate,
    /// Who sealed.
    pub officer: Box<str>,
    /// When.
    pub at: Moment,
}

/// Where a transit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransitState {
    /// Sealed, and on the way to the port (在途).
    Sealed,
    /// Found in order at the port, or settled there (核验放行): the goods may leave.
    Checked(Moment),
    /// Stopped at the port (途中监管异常).
    Stopped {
        /// When.
        at: Moment,
        /// What was found; never nothing.
        anomalies: Vec<Anomaly>,
    },
    /// The seals were opened and the goods taken back (退关). Final.
    Opened(Moment),
}

/// What happens to a transit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransitStep {
    /// The port checks seal and vehicle.
    Check {
        /// When.
        at: Moment,
        /// What is not in order.
        anomalies: Vec<Anomaly>,
    },
    /// The port examined what it had stopped, and lets it go on.
    Settle(Moment),
    /// The seals are opened, and the goods taken back.
    Open(Moment),
}

/// What the port's officer sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The number of the seal on the vehicle.
    pub seal: SealNumber,
    /// How the seal is.
    pub condition: SealCondition,
    /// The vehicle.
    pub vehicle: VehiclePlate,
}

/// How a seal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealCondition {
    /// 完好.
    Intact,
    /// 破损.
    Broken,
}

/// Something that is not as it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anomaly {
    /// The seal is broken (封志破损).
    SealBroken,
    /// The seal is another (封志号不符).
    SealDiffers,
    /// The vehicle is another (车辆不符).
    VehicleDiffers,
}

/// Something that cannot be done with goods under seal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitRefused {
    /// Only released goods are sealed.
    #[error("the declaration is at status {0}: only released goods (800) are sealed")]
    NotReleased(ReturnStatus),
    /// They are sealed already, or were.
    #[error("the goods are under seal {0} already")]
    SealedAlready(SealNumber),
    /// They never were.
    #[error("the goods are not under seal: seal them first, or check the number")]
    NotSealed,
    /// Nothing leads there from where the transit stands.
    #[error("a transit that was {at} cannot be {step}")]
    Step {
        /// Where it stands.
        at: &'static str,
        /// What was asked.
        step: &'static str,
    },
    /// The officer is of another office than the one that has to act.
    #[error("office {found} may not: it is for {expected}, {why}")]
    OtherOffice {
        /// The officer's.
        found: OfficeCode,
        /// Whose part it is.
        expected: OfficeCode,
        /// What that office is to the declaration.
        why: &'static str,
    },
    /// The vehicle is not registered with customs on the day.
    #[error(
        "vehicle `{vehicle}` is not registered with customs on {day}: import its registration into the table `vehicles`"
    )]
    VehicleUnknown {
        /// Which.
        vehicle: VehiclePlate,
        /// On which day.
        day: jiff::civil::Date,
    },
    /// The seal is on another vehicle, or was used before.
    #[error("seal {0} was used before, or for another vehicle: a seal closes one vehicle once")]
    SealUsed(SealNumber),
    /// Goods are under seal, and the statement says that they are not.
    #[error("the goods are under seal {0}: open it, and say so with withdraw-unsealed")]
    UnderSeal(SealNumber),
}

impl Sighting {
    /// Everything that is not as it was sealed.
    pub fn anomalies(&self, sealing: &Sealing) -> Vec<Anomaly> {
        [
            (self.condition == SealCondition::Broken, Anomaly::SealBroken),
            (self.seal != sealing.seal, Anomaly::SealDiffers),
            (self.vehicle != sealing.vehicle, Anomaly::VehicleDiffers),
        ]
        .into_iter()
        .filter_map(|(is_so, anomaly)| is_so.then_some(anomaly))
        .collect()
    }
}

impl Transit {
    /// The transit of goods that were just sealed.
    pub const fn begin(sealing: Sealing) -> Self {
        Self { sealing, state: TransitState::Sealed }
    }

    /// The transit after a step.
    ///
    /// # Errors
    /// [`TransitRefused::Step`].
    pub fn take(self, step: TransitStep) -> Result<Self, TransitRefused> {
        let state = self.state.take(step)?;
        Ok(Self { state, ..self })
    }

    /// Whether the goods may not leave yet: the port has not found them in order.
    pub const fn is_under_way(&self) -> bool {
        matches!(self.state, TransitState::Sealed | TransitState::Stopped { .. })
    }
}

impl TransitState {
    /// The state after a step.
    ///
    /// # Errors
    /// [`TransitRefused::Step`] where the step does not lead anywhere.
    pub fn take(self, step: TransitStep) -> Result<Self, TransitRefused> {
        use TransitStep as Step;
        Ok(match (self, step) {
            (Self::Sealed, Step::Check { at, anomalies }) if anomalies.is_empty() => {
                Self::Checked(at)
            }
            (Self::Sealed, Step::Check { at, anomalies }) => Self::Stopped { at, anomalies },
            (Self::Stopped { .. }, Step::Settle(at)) => Self::Checked(at),
            (Self::Sealed | Self::Checked(_) | Self::Stopped { .. }, Step::Open(at)) => {
                Self::Opened(at)
            }
            (state, step) => {
                return Err(TransitRefused::Step { at: state.name(), step: step.name() });
            }
        })
    }

    /// The word for it in answers and tables.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Checked(_) => "checked",
            Self::Stopped { .. } => "stopped",
            Self::Opened(_) => "opened",
        }
    }
}

impl TransitStep {
    const fn name(&self) -> &'static str {
        match self {
            Self::Check { .. } => "checked",
            Self::Settle(_) => "settled",
            Self::Open(_) => "opened",
        }
    }
}

impl TransitRefused {
    /// The stable code that programs read.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotReleased(_) => "transit-not-released",
            Self::SealedAlready(_) => "transit-sealed-already",
            Self::NotSealed => "transit-not-sealed",
            Self::Step { .. } => "transit-step",
            Self::OtherOffice { .. } => "transit-other-office",
            Self::VehicleUnknown { .. } => "transit-vehicle-unknown",
            Self::SealUsed(_) => "transit-seal-used",
            Self::UnderSeal(_) => "transit-under-seal",
        }
    }
}

impl Anomaly {
    /// The word for it in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SealBroken => "seal-broken",
            Self::SealDiffers => "seal-differs",
            Self::VehicleDiffers => "vehicle-differs",
        }
    }

    /// As the declarant reads it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::SealBroken => "封志破损",
            Self::SealDiffers => "封志号不符",
            Self::VehicleDiffers => "车辆不符",
        }
    }
}

impl fmt::Display for TransitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests;
