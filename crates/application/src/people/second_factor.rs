//! The second factor: codes of an authenticator (RFC 6238).

use tongguan_domain::access::SignIn;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError, random};
use totp_rs::{Builder, Totp};

use super::PeopleError;

/// Codes of the step before and behind are taken: clocks differ.
const SKEW: u16 = 1;
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;

/// A second factor that is being set up; it is kept when a first code of it was shown.
pub struct Enrolment {
    /// The secret, sealed for the form that brings it back.
    pub sealed: Vec<u8>,
    /// The secret in base 32, to be typed.
    pub typed: String,
    /// `otpauth://…`, to be scanned.
    pub address: String,
}

impl Enrolment {
    pub(super) fn begin(keyring: &Keyring, name: &SignIn) -> Result<Self, PeopleError> {
        let secret: [u8; SECRET] = random()?;
        let totp = totp(&secret, name).ok_or(SealError::NoRandomness)?;
        let sealed = keyring.seal_secret(&place(name), &secret)?;
        let address = totp.to_url().map_err(|error| PeopleError::Hash(error.to_string()))?;
        Ok(Self { sealed, typed: totp.secret().to_base32(), address })
    }
}

/// The step of time of a code that fits now and was not used yet.
pub(super) fn step_of(
    keyring: &Keyring,
    name: &SignIn,
    sealed: &[u8],
    used: i64,
    code: &str,
    now: Moment,
) -> Result<Option<i64>, SealError> {
    let secret = keyring.open_secret(&place(name), sealed)?;
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp(&secret, name).and_then(|totp| totp.check(&code, seconds));
    Ok(step.and_then(|step| i64::try_from(step).ok()).filter(|step| *step > used))
}

/// The code of now, for demonstrations and tests, which have no authenticator.
#[cfg(test)]
pub(super) fn code(secret: &[u8], name: &SignIn, now: Moment) -> String {
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap();
    totp(secret, name).unwrap().generate(seconds).to_string()
}

fn totp(secret: &[u8], name: &SignIn) -> Option<Totp> {
    Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(SKEW)
        .with_issuer(Some("Tongguan"))
        .with_account_name(name.as_str())
        .build()
        .ok()
}

/// What the secret of somebody's second factor is bound to.
pub(crate) fn place(name: &SignIn) -> String {
    format!("totp {name}")
}
