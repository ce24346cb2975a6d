//! XML, canonical XML, signatures and certificates against attackers and other implementations.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod attacks;
mod canonical;
mod certificates;
mod documents;
mod hostile;
mod signing;
mod tools;
mod world;
mod xmlsec;
mod zone;
