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

/// Posts events to addresses outside (webhooks). Called outside of any transaction.
pub trait EventSender: Send + Sync {
    /// Whether it would send to an address, by the address's form alone: no name is looked up.
    ///
    /// # Errors
    /// Why not.
    fn admit(&self, url: &str) -> Result<(), NotSent>;

    /// Posts once, follows no redirection and waits for the answer, not for ever.
    ///
    /// # Errors
    /// Why there is no answer.
    fn post(&self, post: &Post) -> Result<Answer, NotSent>;
}

/// A request that posts an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The beginning of the body.
    pub body: String,
}

/// Nothing was sent, or nothing came back; says why, in words that quote nothing of the receiver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotSent(pub String);
