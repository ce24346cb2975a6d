//! SM2: the seam to the library that computes it.
//!
//! The library signs, and supplies the arithmetic of the curve. Verification is put together here from
//! that arithmetic, because one key verifies many messages: with multiples of the key computed once,
//! it costs about a third of what the library's own takes. Everything in it is public, so nothing needs
//! to take constant time.

use std::fmt;
use std::sync::OnceLock;

use der::Decode;
use der::oid::ObjectIdentifier;
use sm2::dsa::signature::Signer;
use sm2::dsa::{Signature, SigningKey};
use sm2::elliptic_curve::Generate;
use sm2::elliptic_curve::ops::Reduce;
use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::elliptic_curve::rand_core::CryptoRng;
use sm2::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use sm2::{AffinePoint, FieldBytes, ProjectivePoint, PublicKey, Scalar, SecretKey, U256};
use sm3::{Digest, Sm3};
use spki::SubjectPublicKeyInfoOwned;

use super::comb::{GENERATOR, Multiples, sum_of_products};
use super::{KeyError, Scheme};

/// `id-ecPublicKey` (RFC 5480).
pub(super) const ALGORITHM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// The SM2 curve (GM/T 0006).
pub(super) const CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
/// The curve's coefficients (GB/T 32918.5).
const CURVE_A: U256 =
    U256::from_be_hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC");
const CURVE_B: U256 =
    U256::from_be_hex("28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93");
/// The user id of every signer (GM/T 0009 §10).
const USER_ID: &str = "1234567812345678";

/// An SM2 public key: its identity hash Z, and its multiples.
#[derive(Clone)]
pub struct Sm2PublicKey {
    identity: [u8; 32],
    point: AffinePoint,
    /// Computed when the first value is verified, so that parsing a stranger's certificate is cheap.
    multiples: OnceLock<Box<Multiples>>,
}

impl Sm2PublicKey {
    pub(super) fn new(point: &[u8]) -> Result<Self, KeyError> {
        let key = PublicKey::from_sec1_bytes(point).map_err(|_| KeyError::Unreadable)?;
        Ok(Self {
            identity: identity_hash(&key),
            point: *key.as_affine(),
            multiples: OnceLock::new(),
        })
    }

    pub(super) fn verify(&self, message: &[u8], value: &[u8]) -> bool {
        let signature = match value.len() {
            Signature::BYTE_SIZE => Signature::from_slice(value),
            _ => Signature::from_der(value),
        };
        signature.is_ok_and(|signature| self.matches(message, &signature))
    }

    /// GB/T 32918.2 §7.1, steps B3 to B7; B1 and B2 are checked when the value is read.
    fn matches(&self, message: &[u8], signature: &Signature) -> bool {
        let (r, s) = (*signature.r(), *signature.s());
        let digest = Sm3::new().chain_update(self.identity).chain_update(message).finalize();
        let e = <Scalar as Reduce<FieldBytes>>::reduce(&digest);
        let t = r + s;
        if t == Scalar::ZERO {
            return false;
        }
        let multiples = self.multiples.get_or_init(|| Box::new(Multiples::of(&self.point.into())));
        let point = sum_of_products([(&GENERATOR, &s), (multiples, &t)]);
        if point == ProjectivePoint::IDENTITY {
            return false;
        }
        let x = <Scalar as Reduce<FieldBytes>>::reduce(&point.to_affine().x());
        r == e + x
    }
}

impl fmt::Debug for Sm2PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm2PublicKey")
    }
}

/// Z (GB/T 32918.2 §5.5): SM3 of the user id, the curve, its generator and the key.
fn identity_hash(key: &PublicKey) -> [u8; 32] {
    let coordinates = |point: &AffinePoint| [point.x(), point.y()].concat();
    // 8 bits a byte; the id is 16 bytes long.
    let bits: u16 = 128;
    Sm3::new()
        .chain_update(bits.to_be_bytes())
        .chain_update(USER_ID)
        .chain_update(CURVE_A.to_be_bytes())
        .chain_update(CURVE_B.to_be_bytes())
        .chain_update(coordinates(&AffinePoint::GENERATOR))
        .chain_update(coordinates(key.as_affine()))
        .finalize()
        .into()
}

