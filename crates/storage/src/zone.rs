//! What enterprises of bonded zones send beside their bonded lists: gate passes, their own numbers for both,
//! what they have to be told, and the audit events of what officers do.

use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;

use crate::bonded::BondedList;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A gate pass (核放单).
    pub struct GatePass in "gate_pass", key 2 {
        /// [`Partition::of_text`] of its number.
        bucket: Partition,
        /// 核放单编号.
        number: String,
        /// Where it stands, by the application's numbering.
        state: i64,
        /// Since when it stands so.
        updated_at: Moment,
        /// What it says, in a stored form.
        body: Vec<u8>,
    }
}

impl Replaceable for GatePass {}

row! {
    /// What an enterprise's own number (企业内部编号) names.
    pub struct ZoneReferenceRow in "zone_reference", key 4 {
        /// [`Partition::of_party`] of the holder.
        bucket: Partition,
        /// 1 a bonded list, 2 a gate pass.
        kind: i64,
        /// The enterprise in the zone.
        holder_id: PartyId,
        /// Its own number.
        reference: String,
        /// The account book of a list.
        book: Option<String>,
        /// The number that customs gave.
        number: String,
    }
}

impl Replaceable for ZoneReferenceRow {}

row! {
    /// That a list or gate pass changed, and its enterprise has to be told.
    pub struct ZoneNewsRow in "zone_news", key 3 {
        /// [`Partition::of_party`] of the holder.
        bucket: Partition,
        /// 1 a bonded list, 2 a gate pass.
        kind: i64,
        /// Its number.
        number: String,
        /// The enterprise in the zone.
        holder_id: PartyId,
        /// The account book of a list.
        book: Option<String>,
    }
}

row! {
    /// An audit event: one step that an officer took with a bonded list or gate pass. Written once.
    pub struct ZoneEventRow in "zone_event", key 5 {
        /// [`Partition::of_text`] of a list's account book, or of a gate pass's number.
        bucket: Partition,
        /// 1 a bonded list, 2 a gate pass.
        kind: i64,
        /// The account book of a list; empty for a gate pass.
        book: String,
        /// Its number.
        number: String,
        /// Its place among the events of this list or gate pass, from 1 without gap: whoever writes it holds
        /// the row that it is about.
        n: i64,
        /// When.
        at: Moment,
        /// The version of the encoding.
        version: i64,
        /// The event, canonically encoded.
        body: Vec<u8>,
    }
}

/// The key of the events about one list or gate pass: bucket, kind, book, number.
pub type ZoneEventKey<'k> = (Partition, i64, &'k str, &'k str);

/// The key of an enterprise's own number: bucket, kind, holder, number.
pub type ZoneReferenceKey<'k> = (Partition, i64, PartyId, &'k str);

/// The key of news: bucket, kind, number.
pub type ZoneNewsKey = (Partition, i64, String);

impl View<'_> {
    /// What these numbers of enterprises name, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn zone_references(
        &mut self,
        keys: &[ZoneReferenceKey<'_>],
    ) -> Result<Vec<ZoneReferenceRow>, StorageError> {
        self.load(keys)
    }

    /// The bonded lists of these numbers, in whatever account book.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bonded_lists_numbered(
        &mut self,
        numbers: &[(&str,)],
    ) -> Result<Vec<BondedList>, StorageError> {
        let from = "FROM {rows} JOIN bonded_list ON bonded_list.number = k.number";
        self.select_each(from, &["number"], numbers)
    }

    /// The gate passes of these keys, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn gate_passes(
        &mut self,
        keys: &[(Partition, &str)],
    ) -> Result<Vec<GatePass>, StorageError> {
        self.load(keys)
    }

    /// What officers did with these lists and gate passes, in order of the keys, and of time for each.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn zone_events(
        &mut self,
        keys: &[ZoneEventKey<'_>],
    ) -> Result<Vec<ZoneEventRow>, StorageError> {
        self.load(keys)
    }

    /// News, at most `limit` of them, in order of the keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn zone_news(&mut self, limit: i64) -> Result<Vec<ZoneNewsRow>, StorageError> {
        use crate::cell::ToCell as _;
        self.select("ORDER BY bucket, kind, number LIMIT $1", &[limit.cell()])
    }
}

impl Tx<'_> {
    /// The gate passes of these keys, in order of the keys, locked until the end of the transaction. Lock
    /// order: before bonded lists.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_gate_passes(
        &mut self,
        keys: &[(Partition, &str)],
    ) -> Result<Vec<GatePass>, StorageError> {
        self.lock(keys)
    }

    /// The bonded lists of these keys, in order of the keys, locked until the end of the transaction.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_bonded_lists(
        &mut self,
        keys: &[crate::bonded::BondedListKey],
    ) -> Result<Vec<BondedList>, StorageError> {
        self.lock(keys)
    }

    /// Deletes news that was told; gives how many there were.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_zone_news(&mut self, keys: &[ZoneNewsKey]) -> Result<u64, StorageError> {
        self.delete::<ZoneNewsRow, _>(keys)
    }
}
