//! What is said: CEB 202205 messages, from bytes to domain and back, and their signatures.
//!
//! No input or output, no clock, no randomness: an instant, a key or a source of chance comes in as
//! an argument. The wire's own spellings stay inside this crate.

pub mod authority;
pub mod certificate;
pub mod signature;
pub mod table;
pub mod xml;
