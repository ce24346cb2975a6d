//! The writer: one thread that owns partitions and commits one batch across all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_messages::response::Quoted;
use tongguan_storage::{
    self as storage, Lease, Leased, Partition, Remedy, SerialBlock, StorageError, TakeOver, Tx,
};

use super::batch::{BatchError, Committed, Delivery};
use super::decide::{Circumstances, Draws, wanted as consolidation_numbers};
use super::fold::{decide_all, partition_of, tell_apart};
use super::incoming::Incoming;
use super::load::load;
use super::settings::Settings;
use super::windows;
use super::working_set::WorkingSet;
use super::write::{Sequence, write, write_held, write_messages};
use super::zone::pass_over_taken;
use crate::history::Actor;
use crate::numbering::{IdSource, Serials, Series};

/// How long a lease holds without renewal, in milliseconds; a batch renews those that it writes under.
pub const LEASE_MS: i64 = 10_000;
/// How many numbers are reserved at a time when a series runs short.
const SERIAL_BLOCK: i64 = 64;

/// The state of the one writer that owns all partitions of a store.
#[derive(Debug)]
pub struct Engine {
    /// The partitions that it wants.
    share: Vec<Partition>,
    owner: String,
    writer: storage::Writer,
    leases: HashMap<Partition, i64>,
    /// How far the clock by which leases are judged is ahead of this machine's, in milliseconds.
    clock_ahead_ms: i64,
    sequence: Sequence,
    serials: Serials,
    ids: IdSource,
    draws: Arc<dyn Draws + Send + Sync>,
    settings: Arc<Settings>,
    /// Whether the database may hold more than this remembers, or another owner: the partitions are
    /// taken again before anything else is done.
    doubtful: bool,
}

impl Engine {
    /// Takes the partitions of the store: all of them where this is the only process on its file,
    /// otherwise those whose lease ended.
    ///
    /// # Errors
    /// [`BatchError::Storage`].
    pub fn start(
        writer: storage::Writer,
        owner: String,
        draws: Arc<dyn Draws + Send + Sync>,
        settings: Arc<Settings>,
        now: Moment,
    ) -> Result<Self, BatchError> {
        Self::start_on(Partition::all().collect(), writer, owner, draws, settings, now)
    }

    /// Takes some of the partitions, and leaves the others to other writers.
    ///
    /// # Errors
    /// [`BatchError::Storage`].
    pub fn start_on(
        share: Vec<Partition>,
        mut writer: storage::Writer,
        owner: String,
        draws: Arc<dyn Draws + Send + Sync>,
        settings: Arc<Settings>,
        now: Moment,
    ) -> Result<Self, BatchError> {
        let (leased, clock_ahead_ms) = take_partitions(&mut writer, &owner, &share, now)?;
        Ok(Self {
            share,
            owner,
            writer,
            leases: epochs(&leased),
            clock_ahead_ms,
            sequence: Sequence::new(leased.next_seq),
            serials: Serials::default(),
            ids: IdSource::default(),
            draws,
            settings,
            doubtful: false,
        })
    }

