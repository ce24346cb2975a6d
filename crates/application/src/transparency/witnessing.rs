//! Witnesses: other authorities that sign the newest head, because it goes on from the one that they saw before.

use tongguan_storage::{Backoff, LogHeadRow, StorageError, Store, Writer};
use tongguan_transparency::checkpoint::SignedHead;
use tongguan_transparency::note::{Verifier, signatures_in};
use tongguan_transparency::proof::consistency;
use tongguan_transparency::witness::AddCheckpoint;

use super::LogError;
use super::tiles::Tiles;
use crate::ports::{NotWitnessed, Witness, WitnessAnswer};

/// Shows heads to witnesses, and keeps what they sign.
pub struct Witnessing {
    store: Store,
    writer: Writer,
    witnesses: Vec<Known>,
}

struct Known {
    key: Verifier,
    port: Box<dyn Witness>,
    /// The size of the head that it has seen last, as far as is known here: it says so itself where that is wrong.
    seen: u64,
}

/// A witness that has not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("witness {name} has not signed the newest head of the log: {why}")]
pub struct Unsigned {
    /// Which.
    pub name: String,
    /// Why.
    pub why: NotWitnessed,
}

impl Witnessing {
    /// By these witnesses, each with its key.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(
        store: &Store,
        witnesses: Vec<(Verifier, Box<dyn Witness>)>,
    ) -> Result<Self, StorageError> {
        let known = |(key, port)| Known { key, port, seen: 0 };
        let witnesses = witnesses.into_iter().map(known).collect();
        Ok(Self { store: store.clone(), writer: store.small_writer()?, witnesses })
    }

    /// Shows the newest head to the witnesses that have not signed it, and keeps what they sign; gives who has not, and
    /// why.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn show(&mut self) -> Result<Vec<Unsigned>, LogError> {
        let (log, heads) = self
            .store
            .read(|view| Ok::<_, StorageError>((view.verifiable_log()?, view.log_heads()?)))?;
        let Some((log, row)) = log.zip(heads.into_iter().next()) else { return Ok(Vec::new()) };
        let mut head = SignedHead::open(&row.note, &Verifier::parse(&log.verifier)?)?;
        let (mut unsigned, mut is_signed) = (Vec::new(), false);
        for witness in &mut self.witnesses {
            if head.cosigned_by(&witness.key).is_ok() {
                continue;
            }
            match witness.sign(&self.store, &mut head)? {
                Ok(()) => is_signed = true,
                Err(why) => unsigned.push(Unsigned { name: witness.key.name().to_owned(), why }),
            }
        }
        if is_signed {
            // A newer head may have been signed meanwhile, and this one forgotten: it is kept for its witnesses.
            let row = LogHeadRow { cosigned: true, note: head.note.to_string(), ..row };
            self.writer.retried(Backoff::default(), |tx| tx.upsert(std::slice::from_ref(&row)))?;
        }
        Ok(unsigned)
    }
}

impl Known {
    /// Has the witness sign a head.
    fn sign(
        &mut self,
        store: &Store,
        head: &mut SignedHead,
    ) -> Result<Result<(), NotWitnessed>, LogError> {
        let size = head.checkpoint.size;
        // Again once, where it has seen another head than is believed here.
        for _ in 0..2 {
            let old = self.seen;
            let proof = store.read(|view| {
                let mut tiles = Tiles::default();
                consistency(old, size, &mut |node| tiles.node(view, node))
            })?;
            let request = AddCheckpoint { old, proof, head: head.note.clone() };
            match self.port.add_checkpoint(&request.to_string()) {
                Err(why) => return Ok(Err(why)),
                Ok(WitnessAnswer::Seen(seen)) if seen > size => {
                    let why = format!("it has seen one of {seen} leaves, which this log never had");
                    return Ok(Err(NotWitnessed(why)));
                }
                Ok(WitnessAnswer::Seen(seen)) if seen == old => break,
                Ok(WitnessAnswer::Seen(seen)) => self.seen = seen,
                Ok(WitnessAnswer::Signed(lines)) => {
                    let signatures = signatures_in(&lines).unwrap_or_default();
                    if !head.take_up(signatures, &self.key) {
                        return Ok(Err(NotWitnessed(
                            "what it answers is not its signature".to_owned(),
                        )));
                    }
                    self.seen = size;
                    return Ok(Ok(()));
                }
            }
        }
        Ok(Err(NotWitnessed("it has seen another head of as many leaves".to_owned())))
    }
}
