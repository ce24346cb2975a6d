//! Exact decimals, as compact as they are short: a price is three or four bytes.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tongguan_domain::money::Amount;

use super::StoredError;

/// A decimal: `mantissa` × 10^−`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDecimal {
    mantissa: i128,
    scale: u32,
}

impl From<Decimal> for StoredDecimal {
    fn from(value: Decimal) -> Self {
        Self { mantissa: value.mantissa(), scale: value.scale() }
    }
}

impl From<Amount> for StoredDecimal {
    fn from(amount: Amount) -> Self {
        amount.value().into()
    }
}

impl TryFrom<StoredDecimal> for Decimal {
    type Error = StoredError;
    fn try_from(stored: StoredDecimal) -> Result<Self, StoredError> {
        Self::try_from_i128_with_scale(stored.mantissa, stored.scale)
            .map_err(|error| StoredError::Damaged { form: "decimal", reason: error.to_string() })
    }
}

impl TryFrom<StoredDecimal> for Amount {
    type Error = StoredError;
    fn try_from(stored: StoredDecimal) -> Result<Self, StoredError> {
        Decimal::try_from(stored).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decimal_comes_back_with_value_and_scale(mantissa: i64, scale in 0u32..=28) {
            let value = Decimal::new(mantissa, scale);
            let stored = StoredDecimal::from(value);
            let bytes = postcard::to_stdvec(&stored).unwrap();
            let read: StoredDecimal = postcard::from_bytes(&bytes).unwrap();
            let back = Decimal::try_from(read).unwrap();
            prop_assert_eq!((back, back.scale()), (value, value.scale()));
        }
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        let beyond = StoredDecimal { mantissa: i128::MAX, scale: 0 };
        assert!(Decimal::try_from(beyond).is_err());
        assert!(Decimal::try_from(StoredDecimal { mantissa: 1, scale: 29 }).is_err());
    }
}
