//! Identifiers: one newtype for each kind, so that a waybill number is never passed as an order number.
//!
//! Texts that parties choose are trimmed and bounded when they are parsed and compared with case kept.
//! Ids that Tongguan gives itself are 63-bit integers; [`crate::numbering`] makes them.

use std::fmt;

/// Why a text is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing is left after trimming.
    #[error("{kind} is empty")]
    Empty {
        /// What was being parsed.
        kind: &'static str,
    },
    /// Longer than the standard allows, counted in characters.
    #[error("{kind} has {length} characters, at most {limit} are allowed")]
    TooLong {
        /// What was being parsed.
        kind: &'static str,
        /// The characters found.
        length: usize,
        /// The characters allowed.
        limit: usize,
    },
    /// Of the right length but not of the right form.
    #[error("{kind} `{found}` is not {expected}")]
    Malformed {
        /// What was being parsed.
        kind: &'static str,
        /// The text as received.
        found: String,
        /// The form that was expected.
        expected: &'static str,
    },
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $limit:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters the standard allows.
            pub const LIMIT: usize = $limit;

            /// Trims and bounds `text`.
            ///
            /// # Errors
            /// [`IdError::Empty`] or [`IdError::TooLong`].
            pub fn parse(text: &str) -> Result<Self, IdError> {
                bounded(text, stringify!($name), Self::LIMIT).map(|text| Self(text.into()))
            }

            /// The text, trimmed, case kept.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id!(
    /// The number of an order, unique within one platform (订单编号; `orderNo`).
    OrderNumber,
    60
);
text_id!(
    /// The number on a parcel's label (物流运单编号; `logisticsNo`), not used again by its carrier
    /// for six months. Import allows 60 characters, export 32, returned exports 80.
    WaybillNumber,
    80
);
text_id!(
    /// A payment's serial number at its payment institution (支付交易编号; `payTransactionId`).
    PaymentTransaction,
    60
);
text_id!(
    /// The sender's own number for a declaration or a request (企业内部编号; `copNo`, in returned
    /// exports `coElNo`), its idempotency key. Import allows 20 characters, export 30.
    FunctionalReference,
    30
);
text_id!(
    /// The number that the port gives a declaration on first sight (预录入编号; `preNo`).
    ProvisionalNumber,
    18
);
text_id!(
    /// The number under which customs registers a declaration (清单编号; `invtNo`): 18 characters,
    /// in export up to 20.
    DeclarationNumber,
    20
);
text_id!(
    /// The number under which customs registers a warehouse entry (入库单编号; `rkdNo`).
    WarehouseEntryNumber,
    18
);
text_id!(
    /// The number under which customs registers a request to consolidate (汇总申请编号; `sumNo`).
    ConsolidationNumber,
    18
);
text_id!(
    /// The number that ties a result of consolidation to its formal declaration (汇总统一编号;
    /// `declSeqNo`).
    ConsolidatedNumber,
    18
);
text_id!(
    /// The number under which customs registers a formal declaration (报关单编号; `entryId`).
    FormalDeclarationNumber,
    18
);
text_id!(
    /// The number of a customs seal (封志号).
    SealNumber,
    30
);
text_id!(
    /// The number plate of a vehicle (车牌号).
    VehiclePlate,
    20
);
text_id!(
    /// The number of a bonded account book (账册编号; `emsNo`).
    AccountBookNumber,
    30
);
text_id!(
    /// The number of registered goods in an account book (账册备案料号; `itemRecordNo`).
    AccountItemNumber,
    30
);
text_id!(
    /// The number of a bonded list (核注清单编号).
    BondedListNumber,
    64
);
text_id!(
    /// The number of a gate pass (核放单编号).
    GatePassNumber,
    64
);
text_id!(
    /// The number by which an enterprise knows its own bonded list or gate pass (企业内部编号;
    /// `EtpsInnerInvtNo`, `EtpsPreentNo`).
    ZoneReference,
    64
);
text_id!(
    /// The number of a bonded list or gate pass before it has one of its own (预录入统一编号; `SeqNo`).
    ZoneProvisionalNumber,
    18
);
text_id!(
    /// The code of a supervised place (监管场所代码; `loctNo`).
    PlaceCode,
    10
);
text_id!(
    /// The address of a mailbox on the exchange platform (报文传输编号; `dxpId`).
    DxpId,
    30
);
text_id!(
    /// The sender's unique number for a document (系统唯一序号; `guid`): 36 characters that need
    /// not be a UUID. Compared without regard to case: customs itself answers in lower case.
    Guid,
    36
);

number_id!(
    /// A registered party, whichever of its codes a document used.
    PartyId
);
number_id!(
    /// A declaration, from first sight to its end.
    DeclarationId
);
number_id!(
    /// A return of imported goods, from the request to its end.
    ReturnId
);
number_id!(
    /// A message as received, with all its documents.
    MessageId
);

impl Guid {
    /// Whether two guids are the same number.
    pub fn same(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

/// A customs office (关区; `customsCode`, `portCode`): four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeCode(u16);

impl OfficeCode {
    /// Reads four digits.
    ///
    /// # Errors
    /// [`IdError::Malformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let malformed = || IdError::Malformed {
            kind: "OfficeCode",
            found: text.to_owned(),
            expected: "four digits",
        };
        if text.len() != 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        text.parse().map(Self).map_err(|_| malformed())
    }
}

impl fmt::Display for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

fn bounded<'t>(text: &'t str, kind: &'static str, limit: usize) -> Result<&'t str, IdError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(IdError::Empty { kind });
    }
    // Bytes bound characters from above, so the count is taken only for long texts.
    if text.len() > limit {
        let length = text.chars().count();
        if length > limit {
            return Err(IdError::TooLong { kind, length, limit });
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters_after_trimming() {
        let sixty = "单".repeat(60);
        assert_eq!(OrderNumber::parse(&format!(" {sixty}\n")).unwrap().as_str(), sixty);
        assert_eq!(
            OrderNumber::parse(&"单".repeat(61)),
            Err(IdError::TooLong { kind: "OrderNumber", length: 61, limit: 60 })
        );
        assert_eq!(OrderNumber::parse(" \t"), Err(IdError::Empty { kind: "OrderNumber" }));
    }

    #[test]
    fn an_office_is_four_digits() {
        assert_eq!(OfficeCode::parse("0100").unwrap().to_string(), "0100");
        for wrong in ["100", "01000", "01a0", "+100", ""] {
            assert!(OfficeCode::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn guids_differ_in_more_than_case() {
        let upper = Guid::parse("4CDE1CFD-EDED-46B1-946C-B8022E42FC94").unwrap();
        let lower = Guid::parse("4cde1cfd-eded-46b1-946c-b8022e42fc94").unwrap();
        assert!(upper.same(&lower));
    }
}
