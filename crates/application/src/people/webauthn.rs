//! What an authenticator says (WebAuthn Level 3, §6 and §7), and whether it is to be believed.
//!
//! Attestation is not asked for: which make of authenticator somebody has is nobody's business here. So a browser
//! gives the new public key as DER, and nothing of the CBOR around it has to be read.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::digest::sha256;

/// The user was there, and was verified by the authenticator: by a finger, a face, or a PIN.
const PRESENT: u8 = 0b0000_0001;
const VERIFIED: u8 = 0b0000_0100;
/// There is a new credential in what follows.
const ATTESTED: u8 = 0b0100_0000;
/// The longest identifier of a credential, in bytes (§5.8.3).
const LONGEST_ID: usize = 1023;

/// Where the pages are reached (依赖方): passkeys belong to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// As browsers write it: `https://window.example`.
    origin: String,
    host: String,
}

impl RelyingParty {
    /// Of an address, the scheme and the host alone; nothing where browsers have no passkeys: without TLS, but for
    /// `localhost`, and at a number instead of a name.
    pub fn of(address: &str) -> Option<Self> {
        let (scheme, authority) = address.split_once("://")?;
        let host = authority.split(':').next()?;
        let is_name = host.ends_with(|c: char| c.is_ascii_alphabetic());
        let is_safe = scheme == "https" || host == "localhost";
        (is_name && is_safe).then(|| Self { origin: address.to_owned(), host: host.to_owned() })
    }

    /// The host's name, which passkeys belong to.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// What the browser was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// A new passkey.
    Create,
    /// A signature of one that there is.
    Get,
}

impl Ceremony {
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// How a passkey signs, by its number in the register of COSE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ES256.
    EcdsaP256 = -7,
    /// `EdDSA`.
    Ed25519 = -8,
    /// RS256.
    Rsa = -257,
}

impl Algorithm {
    /// Those that are asked for, the best known first.
    pub const ALL: [Self; 3] = [Self::EcdsaP256, Self::Ed25519, Self::Rsa];

    /// Its number.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The algorithm of a number.
    pub fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.number() == number)
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::EcdsaP256 => &ECDSA_P256_SHA256_ASN1,
            Self::Ed25519 => &ED25519,
            Self::Rsa => &RSA_PKCS1_2048_8192_SHA256,
        }
    }

    /// Whether a public key, in DER, is one of this algorithm.
    pub fn takes(self, key: &[u8]) -> bool {
        self.parsed(key).is_some()
    }

    /// Whether the authenticator has signed what it and the browser say.
    pub fn verifies(self, key: &[u8], said: &[u8], client: &[u8], signature: &[u8]) -> bool {
        let signed = [said, &sha256(client)].concat();
        self.parsed(key).is_some_and(|key| key.verify_sig(&signed, signature).is_ok())
    }

    fn parsed(self, key: &[u8]) -> Option<ParsedPublicKey> {
        ParsedPublicKey::new(self.verification(), key).ok()
    }
}

/// What the browser says, its `clientDataJSON` (§5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Collected {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// The challenge that a browser was given for this, at this origin and in no frame of another one.
pub fn challenge_of(client: &[u8], ceremony: Ceremony, at: &RelyingParty) -> Option<Vec<u8>> {
    let client: Collected = serde_json::from_slice(client).ok()?;
    let is_ours =
        client.r#type == ceremony.kind() && client.origin == at.origin && !client.cross_origin;
    is_ours.then(|| URL_SAFE_NO_PAD.decode(client.challenge).ok())?
}

/// What the authenticator says (§6.1), of a user who was verified, for our host.
#[derive(Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// How often the passkey has signed; 0 where it does not count.
    pub count: u32,
    /// The identifier of a new passkey.
    pub id: Option<&'a [u8]>,
}

