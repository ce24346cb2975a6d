//! A made-up account book, and parcels of the goods under it.

use rust_decimal::Decimal;
use tongguan_application::bonded::{ManualMove, move_stock, open_book, register_items};
use tongguan_application::history::Cause;
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber, IdError, OfficeCode, PartyId};
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_messages::zone::sample::registered_goods;
use tongguan_storage::Store;

use crate::parcels::{Parcel, single_piece};

/// The only book.
pub const BOOK: &str = "T2916W000001";
/// The only goods under it, counted by the piece of 1.9 kg.
pub const ITEM: &str = "0001";

/// Where the made-up goods lie.
///
/// # Errors
/// None.
pub fn stock_key() -> Result<StockKey, IdError> {
    Ok(StockKey { book: AccountBookNumber::parse(BOOK)?, item: AccountItemNumber::parse(ITEM)? })
}

/// So many pieces.
pub fn pieces(pieces: i64) -> StockQuantity {
    StockQuantity::of(Decimal::from(pieces)).unwrap_or_default()
}

/// The `n`th parcel of a run, sent at `at`: so many pieces from the book, for 100 yuan each.
///
/// # Errors
/// None for any `n`.
pub fn bonded_parcel(n: u64, at: Moment, pieces: i64) -> Result<Parcel, IdError> {
    let mut parcel = single_piece(n, at, 10_000 * pieces)?;
    let price = Amount::new(Decimal::from(100));
    for line in &mut parcel.order.lines {
        (line.quantity, line.price) = (Decimal::from(pieces), price);
    }
    let declaration = &mut parcel.declaration;
    declaration.mode = "1210".into();
    declaration.departure_country = "142".into();
    declaration.bonded.account_book = Some(BOOK.into());
    declaration.bonded.warehouse = Some(declaration.carrier.code.clone());
    declaration.bonded.warehouse_name = Some(declaration.carrier.name.clone().into());
    (declaration.gross_weight_kg, declaration.net_weight_kg) =
        (Decimal::from(2 * pieces), Decimal::new(19 * pieces, 1));
    parcel.waybill.gross_weight_kg = declaration.gross_weight_kg;
    for item in &mut declaration.items {
        item.account_item = Some(ITEM.into());
        (item.quantity, item.price) = (Decimal::from(pieces), price);
        item.statutory_quantity = Decimal::new(19 * pieces, 1);
    }
    Ok(parcel)
}

/// Opens the book at office 2916 and puts so many pieces under it.
///
/// # Panics
/// When it cannot be written.
#[expect(clippy::expect_used, reason = "a test cannot go on without its stock")]
pub fn open_with(store: &Store, on_hand: i64, now: Moment) {
    let key = stock_key().expect("a stock");
    let book = AccountBook {
        number: key.book.clone(),
        holder: PartyId(4),
        office: OfficeCode::parse("2916").expect("an office"),
        zone: "示例综合保税区".into(),
        valid_from: jiff::civil::date(2026, 1, 1),
        valid_to: None,
    };
    let cause = Cause::Command("test".to_owned());
    let mut writer = store.writer().expect("a writer");
    open_book(&mut writer, &book, &cause, now).expect("a book");
    let items = [(key.item.clone(), registered_goods())];
    register_items(&mut writer, &key.book, &items, &cause, now).expect("goods");
    let moved = ManualMove {
        key,
        kind: MovementKind::Opening,
        quantity: pieces(on_hand),
        document: "OPENING".into(),
        officer: "王关员".into(),
        reason: "期初".into(),
    };
    if on_hand > 0 {
        move_stock(&mut writer, &moved, &cause, now).expect("stock");
    }
}
