//! Processes: who works on this database now. Each has a place of its own among [`PLACES`], holds it by a lease that
//! it renews, and loses it when it did not: then it can write nothing more.

use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::dialect::Dialect;
use crate::error::StorageError;
use crate::faults;
use crate::migrate::KNOWN;
use crate::planted::{Bug, planted};
use crate::row::Replaceable;
use crate::tx::{Tx, View};

/// How many processes can work on one database at a time: so many places the ids that they make tell apart.
pub const PLACES: u8 = 128;

row! {
    /// A place, and who has it.
    pub struct ProcessRow in "process", key 1 {
        /// Which place, from 0.
        number: u8,
        /// Grows by one whenever the place is taken or lost.
        epoch: i64,
        /// Who has it; nobody where it is free.
        name: Option<String>,
        /// What it does, by the application's numbering.
        kind: i64,
        /// Where it is served, where it serves.
        address: Option<String>,
        /// When it came.
        started_at: Moment,
        /// Until when it may write without renewing, by [`View::shared_clock`].
        lease_until: Moment,
        /// No id was made here behind these milliseconds since 2020.
        last_ms: i64,
        /// How many batches it has committed: the proof of one whose commit ended without an answer.
        batch: i64,
        /// The schema that its program knows.
        schema: i64,
    }
}

impl Replaceable for ProcessRow {}

impl ProcessRow {
    /// Whether somebody has it whose lease lasts.
    pub fn is_taken(&self, clock: Moment) -> bool {
        self.name.is_some() && clock <= self.lease_until
    }

    /// Whether `name` may take it; its own it may take at any time.
    fn may_be_taken(&self, name: &str, over: TakeOver) -> bool {
        match (&self.name, over) {
            (None, _) | (_, TakeOver::All) => true,
            (Some(other), TakeOver::Lapsed(now)) => other == name || !self.is_taken(now),
        }
    }
}

/// Somebody who wants a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Who. No two processes may have one name.
    pub name: String,
    /// What it does, by the application's numbering.
    pub kind: i64,
    /// Where it is served, where it serves.
    pub address: Option<String>,
    /// When it came.
    pub at: Moment,
}

/// A place that was taken, and by which it is known whether it still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which, below [`PLACES`].
    pub number: u8,
    /// A write under an older one is refused.
    pub epoch: i64,
    /// Every id that anybody had written by then was made in these milliseconds since 2020 or before.
    pub floor_ms: i64,
    /// How many batches were committed here before.
    pub batch: i64,
}

/// Which places may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOver {
    /// Free ones, and those whose lease ended before this moment of [`View::shared_clock`].
    Lapsed(Moment),
    /// All: for the only process there is ([`crate::Store::is_sole_process`]), after its own crash.
    All,
}

impl View<'_> {
    /// The clock by which leases are judged: the database's where several machines share it, `local`
    /// where there is one machine (SQLite).
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn shared_clock(&mut self, local: Moment) -> Result<Moment, StorageError> {
        Ok(self.database_clock()?.unwrap_or(local))
    }

    /// The places that somebody has, in order; of some the lease may have ended.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn processes(&mut self) -> Result<Vec<ProcessRow>, StorageError> {
        self.select("WHERE name IS NOT NULL ORDER BY number", &[])
    }
}

