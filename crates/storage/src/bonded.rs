//! Bonded stock: account books, what lies under them, and why it moved.
//!
//! A stock is a balance like those of `balance.rs`: shared between partitions, locked by key, changed by one
//! delta a row and batch, guarded by the table's `CHECK`s. Its movements are numbered under the lock of its
//! row, so that they have no gap whoever writes them.

use std::collections::BTreeMap;

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// An account book (账册): the bonded goods of one enterprise in one zone.
    pub struct AccountBook in "account_book", key 2 {
        /// [`Partition::of_text`] of the number.
        bucket: Partition,
        /// 账册编号 (`emsNo`).
        book: String,
        /// 区内企业.
        holder_id: PartyId,
        /// 主管海关, four digits.
        office: String,
        /// The zone's name.
        zone: String,
        /// The first moment at which goods may be moved under it.
        valid_from: Moment,
        /// The first moment at which they may not any more; open-ended when absent.
        valid_to: Option<Moment>,
    }
}

impl Replaceable for AccountBook {}

row! {
    /// How much there is of a registered kind of goods. Quantities are hundred-thousandths of its unit.
    pub struct BondedStock in "bonded_stock", key 3 {
        /// [`Partition::of_text`] of the book's number.
        bucket: Partition,
        /// 账册编号.
        book: String,
        /// 账册备案料号 (`itemRecordNo`).
        item: String,
        /// What is there.
        on_hand: i64,
        /// What of that is held for entered declarations.
        held: i64,
        /// How many movements there were.
        moved: i64,
        /// When the last one was.
        moved_at: Moment,
        /// What was registered of the goods, in a stored form.
        body: Vec<u8>,
    }
}

row! {
    /// One movement of a stock: written once and never changed.
    pub struct StockMovement in "stock_movement", key 4 {
        /// [`Partition::of_text`] of the book's number.
        bucket: Partition,
        /// 账册编号.
        book: String,
        /// 账册备案料号.
        item: String,
        /// Its place among the stock's movements, from 1 without gap.
        n: i64,
        /// Why, by the application's numbering.
        kind: i64,
        /// How much, in hundred-thousandths of the item's unit.
        quantity: i64,
        /// When.
        at: Moment,
        /// The document that it follows from.
        document: String,
        /// The declaration that drew or gave back.
        declaration_id: Option<DeclarationId>,
        /// Who moved it, where a person did.
        officer: Option<String>,
        /// Why, where a person says.
        reason: Option<String>,
    }
}

row! {
    /// A bonded list (核注清单) by which goods come into a zone.
    pub struct BondedList in "bonded_list", key 3 {
        /// [`Partition::of_text`] of the book's number.
        bucket: Partition,
        /// 账册编号.
        book: String,
        /// 核注清单编号.
        number: String,
        /// Where it stands, by the application's numbering.
        state: i64,
        /// Its gate pass (核放单), once it has passed the gate.
        gate_pass: Option<String>,
        /// Since when it stands so.
        updated_at: Moment,
        /// Its lines, and who did what with it, in a stored form.
        body: Vec<u8>,
    }
}

impl Replaceable for BondedList {}

/// The key of a bonded list: bucket, book, number.
pub type BondedListKey = (Partition, String, String);

/// The key of an account book: bucket and number.
pub type AccountBookKey = (Partition, String);

/// The key of a stock: bucket, book, item.
pub type BondedStockKey = (Partition, String, String);

/// By how much a stock changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockDelta {
    /// Added to what is there.
    pub on_hand: i64,
    /// Added to what is held.
    pub held: i64,
    /// Added to the number of movements.
    pub moved: i64,
}

