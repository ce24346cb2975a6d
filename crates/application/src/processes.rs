//! The processes that clear in one database: this one's place among them, and which of them does what nobody asks
//! for.
//!
//! Whoever has a place may decide about everything: the rows that a batch locks keep two of them apart, and the place
//! is what a batch proves before it commits. A process that did not renew its lease is removed by the others, and can
//! write nothing more under what it remembers.
//!
//! What nobody asks for (what time brings, what is kept beside clearing) is shared out: of the processes that stand,
//! in order of their places, each has as many partitions as the others, one after the other. That follows from the
//! table of the processes alone, so nothing has to be taken or given back; while two of them see different tables,
//! both do the same work, which their transactions bear.

mod sharing;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tongguan_domain::time::Moment;
use tongguan_storage::{
    Arrival, Partition, Place, ProcessRow, StorageError, Store, TakeOver, Writer,
};

use crate::numbering::{IdSource, is_made_at, ms_of};

pub use sharing::{Duty, ProcessKind, Share, shared_out};

/// How long a lease holds without renewal, in milliseconds; every batch renews it, and every beat.
pub const LEASE_MS: i64 = 10_000;
/// The most that is kept of what nobody has asked for.
const MOST_NEWS: usize = 16;

/// The place of this process among those of its database.
#[derive(Debug)]
pub struct Membership {
    who: Arrival,
    store: Store,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// None while it is lost and not taken anew.
    place: Option<Place>,
    /// Of messages.
    ids: IdSource,
    /// How far the clock by which leases are judged is ahead of this machine's, in milliseconds.
    clock_ahead_ms: i64,
    share: Share,
    /// How many have a share.
    sharing: usize,
    /// When the table of the processes was looked at last, by that clock.
    looked_at: Option<Moment>,
    /// Whether it was given back for good.
    has_left: bool,
    /// What an operator should hear and has not yet.
    news: Vec<String>,
}

impl Membership {
    /// Takes a place.
    ///
    /// # Errors
    /// [`StorageError::NoPlace`] where all are taken, and on a SQLite file while another process has it.
    pub fn join(writer: &mut Writer, who: Arrival, now: Moment) -> Result<Self, StorageError> {
        let store = writer.store().clone();
        let state = State {
            place: None,
            ids: IdSource::default(),
            clock_ahead_ms: 0,
            share: Share::default(),
            sharing: 0,
            looked_at: None,
            has_left: false,
            news: Vec::new(),
        };
        let membership = Self { who, store, state: Mutex::new(state) };
        membership.stand(writer, now)?;
        Ok(membership)
    }

    /// Its place, taken anew where it was lost.
    ///
    /// # Errors
    /// As [`Self::join`]; nothing is taken any more once it was given back.
    pub(crate) fn stand(&self, writer: &mut Writer, now: Moment) -> Result<Place, StorageError> {
        let mut state = self.state();
        if let Some(place) = state.place {
            return Ok(place);
        }
        if state.has_left {
            return Err(StorageError::NoPlace);
        }
        let is_sole = self.store.is_sole_process();
        let (mut place, clock, processes) = writer.transaction(|tx| {
            let clock = tx.shared_clock(now)?;
            let over = if is_sole { TakeOver::All } else { TakeOver::Lapsed(clock) };
            let until = clock.plus_millis(LEASE_MS);
            let place = tx.take_place(&self.who, over, until)?.ok_or(StorageError::NoPlace)?;
            Ok::<_, StorageError>((place, clock, tx.processes()?))
        })?;
        // What got its id at the place that was lost is not of this one, even where nobody had it meanwhile.
        place.floor_ms = place.floor_ms.max(state.ids.last_ms());
        state.place = Some(place);
        state.ids = self.source(&place);
        state.look(&processes, clock, now);
        Ok(place)
    }