impl Tx<'_> {
    /// Takes a place until `until`: its own after a commit whose result it does not know, otherwise the first that
    /// is free, otherwise one whose lease ended. The new epoch fences whoever had it. A SQLite file has one process:
    /// there nothing is taken while somebody else's lease lasts, and everything of those who are gone.
    ///
    /// `None` where all places are taken.
    ///
    /// # Errors
    /// [`StorageError::Outgrown`] where a newer version has changed the database meanwhile.
    pub fn take_place(
        &mut self,
        who: &Arrival,
        over: TakeOver,
        until: Moment,
    ) -> Result<Option<Place>, StorageError> {
        self.refuse_outgrown()?;
        let mut places: Vec<ProcessRow> = self.select("ORDER BY number", &[])?;
        let is_file = self.dialect() == Dialect::Sqlite && !faults::shares_file();
        if is_file && places.iter().any(|row| !row.may_be_taken(&who.name, over)) {
            return Ok(None);
        }
        let floor_ms = places.iter().map(|row| row.last_ms).max().unwrap_or(0);
        places.retain(|row| row.may_be_taken(&who.name, over));
        places.sort_by_key(|row| match &row.name {
            Some(name) if *name == who.name => 0,
            Some(_) if !is_file => 2,
            _ => 1,
        });
        if is_file {
            self.vacate(&places)?;
        }
        for seen in places {
            // Somebody may have taken it, or written there, since it was looked at.
            let Some(row) = self.lock_process(seen.number)? else { continue };
            if !row.may_be_taken(&who.name, over) {
                continue;
            }
            let taken = ProcessRow {
                number: row.number,
                epoch: row.epoch + 1,
                name: Some(who.name.clone()),
                kind: who.kind,
                address: who.address.clone(),
                started_at: who.at,
                lease_until: until,
                last_ms: row.last_ms,
                batch: row.batch,
                schema: KNOWN,
            };
            self.upsert(std::slice::from_ref(&taken))?;
            let floor_ms = floor_ms.max(row.last_ms);
            let ProcessRow { number, epoch, batch, .. } = taken;
            return Ok(Some(Place { number, epoch, floor_ms, batch }));
        }
        Ok(None)
    }

    /// A place as it stands, kept from others; waits for whoever is writing under it.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_process(&mut self, number: u8) -> Result<Option<ProcessRow>, StorageError> {
        Ok(self.lock(&[(number,)])?.pop())
    }

    /// Proves that a place still stands and renews its lease, with a batch that was written under it and the
    /// last milliseconds in which it made an id.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] where it was lost; roll back.
    pub fn renew_with(
        &mut self,
        place: &Place,
        until: Moment,
        last_ms: i64,
        batch: i64,
    ) -> Result<(), StorageError> {
        let renewed = self.each(
            "UPDATE process SET lease_until = k.until, last_ms = k.last_ms, batch = k.batch FROM {rows} \
             WHERE process.number = k.number AND process.epoch = k.epoch",
            &["number", "epoch", "until", "last_ms", "batch"],
            &[(place.number, place.epoch, until, last_ms, batch)],
        )?;
        stands(renewed)
    }

    /// The same without a batch.
    ///
    /// # Errors
    /// As [`Self::renew_with`].
    pub fn renew(&mut self, place: &Place, until: Moment) -> Result<(), StorageError> {
        let renewed = self.each(
            "UPDATE process SET lease_until = k.until FROM {rows} \
             WHERE process.number = k.number AND process.epoch = k.epoch",
            &["number", "epoch", "until"],
            &[(place.number, place.epoch, until)],
        )?;
        stands(renewed)
    }

    /// Gives a place back; one that was lost is left alone.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn leave(&mut self, place: &Place) -> Result<(), StorageError> {
        self.each(
            "UPDATE process SET name = NULL, epoch = process.epoch + 1 FROM {rows} \
             WHERE process.number = k.number AND process.epoch = k.epoch",
            &["number", "epoch"],
            &[(place.number, place.epoch)],
        )
        .map(drop)
    }

    /// Takes the places of those whose lease ended before `clock`; gives who they were. One who is writing at this
    /// moment is left alone.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_lapsed(&mut self, clock: Moment) -> Result<Vec<ProcessRow>, StorageError> {
        let tail = match self.dialect() {
            Dialect::Sqlite => "WHERE name IS NOT NULL AND lease_until < $1 ORDER BY number",
            Dialect::Postgres => {
                "WHERE name IS NOT NULL AND lease_until < $1 ORDER BY number FOR UPDATE SKIP LOCKED"
            }
        };
        let lapsed = self.select(tail, &[clock.cell()])?;
        self.vacate(&lapsed)?;
        Ok(lapsed)
    }

    fn vacate(&mut self, places: &[ProcessRow]) -> Result<(), StorageError> {
        let taken: Vec<_> = places
            .iter()
            .filter(|row| row.name.is_some())
            .map(|row| (row.number, row.epoch))
            .collect();
        self.each(
            "UPDATE process SET name = NULL, epoch = process.epoch + 1 FROM {rows} \
             WHERE process.number = k.number AND process.epoch = k.epoch",
            &["number", "epoch"],
            &taken,
        )
        .map(drop)
    }
}

fn stands(renewed: u64) -> Result<(), StorageError> {
    if renewed == 1 || planted(Bug::IgnoresFencing) { Ok(()) } else { Err(StorageError::Fenced) }
}
