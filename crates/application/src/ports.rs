//! What the application needs of the outside world: each has a real implementation and a stand-in.

use tongguan_domain::person::Identity;
use tongguan_domain::time::Moment;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// This instant.
    fn now(&self) -> Moment;
}

/// Knows whether a name and an identity number belong together (身份信息核验).
pub trait IdentityRegister: Send + Sync {
    /// Checks name and number. Called outside of any transaction.
    fn check(&self, identity: &Identity) -> IdentityVerdict;
}

/// What an identity register says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityVerdict {
    /// A true pair.
    Certified,
    /// The number exists under another name, or not at all.
    Mismatch,
    /// The register does not know, or did not answer; then the payer must be the buyer.
    Unverified,
}
