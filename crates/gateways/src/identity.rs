//! A stand-in for the register of identities (公民身份信息核验), for trials, tests and demonstrations.
//!
//! It knows nobody and decides by the name: whoever is called 错名… does not match, whoever is called
//! 未核… cannot be verified, everybody else is certified. A real register is another implementation of
//! the same port.

use tongguan_application::ports::{IdentityRegister, IdentityVerdict};
use tongguan_domain::person::Identity;

/// The stand-in.
#[derive(Debug, Clone, Copy, Default)]
pub struct StandIn;

/// Names that begin so do not belong to their number.
pub const MISMATCH_PREFIX: &str = "错名";
/// Names that begin so cannot be verified.
pub const UNVERIFIED_PREFIX: &str = "未核";

impl IdentityRegister for StandIn {
    fn check(&self, identity: &Identity) -> IdentityVerdict {
        if identity.name.starts_with(MISMATCH_PREFIX) {
            IdentityVerdict::Mismatch
        } else if identity.name.starts_with(UNVERIFIED_PREFIX) {
            IdentityVerdict::Unverified
        } else {
            IdentityVerdict::Certified
        }
    }
}

/// A register that cannot verify anybody: the payer must then be the buyer.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRegister;

impl IdentityRegister for NoRegister {
    fn check(&self, _identity: &Identity) -> IdentityVerdict {
        IdentityVerdict::Unverified
    }
}
