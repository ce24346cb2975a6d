//! What passes between a log and a witness (见证方; C2SP tlog-witness `add-checkpoint`), and what a witness holds a
//! head to.

use std::fmt;

use crate::checkpoint::{Checkpoint, SignedHead};
use crate::hash::Hash;
use crate::note::{Note, NoteError, Verifier};
use crate::proof::{ProofError, verify_consistency};
use crate::tile::number;

/// The most hashes of a proof.
const MOST_HASHES: usize = 63;

/// What a log asks of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the head that the witness saw last, as the log believes.
    pub old: u64,
    /// That the new head goes on from it.
    pub proof: Vec<Hash>,
    /// The new head.
    pub head: Note,
}

/// The head that a witness has seen last of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why a witness does not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwitnessed {
    /// The request is none.
    #[error("this is no request to a witness: {0}")]
    Malformed(&'static str),
    /// The head does not belong to the log, or the log has not signed it.
    #[error(transparent)]
    NotSigned(#[from] NoteError),
    /// The witness has seen another head last, of so many leaves.
    #[error("the witness has seen a head of {0} leaves last")]
    OtherOld(u64),
    /// Two heads of one size differ.
    #[error("two heads of {0} leaves differ: the log shows two histories")]
    Fork(u64),
    /// The head does not go on from the one that was seen last.
    #[error(transparent)]
    Inconsistent(#[from] ProofError),
}

impl AddCheckpoint {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Unwitnessed::Malformed`], [`Unwitnessed::NotSigned`].
    pub fn parse(body: &str) -> Result<Self, Unwitnessed> {
        let no_end = Unwitnessed::Malformed("no empty line stands before the head");
        let (lines, head) = body.split_once("\n\n").ok_or(no_end)?;
        let mut lines = lines.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(number);
        let old = old.ok_or(Unwitnessed::Malformed("its first line is not `old` and a number"))?;
        let proof: Option<Vec<_>> = lines.map(Hash::parse).collect();
        let proof = proof.filter(|it| it.len() <= MOST_HASHES);
        let proof = proof.ok_or(Unwitnessed::Malformed("its proof is none"))?;
        Ok(Self { old, proof, head: Note::parse(head)? })
    }

    /// What the head says: by its origin a witness finds the key of the log.
    ///
    /// # Errors
    /// [`Unwitnessed::NotSigned`].
    pub fn checkpoint(&self) -> Result<Checkpoint, Unwitnessed> {
        Ok(Checkpoint::parse(&self.head.text)?)
    }

    /// The head, where the log has signed it and it goes on from what was seen last, which is nothing at first. It
    /// must be kept as what was seen last before it is signed.
    ///
    /// # Errors
    /// [`Unwitnessed`] says why it is not to be signed.
    pub fn admitted(&self, log: &Verifier, seen: Option<Seen>) -> Result<SignedHead, Unwitnessed> {
        let head = SignedHead::open(&self.head.to_string(), log)?;
        let Seen { size, root } = seen.unwrap_or(Seen { size: 0, root: Hash::of_nothing() });
        let Checkpoint { size: new, root: new_root, .. } = &head.checkpoint;
        if self.old > *new {
            return Err(Unwitnessed::Malformed("its old size is larger than the head's"));
        }
        if self.old != size {
            return Err(Unwitnessed::OtherOld(size));
        }
        if size == *new && root != *new_root {
            return Err(Unwitnessed::Fork(size));
        }
        verify_consistency((size, &root), (*new, new_root), &self.proof)?;
        Ok(head)
    }
}

/// The body of the request.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.head)
    }
}
