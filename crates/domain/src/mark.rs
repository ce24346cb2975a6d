//! Marks: keyed hashes that stand for personal texts wherever texts need only be compared.
//!
//! Documents at rest hold marks; the person's name, number, telephone and address stay in the sealed
//! raw message. Two marks are equal when the trimmed texts are, and tell nothing without the key.

use std::fmt;

/// A keyed hash of one personal text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark([u8; 16]);

impl Mark {
    /// From the sixteen bytes that a [`Marker`] made.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, ..] = self.0;
        write!(f, "Mark({a:02x}{b:02x}…)")
    }
}

/// What a text is; texts of different kinds never have equal marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// A person's name (姓名).
    Name,
    /// The number of an identity document (证件号码).
    IdentityNumber,
    /// The kind and number of an identity document together: the key of a yearly allowance.
    Person,
    /// A telephone number (电话).
    Telephone,
    /// An address (地址).
    Address,
    /// The number of an order or waybill with the last digits of a telephone: who may follow the parcel.
    Follower,
}

/// Makes marks. The key belongs to the installation, so this is a parameter of the domain.
pub trait Marker {
    /// The mark of `text`, which the caller has not trimmed.
    fn mark(&self, kind: Personal, text: &str) -> Mark;
}
