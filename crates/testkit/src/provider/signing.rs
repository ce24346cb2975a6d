//! The keys of a provider, and what it signs with them or otherwise.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Where the modulus stands in the public key of 2048 bits, in DER, and the exponent 65537 behind it.
const MODULUS: std::ops::Range<usize> = 9..265;

/// A key that tokens are signed with.
pub struct Key {
    id: String,
    pair: Pair,
    /// What is published of it beside itself, such as `{"use":"enc"}`.
    beside: Value,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// With the own key.
    Own,
    /// With the own key, and the key's number is not told.
    Unnumbered,
    /// Not at all: `none`.
    Absent,
    /// `HS256`, and the public key is the secret.
    PublicKeyAsSecret,
    /// With a key of somebody else, under the own number.
    Foreign,
    /// With the own key, and then something was changed.
    Broken,
    /// With the own key, and something that nobody knows is said to matter.
    Critical,
}

#[expect(clippy::expect_used, reason = "a test cannot go on without a key")]
impl Key {
    /// An RSA key of this number, for RS256.
    ///
    /// # Panics
    /// When there is no randomness.
    pub fn rsa(id: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        Self { id: id.to_owned(), pair: Pair::Rsa(pair), beside: json!({ "use": "sig" }) }
    }

    /// A key on the curve P-256 of this number, for ES256.
    ///
    /// # Panics
    /// When there is no randomness.
    pub fn ec(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self { id: id.to_owned(), pair: Pair::Ec(pair), beside: json!({ "alg": "ES256" }) }
    }

    /// The same, of which this is published too.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.beside[name] = json!(value);
        self
    }

    /// As everybody sees it (RFC 7517).
    pub(super) fn published(&self) -> Value {
        let public = self.public();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut key = match &self.pair {
            Pair::Rsa(_) => json!({
                "kty": "RSA",
                "n": text(public.get(MODULUS).unwrap_or_default()),
                "e": "AQAB",
            }),
            Pair::Ec(_) => {
                let (x, y) = public.get(1..).unwrap_or_default().split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
            }
        };
        key["kid"] = json!(self.id);
        for (name, value) in self.beside.as_object().into_iter().flatten() {
            key[name] = value.clone();
        }
        key
    }

    /// A token with these claims (RFC 7519).
    pub(super) fn signed(&self, how: Signature, claims: &Value) -> String {
        let algorithm = match (how, &self.pair) {
            (Signature::Absent, _) => "none",
            (Signature::PublicKeyAsSecret, _) => "HS256",
            (_, Pair::Rsa(_)) => "RS256",
            (_, Pair::Ec(_)) => "ES256",
        };
        let mut head = json!({ "alg": algorithm, "kid": self.id, "typ": "JWT" });
        if how == Signature::Unnumbered {
            head = json!({ "alg": algorithm });
        }
        if how == Signature::Critical {
            head["crit"] = json!(["exp-in-days"]);
            head["exp-in-days"] = json!(1);
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let content = format!("{}.{}", part(&head), part(claims));
        let signature = match how {
            Signature::Absent => Vec::new(),
            Signature::PublicKeyAsSecret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.public());
                hmac::sign(&key, content.as_bytes()).as_ref().to_vec()
            }
            Signature::Foreign => match &self.pair {
                Pair::Rsa(_) => Self::rsa(&self.id).sign(content.as_bytes()),
                Pair::Ec(_) => Self::ec(&self.id).sign(content.as_bytes()),
            },
            Signature::Broken => self.sign(format!("{content} ").as_bytes()),
            Signature::Own | Signature::Unnumbered | Signature::Critical => {
                self.sign(content.as_bytes())
            }
        };
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn public(&self) -> &[u8] {
        match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ec(pair) => pair.public_key().as_ref(),
        }
    }

    fn sign(&self, content: &[u8]) -> Vec<u8> {
        let chance = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &chance, content, &mut signature)
                    .expect("a signature");
                signature
            }
            Pair::Ec(pair) => pair.sign(&chance, content).expect("a signature").as_ref().to_vec(),
        }
    }
}
