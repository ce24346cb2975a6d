//! What a message is: who sends it, and how what stands in it is read.

use tongguan_domain::defect::Defect;

use super::MessageType;
use crate::read::place::Place;
use crate::read::{Answer, Document, Rows};
use crate::table::Layout;

/// One message: its layout, and what kind of message it is.
pub(crate) struct Definition {
    pub(crate) layout: &'static Layout,
    pub(crate) nature: Nature,
}

/// What kind of message it is.
pub(crate) enum Nature {
    /// An enterprise sends it, and each of its documents is answered.
    Request {
        /// The message of the answers.
        response: MessageType,
        /// From a document's texts to the domain.
        read: Read<Document>,
    },
    /// Customs answers documents with it.
    Response,
    /// Customs sends it on its own account.
    Issue {
        /// From an entry's texts to what it says.
        read: Read<Answer>,
    },
}

/// Reads one entry of a message; nothing, and findings, when it cannot be used.
pub(crate) type Read<T> = fn(&Rows<'_>, &Place<'_>, &mut Vec<Defect>) -> Option<T>;

impl Definition {
    /// A message from an enterprise.
    pub(crate) const fn request(
        layout: &'static Layout,
        response: MessageType,
        read: Read<Document>,
    ) -> Self {
        Self { layout, nature: Nature::Request { response, read } }
    }

    /// A message of answers.
    pub(crate) const fn response(layout: &'static Layout) -> Self {
        Self { layout, nature: Nature::Response }
    }

    /// A message that customs sends on its own account.
    pub(crate) const fn issue(layout: &'static Layout, read: Read<Answer>) -> Self {
        Self { layout, nature: Nature::Issue { read } }
    }
}
