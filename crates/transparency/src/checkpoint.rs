//! Heads of the tree (树头; C2SP tlog-checkpoint): which log, how many leaves, which root; signed by the log, and by
//! witnesses that saw that it goes on from what they saw before (C2SP tlog-cosignature).

use std::fmt;

use crate::hash::Hash;
use crate::note::{Algorithm, Note, NoteError, NoteSignature, Signer, Verifier};
use crate::tile::number;

/// A head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key as well.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A head as it was signed: the note, and what the note says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Everybody who signed it.
    pub note: Note,
}

impl Checkpoint {
    /// Reads the text of a note; lines behind the third are for others.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|it| !it.is_empty());
        let origin = origin.ok_or(NoteError::Malformed("it names no log"))?;
        let size = lines.next().and_then(number);
        let size = size.ok_or(NoteError::Malformed("its second line is no number of leaves"))?;
        let root = lines.next().and_then(Hash::parse);
        let root = root.ok_or(NoteError::Malformed("its third line is no hash"))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)
    }
}

impl SignedHead {
    /// Signs a head of the log whose key this is.
    pub fn sign(log: &Signer, size: u64, root: Hash) -> Self {
        let checkpoint = Checkpoint { origin: log.verifier().name().to_owned(), size, root };
        let note = log.sign(checkpoint.to_string());
        Self { checkpoint, note }
    }

    /// Reads a head that the log has signed whose key this is.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn open(note: &str, log: &Verifier) -> Result<Self, NoteError> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        log.verify(&note)?;
        if checkpoint.origin != log.name() {
            return Err(NoteError::Malformed("it is a head of another log than its key is of"));
        }
        Ok(Self { checkpoint, note })
    }

    /// What a witness says that saw it at that time, in seconds since 1970.
    pub fn cosign(&self, witness: &Signer, at: u64) -> NoteSignature {
        witness.signature(cosigned(at, &self.note.text).as_bytes(), &at.to_be_bytes())
    }

    /// When a witness saw it, in seconds since 1970.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`], [`NoteError::Forged`].
    pub fn cosigned_by(&self, witness: &Verifier) -> Result<u64, NoteError> {
        let of_witness = witness.own(&self.note);
        let own = of_witness.filter(|_| witness.algorithm() == Algorithm::Cosignature);
        let own = own.ok_or_else(|| NoteError::NotSigned(witness.name().to_owned()))?;
        let forged = || NoteError::Forged(witness.name().to_owned());
        let (at, signature) = own.bytes.split_first_chunk::<8>().ok_or_else(forged)?;
        let at = u64::from_be_bytes(*at);
        let text = cosigned(at, &self.note.text);
        witness.verifies(text.as_bytes(), signature).then_some(at).ok_or_else(forged)
    }

    /// With those of these signatures that are of a witness; gives whether there were any.
    pub fn take_up(&mut self, signatures: Vec<NoteSignature>, witness: &Verifier) -> bool {
        let mut with = self.clone();
        with.note.signatures.retain(|it| it.name != witness.name());
        with.note.signatures.extend(signatures.into_iter().filter(|it| it.name == witness.name()));
        let is_cosigned = with.cosigned_by(witness).is_ok();
        if is_cosigned {
            *self = with;
        }
        is_cosigned
    }
}

/// What a witness signs.
fn cosigned(at: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}
