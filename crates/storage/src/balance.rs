//! Balances that parcels share: a buyer's yearly allowance, in money and in quantities of goods whose
//! quantity the positive list limits, and a guarantor's guarantee.
//!
//! Decided on in memory, changed by one delta a row and batch, and guarded by the tables' `CHECK`s.

use std::collections::BTreeMap;

use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::quantity::Quantity;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Row;
use crate::slice::HeldFrom;
use crate::tx::{Tx, View};

row! {
    /// What a person has used of the yearly limit (年度交易限值).
    pub struct Allowance in "allowance", key 3 {
        /// The first byte of `person`.
        bucket: Partition,
        /// [`crate::seal::Keyring::fingerprint`] of the identity.
        person: [u8; 16],
        /// The year, in China.
        year: i64,
        /// Held for declarations that are not released yet.
        reserved: Money,
        /// Used by released ones.
        used: Money,
    }
}

row! {
    /// What a person has taken of a line of the positive list whose quantity is limited (每人每年限量).
    pub struct QuantityAllowance in "quantity_allowance", key 5 {
        /// The first byte of `person`.
        bucket: Partition,
        /// [`crate::seal::Keyring::fingerprint`] of the identity.
        person: [u8; 16],
        /// The year, in China.
        year: i64,
        /// The tariff line, eight digits.
        line: String,
        /// What is counted: 1 kilograms, 2 litres, 3 pieces, 4 sheets.
        measure: i64,
        /// Held for declarations that are not released yet.
        reserved: Quantity,
        /// Used by released ones.
        used: Quantity,
    }
}

row! {
    /// A party's tax guarantee (担保).
    pub struct Guarantee in "guarantee", key 2 {
        /// [`Partition::of_party`] of the party.
        bucket: Partition,
        /// The guarantor.
        party_id: PartyId,
        /// The sum granted.
        granted: Money,
        /// Owed by reviewed declarations that wait for it.
        queued: Money,
        /// Owed for released ones and not paid yet.
        held: Money,
        /// First moment it may be used.
        valid_from: Moment,
        /// First moment it may not be used any more; open-ended when absent.
        valid_to: Option<Moment>,
        /// The guarantee document's number (保函编号).
        reference: Option<String>,
        /// Whether customs has stopped its use.
        suspended: bool,
    }
}

/// The key of an allowance: bucket, person, year.
pub type AllowanceKey = (Partition, [u8; 16], i64);

/// The key of a quantity allowance: bucket, person, year, tariff line, measure.
pub type QuantityAllowanceKey = (Partition, [u8; 16], i64, String, i64);

/// The key of a guarantee: bucket and party.
pub type GuaranteeKey = (Partition, PartyId);

impl Guarantee {
    /// Its key.
    pub const fn key(&self) -> GuaranteeKey {
        (self.bucket, self.party_id)
    }

    /// So much less is held.
    pub(crate) const fn give_back(&mut self, amount: Money) {
        self.held = Money::from_fen(self.held.fen().saturating_sub(amount.fen()));
    }
}

/// By how much a balance changes: an allowance's `reserved` and `used`, a guarantee's `queued` and
/// `held`. In fen, or in trillionths of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delta {
    /// Added to what waits: reserved, or queued.
    pub waiting: i64,
    /// Added to what is taken: used, or held.
    pub taken: i64,
}

impl Delta {
    /// From what waited and was taken before to what does after.
    pub const fn between(before: (i64, i64), after: (i64, i64)) -> Self {
        Self { waiting: after.0.saturating_sub(before.0), taken: after.1.saturating_sub(before.1) }
    }
}

