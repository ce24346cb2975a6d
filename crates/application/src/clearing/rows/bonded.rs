//! Bonded stock between record and row.

use std::sync::Arc;

use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::{Stock, StockQuantity};
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber, OfficeCode};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::bonded::StoredBondedItem;
use tongguan_storage::{self as storage, Partition};

use super::{RowError, body, column};
use crate::clearing::record::StockRecord;

const TABLE: &str = "bonded_stock";

/// The bucket of an account book and all that lies under it.
pub fn book_bucket(book: &AccountBookNumber) -> Partition {
    Partition::of_text(book.as_str())
}

/// The key of an account book's row.
pub fn book_key(book: &AccountBookNumber) -> storage::AccountBookKey {
    (book_bucket(book), book.to_string())
}

/// The key of a stock's row.
pub fn stock_key(key: &StockKey) -> storage::BondedStockKey {
    (book_bucket(&key.book), key.book.to_string(), key.item.to_string())
}

/// An account book from its row.
pub fn read_book(row: storage::AccountBook) -> Result<AccountBook, RowError> {
    let table = "account_book";
    Ok(AccountBook {
        number: AccountBookNumber::parse(&row.book).map_err(column(table, "book"))?,
        holder: row.holder_id,
        office: OfficeCode::parse(&row.office).map_err(column(table, "office"))?,
        zone: row.zone.into(),
        valid_from: row.valid_from.china_day(),
        valid_to: row.valid_to.map(Moment::china_day),
    })
}

/// A stock from its row.
pub fn read_stock(row: storage::BondedStock) -> Result<(StockKey, StockRecord), RowError> {
    let key = StockKey {
        book: AccountBookNumber::parse(&row.book).map_err(column(TABLE, "book"))?,
        item: AccountItemNumber::parse(&row.item).map_err(column(TABLE, "item"))?,
    };
    let quantity = |name, parts| {
        let wrong =
            || RowError::Column { table: TABLE, column: name, value: i64::to_string(&parts) };
        StockQuantity::from_parts(parts).ok_or_else(wrong)
    };
    let (on_hand, held) = (quantity("on_hand", row.on_hand)?, quantity("held", row.held)?);
    let stock = Stock::kept(on_hand, held).ok_or_else(|| RowError::Column {
        table: TABLE,
        column: "held",
        value: held.to_string(),
    })?;
    let item = StoredBondedItem::decode(&row.body).map_err(body(TABLE))?;
    let item = Arc::new(item.try_into().map_err(body(TABLE))?);
    Ok((key, StockRecord { item, stock, moved: row.moved, moved_at: row.moved_at }))
}

/// The stored number of a kind of movement.
pub const fn movement_code(kind: MovementKind) -> i64 {
    match kind {
        MovementKind::Opening => 1,
        MovementKind::Inbound => 2,
        MovementKind::Drawn => 3,
        MovementKind::GivenBack => 4,
        MovementKind::Destroyed => 5,
        MovementKind::ShippedAbroad => 6,
        MovementKind::Surplus => 7,
        MovementKind::Missing => 8,
    }
}

/// A kind of movement from its stored number.
pub fn movement_kind(code: i64) -> Result<MovementKind, RowError> {
    let known = MovementKind::ALL.into_iter().find(|kind| movement_code(*kind) == code);
    known.ok_or_else(|| RowError::Column {
        table: "stock_movement",
        column: "kind",
        value: code.to_string(),
    })
}
