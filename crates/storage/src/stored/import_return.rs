//! The body of an import return's row: what comes back, where it stands, whom it answers.

use serde::{Deserialize, Serialize};
use tongguan_domain::returns::{ReturnArrival, ReturnState, ReturnedLine};
use tongguan_domain::time::Moment;

use super::decimal::StoredDecimal;
use super::response::StoredAnswerV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "import return";

/// The form that is written now.
pub type StoredReturn = StoredReturnV1;

/// A return of imported goods (退货申请单), first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReturnV1 {
    /// Lines of the declaration, and how much of each.
    pub lines: Vec<(i32, StoredDecimal)>,
    /// Where it stands.
    pub state: StoredReturnStateV1,
    /// Whom it answers, and what it quotes.
    pub answer: StoredAnswerV1,
}

/// Where a return stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredReturnStateV1 {
    /// [120], with the moment from which on its goods are too late, in microseconds since 1970.
    Approved(i64),
    /// [300]
    Arrived(StoredArrivalV1),
    /// [800]
    Completed(StoredArrivalV1),
    /// [100]
    Refused(StoredArrivalV1),
    /// [100]
    Lapsed,
    /// Deleted by its declarant.
    Deleted,
}

/// What a facility recorded of goods that came back: when, pieces, damage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredArrivalV1(i64, u32, Option<Box<str>>);

impl StoredReturn {
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
            (1, fields) => decode::<StoredReturnV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }

    /// Lines as they are stored.
    pub fn stored_lines(lines: &[ReturnedLine]) -> Vec<(i32, StoredDecimal)> {
        lines.iter().map(|line| (line.number, line.quantity.into())).collect()
    }

    /// The lines.
    ///
    /// # Errors
    /// [`StoredError::Damaged`].
    pub fn returned_lines(&self) -> Result<Vec<ReturnedLine>, StoredError> {
        let line = |(number, quantity): &(i32, StoredDecimal)| {
            Ok(ReturnedLine { number: *number, quantity: (*quantity).try_into()? })
        };
        self.lines.iter().map(line).collect()
    }
}

impl From<&ReturnState> for StoredReturnStateV1 {
    fn from(state: &ReturnState) -> Self {
        match state {
            ReturnState::Approved { late_from } => Self::Approved(late_from.micros()),
            ReturnState::Arrived(arrival) => Self::Arrived(arrival.into()),
            ReturnState::Completed(arrival) => Self::Completed(arrival.into()),
            ReturnState::Refused(arrival) => Self::Refused(arrival.into()),
            ReturnState::Lapsed => Self::Lapsed,
            ReturnState::Deleted => Self::Deleted,
        }
    }
}

impl From<StoredReturnStateV1> for ReturnState {
    fn from(stored: StoredReturnStateV1) -> Self {
        match stored {
            StoredReturnStateV1::Approved(late_from) => {
                Self::Approved { late_from: Moment::from_micros(late_from) }
            }
            StoredReturnStateV1::Arrived(arrival) => Self::Arrived(arrival.into()),
            StoredReturnStateV1::Completed(arrival) => Self::Completed(arrival.into()),
            StoredReturnStateV1::Refused(arrival) => Self::Refused(arrival.into()),
            StoredReturnStateV1::Lapsed => Self::Lapsed,
            StoredReturnStateV1::Deleted => Self::Deleted,
        }
    }
}

impl From<&ReturnArrival> for StoredArrivalV1 {
    fn from(arrival: &ReturnArrival) -> Self {
        Self(arrival.at.micros(), arrival.packages, arrival.damage.clone())
    }
}

impl From<StoredArrivalV1> for ReturnArrival {
    fn from(StoredArrivalV1(at, packages, damage): StoredArrivalV1) -> Self {
        Self { at: Moment::from_micros(at), packages, damage }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::stored::golden::keeps;
    use crate::stored::response::StoredQuoteV1;

    fn stored(state: &ReturnState) -> StoredReturn {
        let line = ReturnedLine { number: 2, quantity: Decimal::new(15, 1) };
        StoredReturn {
            lines: StoredReturn::stored_lines(&[line]),
            state: state.into(),
            answer: StoredAnswerV1 {
                mailbox: "M".into(),
                subscribers: vec![],
                quote: StoredQuoteV1 { answered_by: 626, texts: vec!["b".into()] },
                billing: None,
            },
        }
    }

    #[test]
    fn every_state_of_a_return_is_kept() {
        let arrival = |damage: Option<&str>| ReturnArrival {
            at: Moment::from_micros(1_000_000),
            packages: 3,
            damage: damage.map(Into::into),
        };
        let states = [
            ("0080897a", ReturnState::Approved { late_from: Moment::from_micros(1_000_000) }),
            ("0180897a030103e7a0b4", ReturnState::Arrived(arrival(Some("破")))),
            ("0280897a0300", ReturnState::Completed(arrival(None))),
            ("0380897a0300", ReturnState::Refused(arrival(None))),
            ("04", ReturnState::Lapsed),
            ("05", ReturnState::Deleted),
        ];
        for (written, state) in states {
            let written = format!("01 01041e01 {written} 014d00f20401016200");
            let stored = stored(&state);
            keeps(&written, &stored, StoredReturn::encode, StoredReturn::decode);
            assert_eq!(ReturnState::from(stored.state.clone()), state);
            assert_eq!(stored.returned_lines().unwrap()[0].quantity, Decimal::new(15, 1));
        }
    }
}