impl View<'_> {
    /// Allowances as they stand, unlocked, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn allowances(&mut self, keys: &[AllowanceKey]) -> Result<Vec<Allowance>, StorageError> {
        self.load(keys)
    }

    /// Quantity allowances as they stand, unlocked, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn quantity_allowances(
        &mut self,
        keys: &[QuantityAllowanceKey],
    ) -> Result<Vec<QuantityAllowance>, StorageError> {
        self.load(keys)
    }

    /// Every quantity allowance: for audits and tests, reads the whole table.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn all_quantity_allowances(&mut self) -> Result<Vec<QuantityAllowance>, StorageError> {
        self.select("ORDER BY bucket, person, year, line, measure", &[])
    }

    /// Guarantees as they stand, unlocked, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn guarantees(&mut self, keys: &[GuaranteeKey]) -> Result<Vec<Guarantee>, StorageError> {
        let rows = self.load(keys)?;
        self.without_slices(rows)
    }

    /// The guarantees of parties behind `after`, in order of the parties, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn guarantees_behind(
        &mut self,
        after: PartyId,
        limit: i64,
    ) -> Result<Vec<Guarantee>, StorageError> {
        let text = "WHERE party_id > $1 ORDER BY party_id LIMIT $2";
        let rows = self.select(text, &[after.cell(), limit.cell()])?;
        self.without_slices(rows)
    }

    /// Every guarantee.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn all_guarantees(&mut self) -> Result<Vec<Guarantee>, StorageError> {
        let rows = self.select("ORDER BY bucket, party_id", &[])?;
        self.without_slices(rows)
    }
}