impl View<'_> {
    /// The account books of these keys, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn account_books(
        &mut self,
        keys: &[AccountBookKey],
    ) -> Result<Vec<AccountBook>, StorageError> {
        self.load(keys)
    }

    /// Every account book, by number.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn all_account_books(&mut self) -> Result<Vec<AccountBook>, StorageError> {
        self.select("ORDER BY book", &[])
    }

    /// Every stock of these books, unlocked, in order of the keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn stocks_of_books(
        &mut self,
        keys: &[AccountBookKey],
    ) -> Result<Vec<BondedStock>, StorageError> {
        self.load(keys)
    }

    /// The bonded lists of these books, in order of the keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bonded_lists(
        &mut self,
        books: &[AccountBookKey],
    ) -> Result<Vec<BondedList>, StorageError> {
        self.load(books)
    }

    /// The movements of a stock, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn stock_movements(
        &mut self,
        (bucket, book, item): &BondedStockKey,
    ) -> Result<Vec<StockMovement>, StorageError> {
        let tail = "WHERE bucket = $1 AND book = $2 AND item = $3 ORDER BY n";
        self.select(tail, &[bucket.cell(), book.cell(), item.cell()])
    }
}

impl Tx<'_> {
    /// The stocks of these keys, in order of the keys, locked until the end of the transaction; those that
    /// were never registered are left out. Lock order: after guarantees.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_bonded_stocks(
        &mut self,
        keys: &[BondedStockKey],
    ) -> Result<Vec<BondedStock>, StorageError> {
        self.lock(keys)
    }

    /// The bonded list of that key, locked until the end of the transaction. Lock order: before bonded
    /// stocks.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_bonded_list(
        &mut self,
        key: &BondedListKey,
    ) -> Result<Option<BondedList>, StorageError> {
        Ok(self.lock(std::slice::from_ref(key))?.pop())
    }

    /// Registers goods, or changes what is registered of them; what is there of them stays.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn register_stocks(&mut self, stocks: &[BondedStock]) -> Result<(), StorageError> {
        self.insert_absent(stocks)?;
        let rows: Vec<_> =
            stocks.iter().map(|to| (to.bucket, &to.book, &to.item, &to.body)).collect();
        let changed = self.each(
            "UPDATE bonded_stock SET body = k.body FROM {rows} WHERE bonded_stock.bucket = k.bucket \
             AND bonded_stock.book = k.book AND bonded_stock.item = k.item",
            &["bucket", "book", "item", "body"],
            &rows,
        )?;
        self.all_there("bonded_stock", rows.len(), changed)
    }

    /// Changes stocks that [`Self::lock_bonded_stocks`] gave, at `at`. Deltas of one key are added up first.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] when less would be there than is held, [`StorageError::Missing`] when
    /// there is no such stock.
    pub fn change_bonded_stocks(
        &mut self,
        deltas: &[(BondedStockKey, StockDelta)],
        at: Moment,
    ) -> Result<(), StorageError> {
        let mut sums = BTreeMap::<&BondedStockKey, StockDelta>::new();
        for (key, by) in deltas {
            let sum = sums.entry(key).or_default();
            sum.on_hand = sum.on_hand.saturating_add(by.on_hand);
            sum.held = sum.held.saturating_add(by.held);
            sum.moved = sum.moved.saturating_add(by.moved);
        }
        let rows: Vec<_> = sums
            .into_iter()
            .map(|((bucket, book, item), by)| {
                (*bucket, book, item, by.on_hand, by.held, by.moved, at)
            })
            .collect();
        let changed = self.each(
            "UPDATE bonded_stock SET on_hand = bonded_stock.on_hand + k.on_hand, \
             held = bonded_stock.held + k.held, moved = bonded_stock.moved + k.moved, \
             moved_at = CASE WHEN bonded_stock.moved_at < k.moved_at AND 0 < k.moved \
             THEN k.moved_at ELSE bonded_stock.moved_at END FROM {rows} \
             WHERE bonded_stock.bucket = k.bucket AND bonded_stock.book = k.book \
             AND bonded_stock.item = k.item",
            &["bucket", "book", "item", "on_hand", "held", "moved", "moved_at"],
            &rows,
        )?;
        self.all_there("bonded_stock", rows.len(), changed)
    }
}
