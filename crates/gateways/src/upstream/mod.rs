//! The window upstream, which messages are relayed to: another Tongguan over HTTP, or a pair of folders.
//!
//! Where it is, the operator says in the settings: it may be inside of the own network, so nothing judges its
//! address as that of a webhook is.

mod folder;
mod http;

pub use folder::Folders;
pub use http::{Http, Identity};

/// Upstream cannot be used as the settings have it.
#[derive(Debug, thiserror::Error)]
pub enum UnusableUpstream {
    /// A folder.
    #[error(transparent)]
    Folder(#[from] crate::folder::FolderError),
    /// A certificate or key.
    #[error("{what} cannot be used: {why}")]
    Pem {
        /// Which.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The address.
    #[error("`{0}` is no address; it begins with `https://` or `http://` and ends behind the port")]
    Address(String),
}
