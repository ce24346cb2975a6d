//! The folder gateway: every file dropped into the inbox is answered in the outbox.
//!
//! A file stays in the inbox until the message in it is durable; then it moves to `done/` or
//! `refused/`. A crash in between leaves it where it is, it is read again, and the same document is
//! answered by the same responses. Responses are written under another name, synced, and renamed to a
//! name that derives from their place in the outbox, so a response that is written twice is one file.

mod inbox;
mod outbox;

pub use inbox::{Inbox, InboxFile};
pub use outbox::{CONSUMER, Delivered, Outbox};

/// The folder gateway could not go on.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file or folder could not be used.
    #[error("`{path}`: could not {action}")]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// What stands in the store's outbox could not be had.
    #[error("the stored responses could not be had")]
    Follow(#[from] tongguan_application::delivery::FollowError),
}

pub(crate) fn failed(
    path: &std::path::Path,
    action: &'static str,
) -> impl FnOnce(std::io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::File { path, action, source }
}
