//! RSA: the seam to the libraries that compute it.
//!
//! `aws-lc-rs` verifies, and signs with SHA-256. It does not sign with SHA-1, which old-style messages
//! for tests and the demo need; that, and keys from a given source of chance, come from `rsa`.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use der::Decode;
use der::oid::ObjectIdentifier;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha1::{Digest, Sha1};
use sm2::elliptic_curve::rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use super::{KeyError, Scheme};

/// `rsaEncryption` (RFC 8017).
pub(super) const ALGORITHM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// Shorter keys are not even read.
const FEWEST_BITS: usize = 1024;

/// An RSA public key, parsed once with what every verification needs of it.
#[derive(Clone)]
pub struct RsaPublicKey {
    /// SHA-1 is verified from 1024 bits on, the size of old certificates.
    sha1: Option<ParsedPublicKey>,
    /// SHA-256 from 2048 bits on.
    sha256: Option<ParsedPublicKey>,
}

impl RsaPublicKey {
    /// From PKCS#1 DER. A key that is too short or too long verifies nothing.
    pub(super) fn new(pkcs1: &[u8]) -> Self {
        Self {
            sha1: ParsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, pkcs1).ok(),
            sha256: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1).ok(),
        }
    }

    pub(super) fn verify(&self, scheme: Scheme, message: &[u8], value: &[u8]) -> bool {
        let key = match scheme {
            Scheme::RsaSha1 => &self.sha1,
            Scheme::RsaSha256 => &self.sha256,
            Scheme::Sm2Sm3 => return false,
        };
        key.as_ref().is_some_and(|key| key.verify_sig(message, value).is_ok())
    }
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaPublicKey")
    }
}

/// An RSA secret key.
pub struct RsaSigningKey {
    secret: RsaPrivateKey,
    /// `None` below 2048 bits, where SHA-256 is not signed with.
    fast: Option<RsaKeyPair>,
}

impl RsaSigningKey {
    pub(super) fn generate(rng: &mut impl CryptoRng, bits: usize) -> Result<Self, KeyError> {
        if bits < FEWEST_BITS {
            return Err(KeyError::Unreadable);
        }
        RsaPrivateKey::new(rng, bits).map_err(|_| KeyError::Unreadable).and_then(Self::from_secret)
    }

    pub(super) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        RsaPrivateKey::from_pkcs8_pem(pem)
            .map_err(|_| KeyError::Unreadable)
            .and_then(Self::from_secret)
    }

    pub(super) fn to_pem(&self) -> Result<String, KeyError> {
        self.secret
            .to_pkcs8_pem(LineEnding::LF)
            .map(|pem| pem.to_string())
            .map_err(|_| KeyError::Unreadable)
    }

    pub(super) fn public_info(&self) -> Result<SubjectPublicKeyInfoOwned, KeyError> {
        let public = self.secret.as_public_key();
        let der = public.to_public_key_der().map_err(|_| KeyError::Unreadable)?;
        SubjectPublicKeyInfoOwned::from_der(der.as_bytes()).map_err(|_| KeyError::Unreadable)
    }

    pub(super) fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let unsuited = KeyError::Unsuited(scheme);
        match (scheme, &self.fast) {
            (Scheme::RsaSha1, _) => self
                .secret
                .sign(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(message))
                .map_err(|_| unsuited),
            (Scheme::RsaSha256, Some(pair)) => {
                let mut value = vec![0; pair.public_modulus_len()];
                // This padding is deterministic: the source of randomness is asked for and not used.
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut value)
                    .map_err(|_| unsuited)?;
                Ok(value)
            }
            _ => Err(unsuited),
        }
    }

    fn from_secret(secret: RsaPrivateKey) -> Result<Self, KeyError> {
        let der = secret.to_pkcs8_der().map_err(|_| KeyError::Unreadable)?;
        let fast = RsaKeyPair::from_pkcs8(der.as_bytes()).ok();
        Ok(Self { secret, fast })
    }
}

impl fmt::Debug for RsaSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaSigningKey")
    }
}
