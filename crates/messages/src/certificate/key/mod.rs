//! The keys that certificates bind: SM2 and RSA, public and secret.
//!
//! Each kind has one file, and nothing outside knows which library computes it: a hardware module or
//! a faster verifier replaces that file.

mod comb;
mod rsa;
mod sm2;

use spki::SubjectPublicKeyInfoOwned;

pub use self::rsa::{RsaPublicKey, RsaSigningKey};
pub use self::sm2::{Sm2PublicKey, Sm2SigningKey};

/// How a text is hashed and signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// SM2 over SM3 with the user id `1234567812345678` (GB/T 32918.2, GM/T 0009).
    Sm2Sm3,
    /// RSASSA-PKCS1-v1_5 over SHA-1 (RFC 8017): verified for old certificates only.
    RsaSha1,
    /// RSASSA-PKCS1-v1_5 over SHA-256 (RFC 8017).
    RsaSha256,
}

impl Scheme {
    /// The name in reports: `sm2-sm3`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm2Sm3 => "sm2-sm3",
            Self::RsaSha1 => "rsa-sha1",
            Self::RsaSha256 => "rsa-sha256",
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither an SM2 nor an RSA key, or a damaged one.
    #[error("the key is neither a valid SM2 nor a valid RSA key")]
    Unreadable,
    /// The key is of another kind, or too short, for the scheme.
    #[error("the key cannot sign with {0:?}")]
    Unsuited(Scheme),
}

/// A public key, prepared once for many verifications.
#[derive(Debug, Clone)]
pub enum PublicKey {
    /// On the curve 1.2.156.10197.1.301.
    Sm2(Sm2PublicKey),
    /// Of 1024 bits or more.
    Rsa(RsaPublicKey),
}

impl PublicKey {
    pub(super) fn from_spki(info: &SubjectPublicKeyInfoOwned) -> Result<Self, KeyError> {
        let bits = info.subject_public_key.as_bytes().ok_or(KeyError::Unreadable)?;
        if info.algorithm.oid == rsa::ALGORITHM {
            return Ok(Self::Rsa(RsaPublicKey::new(bits)));
        }
        let curve = info.algorithm.parameters.as_ref().and_then(|any| any.decode_as().ok());
        if info.algorithm.oid == sm2::ALGORITHM && curve == Some(sm2::CURVE) {
            return Sm2PublicKey::new(bits).map(Self::Sm2);
        }
        Err(KeyError::Unreadable)
    }

    /// Whether `signature` is this key's over `message`. SM2 values may be r‖s (64 bytes) or DER.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        match (self, scheme) {
            (Self::Sm2(key), Scheme::Sm2Sm3) => key.verify(message, signature),
            (Self::Rsa(key), Scheme::RsaSha1 | Scheme::RsaSha256) => {
                key.verify(scheme, message, signature)
            }
            _ => false,
        }
    }
}

/// A secret key. Signatures are deterministic: no randomness is taken.
#[derive(Debug)]
pub enum SigningKey {
    /// On the curve 1.2.156.10197.1.301.
    Sm2(Sm2SigningKey),
    /// Of 1024 bits or more.
    Rsa(Box<RsaSigningKey>),
}

impl SigningKey {
    /// A new SM2 key.
    pub fn generate_sm2(rng: &mut impl ::sm2::elliptic_curve::rand_core::CryptoRng) -> Self {
        Self::Sm2(Sm2SigningKey::generate(rng))
    }

    /// A new RSA key of so many bits.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`] below 1024 bits.
    pub fn generate_rsa(
        rng: &mut impl ::sm2::elliptic_curve::rand_core::CryptoRng,
        bits: usize,
    ) -> Result<Self, KeyError> {
        RsaSigningKey::generate(rng, bits).map(|key| Self::Rsa(Box::new(key)))
    }

    /// Reads an unencrypted PKCS#8 key in PEM.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Sm2SigningKey::from_pem(pem)
            .map(Self::Sm2)
            .or_else(|_| RsaSigningKey::from_pem(pem).map(|key| Self::Rsa(Box::new(key))))
    }

    /// The key as unencrypted PKCS#8 in PEM. It is secret.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`] when it cannot be encoded.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        match self {
            Self::Sm2(key) => key.to_pem(),
            Self::Rsa(key) => key.to_pem(),
        }
    }

    /// The public half, as certificates carry it.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`] when it cannot be encoded.
    pub fn public_info(&self) -> Result<SubjectPublicKeyInfoOwned, KeyError> {
        match self {
            Self::Sm2(key) => key.public_info(),
            Self::Rsa(key) => key.public_info(),
        }
    }

    /// Signs `message`. SM2 values are r‖s, 64 bytes.
    ///
    /// # Errors
    /// [`KeyError::Unsuited`] for a scheme of another kind, and for RSA with SHA-256 below 2048 bits.
    pub fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match (self, scheme) {
            (Self::Sm2(key), Scheme::Sm2Sm3) => key.sign(message),
            (Self::Rsa(key), Scheme::RsaSha1 | Scheme::RsaSha256) => key.sign(scheme, message),
            _ => Err(KeyError::Unsuited(scheme)),
        }
    }

    /// The scheme this key signs with unless told otherwise.
    pub const fn scheme(&self) -> Scheme {
        match self {
            Self::Sm2(_) => Scheme::Sm2Sm3,
            Self::Rsa(_) => Scheme::RsaSha256,
        }
    }
}

/// An SM2 value r‖s as DER, the form of certificates and of some signing devices.
///
/// # Errors
/// [`KeyError::Unreadable`] when it is not one.
pub fn sm2_value_to_der(value: &[u8]) -> Result<Vec<u8>, KeyError> {
    sm2::to_der(value)
}
