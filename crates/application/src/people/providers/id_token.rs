//! The ID token (ID令牌): which account somebody has at a provider, signed by it (OpenID Connect Core §2, §3.1.3.7).
//!
//! The signature is verified by `jsonwebtoken`; what the token says is judged here, by the clock that everything else
//! goes by.

use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tongguan_domain::time::Moment;

use super::{ProviderError, not_believed};

/// By how much a provider's clock may differ from ours, in seconds.
pub(super) const SKEW: i64 = 60;
/// The longest name of an account (§2), in bytes.
const LONGEST_SUB: usize = 255;
/// Signatures that are taken: by a key whose other half only the provider has. `none` is no algorithm here, and one
/// with a shared secret (`HS…`) would let whoever knows what is public sign.
const TAKEN: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a token has to say.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// When it was asked for.
    pub begun_at: Moment,
    pub now: Moment,
}

/// What a verified token says.
#[derive(Debug, Deserialize)]
pub struct Claims {
    iss: String,
    /// What the issuer calls the account, and calls no other.
    pub sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    #[serde(default)]
    amr: Value,
    #[serde(default)]
    acr: Value,
}

/// For whom a token is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Whether it is this client alone: nobody else is trusted with what is for us.
    pub(super) fn is(&self, client_id: &str) -> bool {
        match self {
            Self::One(one) => one == client_id,
            Self::Many(many) => matches!(&many[..], [one] if one == client_id),
        }
    }
}

/// Whether it is what a provider may call an account (§2).
pub(super) fn is_account(sub: &str) -> bool {
    !sub.is_empty() && sub.len() <= LONGEST_SUB
}

impl Claims {
    /// By which methods somebody was signed in (RFC 8176).
    pub fn methods(&self) -> Vec<&str> {
        self.amr.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// As what the sign-in counts there.
    pub fn class(&self) -> Option<&str> {
        self.acr.as_str()
    }
}

impl Expected<'_> {
    /// What a token says, if it is to be believed. `keys` gives those of the provider, in which one of this number
    /// is looked for.
    pub fn verified(
        &self,
        token: &str,
        keys: impl FnOnce(Option<&str>) -> Result<Arc<[Jwk]>, ProviderError>,
    ) -> Result<Claims, ProviderError> {
        let claims: Claims = signed("ID token", token, keys)?;
        self.judge(&claims).map_err(not_believed)?;
        Ok(claims)
    }

    fn judge(&self, claims: &Claims) -> Result<(), &'static str> {
        let (now, begun) = (seconds(self.now), seconds(self.begun_at));
        let is_for_us = claims.aud.is(self.client_id);
        let is_sub = is_account(&claims.sub);
        let checks = [
            (claims.iss == self.issuer, "its ID token is of another issuer"),
            (is_for_us, "its ID token is for somebody else"),
            (
                claims.azp.as_deref().is_none_or(|azp| azp == self.client_id),
                "its ID token was given to somebody else",
            ),
            (now < claims.exp.saturating_add(SKEW), "its ID token is over"),
            (
                claims.iat <= now.saturating_add(SKEW),
                "its ID token is of a time to come; compare the clocks",
            ),
            (
                claims.iat >= begun.saturating_sub(SKEW),
                "its ID token is older than what was asked; compare the clocks",
            ),
            (
                claims.nbf.is_none_or(|nbf| nbf <= now.saturating_add(SKEW)),
                "its ID token is not good yet; compare the clocks",
            ),
            (claims.nonce.as_deref() == Some(self.nonce), "its ID token answers another question"),
            (is_sub, "its ID token names no account"),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, why)| Err(why))
    }
}

/// What a token of a provider says, if one of its keys has signed it; nothing of that is judged. `kind` is what it is
/// called, and `keys` gives those of the provider, in which one of this number is looked for.
pub(super) fn signed<T: DeserializeOwned>(
    kind: &str,
    token: &str,
    keys: impl FnOnce(Option<&str>) -> Result<Arc<[Jwk]>, ProviderError>,
) -> Result<T, ProviderError> {
    let because = |why: &str| not_believed(&format!("its {kind} {why}"));
    let header = decode_header(token)
        .map_err(|_| because("has no head, or an algorithm that is not taken"))?;
    if !TAKEN.contains(&header.alg) {
        return Err(because("is signed by an algorithm that is not taken"));
    }
    // RFC 7515 §4.1.11: what has to be understood is not.
    if header.crit.is_some() {
        return Err(because("asks for more than is understood"));
    }
    let keys = keys(header.kid.as_deref())?;
    let key = key_for(&keys, header.kid.as_deref(), header.alg)
        .ok_or_else(|| because("is signed by none of its keys"))?;
    let key = DecodingKey::from_jwk(key).map_err(|_| not_believed("its key is none"))?;
    let verified = decode::<T>(token, &key, &signature_alone(header.alg));
    Ok(verified.map_err(|_| because("has another's signature, or lacks a claim"))?.claims)
}

/// The key of that number, or the only one that may be meant where the token names none.
fn key_for<'k>(keys: &'k [Jwk], wanted: Option<&str>, algorithm: Algorithm) -> Option<&'k Jwk> {
    let mut fitting = keys.iter().filter(|key| {
        wanted.is_none_or(|wanted| key.common.key_id.as_deref() == Some(wanted))
            && fits(key, algorithm)
    });
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Some(key),
        _ => None,
    }
}

/// Whether a key is one for signatures of this algorithm.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_for_signing = !matches!(
        key.common.public_key_use,
        Some(PublicKeyUse::Encryption | PublicKeyUse::Other(_))
    );
    let is_for_this = key
        .common
        .key_algorithm
        .as_ref()
        .is_none_or(|named| *named == KeyAlgorithm::from(algorithm));
    let is_of_kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => {
            key.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => {
            key.curve == EllipticCurve::P384
        }
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => {
            key.curve == EllipticCurve::Ed25519
        }
        (
            AlgorithmParameters::RSA(_),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512,
        ) => true,
        _ => false,
    };
    is_for_signing && is_for_this && is_of_kind
}

/// The library verifies the signature and no more: it would look at a clock of its own.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

pub(super) fn seconds(at: Moment) -> i64 {
    at.micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn another_algorithm_is_refused_before_any_key_is_looked_for() {
        let now = Moment::parse_wire("20261123120000").unwrap();
        let expected = Expected { issuer: "", client_id: "", nonce: "", begun_at: now, now };
        let token = |algorithm: &str| {
            let head = format!("{{\"alg\":\"{algorithm}\",\"kid\":\"a\"}}");
            format!("{}.e30.", URL_SAFE_NO_PAD.encode(head))
        };
        // Whoever looks for a key is told that too many do.
        let judged = |algorithm: &str| {
            expected.verified(&token(algorithm), |_| Err(ProviderError::Busy)).unwrap_err()
        };
        for algorithm in ["none", "None", "HS256", "HS384", "HS512", "ES256K", ""] {
            let why = judged(algorithm);
            assert!(matches!(why, ProviderError::NotBelieved(_)), "{algorithm}: {why}");
        }
        for algorithm in ["RS256", "PS512", "ES384", "EdDSA"] {
            assert!(matches!(judged(algorithm), ProviderError::Busy), "{algorithm}");
        }
    }
}
