//! Slices of guarantees: what is set aside of one for each process, so that one guarantor behind the parcels of
//! everybody is no row that everybody waits for.
//!
//! A slice is counted as held in its guarantee's row, so that nothing is promised twice: what is really held is what
//! the row says less what is free in its slices. A process holds against its own slice, and takes it back with the row
//! when it does not suffice; before anything is refused, all slices are taken back. Slices are made and taken back
//! under the lock of the guarantee's row, and rows are locked before slices, all in order of their keys.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;

use crate::balance::{Guarantee, GuaranteeKey};
use crate::dialect::Dialect;
use crate::error::StorageError;
use crate::faults;
use crate::partition::Partition;
use crate::planted::{Bug, planted};
use crate::tx::{Tx, View};

row! {
    /// What is set aside of a guarantee for the process at one place.
    pub struct GuaranteeSlice in "guarantee_slice", key 3 {
        /// The guarantor's bucket.
        bucket: Partition,
        /// The guarantor.
        party_id: PartyId,
        /// The place.
        place: u8,
        /// What is left of it.
        free: Money,
    }
}

/// From what of a guarantee a process holds, each more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldFrom {
    /// From what is set aside for its place.
    Slice,
    /// From what is set aside for nobody, or for its own place; the row is locked.
    Rest,
    /// From everything: all slices are taken back.
    Whole,
}

/// A guarantee as far as a transaction may hold against it, locked until its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What the transaction may not hold from counts as held.
    pub guarantee: Guarantee,
    /// From what of it: the whole also where nothing is set aside for others.
    pub from: HeldFrom,
}

impl GuaranteeSlice {
    const fn guarantee(&self) -> GuaranteeKey {
        (self.bucket, self.party_id)
    }
}

impl View<'_> {
    /// Whether anything can be set aside: where several processes decide on one database.
    fn knows_slices(&self) -> bool {
        self.dialect() == Dialect::Postgres || faults::shares_file()
    }

    /// The slices of these guarantees, unlocked.
    fn slices(&mut self, keys: &[GuaranteeKey]) -> Result<Vec<GuaranteeSlice>, StorageError> {
        if self.knows_slices() && !keys.is_empty() { self.load(keys) } else { Ok(Vec::new()) }
    }

    /// The guarantees of these rows with what is really held: what is free in their slices is not.
    pub(crate) fn without_slices(
        &mut self,
        mut rows: Vec<Guarantee>,
    ) -> Result<Vec<Guarantee>, StorageError> {
        let keys: Vec<_> = rows.iter().map(Guarantee::key).collect();
        let free = free_of(&self.slices(&keys)?);
        for row in &mut rows {
            row.give_back(free.get(&row.key()).copied().unwrap_or_default());
        }
        Ok(rows)
    }
}