impl Tx<'_> {
    /// The allowances of these keys, in order of the keys, locked until the end of the transaction; those that were
    /// never used are left out, and are opened with what is taken first ([`Self::open_allowances`]). Lock order: after
    /// claims, before quantity allowances.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_allowances(
        &mut self,
        keys: &[AllowanceKey],
    ) -> Result<Vec<Allowance>, StorageError> {
        self.lock(keys)
    }

    /// The quantity allowances of these keys, in order of the keys, locked until the end of the transaction; those
    /// that were never used are left out ([`Self::open_quantity_allowances`]). Lock order: after allowances, before
    /// guarantees.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_quantity_allowances(
        &mut self,
        keys: &[QuantityAllowanceKey],
    ) -> Result<Vec<QuantityAllowance>, StorageError> {
        self.lock(keys)
    }

    /// Writes allowances, each once and in order of the keys, that [`Self::lock_allowances`] has looked for in vain.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] where a balance would be below nothing, [`StorageError::WrittenMeanwhile`] where
    /// somebody else has opened one; the transaction is rolled back and runs again.
    pub fn open_allowances(&mut self, opened: &[Allowance]) -> Result<(), StorageError> {
        self.open(opened)
    }

    /// Writes quantity allowances, each once and in order of the keys, that [`Self::lock_quantity_allowances`] has looked for in vain.
    ///
    /// # Errors
    /// As [`Self::open_allowances`].
    pub fn open_quantity_allowances(
        &mut self,
        opened: &[QuantityAllowance],
    ) -> Result<(), StorageError> {
        self.open(opened)
    }

    /// To write an empty row first, so that it can be locked, and to change it afterwards would be two writes for
    /// every buyer of one parcel.
    fn open<R: Row>(&mut self, opened: &[R]) -> Result<(), StorageError> {
        let written = self.insert_absent(opened)?;
        if written < opened.len() as u64 {
            return self.doom(StorageError::WrittenMeanwhile { table: R::TABLE.name });
        }
        Ok(())
    }

    /// The guarantees of these keys, in order of the keys, locked until the end of the transaction, with what was set
    /// aside of them taken back; absent ones are left out. Lock order: after quantity allowances.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_guarantees(
        &mut self,
        keys: &[GuaranteeKey],
    ) -> Result<Vec<Guarantee>, StorageError> {
        let wanted = keys.iter().map(|key| (*key, HeldFrom::Whole)).collect();
        // Whoever takes the whole does so for no place.
        let taken = self.take_guarantees(&wanted, 0)?;
        Ok(taken.into_iter().map(|taken| taken.guarantee).collect())
    }

    /// Grants guarantees, or changes the sum, validity, reference and standing of those that were granted;
    /// what is queued and held of them stays.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] when a sum would fall below what is held.
    pub fn grant(&mut self, guarantees: &[Guarantee]) -> Result<(), StorageError> {
        self.insert_absent(guarantees)?;
        self.lock_guarantees(&guarantees.iter().map(Guarantee::key).collect::<Vec<_>>())?;
        let rows: Vec<_> = guarantees
            .iter()
            .map(|to| {
                let (from, end) = (to.valid_from, to.valid_to);
                (to.bucket, to.party_id, to.granted, from, end, &to.reference, to.suspended)
            })
            .collect();
        let changed = self.each(
            "UPDATE guarantee SET granted = k.granted, valid_from = k.valid_from, \
             valid_to = k.valid_to, reference = k.reference, suspended = k.suspended FROM {rows} \
             WHERE guarantee.bucket = k.bucket AND guarantee.party_id = k.party_id",
            &["bucket", "party_id", "granted", "valid_from", "valid_to", "reference", "suspended"],
            &rows,
        )?;
        self.all_there("guarantee", rows.len(), changed)
    }

    /// Changes allowances that [`Self::lock_allowances`] gave. Deltas of one key are added up first.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] when a balance would fall below nothing,
    /// [`StorageError::Missing`] when there is no such balance.
    pub fn change_allowances(
        &mut self,
        deltas: &[(AllowanceKey, Delta)],
    ) -> Result<(), StorageError> {
        let rows: Vec<_> = added_up(deltas)
            .into_iter()
            .map(|((bucket, person, year), by)| (bucket, person, year, by.waiting, by.taken))
            .collect();
        let changed = self.each(
            "UPDATE allowance SET reserved = allowance.reserved + k.reserved, \
             used = allowance.used + k.used FROM {rows} WHERE allowance.bucket = k.bucket \
             AND allowance.person = k.person AND allowance.year = k.year",
            &["bucket", "person", "year", "reserved", "used"],
            &rows,
        )?;
        self.all_there("allowance", rows.len(), changed)
    }

    /// Changes quantity allowances that [`Self::lock_quantity_allowances`] gave. Deltas of one key are
    /// added up first.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] when a balance would fall below nothing,
    /// [`StorageError::Missing`] when there is no such balance.
    pub fn change_quantity_allowances(
        &mut self,
        deltas: &[(QuantityAllowanceKey, Delta)],
    ) -> Result<(), StorageError> {
        let rows: Vec<_> = added_up(deltas)
            .into_iter()
            .map(|((bucket, person, year, line, measure), by)| {
                (bucket, person, year, line, measure, by.waiting, by.taken)
            })
            .collect();
        let changed = self.each(
            "UPDATE quantity_allowance SET reserved = quantity_allowance.reserved + k.reserved, \
             used = quantity_allowance.used + k.used FROM {rows} \
             WHERE quantity_allowance.bucket = k.bucket AND quantity_allowance.person = k.person \
             AND quantity_allowance.year = k.year AND quantity_allowance.line = k.line \
             AND quantity_allowance.measure = k.measure",
            &["bucket", "person", "year", "line", "measure", "reserved", "used"],
            &rows,
        )?;
        self.all_there("quantity_allowance", rows.len(), changed)
    }

    /// Changes guarantees of which [`Self::lock_guarantees`] gave the whole or the rest. Deltas of one key are added up first.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] when a balance would fall below nothing or exceed the sum granted,
    /// [`StorageError::Missing`] when there is no such guarantee.
    pub fn change_guarantees(
        &mut self,
        deltas: &[(GuaranteeKey, Delta)],
    ) -> Result<(), StorageError> {
        let rows: Vec<_> = added_up(deltas)
            .into_iter()
            .map(|((bucket, party), by)| (bucket, party, by.waiting, by.taken))
            .collect();
        let changed = self.each(
            "UPDATE guarantee SET queued = guarantee.queued + k.queued, \
             held = guarantee.held + k.held FROM {rows} \
             WHERE guarantee.bucket = k.bucket AND guarantee.party_id = k.party_id",
            &["bucket", "party_id", "queued", "held"],
            &rows,
        )?;
        self.all_there("guarantee", rows.len(), changed)
    }
}

/// One delta a key, in order of the keys.
fn added_up<K: Clone + Ord>(deltas: &[(K, Delta)]) -> BTreeMap<K, Delta> {
    let mut sums = BTreeMap::<K, Delta>::new();
    for (key, by) in deltas {
        let sum = sums.entry(key.clone()).or_default();
        sum.waiting = sum.waiting.saturating_add(by.waiting);
        sum.taken = sum.taken.saturating_add(by.taken);
    }
    sums
}
