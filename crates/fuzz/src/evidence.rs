//! Uploads of payment evidence: any text, as the field of their form.

use tongguan_messages::evidence::upload::Upload;
use tongguan_messages::evidence::{read, write};

use crate::memory;

/// Holds uploads to their laws.
///
/// # Panics
/// When one is broken.
pub fn check(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let read_once = memory::bounded(bytes.len(), || {
        Upload::read(text).ok().map(|upload| (read(&upload), upload))
    });
    let Some((Ok(evidence), upload)) = read_once else { return };
    // What was read can be written, and says the same then.
    let (head, lists) = write(&evidence);
    let again = text.replacen(upload.head(), &head, 1).replacen(upload.lists(), &lists, 1);
    if let Ok(upload) = Upload::read(&again)
        && (upload.head(), upload.lists()) == (head.as_str(), lists.as_str())
    {
        assert_eq!(read(&upload), Ok(evidence));
    }
}