    /// Renews its lease while nothing is committed, removes those whose lease ended, and learns what its share is.
    /// One that lost its place takes another.
    ///
    /// # Errors
    /// [`StorageError`]; to be tried again.
    pub fn beat(&self, writer: &mut Writer, now: Moment) -> Result<(), StorageError> {
        let place = self.stand(writer, now)?;
        let looked_at = self.state().looked_at;
        let beaten = writer.transaction(|tx| {
            let clock = tx.shared_clock(now)?;
            tx.renew(&place, clock.plus_millis(LEASE_MS))?;
            let removed = match may_judge(looked_at, clock) {
                true => tx.remove_lapsed(clock)?,
                false => Vec::new(),
            };
            Ok::<_, StorageError>((clock, removed, tx.processes()?))
        });
        match beaten {
            Ok((clock, removed, processes)) => {
                self.state().look(&processes, clock, now);
                for name in removed.into_iter().filter_map(|row| row.name) {
                    self.note(format!("{name} has not renewed its lease: others do its work"));
                }
                Ok(())
            }
            Err(StorageError::Fenced) => {
                self.lose(&place);
                self.stand(writer, now).map(drop)
            }
            Err(error) => Err(error),
        }
    }

    /// Forgets a place that was lost, unless it has another by now.
    pub(crate) fn lose(&self, place: &Place) {
        let mut state = self.state();
        if state.place == Some(*place) {
            state.place = None;
            state.share = Share::default();
            drop(state);
            self.note(
                "this process was away for too long and lost its place: it takes another".into(),
            );
        }
    }

    /// Notes what an operator should hear, once while it stays the same.
    pub(crate) fn note(&self, news: String) {
        let mut state = self.state();
        if state.news.last() != Some(&news) && state.news.len() < MOST_NEWS {
            state.news.push(news);
        }
    }

    /// What an operator should hear since this was asked last.
    pub fn news(&self) -> Vec<String> {
        std::mem::take(&mut self.state().news)
    }

    /// Gives the place back.
    ///
    /// # Errors
    /// [`StorageError`].
    pub(crate) fn leave(&self, writer: &mut Writer) -> Result<(), StorageError> {
        let mut state = self.state();
        state.has_left = true;
        state.share = Share::default();
        let place = state.place.take();
        drop(state);
        place.map_or(Ok(()), |place| writer.transaction(|tx| tx.leave(&place)))
    }

    /// Ids at a place.
    pub(crate) fn source(&self, place: &Place) -> IdSource {
        if self.store.is_shared() { IdSource::at(place) } else { IdSource::alone(place) }
    }

    /// Whether an id was made at a place since it was taken, and nobody else can have made the same.
    pub(crate) fn has_made(&self, id: i64, place: &Place) -> bool {
        match self.store.is_shared() {
            true => is_made_at(id, place),
            false => ms_of(id) > place.floor_ms,
        }
    }

    /// An id for a message in `partition`.
    pub fn next_id(&self, partition: Partition, at: Moment) -> i64 {
        self.state().ids.next(partition, at)
    }

    /// How far the clock by which leases are judged is ahead of this machine's, in milliseconds.
    pub fn clock_ahead_ms(&self) -> i64 {
        self.state().clock_ahead_ms
    }

    /// What is for this process to do, as it last learned.
    pub fn share(&self) -> Share {
        self.state().share.clone()
    }

    /// How many processes share the work, as it last learned.
    pub fn sharing(&self) -> usize {
        self.state().sharing
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn look(&mut self, processes: &[ProcessRow], clock: Moment, now: Moment) {
        self.clock_ahead_ms = (clock.micros() - now.micros()).div_euclid(1000);
        let mine = self.place.map(|place| place.number);
        let shares = shared_out(processes, clock);
        self.sharing = shares.iter().filter(|(_, share)| !share.is_empty()).count();
        let own = shares
            .into_iter()
            .filter(|(row, _)| Some(row.number) == mine)
            .map(|(_, share)| share)
            .next();
        self.share = own.unwrap_or_default();
        self.looked_at = Some(clock);
    }
}

/// Whether a process that last looked at one moment may judge at another who has not renewed its lease. After an
/// outage of the database nobody has, and everybody may do so first.
fn may_judge(looked_at: Option<Moment>, clock: Moment) -> bool {
    looked_at.is_some_and(|last| clock <= last.plus_millis(LEASE_MS / 2))
}

/// Somebody of this name who wants a place.
pub fn arrival(name: &str, kind: ProcessKind, at: Moment) -> Arrival {
    Arrival { name: name.to_owned(), kind: kind.number(), address: None, at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_away_itself_judges_nobody() {
        let looked = Moment::from_micros(0);
        assert!(may_judge(Some(looked), looked.plus_millis(LEASE_MS / 2)));
        assert!(!may_judge(Some(looked), looked.plus_millis(LEASE_MS / 2 + 1)));
        assert!(!may_judge(None, looked));
    }
}
