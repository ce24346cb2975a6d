//! Registering account books and the goods under them.

use std::collections::BTreeSet;

use tongguan_domain::bonded::item::BondedItem;
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::bonded::StoredBondedItem;
use tongguan_storage::{self as storage, BondedStock, Register, StorageError, Writer};

use crate::clearing::rows::{self, RowError};
use crate::history::{self, Cause, ChangeKind, Entry, Field, Subject};

/// A book or its goods could not be registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A row that was to be written.
    #[error("the goods could not be encoded")]
    Encode(#[from] StoredError),
    /// There is no such book.
    #[error("account book `{0}` is not registered; open it first")]
    NoBook(AccountBookNumber),
    /// The book belongs to somebody else.
    #[error("account book `{0}` belongs to another party")]
    OtherHolder(AccountBookNumber),
    /// One number stands for two kinds of goods.
    #[error("item `{0}` is given twice")]
    Twice(AccountItemNumber),
    /// What lies there was counted in another unit.
    #[error(
        "item `{item}` is counted in unit `{unit}`, and has been moved; its unit cannot change"
    )]
    UnitFixed {
        /// Which.
        item: AccountItemNumber,
        /// Its unit.
        unit: Box<str>,
    },
}

/// Registers an account book, or changes its office, zone and term; its holder stays. Says whether anything
/// was changed.
///
/// # Errors
/// [`RegisterError`]; nothing is changed then.
pub fn open_book(
    writer: &mut Writer,
    book: &AccountBook,
    cause: &Cause,
    now: Moment,
) -> Result<bool, RegisterError> {
    history::change(writer, Register::Registry, cause, now, |tx| {
        let standing = tx.account_books(&[rows::book_key(&book.number)])?.pop();
        let standing = standing.map(rows::read_book).transpose()?;
        if standing.as_ref().is_some_and(|standing| standing.holder != book.holder) {
            return Err(RegisterError::OtherHolder(book.number.clone()));
        }
        let (bucket, number) = rows::book_key(&book.number);
        tx.upsert(&[storage::AccountBook {
            bucket,
            book: number,
            holder_id: book.holder,
            office: book.office.to_string(),
            zone: book.zone.to_string(),
            valid_from: Moment::start_of(book.valid_from),
            valid_to: book.valid_to.map(Moment::start_of),
        }])?;
        let before = standing.as_ref().map(book_texts).unwrap_or_default();
        let fields = changed(BOOK_FIELDS, before, book_texts(book));
        let subject = Subject::AccountBook(book.number.to_string());
        let change = kind(standing.is_some());
        Ok((!fields.is_empty(), entry(subject, change, fields).into_iter().collect()))
    })
}

/// Registers goods under a book, or changes what is registered of them; what lies there stays. Gives how many
/// were new or changed.
///
/// # Errors
/// [`RegisterError`]; nothing is changed then.
pub fn register_items(
    writer: &mut Writer,
    book: &AccountBookNumber,
    items: &[(AccountItemNumber, BondedItem)],
    cause: &Cause,
    now: Moment,
) -> Result<usize, RegisterError> {
    let mut numbers = BTreeSet::new();
    if let Some((twice, _)) = items.iter().find(|(number, _)| !numbers.insert(number)) {
        return Err(RegisterError::Twice(twice.clone()));
    }
    history::change(writer, Register::Registry, cause, now, |tx| {
        if tx.account_books(&[rows::book_key(book)])?.is_empty() {
            return Err(RegisterError::NoBook(book.clone()));
        }
        let key = |item: &AccountItemNumber| StockKey { book: book.clone(), item: item.clone() };
        let keys: Vec<_> = items.iter().map(|(item, _)| rows::stock_key(&key(item))).collect();
        let standing = tx.lock_bonded_stocks(&keys)?.into_iter().map(rows::read_stock);
        let standing = standing.collect::<Result<std::collections::HashMap<_, _>, _>>()?;
        let (mut written, mut entries) = (Vec::new(), Vec::new());
        for (number, item) in items {
            let before = standing.get(&key(number));
            if let Some(before) = before.filter(|it| it.moved > 0 && it.item.unit != item.unit) {
                let (item, unit) = (number.clone(), before.item.unit.clone());
                return Err(RegisterError::UnitFixed { item, unit });
            }
            let texts = before.map(|before| item_texts(&before.item)).unwrap_or_default();
            let fields = changed(ITEM_FIELDS, texts, item_texts(item));
            let subject = Subject::AccountItem { book: book.to_string(), item: number.to_string() };
            let Some(entry) = entry(subject, kind(before.is_some()), fields) else { continue };
            entries.push(entry);
            let (bucket, book, item_no) = rows::stock_key(&key(number));
            let body = StoredBondedItem::from(item).encode()?;
            let (on_hand, held, moved) = (0, 0, 0);
            let (item, moved_at) = (item_no, now);
            written.push(BondedStock { bucket, book, item, on_hand, held, moved, moved_at, body });
        }
        tx.register_stocks(&written)?;
        Ok((written.len(), entries))
    })
}

const BOOK_FIELDS: [&str; 5] = ["holder", "office", "zone", "valid_from", "valid_to"];

fn book_texts(book: &AccountBook) -> Vec<String> {
    let valid_to = book.valid_to.map(|day| day.to_string()).unwrap_or_default();
    let (holder, office) = (book.holder.to_string(), book.office.to_string());
    vec![holder, office, book.zone.to_string(), book.valid_from.to_string(), valid_to]
}

/// The columns of a file of goods behind the number, and what a change of them is told by.
pub(super) const ITEM_FIELDS: [&str; 9] = [
    "hs_code",
    "name",
    "unit",
    "statutory_unit",
    "statutory_factor",
    "second_unit",
    "second_factor",
    "lowest_price",
    "highest_price",
];

pub(super) fn item_texts(item: &BondedItem) -> Vec<String> {
    let second = item.second.as_ref();
    let prices = item.prices.as_ref();
    vec![
        item.hs_code.to_string(),
        item.name.to_string(),
        item.unit.to_string(),
        item.statutory.unit.to_string(),
        item.statutory.factor.normalize().to_string(),
        second.map(|second| second.unit.to_string()).unwrap_or_default(),
        second.map(|second| second.factor.normalize().to_string()).unwrap_or_default(),
        prices.map(|prices| prices.lowest.to_string()).unwrap_or_default(),
        prices.map(|prices| prices.highest.to_string()).unwrap_or_default(),
    ]
}

const fn kind(stood: bool) -> ChangeKind {
    if stood { ChangeKind::Changed } else { ChangeKind::Added }
}

fn changed<const N: usize>(
    names: [&str; N],
    before: Vec<String>,
    after: Vec<String>,
) -> Vec<Field> {
    let before = before.into_iter().chain(std::iter::repeat(String::new()));
    let fields = names.into_iter().zip(before.zip(after));
    fields.filter_map(|(name, (before, after))| Field::changed(name, before, after)).collect()
}

fn entry(subject: Subject, change: ChangeKind, fields: Vec<Field>) -> Option<Entry> {
    (!fields.is_empty()).then_some(Entry { subject, change, fields })
}
