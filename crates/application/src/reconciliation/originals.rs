//! Messages as they were received: every bundle of them opens with the ring of keys, which it does only as it was
//! sealed; and of the messages in them some have the digest that was noted when they came.

use std::sync::Arc;

use tongguan_storage::seal::Keyring;
use tongguan_storage::{FIRST_ID, Store};

use super::{Disagreement, Looked, PAGE, Reconciled, ReconciliationError};
use crate::originals::{Archive, OriginalError};
use crate::pipeline::chain;

/// Bundles that are read in one view: each may be of 8 MiB.
const BUNDLES: i64 = 8;
/// One message of so many is read for itself: its bundle holds messages of other partitions, and would be opened
/// once for each.
const ONE_OF: usize = 100;

/// Opens every bundle, and reads some messages.
///
/// # Errors
/// [`ReconciliationError`].
pub(super) fn look(
    store: &Store,
    keyring: &Arc<Keyring>,
    done: &mut Reconciled,
    tell: &mut dyn FnMut(Looked),
) -> Result<(), ReconciliationError> {
    let mut archive = Archive::new(store.clone(), Arc::clone(keyring));
    let mut after = FIRST_ID;
    loop {
        let page = store.read(|view| view.message_bundles_behind(after, BUNDLES))?;
        let Some(last) = page.last() else { break };
        after = (last.partition, last.message_id.0);
        for bundle in &page {
            match archive.opens(bundle) {
                Ok(()) => done.bundles += 1,
                Err(error) => note(error, done)?,
            }
        }
        tell(Looked::Bundles(done.bundles));
    }
    messages(store, &mut archive, done, tell)
}

fn messages(
    store: &Store,
    archive: &mut Archive,
    done: &mut Reconciled,
    tell: &mut dyn FnMut(Looked),
) -> Result<(), ReconciliationError> {
    let mut after = FIRST_ID;
    loop {
        let page = store.read(|view| view.messages_behind(after, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.partition, last.message_id.0);
        done.messages += page.len() as u64;
        for message in page.iter().step_by(ONE_OF) {
            match archive.original(message) {
                Ok(_) => done.read += 1,
                Err(error) => note(error, done)?,
            }
        }
        tell(Looked::Messages(done.messages));
    }
}

/// That the time is over for which it had to be kept is no disagreement.
fn note(error: OriginalError, done: &mut Reconciled) -> Result<(), ReconciliationError> {
    match error {
        OriginalError::NotKept(_) => done.not_kept += 1,
        OriginalError::Sealed { .. } | OriginalError::Altered(_) => {
            done.note(Disagreement::Original(chain(&error)));
        }
        OriginalError::Storage(error) => return Err(error.into()),
    }
    Ok(())
}
