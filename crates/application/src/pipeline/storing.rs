//! Whether what comes can be stored: a service that cannot says so, and is sent nothing more until it can.

use std::sync::atomic::{AtomicBool, Ordering};

use tongguan_storage::{Remedy, Store};

use crate::clearing::batch::BatchError;

/// Whether what comes can be stored, as far as was seen.
#[derive(Debug, Default)]
pub struct Storing {
    /// The last batch failed, and no document was to blame.
    fails: AtomicBool,
}

impl Storing {
    /// Whether the last attempt succeeded, or there is reason to think that the next one does.
    pub fn works(&self) -> bool {
        !self.fails.load(Ordering::Relaxed)
    }

    /// Takes down what became of a batch.
    pub(super) fn tell<T>(&self, outcome: &Result<T, BatchError>) {
        let fails = match outcome {
            Ok(_) => false,
            Err(BatchError::Storage(error)) if error.remedy() != Remedy::Bisect => true,
            // A document that cannot be stored says nothing of the others.
            Err(_) => return,
        };
        self.fails.store(fails, Ordering::Relaxed);
    }

    /// Something small was stored: whoever is sent nothing because it said that it stores nothing would never
    /// learn otherwise.
    pub(super) fn is_alive(&self, store: &Store) {
        if !self.works() && store.has_room() {
            self.fails.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use tongguan_storage::StorageError;

    use super::*;

    #[test]
    fn only_what_no_document_is_to_blame_for_counts() {
        let storing = Storing::default();
        let refused = |error| storing.tell::<()>(&Err(BatchError::Storage(error)));
        refused(StorageError::Doomed);
        assert!(storing.works(), "one document's fault");
        refused(StorageError::NoPlace);
        assert!(!storing.works());
        refused(StorageError::Doomed);
        assert!(!storing.works(), "nothing was stored meanwhile");
        storing.tell(&Ok(()));
        assert!(storing.works());
    }
}
