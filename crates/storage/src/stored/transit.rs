//! The body of a transit's row: how the goods were sealed, and what became of them.

use serde::{Deserialize, Serialize};
use tongguan_domain::ids::{SealNumber, VehiclePlate};
use tongguan_domain::time::Moment;
use tongguan_domain::transit::{Anomaly, Sealing, Transit, TransitState};

use super::facts::damaged;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "transit";

/// The form that is written now.
pub type StoredTransit = StoredTransitV1;

/// A transit (转关), first form; times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTransitV1 {
    seal: String,
    vehicle: String,
    officer: Box<str>,
    sealed_at: i64,
    state: StoredTransitStateV1,
}

/// Where a transit stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredTransitStateV1 {
    /// On its way.
    Sealed,
    /// In order, since then.
    Checked(i64),
    /// Stopped then, and why.
    Stopped(i64, Vec<StoredAnomalyV1>),
    /// Opened then.
    Opened(i64),
}

/// What is not as it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredAnomalyV1 {
    /// The seal is broken.
    SealBroken,
    /// The seal is another.
    SealDiffers,
    /// The vehicle is another.
    VehicleDiffers,
}

impl StoredTransit {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredTransitV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

impl From<&Transit> for StoredTransit {
    fn from(transit: &Transit) -> Self {
        let Sealing { seal, vehicle, officer, at } = &transit.sealing;
        Self {
            seal: seal.to_string(),
            vehicle: vehicle.to_string(),
            officer: officer.clone(),
            sealed_at: at.micros(),
            state: match &transit.state {
                TransitState::Sealed => StoredTransitStateV1::Sealed,
                TransitState::Checked(at) => StoredTransitStateV1::Checked(at.micros()),
                TransitState::Stopped { at, anomalies } => {
                    let anomalies = anomalies.iter().copied().map(Into::into).collect();
                    StoredTransitStateV1::Stopped(at.micros(), anomalies)
                }
                TransitState::Opened(at) => StoredTransitStateV1::Opened(at.micros()),
            },
        }
    }
}

impl TryFrom<StoredTransit> for Transit {
    type Error = StoredError;
    fn try_from(stored: StoredTransit) -> Result<Self, StoredError> {
        Ok(Self {
            sealing: Sealing {
                seal: SealNumber::parse(&stored.seal).map_err(damaged)?,
                vehicle: VehiclePlate::parse(&stored.vehicle).map_err(damaged)?,
                officer: stored.officer,
                at: Moment::from_micros(stored.sealed_at),
            },
            state: match stored.state {
                StoredTransitStateV1::Sealed => TransitState::Sealed,
                StoredTransitStateV1::Checked(at) => TransitState::Checked(Moment::from_micros(at)),
                StoredTransitStateV1::Stopped(at, anomalies) => TransitState::Stopped {
                    at: Moment::from_micros(at),
                    anomalies: anomalies.into_iter().map(Into::into).collect(),
                },
                StoredTransitStateV1::Opened(at) => TransitState::Opened(Moment::from_micros(at)),
            },
        })
    }
}

impl From<Anomaly> for StoredAnomalyV1 {
    fn from(anomaly: Anomaly) -> Self {
        match anomaly {
            Anomaly::SealBroken => Self::SealBroken,
            Anomaly::SealDiffers => Self::SealDiffers,
            Anomaly::VehicleDiffers => Self::VehicleDiffers,
        }
    }
}

impl From<StoredAnomalyV1> for Anomaly {
    fn from(stored: StoredAnomalyV1) -> Self {
        match stored {
            StoredAnomalyV1::SealBroken => Self::SealBroken,
            StoredAnomalyV1::SealDiffers => Self::SealDiffers,
            StoredAnomalyV1::VehicleDiffers => Self::VehicleDiffers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;

    #[test]
    fn every_state_is_kept() {
        let at = Moment::from_micros;
        let sealing = || Sealing {
            seal: SealNumber::parse("S-1").unwrap(),
            vehicle: VehiclePlate::parse("A1").unwrap(),
            officer: "W".into(),
            at: at(1),
        };
        let anomalies = vec![Anomaly::SealBroken, Anomaly::SealDiffers, Anomaly::VehicleDiffers];
        for (written, state) in [
            ("00", TransitState::Sealed),
            ("01 04", TransitState::Checked(at(2))),
            ("02 04 03 00 01 02", TransitState::Stopped { at: at(2), anomalies }),
            ("03 06", TransitState::Opened(at(3))),
        ] {
            let transit = Transit { sealing: sealing(), state };
            let written = format!("01 03532d31 024131 0157 02 {written}");
            keeps(&written, &(&transit).into(), StoredTransit::encode, StoredTransit::decode);
            assert_eq!(Transit::try_from(StoredTransit::from(&transit)), Ok(transit));
        }
    }
}
