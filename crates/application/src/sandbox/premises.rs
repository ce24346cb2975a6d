//! What a test enterprise has beside its papers: a supervised place, and an account book with bonded goods in it.

use jiff::civil::date;
use rust_decimal::Decimal;
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, IdError, OfficeCode, PartyId, PlaceCode,
};
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_messages::zone::sample::registered_goods;
use tongguan_storage::Writer;

use super::officers::OFFICER;
use super::{SandboxError, cause};
use crate::bonded::{ManualMove, move_stock, open_book, register_items};
use crate::registry::PlaceEntry;

/// The only goods of an account book.
pub(super) const ITEM: &str = "0001";
/// How many pieces of them are there at the beginning.
const OPENING: i64 = 1000;

pub(super) fn place_code(office: OfficeCode) -> Result<PlaceCode, IdError> {
    PlaceCode::parse(&format!("CNSBX{office}"))
}

pub(super) fn book_number(office: OfficeCode) -> Result<AccountBookNumber, IdError> {
    AccountBookNumber::parse(&format!("T{office}W000001"))
}

/// The supervised place at an office that a party runs.
pub(super) fn place(office: OfficeCode, operator: PartyCode) -> Result<PlaceEntry, SandboxError> {
    Ok(PlaceEntry {
        line: 1,
        code: place_code(office)?,
        name: format!("沙箱监管作业场所{office}"),
        name_en: Some(format!("Sandbox supervised place {office}")),
        office,
        operator,
        valid_from: Some(date(2020, 1, 1)),
        valid_to: None,
    })
}

/// Opens the account book of a holder at an office, with goods in stock.
pub(super) fn stock_up(
    writer: &mut Writer,
    office: OfficeCode,
    holder: PartyId,
    now: Moment,
) -> Result<(), SandboxError> {
    let key = StockKey { book: book_number(office)?, item: AccountItemNumber::parse(ITEM)? };
    let book = AccountBook {
        number: key.book.clone(),
        holder,
        office,
        zone: "沙箱综合保税区".into(),
        valid_from: date(2020, 1, 1),
        valid_to: None,
    };
    open_book(writer, &book, &cause(), now)?;
    register_items(writer, &key.book, &[(key.item.clone(), registered_goods())], &cause(), now)?;
    let opening = ManualMove {
        key,
        kind: MovementKind::Opening,
        quantity: StockQuantity::of(Decimal::from(OPENING)).unwrap_or_default(),
        document: "OPENING".into(),
        officer: OFFICER.into(),
        reason: "沙箱：期初".into(),
    };
    move_stock(writer, &opening, &cause(), now)?;
    Ok(())
}