/// An SM2 secret key.
pub struct Sm2SigningKey(SigningKey);

impl Sm2SigningKey {
    pub(super) fn generate(rng: &mut impl CryptoRng) -> Self {
        // Every secret has a Z: the user id is short.
        loop {
            if let Ok(key) = Self::from_secret(&SecretKey::generate_from_rng(rng)) {
                return key;
            }
        }
    }

    pub(super) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        SecretKey::from_pkcs8_pem(pem)
            .map_err(|_| KeyError::Unreadable)
            .and_then(|secret| Self::from_secret(&secret))
    }

    pub(super) fn to_pem(&self) -> Result<String, KeyError> {
        SecretKey::from(self.0.as_nonzero_scalar())
            .to_pkcs8_pem(LineEnding::LF)
            .map(|pem| pem.to_string())
            .map_err(|_| KeyError::Unreadable)
    }

    pub(super) fn public_info(&self) -> Result<SubjectPublicKeyInfoOwned, KeyError> {
        let der = self.0.verifying_key().to_public_key_der().map_err(|_| KeyError::Unreadable)?;
        SubjectPublicKeyInfoOwned::from_der(der.as_bytes()).map_err(|_| KeyError::Unreadable)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signed: Result<Signature, _> = self.0.try_sign(message);
        signed.map(|value| value.to_vec()).map_err(|_| KeyError::Unsuited(Scheme::Sm2Sm3))
    }

    fn from_secret(secret: &SecretKey) -> Result<Self, KeyError> {
        SigningKey::new(USER_ID, secret).map(Self).map_err(|_| KeyError::Unreadable)
    }
}

impl fmt::Debug for Sm2SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm2SigningKey")
    }
}

pub(super) fn to_der(value: &[u8]) -> Result<Vec<u8>, KeyError> {
    Signature::from_slice(value)
        .map(|signature| signature.to_der().to_vec())
        .map_err(|_| KeyError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::SeededChance;
    use sm2::dsa::VerifyingKey;
    use sm2::dsa::signature::Verifier;

    fn key(seed: u64) -> (SigningKey, Sm2PublicKey, VerifyingKey) {
        let signing = Sm2SigningKey::generate(&mut SeededChance::new(seed)).0;
        let point = signing.verifying_key().to_sec1_bytes();
        let library = VerifyingKey::from_sec1_bytes(USER_ID, &point).unwrap();
        (signing, Sm2PublicKey::new(&point).unwrap(), library)
    }

    #[test]
    fn verdicts_are_those_of_the_library() {
        for seed in 0..50 {
            let (signing, ours, library) = key(seed);
            let message = seed.to_be_bytes();
            let signed: Signature = signing.sign(&message);
            let mut values = vec![signed.to_vec()];
            for position in [0, 20, 31, 32, 50, 63] {
                let mut changed = signed.to_vec();
                changed[position] ^= 1;
                values.push(changed);
            }
            values.push([&signed.to_bytes()[32..], &signed.to_bytes()[..32]].concat());
            for value in values {
                let theirs = Signature::from_slice(&value)
                    .is_ok_and(|value| library.verify(&message, &value).is_ok());
                assert_eq!(ours.verify(&message, &value), theirs);
            }
            assert!(ours.verify(&message, &signed.to_vec()));
            assert!(!ours.verify(b"another", &signed.to_vec()));
        }
    }

    /// r + s = n: the case that step B5 refuses.
    #[test]
    fn a_value_whose_parts_cancel_is_refused() {
        let (_, ours, _) = key(1);
        let r = Scalar::from(5u64);
        let value = [r.to_bytes(), (-r).to_bytes()].concat();
        assert!(!ours.verify(b"text", &value));
    }
}
