//! The report of an account book: every unit explained.

use tongguan_domain::bonded::StockKey;
use tongguan_domain::bonded::item::BondedItem;
use tongguan_domain::bonded::movement::Movement;
use tongguan_domain::bonded::report::{StockReport, Unexplained};
use tongguan_domain::bonded::stock::{Stock, StockQuantity};
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber};
use tongguan_domain::time::Moment;
use tongguan_storage::{StockMovement, StorageError, View};

use crate::clearing::rows::{self, RowError};

/// A book could not be reported.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The movements of a stock are not its movements.
    #[error("the movements of item `{}` of book `{}` do not explain it: {why}", .key.item, .key.book)]
    Unexplained {
        /// Which stock.
        key: StockKey,
        /// Why not.
        why: Unexplained,
    },
    /// They add up to something else than is there.
    #[error(
        "item `{}` of book `{}` should hold {expected} and holds {}", .key.item, .key.book, .stock.on_hand()
    )]
    Unbalanced {
        /// Which stock.
        key: StockKey,
        /// What its movements add up to.
        expected: StockQuantity,
        /// What is there.
        stock: Stock,
    },
}

/// What became of one item of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemReport {
    /// 账册备案料号.
    pub item: AccountItemNumber,
    /// What is registered of it.
    pub goods: BondedItem,
    /// What is there now.
    pub now: Stock,
    /// Opening, in, out, closing of the term.
    pub report: StockReport,
}

/// The report of a book, or of one item of it, on the term from the first moment up to and without the second.
/// What is there now is compared with all movements, so that no report hides a unit.
///
/// # Errors
/// [`ReportError`].
pub fn report(
    view: &mut View<'_>,
    book: &AccountBookNumber,
    item: Option<&AccountItemNumber>,
    (from, to): (Option<Moment>, Option<Moment>),
) -> Result<Vec<ItemReport>, ReportError> {
    let mut reports = Vec::new();
    for row in view.stocks_of_books(&[rows::book_key(book)])? {
        let (key, standing) = rows::read_stock(row)?;
        if item.is_some_and(|item| *item != key.item) {
            continue;
        }
        let movements = view.stock_movements(&rows::stock_key(&key))?;
        let movements = movements.into_iter().map(movement).collect::<Result<Vec<_>, _>>()?;
        let explain = |movements, from, to| {
            StockReport::of(movements, from, to)
                .map_err(|why| ReportError::Unexplained { key: key.clone(), why })
        };
        let expected = explain(movements.clone(), None, None)?.closing;
        if expected != standing.stock.on_hand() {
            let stock = standing.stock;
            return Err(ReportError::Unbalanced { key, expected, stock });
        }
        let report = explain(movements, from, to)?;
        let (goods, now) = (BondedItem::clone(&standing.item), standing.stock);
        reports.push(ItemReport { item: key.item, goods, now, report });
    }
    Ok(reports)
}

fn movement(row: StockMovement) -> Result<Movement, RowError> {
    let quantity = StockQuantity::from_parts(row.quantity).ok_or_else(|| RowError::Column {
        table: "stock_movement",
        column: "quantity",
        value: row.quantity.to_string(),
    })?;
    let kind = rows::movement_kind(row.kind)?;
    Ok(Movement { n: row.n, kind, quantity, at: row.at, document: row.document.into() })
}
