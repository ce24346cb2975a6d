//! Facts of documents, as they are stored: narrow, with marks in place of personal texts.

mod export;
mod order;
mod payment;
mod waybill;

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::{ConsigneeMarks, PersonMarks};
use tongguan_domain::mark::Mark;

pub use export::{
    StoredCollectionV1, StoredExportLineV1, StoredExportOrderV1, StoredExportWaybillV1,
};
pub use order::{StoredLineV1, StoredOrderV1};
pub use payment::StoredPaymentV1;
pub use waybill::{StoredDeliveryV1, StoredWaybillV1};

use super::StoredError;

/// Sixteen bytes of a mark.
pub type StoredMark = [u8; 16];

/// A buyer or payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPersonV1 {
    person: StoredMark,
    name: StoredMark,
    number: StoredMark,
}

/// A consignee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredConsigneeV1 {
    name: StoredMark,
    telephone: StoredMark,
    address: StoredMark,
}

impl From<PersonMarks> for StoredPersonV1 {
    fn from(marks: PersonMarks) -> Self {
        Self {
            person: marks.person.to_bytes(),
            name: marks.name.to_bytes(),
            number: marks.number.to_bytes(),
        }
    }
}

impl From<StoredPersonV1> for PersonMarks {
    fn from(stored: StoredPersonV1) -> Self {
        Self {
            person: Mark::from_bytes(stored.person),
            name: Mark::from_bytes(stored.name),
            number: Mark::from_bytes(stored.number),
        }
    }
}

impl From<ConsigneeMarks> for StoredConsigneeV1 {
    fn from(marks: ConsigneeMarks) -> Self {
        Self {
            name: marks.name.to_bytes(),
            telephone: marks.telephone.to_bytes(),
            address: marks.address.to_bytes(),
        }
    }
}

impl From<StoredConsigneeV1> for ConsigneeMarks {
    fn from(stored: StoredConsigneeV1) -> Self {
        Self {
            name: Mark::from_bytes(stored.name),
            telephone: Mark::from_bytes(stored.telephone),
            address: Mark::from_bytes(stored.address),
        }
    }
}

/// A stored identifier that is none.
pub(super) fn damaged(error: impl std::fmt::Display) -> StoredError {
    StoredError::Damaged { form: "facts", reason: error.to_string() }
}
