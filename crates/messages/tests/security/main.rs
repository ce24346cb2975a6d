//! XML, canonical XML, signatures and certificates against attackers and other implementations.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod canonical;
mod documents;
mod hostile;
mod tools;
