//! Bonded stock: what an entered declaration holds of it, draws at release, and gives back.
//!
//! A declaration of bonded goods whose account book is registered here holds what it will draw from the moment
//! at which it is entered (预核扣), so that a release never finds too little; a declaration for which there is
//! too little is refused when it is matched. One whose book is not registered here touches no stock, unless
//! its office demands books.

use std::collections::BTreeMap;

use rust_decimal::RoundingStrategy;

use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::{Stock, StockQuantity, StockRefused};
use tongguan_domain::bonded::{Drawn, StockKey};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::DeclarationFacts;
use tongguan_domain::returns::ReturnedLine;

use super::rules::{
    ACCOUNT_BOOK_OF_OTHER, ACCOUNT_BOOK_UNKNOWN, ACCOUNT_ITEM_UNKNOWN, STOCK_SHORT,
};
use super::{Circumstances, Undecidable};
use crate::clearing::outcome::StockMove;
use crate::clearing::record::DeclarationRecord;
use crate::clearing::working_set::Draft;

/// What a declaration that is to be entered takes of bonded stock.
#[derive(Debug, Default)]
pub struct Wanted {
    /// How much of which stock, each once.
    pub drawn: Vec<Drawn>,
    /// Whether a line's price is outside of what was registered.
    pub priced_otherwise: bool,
}

/// What a declaration takes of bonded stock; nothing where its book is not kept here.
///
/// # Errors
/// Every reason why it cannot have it.
pub fn wanted(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    facts: &DeclarationFacts,
) -> Result<Wanted, Vec<Defect>> {
    let Some(number) = facts.account_book.as_ref().filter(|_| facts.mode.is_bonded()) else {
        return Ok(Wanted::default());
    };
    let at_head = "InventoryHead/emsNo";
    let book = draft.account_book(number);
    let Some(book) = book.filter(|book| book.is_valid_on(circumstances.at.china_day())) else {
        let demanded = circumstances.office(facts.office).demand_account_book;
        return match demanded || book.is_some() {
            true => Err(vec![Defect::at(&ACCOUNT_BOOK_UNKNOWN, at_head).with("book", number)]),
            false => Ok(Wanted::default()),
        };
    };
    if book.office != facts.office {
        let defect = Defect::at(&ACCOUNT_BOOK_OF_OTHER, at_head).with("book", number);
        return Err(vec![defect.with("office", book.office)]);
    }
    let (mut sums, mut defects) = (BTreeMap::<StockKey, StockQuantity>::new(), Vec::new());
    let mut priced_otherwise = false;
    for (line, place) in facts.items.iter().zip(1..) {
        let pointer = format!("InventoryList[{place}]");
        let key = line.account_item.clone().map(|item| StockKey { book: number.clone(), item });
        let Some((key, standing)) = key.and_then(|key| Some((key.clone(), draft.stock(&key)?)))
        else {
            let defect = Defect::at(&ACCOUNT_ITEM_UNKNOWN, format!("{pointer}/itemRecordNo"));
            let item = line.account_item.as_ref().map(ToString::to_string).unwrap_or_default();
            defects.push(defect.with("book", number).with("item", item));
            continue;
        };
        priced_otherwise |= standing.item.is_priced_otherwise(line);
        match standing.item.taken_by(line, &pointer) {
            Ok(quantity) => {
                let sum = sums.entry(key).or_default();
                // A sum that does not fit is more than any stock holds.
                *sum = sum.plus(quantity).unwrap_or(StockQuantity::MAX);
            }
            Err(differences) => defects.extend(differences),
        }
    }
    for (key, quantity) in &sums {
        let available = draft.stock(key).map(|standing| standing.stock.available());
        let available = available.unwrap_or_default();
        if available < *quantity {
            let defect = Defect::at(&STOCK_SHORT, at_head).with("book", number);
            let defect = defect.with("item", &key.item).with("wanted", quantity);
            defects.push(defect.with("available", available));
        }
    }
    match defects.is_empty() {
        true => {
            let drawn = sums.into_iter().map(|(key, quantity)| Drawn { key, quantity }).collect();
            Ok(Wanted { drawn, priced_otherwise })
        }
        false => Err(defects),
    }
}

/// Holds what a declaration wants that is being entered.
pub fn hold(draft: &mut Draft<'_>, drawn: &[Drawn]) -> Result<(), Undecidable> {
    for Drawn { key, quantity } in drawn {
        change(draft, key, |stock| stock.hold(*quantity))?;
    }
    Ok(())
}

