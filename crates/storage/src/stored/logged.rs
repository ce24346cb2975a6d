//! What a leaf of the verifiable log commits to, and which places a run of leaves tells of.
//!
//! A record is written down here in one way only, so that it can be hashed again from the row that it was made of.

use serde::{Deserialize, Serialize};

use super::{StoredError, decode, encode, versioned};

const RECORD: &str = "record of the log";
const MADE_FROM: &str = "what a response is made from";
const RUN: &str = "run of the log";

/// The form that is written now.
pub type StoredRecord = StoredRecordV1;

/// What a leaf commits to, first form: a row as it stands. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredRecordV1 {
    /// An audit event of clearing.
    Event {
        /// The partition.
        partition: u8,
        /// Its place there.
        seq: i64,
        /// When.
        at: i64,
        /// The version of its body.
        version: i64,
        /// What it says.
        #[serde(with = "as_bytes")]
        body: Vec<u8>,
    },
    /// A response.
    Response(StoredLoggedResponseV1),
    /// An audit event of a register.
    Register(StoredLoggedChangeV1),
}

/// A response, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLoggedResponseV1 {
    /// The partition.
    pub partition: u8,
    /// Its place there.
    pub seq: i64,
    /// Its number among all.
    pub response_id: i64,
    /// Whom it goes to.
    pub mailbox: Option<String>,
    /// What it is.
    pub kind: i64,
    /// The message that it answers.
    pub message_id: i64,
    /// Which document of that.
    pub ordinal: i64,
    /// When it was decided.
    pub recorded_at: i64,
    /// What it says.
    #[serde(with = "as_bytes")]
    pub body: Vec<u8>,
    /// SHA-256 of everything else that it is made from: [`StoredMadeFrom`], encoded.
    pub made_from: Vec<[u8; 32]>,
}

/// An audit event of a register, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLoggedChangeV1 {
    /// Which register.
    pub register: String,
    /// The revision.
    pub revision: i64,
    /// Which event of the revision.
    pub n: i64,
    /// When.
    pub at: i64,
    /// By whom.
    pub who: String,
    /// And by whom.
    pub also_who: Option<String>,
    /// About which record.
    pub record: String,
    /// About what of it.
    pub subject: String,
    /// The version of its body.
    pub version: i64,
    /// What it says.
    #[serde(with = "as_bytes")]
    pub body: Vec<u8>,
}

/// The form that is written now.
pub type StoredMadeFrom = StoredMadeFromV1;

/// What a response is made from besides its own row, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredMadeFromV1 {
    /// A tax bill.
    Bill {
        /// The partition of the declaration.
        partition: u8,
        /// The declaration.
        declaration_id: i64,
        /// Which of its bills.
        n: i64,
        /// 税单编号.
        tax_no: String,
        /// Whether it is void.
        status: i64,
        /// Fen.
        duty: i64,
        /// Fen.
        consumption_tax: i64,
        /// Fen.
        vat: i64,
        /// When.
        at: i64,
        /// The rest.
        #[serde(with = "as_bytes")]
        body: Vec<u8>,
    },
    /// The formal declaration that a result tells of.
    Formal {
        /// The bucket.
        bucket: u8,
        /// 报关单编号.
        entry_id: String,
        /// The merchant.
        merchant_id: i64,
        /// When it was made.
        made_at: i64,
        /// What it says.
        #[serde(with = "as_bytes")]
        body: Vec<u8>,
    },
    /// The message that is answered or passed on.
    Message {
        /// The message.
        message_id: i64,
        /// By which way it came.
        origin: String,
        /// SHA-256 of its bytes.
        digest: [u8; 32],
    },
}

impl StoredRecord {
    /// The bytes that are hashed.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(RECORD, 1, self)
    }

    /// From bytes of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, StoredError> {
        match versioned(RECORD, bytes)? {
            (1, fields) => decode(RECORD, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: RECORD, version }),
        }
    }
}

impl StoredMadeFrom {
    /// The bytes whose digest a record holds.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(MADE_FROM, 1, self)
    }

    /// From bytes of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, StoredError> {
        match versioned(MADE_FROM, bytes)? {
            (1, fields) => decode(MADE_FROM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: MADE_FROM, version }),
        }
    }
}

