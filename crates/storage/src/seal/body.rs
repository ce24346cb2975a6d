//! Sealed bytes: which form, cipher and key of the ring, 16 bytes from which their own key follows, a nonce,
//! what is sealed, and a tag.

use aes_gcm::{AeadInOut as _, AesGcm, KeyInit as _};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac as sha256;
use hmac::{Hmac, Mac as _};
use sm3::Sm3;
use sm4::Sm4;
use sm4::cipher::consts::U12;

use super::key::{Cipher, KeyId};
use super::{SealError, random};

/// The first byte: which way the bytes were sealed. Form 1 named neither cipher nor key.
const FORM: u8 = 2;
/// Where the name of the key stands.
const NAME: std::ops::Range<usize> = 2..6;
/// Random bytes that derive a body's own key.
const SALT: usize = 16;
/// Form, cipher, key, salt and nonce.
const HEADER: usize = NAME.end + SALT + NONCE_LEN;
/// The authentication tag.
const TAG: usize = 16;

/// The key of the ring that sealed these bytes, by what they say: whether that is so is seen when they are opened.
///
/// # Errors
/// [`SealError::UnknownForm`]; [`SealError::Tampered`] for what is too short.
pub fn sealed_by(sealed: &[u8]) -> Result<KeyId, SealError> {
    match sealed.first() {
        Some(&FORM) => {}
        Some(&other) => return Err(SealError::UnknownForm(other)),
        None => return Err(SealError::Tampered),
    }
    let name = sealed.get(NAME).and_then(|name| name.try_into().ok());
    name.map(KeyId::from_bytes).ok_or(SealError::Tampered)
}

/// A key from which each sealed thing has its own.
pub(super) struct SealingKey {
    id: KeyId,
    cipher: Cipher,
    /// What a thing's own key follows by.
    derivation: Derivation,
}

enum Derivation {
    Sha256(Box<sha256::Key>),
    Sm3(Box<Hmac<Sm3>>),
}

impl SealingKey {
    /// That follows from the ring's key `id`.
    pub(super) fn new(id: KeyId, cipher: Cipher, secret: &[u8; 32]) -> Self {
        let derivation = match cipher {
            Cipher::Aes256Gcm => {
                Derivation::Sha256(Box::new(sha256::Key::new(sha256::HMAC_SHA256, secret)))
            }
            Cipher::Sm4Gcm => {
                // A shorter key is filled up with zeros (RFC 2104).
                let mut block = [0; 64];
                block.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
                Derivation::Sm3(Box::new(Hmac::new(&block.into())))
            }
        };
        Self { id, cipher, derivation }
    }

    pub(super) fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let chance: [u8; SALT + NONCE_LEN] = random()?;
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + TAG);
        sealed.extend_from_slice(&[FORM, self.cipher.number()]);
        sealed.extend_from_slice(&self.id.to_bytes());
        sealed.extend_from_slice(&chance);
        sealed.extend_from_slice(plain);
        let (header, body) = sealed.split_at_mut(HEADER);
        let tag = self.own(header)?.encrypt(place, body)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    pub(super) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        if sealed_by(sealed)? != self.id || sealed.get(1) != Some(&self.cipher.number()) {
            return Err(SealError::Tampered);
        }
        let (header, body) = sealed.split_at_checked(HEADER).ok_or(SealError::Tampered)?;
        self.own(header)?.decrypt(place, body.to_vec())
    }

    /// The key and nonce that a header stands for.
    fn own(&self, header: &[u8]) -> Result<Own, SealError> {
        let chance = header.get(NAME.end..).and_then(|it| it.split_at_checked(SALT));
        let (salt, nonce) = chance.ok_or(SealError::Tampered)?;
        let nonce = <[u8; NONCE_LEN]>::try_from(nonce).map_err(|_| SealError::Tampered)?;
        match &self.derivation {
            Derivation::Sha256(key) => {
                let key = UnboundKey::new(&AES_256_GCM, sha256::sign(key, salt).as_ref());
                let key = key.map_err(|_| SealError::Tampered)?;
                let nonce = Nonce::assume_unique_for_key(nonce);
                Ok(Own::Aes(LessSafeKey::new(key), nonce))
            }
            Derivation::Sm3(keyed) => {
                let mut keyed = keyed.clone();
                keyed.update(salt);
                let derived = keyed.finalize().into_bytes();
                let key = derived.get(..16).map(AesGcm::new_from_slice);
                let key = key.and_then(Result::ok).ok_or(SealError::Tampered)?;
                Ok(Own::Sm4(Box::new(key), nonce))
            }
        }
    }
}

