//! XML signatures of messages (加签、验签): the profile of the CEB 202205 specification, chapter 6.
//!
//! A signed message holds exactly one `ds:Signature`, a child of its root, with one reference to the
//! whole document (`URI=""`) and the enveloped-signature transform; so the root's other children, all
//! of them, are what is signed. Everything else that XML-DSig allows is refused, by name.
//!
//! Requests of bonded zones ([`crate::zone`]) are signatures themselves: the root `Signature` holds one
//! `Object`, to which the one reference leads by its `Id`. How their signers compute is not public; what is
//! verified is XML-DSig as it stands, in the namespace of the root, which may be none.
//!
//! Signers of the field change white space after signing, in two ways. Both are tried after the
//! standard's own form, and the [`Form`] that matched is reported, so that callers can remember it and
//! have it tried first. Neither changes a value that is read from the message.
//!
//! [`SignatureBlock::find`] reads the structure, [`SignatureBlock::verify`] the values against a
//! certificate that is prepared once and kept; [`verify`] does both. Whether the certificate is
//! trusted, and whose it is, are other questions: see [`crate::certificate`]. Ask them first: a key
//! that nobody trusts is then never computed with.

mod algorithm;
mod block;
mod defect;
mod form;
mod policy;
mod sign;
mod verify;

pub use algorithm::{DigestMethod, SignatureMethod};
pub use block::SignatureBlock;
pub use defect::{CONTENT_CHANGED, SignatureDefect};
pub use form::{Form, SignedInfoForm, Surroundings};
pub use policy::{Allowed, Policy};
pub use sign::{SignError, Sm2Encoding, Style, sign};
pub use verify::{Verified, verify};

/// The namespace of XML signatures.
pub const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
