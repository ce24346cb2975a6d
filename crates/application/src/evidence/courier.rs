//! The courier: finds what is due and does it, one thing a step. Several threads may take steps at once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{
    Backoff, EvidenceDemandRow, EvidenceKey, Register, StorageError, Store, Tx, Writer,
};

use super::{EvidenceError, Stage, by_service};
use crate::enquiry::Enquiries;
use crate::history::{self, Entry};
use crate::ports::{Clock, EventSender};

/// How long a demand rests with which something failed here, so that the others are not kept waiting.
const PUT_OFF_MILLIS: i64 = 30_000;

/// Asks platforms and compares what they uploaded; shared by all threads that do.
pub struct Courier {
    pub(super) enquiries: Arc<Enquiries>,
    pub(super) keyring: Arc<Keyring>,
    pub(super) sender: Arc<dyn EventSender>,
    clock: Arc<dyn Clock>,
    writer: Mutex<Writer>,
    /// Platforms that a thread of this process deals with: one that does not answer holds up itself alone.
    busy: Mutex<BTreeSet<PartyId>>,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing is due that no other thread deals with.
    Idle,
    /// Something was done.
    Done,
}

impl Courier {
    /// For the demands of a store.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(
        enquiries: Arc<Enquiries>,
        keyring: Arc<Keyring>,
        sender: Arc<dyn EventSender>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StorageError> {
        let writer = Mutex::new(enquiries.store().small_writer()?);
        Ok(Self { enquiries, keyring, sender, clock, writer, busy: Mutex::default() })
    }

    /// Does the first thing that is due.
    ///
    /// # Errors
    /// [`EvidenceError`]; it is tried again.
    pub fn step(&self) -> Result<Step, EvidenceError> {
        let but: Vec<_> = self.busy().iter().copied().collect();
        let due = self.store().read(|view| view.due_evidence(self.now(), &but))?;
        let Some(row) = due else { return Ok(Step::Idle) };
        // Where another thread was faster, it is looked again.
        let Some(_busy) = Busy::with(self, row.platform_id) else { return Ok(Step::Done) };
        let key = key_of(&row);
        let done = match Stage::of(row.state) {
            Some(Stage::Waiting | Stage::Agreed) => self.ask(key),
            Some(Stage::Uploaded) => self.compare(key),
            _ => Err(EvidenceError::Damaged(row.declaration_id)),
        };
        if done.is_err() {
            self.put_off(key)?;
        }
        done.map(|()| Step::Done)
    }

    /// Takes steps until nothing is due. For those who have no threads.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn run_dry(&self) -> Result<(), EvidenceError> {
        while self.step()? == Step::Done {}
        Ok(())
    }

    /// Leaves a demand alone for a while.
    fn put_off(&self, key: EvidenceKey) -> Result<(), StorageError> {
        let later = self.now().plus_millis(PUT_OFF_MILLIS);
        self.write(|tx| {
            let Some(row) = tx.lock_evidence_demand(key)? else { return Ok(()) };
            let next_at = row.next_at.map(|_| later);
            tx.upsert(&[EvidenceDemandRow { next_at, ..row }])
        })
    }

    pub(super) fn store(&self) -> &Store {
        self.enquiries.store()
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(super) fn write<T>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.writer().retried(Backoff::default(), work)
    }

    /// Writes a row with the event that tells of it.
    pub(super) fn tell(
        &self,
        key: EvidenceKey,
        work: impl Fn(EvidenceDemandRow) -> Result<Option<(EvidenceDemandRow, Entry)>, EvidenceError>,
    ) -> Result<(), EvidenceError> {
        let (cause, now) = (by_service(), self.now());
        history::change_retried(&mut self.writer(), Register::Evidence, &cause, now, |tx| {
            let Some(row) = tx.lock_evidence_demand(key)? else { return Ok(((), Vec::new())) };
            let Some((row, entry)) = work(row)? else { return Ok(((), Vec::new())) };
            tx.upsert(std::slice::from_ref(&row))?;
            Ok(((), vec![entry]))
        })
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<PartyId>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That this thread deals with a platform.
struct Busy<'c> {
    courier: &'c Courier,
    platform: PartyId,
}

impl<'c> Busy<'c> {
    fn with(courier: &'c Courier, platform: PartyId) -> Option<Self> {
        let is_free = courier.busy().insert(platform);
        // Made where it is free alone: whoever drops one lets the platform go.
        is_free.then(|| Self { courier, platform })
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.courier.busy().remove(&self.platform);
    }
}

pub(super) fn key_of(row: &EvidenceDemandRow) -> EvidenceKey {
    (row.partition, row.declaration_id, row.n)
}