/// One thing's own key and nonce.
enum Own {
    Aes(LessSafeKey, Nonce),
    Sm4(Box<AesGcm<Sm4, U12>>, [u8; NONCE_LEN]),
}

impl Own {
    /// Encrypts in place; gives the tag.
    fn encrypt(self, place: &[u8], body: &mut [u8]) -> Result<[u8; TAG], SealError> {
        let tag = match self {
            Self::Aes(key, nonce) => {
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(place), body);
                tag.map_err(|_| SealError::Tampered)?.as_ref().try_into()
            }
            Self::Sm4(key, nonce) => {
                let tag = key.encrypt_inout_detached(&nonce.into(), place, body.into());
                tag.map_err(|_| SealError::Tampered)?.as_slice().try_into()
            }
        };
        tag.map_err(|_| SealError::Tampered)
    }

    /// Decrypts what is followed by its tag.
    fn decrypt(self, place: &[u8], mut body: Vec<u8>) -> Result<Vec<u8>, SealError> {
        let length = body.len().checked_sub(TAG).ok_or(SealError::Tampered)?;
        match self {
            Self::Aes(key, nonce) => {
                let opened = key.open_in_place(nonce, Aad::from(place), &mut body);
                opened.map_err(|_| SealError::Tampered)?;
            }
            Self::Sm4(key, nonce) => {
                let (body, tag) = body.split_at_mut(length);
                let tag = (&*tag).try_into().map_err(|_| SealError::Tampered)?;
                let opened = key.decrypt_inout_detached(&nonce.into(), place, body.into(), &tag);
                opened.map_err(|_| SealError::Tampered)?;
            }
        }
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(cipher: Cipher) -> SealingKey {
        SealingKey::new(KeyId::from_bytes([1, 2, 3, 4]), cipher, &[9; 32])
    }

    #[test]
    fn sealed_bytes_name_their_cipher_and_the_key_that_sealed_them() {
        for cipher in Cipher::ALL {
            let sealed = key(cipher).seal(b"place", b"a secret").unwrap();
            assert_eq!(sealed[..6], [FORM, cipher.number(), 1, 2, 3, 4]);
            assert_eq!(sealed_by(&sealed).unwrap(), KeyId::from_bytes([1, 2, 3, 4]));
            assert_eq!(key(cipher).open(b"place", &sealed).unwrap(), b"a secret");
            assert!(!sealed.windows(8).any(|part| part == b"a secret"), "{}", cipher.name());
            let other = SealingKey::new(KeyId::from_bytes([1, 2, 3, 5]), cipher, &[9; 32]);
            assert!(matches!(other.open(b"place", &sealed), Err(SealError::Tampered)));
        }
    }

    #[test]
    fn a_changed_or_missing_byte_anywhere_is_noticed() {
        for cipher in Cipher::ALL {
            let sealed = key(cipher).seal(b"place", b"a body").unwrap();
            assert!(matches!(key(cipher).open(b"other", &sealed), Err(SealError::Tampered)));
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                let refused = key(cipher).open(b"place", &changed).unwrap_err();
                match at {
                    0 => assert!(matches!(refused, SealError::UnknownForm(3))),
                    _ => assert!(matches!(refused, SealError::Tampered), "byte {at}: {refused}"),
                }
                assert!(key(cipher).open(b"place", &sealed[..at]).is_err(), "cut at {at}");
            }
        }
    }

    #[test]
    fn sm4_gcm_is_that_of_rfc_8998() {
        let bytes = |hex: &str| -> Vec<u8> {
            let digits: Vec<_> = hex.chars().map(|c| c.to_digit(16).unwrap()).collect();
            digits.chunks(2).map(|two| u8::try_from(two[0] * 16 + two[1]).unwrap()).collect()
        };
        let key = bytes("0123456789abcdeffedcba9876543210");
        let nonce = <[u8; 12]>::try_from(bytes("00001234567800000000abcd")).unwrap();
        let place = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = bytes(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
             eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        );
        let own = || Own::Sm4(Box::new(AesGcm::new_from_slice(&key).unwrap()), nonce);
        let mut body = plain.clone();
        let tag = own().encrypt(&place, &mut body).unwrap();
        let expected = bytes(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
        );
        assert_eq!(body, expected);
        assert_eq!(tag.to_vec(), bytes("83de3541e4c2b58177e065a9bf7b62ec"));
        assert_eq!(own().decrypt(&place, [body, tag.to_vec()].concat()).unwrap(), plain);
    }
}
