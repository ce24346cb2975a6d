//! The writer: one thread that commits one batch at a time, across all the partitions that it is about.
//!
//! A SQLite file has one writer. On PostgreSQL any process may decide about any partition: it locks those that a batch
//! is about before it reads anything, and a batch that reaches further is begun anew with these locked too. Claims of
//! parcels, which lie anywhere, are locked one by one, and one that was taken meanwhile has it begin anew, too. What is
//! kept in memory of what is stored (numbers that are reserved, ids that are made) belongs to the place of the process
//! alone, and is forgotten with it ([`crate::processes`]).

use std::collections::BTreeSet;
use std::sync::Arc;

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::planted::{Bug, planted};
use tongguan_storage::{
    self as storage, Arrival, Partition, Partitions, Place, Remedy, StorageError, Tx,
};

use super::batch::{BatchError, Committed, Delivery};
use super::decide::{Circumstances, Draws};
use super::fold::{decide_all, partition_of, tell_apart};
use super::holding::Holding;
use super::incoming::Incoming;
use super::load::{load, named_by};
use super::reserve::reserve_serials;
use super::settings::Settings;
use super::windows;
use super::working_set::WorkingSet;
use super::write::{Sequence, write, write_held, write_messages};
use super::zone::pass_over_taken;
use crate::history::Actor;
use crate::numbering::{IdSource, Serials, first_seq_at, ms_of};
use crate::processes::{LEASE_MS, Membership};

/// How often a batch begins anew with what it reached further, or with more of a guarantee; then it locks everything.
const STEPS: usize = 5;

/// The state of the one writer of a process.
#[derive(Debug)]
pub struct Engine {
    writer: storage::Writer,
    membership: Arc<Membership>,
    /// The place that the rest belongs to.
    place: Place,
    sequence: Sequence,
    serials: Serials,
    ids: IdSource,
    /// How many batches were committed at this place, and no id was written behind these milliseconds.
    written: (i64, i64),
    draws: Arc<dyn Draws + Send + Sync>,
    settings: Arc<Settings>,
    /// Whether the database may hold more than this remembers.
    doubtful: bool,
    begun_anew: u64,
}

/// What is committed at a time.
struct Work<'w> {
    batch: &'w [Delivery],
    /// Of each delivery the message to upstream that it is, if it is one.
    relayed: Vec<Option<Incoming>>,
    commands: &'w [Incoming],
    by: Option<&'w Actor>,
    at: Moment,
}

impl Engine {
    /// Takes a place among the processes of the store.
    ///
    /// # Errors
    /// [`BatchError::Storage`], such as [`StorageError::NoPlace`].
    pub fn start(
        mut writer: storage::Writer,
        who: Arrival,
        draws: Arc<dyn Draws + Send + Sync>,
        settings: Arc<Settings>,
        now: Moment,
    ) -> Result<Self, BatchError> {
        let membership = Arc::new(Membership::join(&mut writer, who, now)?);
        let place = membership.stand(&mut writer, now)?;
        let next_seq = writer.store().read(|view| view.next_seq())?;
        Ok(Self {
            ids: membership.source(&place),
            membership,
            place,
            sequence: Sequence::new(next_seq),
            serials: Serials::default(),
            written: (place.batch, place.floor_ms),
            draws,
            settings,
            doubtful: false,
            begun_anew: 0,
            writer,
        })
    }

    /// Its place among the processes of the store.
    pub fn membership(&self) -> Arc<Membership> {
        self.membership.clone()
    }

    /// Decides and commits a batch: all of it, or nothing. `commands` are decided after the documents; where they
    /// are somebody's, they are a batch of their own.
    ///
    /// # Errors
    /// [`BatchError`]; nothing is written then, and what was in memory is read again.
    pub fn commit(
        &mut self,
        batch: &[Delivery],
        commands: &[Incoming],
        by: Option<&Actor>,
        at: Moment,
    ) -> Result<Committed, BatchError> {
        self.settle_doubts(at)?;
        let is_ours =
            |it: &Delivery| self.membership.has_made(it.message.message_id.0, &self.place);
        if !batch.iter().all(is_ours) {
            return Err(BatchError::Outdated);
        }
        let relayed = windows::relayed(batch, &self.settings);
        let work = Work { batch, relayed, commands, by, at };
        let outcome = match self.writer.store().is_shared() {
            false => self.attempt(&work, None, &Holding::at(self.place.number, 1, true)),
            true => self.attempt_further(&work),
        };
        if let Err(error) = &outcome {
            self.serials.clear();
            self.doubtful = raises_doubts(error);
            if matches!(error, BatchError::Storage(StorageError::Fenced)) {
                self.membership.lose(&self.place);
            }
        }
        outcome
    }

