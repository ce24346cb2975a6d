//! What is said: CEB 202205 messages, from bytes to domain and back, and their signatures.
//!
//! No input or output, no clock, no randomness: an instant, a key or a source of chance comes in as
//! an argument. The wire's own spellings stay inside this crate.
//!
//! | module | what it holds |
//! |---|---|
//! | [`table`] | what a field table is |
//! | [`ceb`] | the messages: a file for each pair, its tables, its mapping, its writing |
//! | [`read`] | the reader that the tables drive |
//! | [`write`] | the writer that the tables drive |
//! | [`json`] | a message as JSON and back, by the same tables |
//! | [`dxp`] | the envelopes of the exchange platform |
//! | [`response`] | what customs answers to a document |
//! | [`xml`], [`signature`], [`certificate`] | the tree within bounds, who signed it, whom to trust |
//! | [`authority`] | issuing certificates for trials and tests |
//! | [`evidence`] | what platforms hand over of payments, in an interface of its own |
//! | [`content`] | digests that tell whether a document came again |
//! | [`zone`] | bonded lists and gate passes of bonded zones, in an envelope of their own |
//! | [`sample`] | two made-up parcels, as every message would tell of them |

pub mod authority;
pub mod ceb;
pub mod certificate;
pub mod content;
pub mod dxp;
pub mod evidence;
pub mod formal;
pub mod json;
pub mod read;
pub mod response;
pub mod sample;
pub mod signature;
pub mod table;
pub mod write;
pub mod xml;
pub mod zone;

/// The namespace of every CEB message.
pub const NAMESPACE: &str = "http://www.chinaport.gov.cn/ceb";

/// The namespace of XML signatures.
pub const DSIG_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
