//! The tax of a declaration, as it is stored: in the body of a tax bill and within a state.

use serde::{Deserialize, Serialize};
use tongguan_domain::money::Money;
use tongguan_domain::tax_bill::{TaxDue, TaxLine};

use super::facts::damaged;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "tax";

/// The tax of a declaration: the sums follow from the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTaxV1(Vec<StoredTaxLineV1>);

impl StoredTaxV1 {
    /// The bytes for a tax bill's `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, 1, self)
    }

    /// From the `body` of a tax bill.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

/// The tax of one line, in fen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTaxLineV1 {
    number: i32,
    hs_code: Box<str>,
    dutiable: i64,
    duty: i64,
    vat: i64,
    consumption_tax: i64,
}

impl From<&TaxDue> for StoredTaxV1 {
    fn from(tax: &TaxDue) -> Self {
        let line = |line: &TaxLine| StoredTaxLineV1 {
            number: line.number,
            hs_code: line.hs_code.clone(),
            dutiable: line.dutiable.fen(),
            duty: line.duty.fen(),
            vat: line.vat.fen(),
            consumption_tax: line.consumption_tax.fen(),
        };
        Self(tax.lines.iter().map(line).collect())
    }
}

impl TryFrom<StoredTaxV1> for TaxDue {
    type Error = StoredError;
    fn try_from(stored: StoredTaxV1) -> Result<Self, StoredError> {
        let line = |line: StoredTaxLineV1| TaxLine {
            number: line.number,
            hs_code: line.hs_code,
            dutiable: Money::from_fen(line.dutiable),
            duty: Money::from_fen(line.duty),
            vat: Money::from_fen(line.vat),
            consumption_tax: Money::from_fen(line.consumption_tax),
        };
        Self::of(stored.0.into_iter().map(line).collect()).map_err(damaged)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stored::any;
    use crate::stored::golden::keeps;

    fn line(number: i32) -> TaxLine {
        TaxLine {
            number,
            hs_code: "1901101090".into(),
            dutiable: Money::from_fen(19_900),
            duty: Money::ZERO,
            vat: Money::from_fen(1_811),
            consumption_tax: Money::from_fen(1),
        }
    }

    #[test]
    fn a_tax_is_kept() {
        let tax = TaxDue::of(vec![line(1), line(2)]).unwrap();
        keeps(
            "0102020a31393031313031303930f8b60200a61c02040a31393031313031303930f8b60200a6
            1c02",
            &(&tax).into(),
            StoredTaxV1::encode,
            StoredTaxV1::decode,
        );
    }

    #[test]
    fn lines_whose_sum_is_no_money_are_refused() {
        let mut stored = StoredTaxV1::from(&TaxDue::of(vec![line(1), line(2)]).unwrap());
        for line in &mut stored.0 {
            line.vat = i64::MAX;
        }
        assert!(matches!(TaxDue::try_from(stored), Err(StoredError::Damaged { .. })));
    }

    proptest! {
        #[test]
        fn a_tax_comes_back_as_it_was(tax in any::tax()) {
            prop_assert_eq!(TaxDue::try_from(StoredTaxV1::from(&tax)), Ok(tax));
        }
    }
}
