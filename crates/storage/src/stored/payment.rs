//! What matching needs of a payment. Names and telephone stay in the sealed message.

use serde::{Deserialize, Serialize};
use tongguan_domain::commerce::Payment;
use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;

use super::decimal::StoredDecimal;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "payment";

/// The form that is written now.
pub type StoredPayment = StoredPaymentV1;

/// A payment (支付单), first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPaymentV1 {
    /// The platform of the order.
    pub platform_id: i64,
    /// Fingerprint of the payer's identity ([`crate::seal::Keyring::fingerprint`]).
    pub payer: [u8; 16],
    /// 支付金额.
    pub amount: StoredDecimal,
    /// 币制.
    pub currency: String,
    /// 支付时间, in microseconds since 1970.
    pub paid_at: i64,
}

impl StoredPayment {
    /// Of a payment whose parties are known.
    pub fn new(payment: &Payment, platform: PartyId, payer: [u8; 16]) -> Self {
        Self {
            platform_id: platform.0,
            payer,
            amount: payment.amount.into(),
            currency: payment.currency.clone().into(),
            paid_at: payment.paid_at.micros(),
        }
    }

    /// When it was paid.
    pub fn paid_at(&self) -> Moment {
        Moment::from_micros(self.paid_at)
    }

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
            (1, fields) => decode::<StoredPaymentV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    fn payment() -> StoredPayment {
        StoredPayment {
            platform_id: 7,
            payer: [9; 16],
            amount: Decimal::new(12_345, 2).into(),
            currency: "142".into(),
            paid_at: 1_767_225_600_000_000,
        }
    }

    /// Bytes that version 1 wrote: they are never written again, and always read.
    const V1: &[u8] = &[
        1, 14, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 242, 192, 1, 2, 3, b'1', b'4', b'2',
        128, 128, 130, 226, 136, 210, 163, 6,
    ];

    #[test]
    fn version_1_is_read() {
        assert_eq!(StoredPayment::decode(V1).unwrap(), payment());
    }

    #[test]
    fn the_present_version_is_written() {
        assert_eq!(payment().encode().unwrap(), V1);
    }

    #[test]
    fn other_bytes_are_refused() {
        let unknown = [&[200], &V1[1..]].concat();
        assert_eq!(
            StoredPayment::decode(&unknown),
            Err(StoredError::UnknownVersion { form: FORM, version: 200 })
        );
        let longer = [V1, &[0]].concat();
        for damaged in [&[][..], &V1[..V1.len() - 1], &longer] {
            assert!(matches!(
                StoredPayment::decode(damaged),
                Err(StoredError::Damaged { form: FORM, .. })
            ));
        }
    }
}
