//! SM2: the seam to the library that computes it.

use std::fmt;

use der::Decode;
use der::oid::ObjectIdentifier;
use sm2::SecretKey;
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::Generate;
use sm2::elliptic_curve::rand_core::CryptoRng;
use sm2::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use spki::SubjectPublicKeyInfoOwned;

use super::{KeyError, Scheme};

/// `id-ecPublicKey` (RFC 5480).
pub(super) const ALGORITHM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// The SM2 curve (GM/T 0006).
pub(super) const CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
/// The user id of every signer (GM/T 0009 §10).
const USER_ID: &str = "1234567812345678";

/// An SM2 public key with its identity hash Z.
#[derive(Clone)]
pub struct Sm2PublicKey(VerifyingKey);

impl Sm2PublicKey {
    pub(super) fn new(point: &[u8]) -> Result<Self, KeyError> {
        VerifyingKey::from_sec1_bytes(USER_ID, point).map(Self).map_err(|_| KeyError::Unreadable)
    }

    pub(super) fn verify(&self, message: &[u8], value: &[u8]) -> bool {
        let signature = match value.len() {
            Signature::BYTE_SIZE => Signature::from_slice(value),
            _ => Signature::from_der(value),
        };
        signature.is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for Sm2PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm2PublicKey")
    }
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
