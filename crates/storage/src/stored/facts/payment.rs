//! A payment, as it is stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::PaymentFacts;
use tongguan_domain::ids::{PartyId, PaymentTransaction};

use super::{StoredPersonV1, damaged};
use crate::stored::StoredError;
use crate::stored::decimal::StoredDecimal;

/// A payment (支付单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPaymentV1 {
    institution: i64,
    transaction: String,
    platform: i64,
    payer: StoredPersonV1,
    amount: StoredDecimal,
}

impl From<&PaymentFacts> for StoredPaymentV1 {
    fn from(payment: &PaymentFacts) -> Self {
        Self {
            institution: payment.institution.0,
            transaction: payment.transaction.to_string(),
            platform: payment.platform.0,
            payer: payment.payer.into(),
            amount: payment.amount.into(),
        }
    }
}

impl TryFrom<StoredPaymentV1> for PaymentFacts {
    type Error = StoredError;
    fn try_from(stored: StoredPaymentV1) -> Result<Self, StoredError> {
        Ok(Self {
            institution: PartyId(stored.institution),
            transaction: PaymentTransaction::parse(&stored.transaction).map_err(damaged)?,
            platform: PartyId(stored.platform),
            payer: stored.payer.into(),
            amount: stored.amount.try_into()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stored::any;

    proptest! {
        #[test]
        fn a_payment_comes_back_as_it_was(facts in any::payment()) {
            prop_assert_eq!(PaymentFacts::try_from(StoredPaymentV1::from(&facts)), Ok(facts));
        }

        #[test]
        fn a_transaction_that_is_none_is_refused(facts in any::payment()) {
            let stored =
                StoredPaymentV1 { transaction: String::new(), ..StoredPaymentV1::from(&facts) };
            prop_assert!(PaymentFacts::try_from(stored).is_err());
        }
    }
}
