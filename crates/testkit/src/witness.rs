//! A witness of the verifiable log that stands in for another authority: it signs what goes on from what it saw.

use std::sync::{Arc, Mutex, PoisonError};

use tongguan_application::ports::{NotWitnessed, Witness, WitnessAnswer};
use tongguan_transparency::note::{Algorithm, NoteError, Signer, Verifier};
use tongguan_transparency::witness::{AddCheckpoint, Seen, Unwitnessed};

/// When it says that it sees everything, in seconds since 1970.
pub const SEEN_AT: u64 = 1_772_416_800;

/// A witness of one log; a clone of it is the same.
#[derive(Clone)]
pub struct StandInWitness {
    signer: Arc<Signer>,
    log: Verifier,
    seen: Arc<Mutex<Option<Seen>>>,
}

impl StandInWitness {
    /// Of the log whose key this is; it has seen nothing yet.
    ///
    /// # Errors
    /// [`NoteError`] for a name that none may have.
    pub fn new(name: &str, log: Verifier) -> Result<Self, NoteError> {
        let signer = Signer::new(name, Algorithm::Cosignature, &[77; 32])?;
        Ok(Self { signer: Arc::new(signer), log, seen: Arc::default() })
    }

    /// Its key.
    pub fn key(&self) -> Verifier {
        self.signer.verifier().clone()
    }

    /// What it has seen last.
    pub fn seen(&self) -> Option<Seen> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets it have seen something else.
    pub fn has_seen(&self, seen: Seen) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }
}

impl Witness for StandInWitness {
    fn add_checkpoint(&self, request: &str) -> Result<WitnessAnswer, NotWitnessed> {
        let not_signed = |why: Unwitnessed| NotWitnessed(why.to_string());
        let asked = AddCheckpoint::parse(request).map_err(not_signed)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match asked.admitted(&self.log, *seen) {
            Ok(head) => {
                *seen = Some(Seen { size: head.checkpoint.size, root: head.checkpoint.root });
                Ok(WitnessAnswer::Signed(head.cosign(&self.signer, SEEN_AT).to_string()))
            }
            Err(Unwitnessed::OtherOld(size)) => Ok(WitnessAnswer::Seen(size)),
            Err(why) => Err(not_signed(why)),
        }
    }
}
