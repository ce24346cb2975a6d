//! Moving bonded stock by hand: what was there at first, what came in, what was written off, what a stock-take
//! found.

use tongguan_domain::bonded::StockKey;
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::{Stock, StockQuantity, StockRefused};
use tongguan_domain::time::Moment;
use tongguan_storage::{
    self as storage, OfTransaction, Register, StockDelta, StorageError, Tx, Writer,
};

use super::PATIENCE;
use crate::clearing::record::StockRecord;
use crate::clearing::rows::{self, RowError};
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, noted};
use crate::unmasking::masked;

/// A stock was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// There is no such stock.
    #[error("account book `{}` holds no item `{}`; register it first", .0.book, .0.item)]
    NoStock(StockKey),
    /// The stock does not allow it.
    #[error(transparent)]
    Refused(#[from] StockRefused),
    /// Nothing can be moved.
    #[error("nothing cannot be moved; the quantity must be more than 0")]
    Nothing,
    /// Only declarations draw and give back, and only bonded lists bring goods in.
    #[error("`{}` follows from a declaration or a bonded list and is not done by hand", .0.name())]
    NotByHand(MovementKind),
}

impl OfTransaction for MoveError {
    fn of_database(&self) -> Option<&StorageError> {
        if let Self::Storage(error) = self { Some(error) } else { None }
    }
}

/// A movement that a person makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualMove {
    /// Of which stock.
    pub key: StockKey,
    /// Why.
    pub kind: MovementKind,
    /// How much.
    pub quantity: StockQuantity,
    /// The bonded list, decision or report that it follows from.
    pub document: Box<str>,
    /// Who makes it.
    pub officer: Box<str>,
    /// Why, in words.
    pub reason: Box<str>,
}

/// A stock-take (盘点) of one stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockTake {
    /// Of which stock.
    pub key: StockKey,
    /// What was found there, with what is held for declarations.
    pub counted: StockQuantity,
    /// The number of the count.
    pub document: Box<str>,
    /// Who counted.
    pub officer: Box<str>,
    /// Why there is a difference, as far as that is known.
    pub reason: Box<str>,
}

/// What a stock-take found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What the book said.
    pub booked: StockQuantity,
    /// How the difference was recorded; nothing where there was none.
    pub difference: Option<(MovementKind, StockQuantity)>,
}

/// Moves a stock by hand; gives what is there then.
///
/// # Errors
/// [`MoveError`]; nothing is changed then.
pub fn move_stock(
    writer: &mut Writer,
    moved: &ManualMove,
    cause: &Cause,
    now: Moment,
) -> Result<Stock, MoveError> {
    let moved = moved.clone();
    match moved.kind {
        MovementKind::Drawn | MovementKind::GivenBack | MovementKind::Inbound => {
            Err(MoveError::NotByHand(moved.kind))
        }
        _ if moved.quantity == StockQuantity::ZERO => Err(MoveError::Nothing),
        _ => writer.retried(PATIENCE, |tx| {
            noted(tx, Register::Bonded, cause, now, |tx| {
                let (before, after) = move_locked(tx, &moved, now)?;
                let stocks = (before.on_hand(), after.on_hand());
                let why = (&*moved.document, &*moved.reason);
                let entry = told(&moved.key, stocks, moved.kind.name(), why);
                Ok((after, vec![entry]))
            })
        }),
    }
}

/// Records what a stock-take found: more or less than the book says, never less than is held for declarations
/// that were entered.
///
/// # Errors
/// [`MoveError`]; nothing is changed then.
pub fn take_stock(
    writer: &mut Writer,
    take: &StockTake,
    cause: &Cause,
    now: Moment,
) -> Result<Counted, MoveError> {
    writer.retried(PATIENCE, |tx| {
        noted(tx, Register::Bonded, cause, now, |tx| {
            let counted = count_locked(tx, take, now)?;
            let found = (counted.booked, take.counted);
            let entry = told(&take.key, found, "counted", (&take.document, &take.reason));
            Ok((counted, vec![entry]))
        })
    })
}

fn count_locked(tx: &mut Tx<'_>, take: &StockTake, now: Moment) -> Result<Counted, MoveError> {
    let booked = locked(tx, &take.key)?.stock.on_hand();
    let (kind, quantity) = match take.counted.minus(booked) {
        Ok(StockQuantity::ZERO) => return Ok(Counted { booked, difference: None }),
        Ok(surplus) => (MovementKind::Surplus, surplus),
        Err(_) => (MovementKind::Missing, booked.minus(take.counted)?),
    };
    let StockTake { key, document, officer, reason, .. } = take.clone();
    move_locked(tx, &ManualMove { key, kind, quantity, document, officer, reason }, now)?;
    Ok(Counted { booked, difference: Some((kind, quantity)) })
}

/// What was moved or counted, from which document, and why.
fn told(
    key: &StockKey,
    (before, after): (StockQuantity, StockQuantity),
    act: &str,
    (document, reason): (&str, &str),
) -> Entry {
    let new = |name: &str, value: String| Field::changed(name, String::new(), value);
    let fields = [
        new("movement", act.to_owned()),
        Field::changed("on hand", before.to_string(), after.to_string()),
        new("document", document.to_owned()),
        new("reason", masked(reason)),
    ];
    let subject = Subject::AccountItem { book: key.book.to_string(), item: key.item.to_string() };
    Entry { subject, change: ChangeKind::Changed, fields: fields.into_iter().flatten().collect() }
}

fn locked(tx: &mut Tx<'_>, key: &StockKey) -> Result<StockRecord, MoveError> {
    let row = tx.lock_bonded_stocks(&[rows::stock_key(key)])?.pop();
    let row = row.ok_or_else(|| MoveError::NoStock(key.clone()))?;
    Ok(rows::read_stock(row)?.1)
}

/// Moves a stock within a transaction; gives it before and after.
pub(super) fn move_locked(
    tx: &mut Tx<'_>,
    moved: &ManualMove,
    now: Moment,
) -> Result<(Stock, Stock), MoveError> {
    let standing = locked(tx, &moved.key)?;
    let after = moved.kind.apply(standing.stock, moved.quantity)?;
    let (bucket, book, item) = rows::stock_key(&moved.key);
    let at = now.max(standing.moved_at);
    let delta = StockDelta {
        on_hand: after.on_hand().parts().saturating_sub(standing.stock.on_hand().parts()),
        held: 0,
        moved: 1,
    };
    tx.change_bonded_stocks(&[((bucket, book.clone(), item.clone()), delta)], at)?;
    tx.insert(&[storage::StockMovement {
        bucket,
        book,
        item,
        n: standing.moved + 1,
        kind: rows::movement_code(moved.kind),
        quantity: moved.quantity.parts(),
        at,
        document: moved.document.to_string(),
        declaration_id: None,
        officer: Some(moved.officer.to_string()),
        reason: Some(moved.reason.to_string()),
    }])?;
    Ok((standing.stock, after))
}
