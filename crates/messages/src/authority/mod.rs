//! A certificate authority for tests, the demo and benchmarks: parties need certificates before a
//! real authority has issued any.
//!
//! It issues what [`crate::certificate`] reads: version 3 certificates with SM2 or RSA keys, and
//! complete revocation lists. Instants, serial numbers and chance come from the caller.

mod chance;
mod issue;
mod wire;

pub use chance::SeededChance;
pub use issue::{Authority, AuthorityError, Subject, Validity};
