//! What is registered of bonded goods, and what a declaration holds of them, as they are stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::bonded::item::{BondedItem, Conversion, PriceRange};
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::bonded::{Drawn, StockKey};
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber};

use super::decimal::StoredDecimal;
use super::facts::damaged;
use super::zone::StoredLodgedV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "bonded goods";

/// The form that is written now.
pub type StoredBondedItem = StoredBondedItemV1;

/// A registered kind of goods (料件), first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBondedItemV1 {
    hs_code: Box<str>,
    name: Box<str>,
    unit: Box<str>,
    statutory: StoredConversionV1,
    second: Option<StoredConversionV1>,
    prices: Option<(StoredDecimal, StoredDecimal)>,
}

/// How many of another unit one unit of the stock is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredConversionV1 {
    unit: Box<str>,
    factor: StoredDecimal,
}

/// What a declaration holds of a stock, or has drawn: book, item, hundred-thousandths of its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDrawnV1(String, String, i64);

const LIST: &str = "bonded list";

/// The form of a bonded list that is written now.
pub type StoredBondedList = StoredBondedListV1;

/// A bonded list (核注清单), first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBondedListV1 {
    /// Item, and hundred-thousandths of its unit.
    pub lines: Vec<(String, i64)>,
    /// What was done with it, in order.
    pub steps: Vec<StoredListStepV1>,
    /// The gate passes that name it: number, item and quantity of what each carries, whether it passed.
    pub named_by: Vec<StoredNamedByV1>,
    /// What is kept of the message that lodged it.
    pub lodged: Option<StoredLodgedV1>,
}

/// A gate pass that names a bonded list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredNamedByV1 {
    /// Its number.
    pub pass: String,
    /// Item, and hundred-thousandths of its unit, where its vehicle carries a part.
    pub carried: Vec<(String, i64)>,
    /// Whether its vehicle passed the gate.
    pub passed: bool,
}

/// What was done with a bonded list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredListStepV1 {
    /// The state that it led to, by the application's numbering.
    pub state: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who did it.
    pub officer: Box<str>,
    /// Why.
    pub reason: Box<str>,
}

impl StoredBondedList {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(LIST, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(LIST, body)? {
            (1, fields) => decode::<StoredBondedListV1>(LIST, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: LIST, version }),
        }
    }
}

impl StoredBondedItem {
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
            (1, fields) => decode::<StoredBondedItemV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

impl From<&BondedItem> for StoredBondedItemV1 {
    fn from(item: &BondedItem) -> Self {
        Self {
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            unit: item.unit.clone(),
            statutory: (&item.statutory).into(),
            second: item.second.as_ref().map(Into::into),
            prices: item.prices.map(|prices| (prices.lowest.into(), prices.highest.into())),
        }
    }
}

impl TryFrom<StoredBondedItemV1> for BondedItem {
    type Error = StoredError;
    fn try_from(stored: StoredBondedItemV1) -> Result<Self, StoredError> {
        let prices = match stored.prices {
            Some((lowest, highest)) => {
                Some(PriceRange { lowest: lowest.try_into()?, highest: highest.try_into()? })
            }
            None => None,
        };
        Ok(Self {
            hs_code: stored.hs_code,
            name: stored.name,
            unit: stored.unit,
            statutory: stored.statutory.try_into()?,
            second: stored.second.map(TryInto::try_into).transpose()?,
            prices,
        })
    }
}

impl From<&Conversion> for StoredConversionV1 {
    fn from(conversion: &Conversion) -> Self {
        Self { unit: conversion.unit.clone(), factor: conversion.factor.into() }
    }
}

impl TryFrom<StoredConversionV1> for Conversion {
    type Error = StoredError;
    fn try_from(stored: StoredConversionV1) -> Result<Self, StoredError> {
        Ok(Self { unit: stored.unit, factor: stored.factor.try_into()? })
    }
}

impl From<&Drawn> for StoredDrawnV1 {
    fn from(drawn: &Drawn) -> Self {
        let StockKey { book, item } = &drawn.key;
        Self(book.to_string(), item.to_string(), drawn.quantity.parts())
    }
}

impl TryFrom<StoredDrawnV1> for Drawn {
    type Error = StoredError;
    fn try_from(StoredDrawnV1(book, item, parts): StoredDrawnV1) -> Result<Self, StoredError> {
        Ok(Self {
            key: StockKey {
                book: AccountBookNumber::parse(&book).map_err(damaged)?,
                item: AccountItemNumber::parse(&item).map_err(damaged)?,
            },
            quantity: StockQuantity::from_parts(parts).ok_or_else(|| damaged("quantity"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use tongguan_domain::money::Amount;

    use super::*;
    use crate::stored::golden::keeps;

    #[test]
    fn registered_goods_are_kept() {
        let yuan = |fen| Amount::new(Decimal::new(fen, 2));
        let item = BondedItem {
            hs_code: "1901101090".into(),
            name: "奶粉".into(),
            unit: "122".into(),
            statutory: Conversion { unit: "035".into(), factor: Decimal::new(7, 1) },
            second: Some(Conversion { unit: "122".into(), factor: Decimal::ONE }),
            prices: Some(PriceRange { lowest: yuan(8000), highest: yuan(12_000) }),
        };
        let stored = StoredBondedItem::from(&item);
        keeps(
            "010a3139303131303130393006e5a5b6e7b28903313232033033350e010103313232020001\
             807d02c0bb0102",
            &stored,
            StoredBondedItem::encode,
            StoredBondedItem::decode,
        );
        assert_eq!(BondedItem::try_from(stored), Ok(item));
    }

    #[test]
    fn a_bonded_list_is_kept() {
        let step =
            StoredListStepV1 { state: 1, at: 1_000_000, officer: "W".into(), reason: "R".into() };
        keeps(
            "01 01 0137 80b518 01 02 80897a 0157 0152 01 015a 01 0137 c09a0c 01 00",
            &StoredBondedList {
                lines: vec![("7".into(), 200_000)],
                steps: vec![step],
                named_by: vec![StoredNamedByV1 {
                    pass: "Z".into(),
                    carried: vec![("7".into(), 100_000)],
                    passed: true,
                }],
                lodged: None,
            },
            StoredBondedList::encode,
            StoredBondedList::decode,
        );
    }

    #[test]
    fn what_is_no_holding_is_refused() {
        for stored in [
            StoredDrawnV1(String::new(), "1".into(), 1),
            StoredDrawnV1("B".into(), "x".repeat(31), 1),
            StoredDrawnV1("B".into(), "1".into(), -1),
        ] {
            assert!(matches!(Drawn::try_from(stored), Err(StoredError::Damaged { .. })));
        }
    }
}
