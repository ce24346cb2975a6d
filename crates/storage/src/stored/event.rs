//! The body of an audit event: what one batch decided in one partition.

use serde::{Deserialize, Serialize};

use super::register::StoredActorV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "event";
/// The version that is written now; it stands in the row as well.
pub const VERSION: u8 = 1;

/// The form that is written now.
pub type StoredEvent = StoredEventV1;

/// An event, first form. Its encoding is canonical: one value has one encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEventV1 {
    /// What was decided, in order.
    pub entries: Vec<StoredEntryV1>,
    /// Who asked for it, and from where, where it was asked for by command. What came by message names its message.
    pub by: Option<StoredActorV1>,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEntryV1 {
    /// About what.
    pub subject: StoredSubjectV1,
    /// Because of what.
    pub cause: StoredCauseV1,
    /// The statuses given.
    pub statuses: Vec<i32>,
    /// The status before, of what somebody decided about.
    pub before: Option<i32>,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredSubjectV1 {
    /// A document: order number, kind, party, number.
    Document(Box<str>, i64, i64, Box<str>),
    /// A document without a usable key: the number of its message.
    Unkeyed(i64),
    /// A declaration: its id.
    Declaration(i64),
    /// An export declaration, by its id.
    Export(i64),
    /// A return of exported goods: the export declaration, and which return of it.
    ExportReturn(i64, i64),
    /// A bonded list (1) or gate pass (2): the enterprise in the zone, its own number, and what became of it.
    Zone(i64, i64, Box<str>, StoredZoneVerdictV1),
    /// A message that is relayed: its number.
    Relayed(i64),
}

/// What became of a bonded list or gate pass that came by message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredZoneVerdictV1 {
    /// Not taken in.
    TurnedAway,
    /// Taken in, and refused.
    Refused,
    /// Put before an officer.
    ForAnOfficer,
    /// Found in order.
    Approved,
    /// Withdrawn or given up.
    Ended,
}

/// What led to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredCauseV1 {
    /// A document: message and place.
    Document(i64, u16),
    /// A ruling: officer and reason.
    Ruling(String, String),
    /// A command.
    Command,
    /// Time.
    Time,
    /// A guarantee was topped up.
    Guarantee,
    /// A signed command: SHA-256 of the certificate, and the signature value.
    Signed([u8; 32], Vec<u8>),
    /// A document, acted on under a delegate's certificate: its SHA-256, message and place.
    Delegated([u8; 32], i64, u16),
}

impl StoredEvent {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, VERSION, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredEventV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;

    #[test]
    fn an_event_of_every_subject_and_cause_is_kept() {
        let entry = |subject, cause| StoredEntryV1 {
            subject,
            cause,
            statuses: vec![2, -304_008],
            before: None,
        };
        let event = StoredEvent {
            entries: vec![
                entry(
                    StoredSubjectV1::Document("O1".into(), 1, 2, "N".into()),
                    StoredCauseV1::Document(9, 3),
                ),
                entry(
                    StoredSubjectV1::Unkeyed(5),
                    StoredCauseV1::Ruling("officer".into(), "why".into()),
                ),
                entry(StoredSubjectV1::Declaration(77), StoredCauseV1::Command),
                entry(StoredSubjectV1::Declaration(77), StoredCauseV1::Time),
                entry(StoredSubjectV1::Declaration(77), StoredCauseV1::Guarantee),
                entry(StoredSubjectV1::Export(77), StoredCauseV1::Signed([1; 32], vec![9])),
                entry(StoredSubjectV1::Export(77), StoredCauseV1::Delegated([1; 32], 9, 3)),
                entry(
                    StoredSubjectV1::Zone(1, 4, "R".into(), StoredZoneVerdictV1::Approved),
                    StoredCauseV1::Document(9, 3),
                ),
                StoredEntryV1 {
                    before: Some(300),
                    ..entry(StoredSubjectV1::Relayed(77), StoredCauseV1::Command)
                },
            ],
            by: Some(StoredActorV1 { name: "y".into(), ..StoredActorV1::default() }),
        };
        keeps(
            "010900024f310204014e00120302048f8e2500010a01076f6666696365720377687902048f8e2500
            029a010202048f8e2500029a010302048f8e2500029a010402048f8e2500
            039a01050101010101010101010101010101010101010101010101010101010101010101010902048f8e2500
            039a01060101010101010101010101010101010101010101010101010101010101010101120302048f8e2500
            05020801520300120302048f8e2500 069a010202048f8e2501d804 01 0179 00 00 00 00",
            &event,
            StoredEvent::encode,
            StoredEvent::decode,
        );
    }

    #[test]
    fn an_empty_event_is_kept() {
        let event = StoredEvent { entries: vec![], by: None };
        keeps("010000", &event, StoredEvent::encode, StoredEvent::decode);
    }
}