/// Lets go of what a declaration holds that comes to its end before its release.
pub fn let_go(draft: &mut Draft<'_>, record: &mut DeclarationRecord) -> Result<(), Undecidable> {
    for Drawn { key, quantity } in record.stock.drain(..) {
        change(draft, &key, |stock| stock.let_go(quantity))?;
    }
    Ok(())
}

/// Draws what a declaration holds that is being released (核扣).
pub fn draw(
    draft: &mut Draft<'_>,
    record: &DeclarationRecord,
    document: &str,
) -> Result<(), Undecidable> {
    for drawn in &record.stock {
        move_stock(draft, record, MovementKind::Drawn, drawn, document)?;
    }
    Ok(())
}

/// Gives back what a released declaration has drawn: all of it by a cancellation or the return of a whole
/// parcel, or `returned` of it. `document` is the request that it follows from.
///
/// # Errors
/// [`Undecidable::Stock`] where more would be given back than was drawn.
pub fn give_back(
    draft: &mut Draft<'_>,
    record: &mut DeclarationRecord,
    returned: &[Drawn],
    document: &str,
) -> Result<(), Undecidable> {
    for part in returned {
        let drawn = record.stock.iter_mut().find(|drawn| drawn.key == part.key);
        let drawn = drawn.ok_or(StockRefused::NotTaken)?;
        let rest = drawn.quantity.minus(part.quantity).map_err(|_| StockRefused::NotTaken)?;
        drawn.quantity = rest;
        move_stock(draft, record, MovementKind::GivenBack, part, document)?;
    }
    record.stock.retain(|drawn| drawn.quantity > StockQuantity::ZERO);
    Ok(())
}

/// How much of what a declaration has drawn comes back with some of its lines; all that is left of it with
/// the last of them. A part is rounded down to what a stock counts, so that the rest is never too little.
pub fn drawn_by(
    draft: &Draft<'_>,
    record: &DeclarationRecord,
    lines: &[ReturnedLine],
    whole: bool,
) -> Vec<Drawn> {
    if whole {
        return record.stock.clone();
    }
    let mut sums = BTreeMap::<StockKey, StockQuantity>::new();
    for returned in lines {
        let items = record.facts.items.iter();
        let Some(line) = items.clone().find(|item| item.number == returned.number) else {
            continue;
        };
        let Some(drawn) =
            record.stock.iter().find(|d| Some(&d.key.item) == line.account_item.as_ref())
        else {
            continue;
        };
        let item = draft.stock(&drawn.key).map(|standing| &standing.item);
        let own = item.and_then(|item| item.in_own_unit(line)).unwrap_or_default();
        let share = (own * returned.quantity).checked_div(line.quantity).unwrap_or_default();
        let share = share.round_dp_with_strategy(StockQuantity::SCALE, RoundingStrategy::ToZero);
        let sum = sums.entry(drawn.key.clone()).or_default();
        let more = StockQuantity::of(share).and_then(|share| sum.plus(share).ok());
        *sum = more.unwrap_or(drawn.quantity).min(drawn.quantity);
    }
    sums.into_iter().map(|(key, quantity)| Drawn { key, quantity }).collect()
}

fn change(
    draft: &mut Draft<'_>,
    key: &StockKey,
    how: impl FnOnce(Stock) -> Result<Stock, StockRefused>,
) -> Result<(), Undecidable> {
    let mut standing = draft.stock(key).cloned().ok_or(StockRefused::NotTaken)?;
    standing.stock = how(standing.stock)?;
    draft.set_stock(key.clone(), standing);
    Ok(())
}

fn move_stock(
    draft: &mut Draft<'_>,
    record: &DeclarationRecord,
    kind: MovementKind,
    Drawn { key, quantity }: &Drawn,
    document: &str,
) -> Result<(), Undecidable> {
    let mut standing = draft.stock(key).cloned().ok_or(StockRefused::NotTaken)?;
    standing.stock = kind.apply(standing.stock, *quantity)?;
    standing.moved += 1;
    draft.move_stock(StockMove {
        key: key.clone(),
        n: standing.moved,
        kind,
        quantity: *quantity,
        document: document.into(),
        declaration: record.id,
    });
    draft.set_stock(key.clone(), standing);
    Ok(())
}