impl<'a> Said<'a> {
    /// Reads it; nothing where it is none, or for another host, or of somebody who was not verified.
    pub fn read(bytes: &'a [u8], at: &RelyingParty) -> Option<Self> {
        let (host, rest) = bytes.split_first_chunk::<32>()?;
        let (flags, rest) = rest.split_first()?;
        let (count, rest) = rest.split_first_chunk()?;
        let needed = PRESENT | VERIFIED;
        if *host != sha256(at.host.as_bytes()) || flags & needed != needed {
            return None;
        }
        let id = match flags & ATTESTED {
            0 => None,
            _ => {
                let (_make, rest) = rest.split_first_chunk::<16>()?;
                let (length, rest) = rest.split_first_chunk()?;
                let length = usize::from(u16::from_be_bytes(*length));
                let id = rest.get(..length)?;
                Some(id).filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
            }
        };
        Some(Self { count: u32::from_be_bytes(*count), id })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

    use super::*;

    #[test]
    fn keys_of_other_kinds_are_taken_as_browsers_give_them() {
        let (said, client) = (b"said", b"client");
        let signed = [&said[..], &sha256(client)].concat();
        let ed25519 = Ed25519KeyPair::generate().unwrap();
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let mut by_rsa = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &signed, &mut by_rsa).unwrap();
        let (ed25519_key, rsa_key) =
            (ed25519.public_key().as_der().unwrap(), rsa.public_key().as_der().unwrap());
        let by_ed25519 = ed25519.sign(&signed);
        for (algorithm, other, key, signature) in [
            (Algorithm::Ed25519, Algorithm::EcdsaP256, ed25519_key.as_ref(), by_ed25519.as_ref()),
            (Algorithm::Rsa, Algorithm::Ed25519, rsa_key.as_ref(), &by_rsa[..]),
        ] {
            assert!(algorithm.takes(key) && !other.takes(key), "{algorithm:?}");
            assert!(algorithm.verifies(key, said, client, signature), "{algorithm:?}");
            assert!(!algorithm.verifies(key, client, said, signature), "{algorithm:?}");
            assert!(!other.verifies(key, said, client, signature), "{algorithm:?}");
        }
        assert_eq!(Algorithm::ALL.map(Algorithm::number), [-7, -8, -257]);
    }

    fn at() -> RelyingParty {
        RelyingParty::of("https://window.example:8443").unwrap()
    }

    #[test]
    fn passkeys_belong_to_a_named_host_that_is_reached_safely() {
        assert_eq!(at().host(), "window.example");
        assert!(RelyingParty::of("http://localhost:8080").is_some());
        for none in ["http://window.example", "https://127.0.0.1:1", "https://[::1]", "window", ""]
        {
            assert_eq!(RelyingParty::of(none), None, "{none}");
        }
    }

    #[test]
    fn what_a_browser_says_is_for_this_this_origin_and_no_frame() {
        let said = |kind: &str, origin: &str, more: &str| {
            let json = format!(
                "{{\"type\":\"{kind}\",\"challenge\":\"AQI\",\"origin\":\"{origin}\"{more}}}"
            );
            challenge_of(json.as_bytes(), Ceremony::Get, &at())
        };
        let ours = "https://window.example:8443";
        assert_eq!(said("webauthn.get", ours, ",\"new\":1"), Some(vec![1, 2]));
        assert_eq!(said("webauthn.create", ours, ""), None);
        assert_eq!(said("webauthn.get", "https://window.example", ""), None);
        assert_eq!(said("webauthn.get", ours, ",\"crossOrigin\":true"), None);
        assert_eq!(challenge_of(b"{}", Ceremony::Get, &at()), None);
    }

    #[test]
    fn what_an_authenticator_says_is_read_to_its_last_byte_or_not_at_all() {
        let said = |host: &str, flags: u8, rest: &[u8]| {
            [&sha256(host.as_bytes())[..], &[flags, 0, 0, 0, 7], rest].concat()
        };
        let shown = said("window.example", PRESENT | VERIFIED, &[]);
        assert_eq!(Said::read(&shown, &at()), Some(Said { count: 7, id: None }));
        for flags in [0, PRESENT, VERIFIED] {
            assert_eq!(Said::read(&said("window.example", flags, &[]), &at()), None);
        }
        assert_eq!(Said::read(&said("evil.example", PRESENT | VERIFIED, &[]), &at()), None);
        let flags = PRESENT | VERIFIED | ATTESTED;
        let rest = [&[0; 16][..], &[0, 3], b"abc", b"the key"].concat();
        let new = said("window.example", flags, &rest);
        assert_eq!(Said::read(&new, &at()).unwrap().id, Some(&b"abc"[..]));
        for length in 0..37 + 16 + 2 + 3 {
            assert_eq!(Said::read(&new[..length], &at()), None, "{length}");
        }
    }
}