    /// How many partitions this writer owns.
    pub fn partitions(&self) -> usize {
        self.leases.len()
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
        let relayed = windows::relayed(batch, &self.settings);
        let Self { writer, leases, sequence, serials, ids, draws, settings, .. } = self;
        let mut moved_sequence = *sequence;
        let lease_until = at.plus_millis(self.clock_ahead_ms + LEASE_MS);
        let outcome = writer.transaction(|tx| {
            let again = windows::taken_before(tx, batch)?;
            let first = batch.iter().zip(&relayed);
            let first = first.filter(|(it, _)| !again.contains(&it.message.message_id));
            let documents = first.flat_map(|(delivery, relayed)| match relayed {
                Some(relayed) => std::slice::from_ref(relayed),
                None => &delivery.incoming[..],
            });
            let incoming: Vec<&Incoming> = documents.chain(commands).collect();
            let mut set = load(tx, &incoming, settings, at)?;
            reserve_serials(tx, serials, &set, &incoming, at)?;
            while pass_over_taken(tx, serials, &incoming, at)? {
                reserve_serials(tx, serials, &set, &incoming, at)?;
            }
            let circumstances = Circumstances { at, settings, serials, draws: &**draws };
            let undecided = decide_all(&mut set, &circumstances, &incoming, ids);
            let (held, refused) = tell_apart(undecided, &incoming, commands.len());
            let mut moved: BTreeSet<_> =
                write(tx, set, by, &mut moved_sequence, at)?.into_iter().collect();
            write_messages(tx, batch, &again, at, &mut moved_sequence, &mut moved)?;
            write_held(tx, &held, at, &mut moved_sequence, &mut moved)?;
            let touched: Vec<_> = moved
                .into_iter()
                .map(|partition| Lease {
                    partition,
                    epoch: leases.get(&partition).copied().unwrap_or_default(),
                })
                .collect();
            tx.advance(&touched, moved_sequence.next(), lease_until)?;
            Ok::<_, BatchError>(Committed {
                held: held.into_iter().map(|held| (held.source, held.reason)).collect(),
                refused,
            })
        });
        match outcome {
            Ok(committed) => {
                self.sequence = moved_sequence;
                Ok(committed)
            }
            Err(error) => {
                self.serials.clear();
                self.doubtful = raises_doubts(&error);
                Err(error)
            }
        }
    }

    /// Takes the partitions again after they were lost or a commit's result was not known.
    fn settle_doubts(&mut self, now: Moment) -> Result<(), BatchError> {
        if !self.doubtful {
            return Ok(());
        }
        let (leased, clock_ahead_ms) =
            take_partitions(&mut self.writer, &self.owner, &self.share, now)?;
        self.clock_ahead_ms = clock_ahead_ms;
        self.sequence = Sequence::new(leased.next_seq);
        self.leases = epochs(&leased);
        self.serials.clear();
        self.doubtful = false;
        Ok(())
    }

    /// Whether a batch whose commit ended without an answer was committed: its messages are there or
    /// they are not. Commands alone leave no message; they have used numbers, which is a proof as long
    /// as nobody else had the partitions meanwhile, and otherwise they count as not committed.
    ///
    /// # Errors
    /// [`BatchError::Storage`].
    pub fn was_committed(&mut self, batch: &[Delivery], now: Moment) -> Result<bool, BatchError> {
        let (next, mine) = (self.sequence.next(), self.leases.clone());
        // First, because it waits for a commit that is still under way.
        self.settle_doubts(now)?;
        let Some(first) = batch.first() else {
            let nobody_else = self.leases == mine.into_iter().map(|(p, e)| (p, e + 1)).collect();
            return Ok(nobody_else && self.sequence.next() > next);
        };
        let key = (first.message.partition, first.message.message_id);
        let found = self.writer.transaction(|tx| tx.messages(&[key]))?;
        Ok(!found.is_empty())
    }

    /// Gives the partitions back.
    ///
    /// # Errors
    /// [`BatchError::Storage`].
    pub fn stop(mut self) -> Result<(), BatchError> {
        let leases: Vec<_> = self
            .leases
            .iter()
            .map(|(partition, epoch)| Lease { partition: *partition, epoch: *epoch })
            .collect();
        self.writer.transaction(|tx| tx.release(&leases))?;
        Ok(())
    }

    /// The store it writes to.
    pub fn store(&self) -> storage::Store {
        self.writer.store().clone()
    }

    /// The writing connection, for what is not a batch of documents.
    pub fn writer(&mut self) -> &mut storage::Writer {
        &mut self.writer
    }