    /// Locks what the batch names, and what it turns out to reach or need besides. What somebody wrote
    /// meanwhile that it had looked for in vain, it finds the next time.
    fn attempt_further(&mut self, work: &Work<'_>) -> Result<Committed, BatchError> {
        let mut locked = work.partitions();
        let (sharing, share) = (self.membership.sharing(), self.membership.share());
        let mut holding = Holding::at(self.place.number, sharing, !share.is_empty());
        for _ in 0..STEPS {
            match self.attempt(work, Some(&locked), &holding) {
                Err(BatchError::Reaches(further)) => locked.extend(further.iter()),
                Err(BatchError::Short(guarantors)) => holding.raise(&guarantors),
                Err(BatchError::Storage(StorageError::WrittenMeanwhile { .. })) => {}
                outcome => return outcome,
            }
            self.begun_anew += 1;
            // Those that were reserved in vain stand in the store as they did before.
            self.serials.clear();
        }
        self.attempt(work, Some(&Partitions::ALL), &holding.whole())
    }

    fn attempt(
        &mut self,
        work: &Work<'_>,
        locked: Option<&Partitions>,
        holding: &Holding,
    ) -> Result<Committed, BatchError> {
        let Self { writer, sequence, serials, ids, draws, settings, place, written, .. } = self;
        let &Work { batch, commands, by, at, .. } = work;
        let lease_until = at.plus_millis(self.membership.clock_ahead_ms() + LEASE_MS);
        let (committed, moved_sequence, now_written) = writer.transaction(|tx| {
            let mut moved_sequence = match locked {
                Some(locked) => {
                    sequence.at_least(tx.lock_partitions(locked)?.max(first_seq_at(at)))
                }
                None => *sequence,
            };
            let again = windows::taken_before(tx, batch)?;
            let incoming = work.incoming(&again);
            let mut set = load(tx, &incoming, settings, holding, at)?;
            is_held_to(tx, locked)?;
            reserve_serials(tx, serials, &set, &incoming, at)?;
            while pass_over_taken(tx, serials, &incoming, at)? {
                reserve_serials(tx, serials, &set, &incoming, at)?;
            }
            let circumstances = Circumstances { at, settings, serials, draws: &**draws };
            let undecided = decide_all(&mut set, &circumstances, &incoming, ids);
            let (held, refused) = tell_apart(undecided, &incoming, commands.len());
            suffices(&set)?;
            let moved = write(tx, set, by, holding, &mut moved_sequence, at)?;
            let mut moved: BTreeSet<_> = moved.into_iter().collect();
            write_messages(tx, batch, &again, at, &mut moved_sequence, &mut moved)?;
            write_held(tx, &held, at, &mut moved_sequence, &mut moved)?;
            is_held_to(tx, locked)?;
            tx.advance(&moved.into_iter().collect(), moved_sequence.next())?;
            let messages = batch.iter().map(|it| ms_of(it.message.message_id.0));
            let last_ms = messages.max().max(Some(ids.last_ms())).max(Some(written.1));
            let now_written = (written.0 + 1, last_ms.unwrap_or_default());
            tx.renew_with(place, lease_until, now_written.1, now_written.0)?;
            let committed = Committed {
                held: held.into_iter().map(|held| (held.source, held.reason)).collect(),
                refused,
            };
            Ok::<_, BatchError>((committed, moved_sequence, now_written))
        })?;
        (self.sequence, self.written) = (moved_sequence, now_written);
        Ok(committed)
    }

    /// Takes a place anew after it was lost, and reads again how far numbers have come after a commit whose result
    /// was not known.
    fn settle_doubts(&mut self, now: Moment) -> Result<(), BatchError> {
        let place = self.membership.stand(&mut self.writer, now)?;
        let is_other = place != self.place;
        if !is_other && (!self.doubtful || planted(Bug::TrustsMemory)) {
            return Ok(());
        }
        self.sequence = Sequence::new(self.writer.store().read(|view| view.next_seq())?);
        self.serials.clear();
        if is_other {
            self.ids = self.membership.source(&place);
            self.written = (place.batch, place.floor_ms);
            self.place = place;
        }
        self.doubtful = false;
        Ok(())
    }