/// The bytes for places that ascend: the first, and how far each is from the one before.
///
/// # Errors
/// See [`encode`].
pub fn encode_places(places: &[i64]) -> Result<Vec<u8>, StoredError> {
    let before = std::iter::once(0).chain(places.iter().copied());
    let steps: Vec<i64> = places.iter().zip(before).map(|(place, it)| place - it).collect();
    encode(RUN, 1, &steps)
}

/// The places of [`encode_places`].
///
/// # Errors
/// [`StoredError`].
pub fn decode_places(bytes: &[u8]) -> Result<Vec<i64>, StoredError> {
    let steps: Vec<i64> = match versioned(RUN, bytes)? {
        (1, fields) => decode(RUN, fields)?,
        (version, _) => return Err(StoredError::UnknownVersion { form: RUN, version }),
    };
    let places = steps.into_iter().scan(0_i64, |place, step| {
        *place = place.wrapping_add(step);
        Some(*place)
    });
    Ok(places.collect())
}

/// Bytes at once and not one by one: the same encoding, of what is hashed for every response.
mod as_bytes {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub fn deserialize<'b, D: Deserializer<'b>>(from: D) -> Result<Vec<u8>, D::Error> {
        from.deserialize_bytes(Bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::keeps;
    use super::*;

    #[test]
    fn records_are_kept() {
        let event =
            StoredRecord::Event { partition: 7, seq: 1, at: 2, version: 1, body: vec![9, 8] };
        keeps("0100070204020209 08", &event, StoredRecord::encode, StoredRecord::decode);
        let response = StoredRecord::Response(StoredLoggedResponseV1 {
            partition: 7,
            seq: 1,
            response_id: 2,
            mailbox: Some("D".into()),
            kind: 3,
            message_id: 4,
            ordinal: 0,
            recorded_at: 5,
            body: vec![1],
            made_from: vec![[2; 32]],
        });
        let written = format!("0101 07 02 04 010144 06 08 00 0a 0101 01 {}", "02".repeat(32));
        keeps(&written, &response, StoredRecord::encode, StoredRecord::decode);
        let change = StoredRecord::Register(StoredLoggedChangeV1 {
            register: "keys".into(),
            revision: 1,
            n: 0,
            at: 2,
            who: "w".into(),
            also_who: None,
            record: "r".into(),
            subject: "r/s".into(),
            version: 1,
            body: vec![3],
        });
        let written = "0102 046b657973 02 00 04 0177 00 0172 03722f73 02 0103";
        keeps(written, &change, StoredRecord::encode, StoredRecord::decode);
    }

    #[test]
    fn what_responses_are_made_from_is_kept() {
        let bill = StoredMadeFrom::Bill {
            partition: 1,
            declaration_id: 2,
            n: 1,
            tax_no: "T".into(),
            status: 1,
            duty: 0,
            consumption_tax: 1,
            vat: 2,
            at: 3,
            body: vec![],
        };
        keeps(
            "0100 01 04 02 0154 02 00 02 04 06 00",
            &bill,
            StoredMadeFrom::encode,
            StoredMadeFrom::decode,
        );
        let message =
            StoredMadeFrom::Message { message_id: 1, origin: "o".into(), digest: [5; 32] };
        let written = format!("0102 02 016f {}", "05".repeat(32));
        keeps(&written, &message, StoredMadeFrom::encode, StoredMadeFrom::decode);
        let formal = StoredMadeFrom::Formal {
            bucket: 1,
            entry_id: "E".into(),
            merchant_id: 1,
            made_at: 1,
            body: vec![1],
        };
        keeps("0101 01 0145 02 02 0101", &formal, StoredMadeFrom::encode, StoredMadeFrom::decode);
    }

    #[test]
    fn places_are_kept_as_steps() {
        for places in [vec![], vec![5], vec![5, 6, 900, 1 << 50]] {
            let encoded = encode_places(&places).unwrap();
            assert_eq!(decode_places(&encoded).unwrap(), places);
        }
        assert_eq!(encode_places(&[1000, 1001, 1002]).unwrap().len(), 6);
        assert!(decode_places(&[2, 0]).is_err() && decode_places(&[]).is_err());
    }
}
