//! A key of the ring: what it is called, by which cipher it seals, and which keys follow from it.

use std::fmt;

use aws_lc_rs::hmac;

use super::{SealError, random};

/// Names a key of the ring (密钥标识): eight hexadecimal digits that follow from the key, so that an altered key
/// has another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u32);

impl KeyId {
    /// Reads eight hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_name.then(|| u32::from_str_radix(text, 16).ok().map(Self)).flatten()
    }

    /// As a row has it.
    pub fn number(self) -> i64 {
        self.0.into()
    }

    /// From a row.
    pub fn numbered(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(Self)
    }

    /// As sealed bytes have it.
    pub(crate) const fn to_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    pub(super) const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(bytes))
    }

    /// Of the key that follows from `master` for `purpose`.
    pub(super) fn of(master: &[u8; 32], purpose: &str) -> Self {
        let [a, b, c, d, ..] = derived(master, &format!("tongguan name 1 {purpose}"));
        Self::from_bytes([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// By what is sealed (密码算法). Each takes its keys by the hash of its own family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cipher {
    /// AES-256-GCM (NIST SP 800-38D), keys by HMAC-SHA-256.
    Aes256Gcm,
    /// SM4-GCM (GB/T 32907, RFC 8998), keys by HMAC-SM3 (GB/T 32905).
    Sm4Gcm,
}

impl Cipher {
    /// Every cipher.
    pub const ALL: [Self; 2] = [Self::Aes256Gcm, Self::Sm4Gcm];

    /// Its name, in files, rows and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Sm4Gcm => "sm4-gcm",
        }
    }

    /// The cipher of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cipher| cipher.name() == name)
    }

    /// Its number in sealed bytes.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Aes256Gcm => 1,
            Self::Sm4Gcm => 2,
        }
    }
}

/// A key of the ring (密钥环), from which the keys follow that seal.
#[derive(Clone)]
pub struct RingKey {
    id: KeyId,
    cipher: Cipher,
    pub(super) master: [u8; 32],
}

impl RingKey {
    /// A new one.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn new(cipher: Cipher) -> Result<Self, SealError> {
        random().map(|master| Self::from_master(cipher, master))
    }

    pub(super) fn from_master(cipher: Cipher, master: [u8; 32]) -> Self {
        Self { id: KeyId::of(&master, cipher.name()), cipher, master }
    }

    /// Its name.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// By what it seals: always this.
    pub const fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// The key that follows from it for a purpose.
    pub(super) fn derived(&self, purpose: &str) -> [u8; 32] {
        derived(&self.master, purpose)
    }
}

impl fmt::Debug for RingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RingKey({}, {})", self.id, self.cipher.name())
    }
}

/// HMAC-SHA-256 of a purpose under a key.
pub(super) fn derived(master: &[u8; 32], purpose: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, master), purpose.as_bytes());
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_name_that_follows_from_it_and_its_cipher() {
        let key = |cipher, byte| RingKey::from_master(cipher, [byte; 32]);
        let one = key(Cipher::Aes256Gcm, 1);
        assert_eq!(one.id(), key(Cipher::Aes256Gcm, 1).id());
        assert_ne!(one.id(), key(Cipher::Aes256Gcm, 2).id());
        assert_ne!(one.id(), key(Cipher::Sm4Gcm, 1).id());
        assert_eq!(KeyId::parse(&one.id().to_string()), Some(one.id()));
        assert_eq!(KeyId::numbered(one.id().number()), Some(one.id()));
        assert!(!format!("{one:?}").contains("0101"), "{one:?}");
    }

    #[test]
    fn what_is_no_name_of_a_key_is_none() {
        for none in ["", "1234567", "123456789", "+1234567", "1234567g", "１２３４５６７８"]
        {
            assert_eq!(KeyId::parse(none), None, "{none}");
        }
    }
}