    /// A new id in `partition`.
    pub fn next_id(&mut self, partition: Partition, at: Moment) -> i64 {
        self.ids.next(partition, at)
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

/// Whether more, or less, may have been written than was answered.
fn raises_doubts(error: &BatchError) -> bool {
    let BatchError::Storage(error) = error else { return false };
    matches!(error.remedy(), Remedy::Drop | Remedy::Resolve)
}

/// Takes what may be taken; says how far the clock that judges leases is ahead of `now`, in
/// milliseconds.
fn take_partitions(
    writer: &mut storage::Writer,
    owner: &str,
    share: &[Partition],
    now: Moment,
) -> Result<(Leased, i64), BatchError> {
    let sole = writer.store().is_sole_process();
    let taken = writer.transaction(|tx| {
        let clock = tx.shared_clock(now)?;
        let take_over = if sole { TakeOver::All } else { TakeOver::Lapsed(clock) };
        let leased = tx.lease(owner, share, take_over, clock.plus_millis(LEASE_MS))?;
        Ok::<_, StorageError>((leased, (clock.micros() - now.micros()).div_euclid(1000)))
    })?;
    Ok(taken)
}

fn epochs(leased: &Leased) -> HashMap<Partition, i64> {
    leased.leases.iter().map(|lease| (lease.partition, lease.epoch)).collect()
}

/// Sees to it that every decision of the batch finds an official number: a provisional one for each
/// declaration that comes in, a declaration number for each that may be entered.
fn reserve_serials(
    tx: &mut Tx<'_>,
    serials: &Serials,
    set: &WorkingSet,
    batch: &[&Incoming],
    at: Moment,
) -> Result<(), BatchError> {
    let mut wanted = BTreeMap::<Series, i64>::new();
    let mut want = |series, count| *wanted.entry(series).or_default() += count;
    for incoming in batch {
        if let Incoming::Consolidate(what) = incoming {
            for (series, count) in consolidation_numbers(what, at) {
                want(series, count);
            }
        }
        if let Incoming::Zone(document) = incoming {
            document.series(at).into_iter().for_each(|series| want(series, 1));
        }
        if let Incoming::ZoneNews(news) = incoming {
            want(Series::zone_formal(news.partition(), at), 1);
        }
        if let Incoming::Relayed(relayed) = incoming {
            want(Series::provisional(relayed.partition(), at), relayed.numbered());
        }
        let Incoming::Document(submitted) = incoming else { continue };
        let quote = &submitted.answer.quote;
        let partition = partition_of(incoming);
        if quote.has(Quoted::PROVISIONAL_NO) {
            want(Series::provisional(partition, at), 1);
        }
        if let Ok(office) = OfficeCode::parse(quote.get(Quoted::OFFICE)) {
            want(Series::declaration(partition, office, at), 1);
        }
        if let Some(request) = submitted.consolidates() {
            want(Series::consolidation(request.bucket(), at), 1);
        }
        if let Some(office) = submitted.exported_at() {
            want(Series::export(partition, office, at), 1);
        }
    }
    for export in set.exports() {
        if matches!(export.state, ExportState::Stored | ExportState::Waiting { .. }) {
            let partition = export.document.dossier.partition;
            want(Series::export(partition, export.facts.office, at), 1);
        }
    }
    for declaration in set.declarations() {
        if matches!(declaration.state, ImportState::Stored(_) | ImportState::Waiting { .. }) {
            let partition = declaration.document.dossier.partition;
            want(Series::declaration(partition, declaration.facts.office, at), 1);
        }
    }
    let blocks: Vec<_> = wanted
        .into_iter()
        .filter(|(series, wanted)| serials.shortfall(series, *wanted) > 0)
        .map(|(series, wanted)| SerialBlock {
            partition: series.partition,
            series: series.prefix,
            count: wanted.max(SERIAL_BLOCK),
        })
        .collect();
    let firsts = tx.reserve(&blocks)?;
    for (block, first) in blocks.into_iter().zip(firsts) {
        let series = Series { partition: block.partition, prefix: block.series };
        serials.add(series, first, block.count);
    }
    Ok(())
}
