//! Account books of bonded goods (账册) and what lies there.

use serde::Serialize;
use tongguan_application::bonded::ItemReport;
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::bonded::movement::Movement;
use tongguan_domain::bonded::stock::Stock;
use utoipa::ToSchema;

/// An account book.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookView {
    /// 账册编号.
    book: String,
    /// Whose: the first code of the party, or its number.
    holder: String,
    /// 主管海关.
    office: String,
    /// The zone.
    zone: String,
    /// From which day on it holds.
    valid_from: String,
    /// Until which day.
    valid_to: Option<String>,
}

/// What moved and what is there of one item of a book.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemReportView {
    /// 备案料号.
    item: String,
    /// 商品编码.
    hs_code: String,
    /// 商品名称.
    name: String,
    /// 计量单位, in which all quantities are.
    unit: String,
    /// What was there at the beginning.
    opening: String,
    /// What came in.
    received: Vec<MovementView>,
    /// What went out.
    issued: Vec<MovementView>,
    /// What was there at the end.
    closing: String,
    /// What is there now.
    now: StockView,
}

/// A movement of stock.
#[derive(Debug, Serialize, ToSchema)]
struct MovementView {
    /// Its place in the item's history.
    n: i64,
    /// Why.
    kind: &'static str,
    /// How much.
    quantity: String,
    /// When.
    at: String,
    /// The document that it follows from.
    document: String,
}

/// What is there, held and left.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockView {
    /// What is there.
    on_hand: String,
    /// What of it is held for declarations.
    held: String,
    /// What is left.
    available: String,
}

impl BookView {
    /// Of a book, whose holder is called so.
    pub fn of(book: &AccountBook, holder: String) -> Self {
        Self {
            book: book.number.to_string(),
            holder,
            office: book.office.to_string(),
            zone: book.zone.to_string(),
            valid_from: book.valid_from.to_string(),
            valid_to: book.valid_to.map(|day| day.to_string()),
        }
    }
}

impl ItemReportView {
    /// Of a report.
    pub fn of(of: &ItemReport) -> Self {
        let movements = |all: &[Movement]| all.iter().map(MovementView::of).collect();
        Self {
            item: of.item.to_string(),
            hs_code: of.goods.hs_code.to_string(),
            name: of.goods.name.to_string(),
            unit: of.goods.unit.to_string(),
            opening: of.report.opening.to_string(),
            received: movements(&of.report.received),
            issued: movements(&of.report.issued),
            closing: of.report.closing.to_string(),
            now: StockView::of(of.now),
        }
    }
}

impl MovementView {
    fn of(movement: &Movement) -> Self {
        Self {
            n: movement.n,
            kind: movement.kind.name(),
            quantity: movement.quantity.to_string(),
            at: movement.at.to_string(),
            document: movement.document.to_string(),
        }
    }
}

impl StockView {
    /// Of a stock.
    pub fn of(stock: Stock) -> Self {
        Self {
            on_hand: stock.on_hand().to_string(),
            held: stock.held().to_string(),
            available: stock.available().to_string(),
        }
    }
}