    /// Whether a batch whose commit ended without an answer was committed: the place counts its batches. Where it was
    /// lost meanwhile, messages are there or they are not, and commands alone count as not committed.
    ///
    /// # Errors
    /// [`BatchError::Storage`].
    pub fn was_committed(&mut self, batch: &[Delivery]) -> Result<bool, BatchError> {
        // Waits for a commit that is still under way.
        let row = self.writer.transaction(|tx| tx.lock_process(self.place.number))?;
        self.doubtful = true;
        if let Some(row) = row.filter(|row| row.epoch == self.place.epoch) {
            let was_committed = row.batch > self.written.0;
            self.written = (row.batch, row.last_ms);
            return Ok(was_committed);
        }
        self.membership.lose(&self.place);
        let Some(first) = batch.first() else { return Ok(false) };
        let key = (first.message.partition, first.message.message_id);
        let found = self.writer.transaction(|tx| tx.messages(&[key]))?;
        Ok(!found.is_empty())
    }

    /// Gives its place back.
    ///
    /// # Errors
    /// [`BatchError::Storage`].
    pub fn stop(mut self) -> Result<(), BatchError> {
        Ok(self.membership.leave(&mut self.writer)?)
    }

    /// How often a batch reached further than it had locked, or somebody took a claim that it had looked for in vain,
    /// and was begun anew.
    pub const fn begun_anew(&self) -> u64 {
        self.begun_anew
    }

    /// How many rows its batches have inserted, changed or deleted.
    pub const fn rows_written(&self) -> u64 {
        self.writer.rows_written()
    }

    /// The store it writes to.
    pub fn store(&self) -> storage::Store {
        self.writer.store().clone()
    }

    /// The writing connection, for what is not a batch of documents.
    pub fn writer(&mut self) -> &mut storage::Writer {
        &mut self.writer
    }

    /// An id for a message in `partition`.
    pub fn next_id(&mut self, partition: Partition, at: Moment) -> i64 {
        self.membership.next_id(partition, at)
    }

    /// The settings that it decides by.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.clone()
    }

    /// Replaces the settings.
    pub fn set_settings(&mut self, settings: Arc<Settings>) {
        self.settings = settings;
    }
}

impl Work<'_> {
    /// What is decided, without the messages that another window sent before.
    fn incoming(&self, again: &BTreeSet<MessageId>) -> Vec<&Incoming> {
        let first = self.batch.iter().zip(&self.relayed);
        let first = first.filter(|(it, _)| !again.contains(&it.message.message_id));
        let documents = first.flat_map(|(delivery, relayed)| match relayed {
            Some(relayed) => std::slice::from_ref(relayed),
            None => &delivery.incoming[..],
        });
        documents.chain(self.commands).collect()
    }

    /// The partitions that it names.
    fn partitions(&self) -> Partitions {
        let incoming = self.incoming(&BTreeSet::new());
        let mut partitions = named_by(&incoming);
        partitions.extend(incoming.iter().map(|incoming| partition_of(incoming)));
        let notices = self.batch.iter().flat_map(|delivery| &delivery.notices);
        partitions.extend(notices.map(|notice| notice.partition));
        partitions.extend(windows::buckets(self.batch));
        partitions
    }
}

/// Whether nothing was reached outside of what is locked.
fn is_held_to(tx: &Tx<'_>, locked: Option<&Partitions>) -> Result<(), BatchError> {
    let further = locked.map(|locked| tx.reached().without(locked)).unwrap_or_default();
    if further.is_empty() { Ok(()) } else { Err(BatchError::Reaches(further)) }
}

/// Whether what it may hold from sufficed of every guarantee.
fn suffices(set: &WorkingSet) -> Result<(), BatchError> {
    let short = set.short();
    if short.is_empty() { Ok(()) } else { Err(BatchError::Short(short)) }
}

/// Whether more, or less, may have been written than was answered.
fn raises_doubts(error: &BatchError) -> bool {
    let BatchError::Storage(error) = error else { return false };
    matches!(error.remedy(), Remedy::Drop | Remedy::Resolve)
}
