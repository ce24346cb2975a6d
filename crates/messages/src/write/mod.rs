//! Writing messages: what goes out passes the strict profile, or does not go out.
//!
//! Requests carry the prefix `ceb:` as the field's programs write it and no signature yet; messages
//! from customs stand in the default namespace. Every value is held to the table while it is written,
//! into one growing text.

mod document;
mod entity;
mod escape;
mod message;

pub use document::write_document;
pub(crate) use entity::EntityWriter;
pub(crate) use escape::{cdata, escape};
pub(crate) use message::{Writer, write_request};

use crate::ceb::{Subscription, Transfer};

/// How a message is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Without white space between elements.
    #[default]
    Compact,
    /// An element a line, for people.
    Indented,
}

/// What surrounds the documents of a request.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'e> {
    /// The message's own number: 36 characters.
    pub guid: &'e str,
    /// Who transfers it.
    pub transfer: &'e Transfer,
    /// Who else listens, at most five.
    pub subscriptions: &'e [Subscription],
    /// The layout.
    pub style: Style,
}