impl Tx<'_> {
    /// Locks so much of guarantees as is wanted of each, in order of the keys; absent ones are left out. Of a guarantee
    /// of which nothing is set aside for `place`, the rest is taken instead of a slice; a slice that somebody else took
    /// back meanwhile has nothing left.
    ///
    /// Lock order: as for [`Self::lock_guarantees`].
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn take_guarantees(
        &mut self,
        wanted: &BTreeMap<GuaranteeKey, HeldFrom>,
        place: u8,
    ) -> Result<Vec<Taken>, StorageError> {
        // Rows are locked before slices, so which slices there are is asked before anything is locked.
        let sliced = wanted.iter().filter(|(_, from)| **from == HeldFrom::Slice);
        let sliced: Vec<_> = sliced.map(|(&(bucket, party), _)| (bucket, party, place)).collect();
        let own: Vec<GuaranteeSlice> = match self.knows_slices() && !sliced.is_empty() {
            true => self.load(&sliced)?,
            false => Vec::new(),
        };
        let of_slices: BTreeSet<_> = own.iter().map(GuaranteeSlice::guarantee).collect();
        let of_rows: Vec<_> =
            wanted.keys().filter(|key| !of_slices.contains(key)).copied().collect();
        let rows: Vec<Guarantee> = self.lock(&of_rows)?;

        let (taken_back, of_others): (Vec<_>, Vec<_>) =
            self.slices(&of_rows)?.into_iter().partition(|slice| {
                slice.place == place || wanted.get(&slice.guarantee()) == Some(&HeldFrom::Whole)
            });
        let to_lock: Vec<_> = own.iter().chain(&taken_back).map(key_of).collect();
        let locked: Vec<GuaranteeSlice> = match to_lock.is_empty() {
            true => Vec::new(),
            false => self.lock(&to_lock)?,
        };
        let (left, taken_back): (Vec<_>, Vec<_>) =
            locked.into_iter().partition(|slice| of_slices.contains(&slice.guarantee()));
        self.take_back(&taken_back)?;

        let (free, others) = (free_of(&taken_back), free_of(&of_others));
        let of_row = |mut guarantee: Guarantee| {
            let key = guarantee.key();
            guarantee.give_back(free.get(&key).copied().unwrap_or_default());
            let is_whole = !others.contains_key(&key);
            Taken { guarantee, from: if is_whole { HeldFrom::Whole } else { HeldFrom::Rest } }
        };
        let mut taken: Vec<_> = rows.into_iter().map(of_row).collect();
        taken.extend(self.at_slices(of_slices, &left)?);
        taken.sort_by_key(|taken| taken.guarantee.key());
        Ok(taken)
    }

    /// Holds against the slices of a place; amounts below nothing are given back to them.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] where a slice does not suffice, [`StorageError::Missing`] where it is none.
    pub fn hold_of_slices(
        &mut self,
        place: u8,
        held: &[(GuaranteeKey, Money)],
    ) -> Result<(), StorageError> {
        let rows: Vec<_> =
            held.iter().map(|&((bucket, party), amount)| (bucket, party, place, amount)).collect();
        let changed = self.each(
            "UPDATE guarantee_slice SET free = guarantee_slice.free - k.amount FROM {rows} \
             WHERE guarantee_slice.bucket = k.bucket AND guarantee_slice.party_id = k.party_id \
             AND guarantee_slice.place = k.place",
            &["bucket", "party_id", "place", "amount"],
            &rows,
        )?;
        self.all_there("guarantee_slice", rows.len(), changed)
    }

    /// Sets aside for a place, which has no slice of these guarantees; their rows are locked.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] where more would be set aside than is left.
    pub fn set_aside(
        &mut self,
        place: u8,
        amounts: &[(GuaranteeKey, Money)],
    ) -> Result<(), StorageError> {
        if !planted(Bug::PromisesTwice) {
            self.count_as_held(amounts)?;
        }
        let slices: Vec<_> = amounts
            .iter()
            .map(|&((bucket, party_id), free)| GuaranteeSlice { bucket, party_id, place, free })
            .collect();
        self.insert(&slices)
    }

    /// The guarantees of slices, of which nothing but the slice is free. Read after the slices were locked: whoever
    /// changes a guarantee or queues for it has taken them back before.
    fn at_slices(
        &mut self,
        of: BTreeSet<GuaranteeKey>,
        slices: &[GuaranteeSlice],
    ) -> Result<Vec<Taken>, StorageError> {
        let keys = Vec::from_iter(of);
        let free = free_of(slices);
        let rows: Vec<Guarantee> = if keys.is_empty() { Vec::new() } else { self.load(&keys)? };
        let of_slice = |mut guarantee: Guarantee| {
            guarantee.held = guarantee.granted;
            guarantee.give_back(free.get(&guarantee.key()).copied().unwrap_or_default());
            Taken { guarantee, from: HeldFrom::Slice }
        };
        Ok(rows.into_iter().map(of_slice).collect())
    }

    /// Ends slices that are locked, together with the rows of their guarantees.
    fn take_back(&mut self, slices: &[GuaranteeSlice]) -> Result<(), StorageError> {
        if slices.is_empty() {
            return Ok(());
        }
        let free = free_of(slices).into_iter();
        self.count_as_held(
            &free.map(|(key, free)| (key, Money::from_fen(-free.fen()))).collect::<Vec<_>>(),
        )?;
        self.delete::<GuaranteeSlice, _>(&slices.iter().map(key_of).collect::<Vec<_>>())?;
        Ok(())
    }

    fn count_as_held(&mut self, amounts: &[(GuaranteeKey, Money)]) -> Result<(), StorageError> {
        let rows: Vec<_> =
            amounts.iter().map(|&((bucket, party), amount)| (bucket, party, amount)).collect();
        let changed = self.each(
            "UPDATE guarantee SET held = guarantee.held + k.amount FROM {rows} \
             WHERE guarantee.bucket = k.bucket AND guarantee.party_id = k.party_id",
            &["bucket", "party_id", "amount"],
            &rows,
        )?;
        self.all_there("guarantee", rows.len(), changed)
    }
}

const fn key_of(slice: &GuaranteeSlice) -> (Partition, PartyId, u8) {
    (slice.bucket, slice.party_id, slice.place)
}

/// What is free in the slices of each guarantee.
fn free_of(slices: &[GuaranteeSlice]) -> BTreeMap<GuaranteeKey, Money> {
    let mut free = BTreeMap::<_, Money>::new();
    for slice in slices {
        let sum = free.entry(slice.guarantee()).or_default();
        *sum = Money::from_fen(sum.fen().saturating_add(slice.free.fen()));
    }
    free
}
