//! A declaration by whatever number somebody has of it.
//!
//! No index is kept over official numbers, because clearing never looks one up and every parcel would
//! pay for it. What a number says is enough: its serial names the partition, its day or year the time,
//! and ids grow with time. So a 预录入编号 is looked for in one day, a 清单编号 among what is open and
//! then day by day back through its year and the one before.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tongguan_domain::ids::{DeclarationId, OrderNumber};
use tongguan_domain::time::{Moment, parse_day};
use tongguan_storage::{Declaration, Partition, StorageError, Store};

use super::ReviewError;
use super::queue::QUEUES;
use crate::clearing::record::{DocumentKind, Facts};
use crate::clearing::rows::read_document;
use crate::numbering::{first_id_at, partition_of, partition_of_number};

/// Rows of a queue that are read at a time.
const PAGE: i64 = 500;

/// What a number leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// One declaration.
    One(DeclarationId),
    /// An order number that several platforms use: the declarations of each.
    Several(Vec<DeclarationId>),
}

/// Finds a declaration by its id, 预录入编号 (`B` and 17 digits), 清单编号 (office, year, `I`, serial) or
/// 订单编号.
///
/// # Errors
/// [`ReviewError`].
pub fn find(store: &Store, number: &str, now: Moment) -> Result<Found, ReviewError> {
    let number = number.trim();
    if let Ok(id) = number.parse() {
        let id = DeclarationId(id);
        if !store.read(|view| view.declarations(&[(partition_of(id.0), id)]))?.is_empty() {
            return Ok(Found::One(id));
        }
    }
    let by_number = match (provisional_day(number), declaration_year(number)) {
        (Some((partition, day)), _) => on_day(store, partition, number, day)?,
        (None, Some((partition, year))) => match queued(store, partition, number)? {
            Some(open) => Some(open),
            None => back_through(store, partition, number, year, now)?,
        },
        (None, None) => None,
    };
    match by_number {
        Some(declaration) => Ok(Found::One(declaration.declaration_id)),
        None => of_order(store, number),
    }
}

fn provisional_day(number: &str) -> Option<(Partition, Date)> {
    let day = number.strip_prefix('B').filter(|rest| rest.len() == 17)?.get(..8)?;
    Some((partition_of_number(number)?, parse_day(day)?))
}

fn declaration_year(number: &str) -> Option<(Partition, i16)> {
    if number.len() != 18 || number.get(8..9) != Some("I") {
        return None;
    }
    let year = number.get(4..8)?.parse().ok().filter(|year| (2020..=9998).contains(year))?;
    Some((partition_of_number(number)?, year))
}

/// Among what stands in a queue: what somebody has to decide about is found at once.
fn queued(
    store: &Store,
    partition: Partition,
    number: &str,
) -> Result<Option<Declaration>, StorageError> {
    for queue in QUEUES {
        let mut after = DeclarationId(0);
        loop {
            let queue = i64::from(queue.number());
            let page = store.read(|view| view.declarations_in_queue(queue, after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = last.declaration_id;
            let is_it = |row: &Declaration| {
                row.partition == partition && row.invt_no.as_deref() == Some(number)
            };
            if let Some(found) = page.into_iter().find(is_it) {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// From the end of `year`, or now, day by day back to the beginning of the year before: a declaration
/// is entered when its documents have come, which may be long after it was first seen.
fn back_through(
    store: &Store,
    partition: Partition,
    number: &str,
    year: i16,
    now: Moment,
) -> Result<Option<Declaration>, StorageError> {
    let mut day = date(year, 12, 31).min(now.china_day());
    let first = date(year - 1, 1, 1);
    while day >= first {
        if let Some(found) = on_day(store, partition, number, day)? {
            return Ok(Some(found));
        }
        let Ok(before) = day.checked_sub(1.day()) else { break };
        day = before;
    }
    Ok(None)
}

fn on_day(
    store: &Store,
    partition: Partition,
    number: &str,
    day: Date,
) -> Result<Option<Declaration>, StorageError> {
    let from = Moment::start_of(day);
    between(store, partition, number, first_id_at(from), first_id_at(from.plus_days(1)))
}

/// Looks through a range of ids, in halves where a reader would take too long.
fn between(
    store: &Store,
    partition: Partition,
    number: &str,
    from: i64,
    before: i64,
) -> Result<Option<Declaration>, StorageError> {
    let (first, last) = (DeclarationId(from), DeclarationId(before));
    let found = store.read(|view| view.declaration_numbered(partition, number, first, last));
    let middle = from + (before - from) / 2;
    match found {
        Err(StorageError::TooSlow(_)) if from < middle => {
            match between(store, partition, number, middle, before)? {
                Some(found) => Ok(Some(found)),
                None => between(store, partition, number, from, middle),
            }
        }
        settled => settled,
    }
}

fn of_order(store: &Store, number: &str) -> Result<Found, ReviewError> {
    let Ok(order_no) = OrderNumber::parse(number) else { return Ok(Found::Nothing) };
    let key = (Partition::of_order(&order_no), order_no.as_str());
    let documents = store.read(|view| view.documents_of_orders(&[key]))?;
    let mut found = Vec::new();
    for row in documents.into_iter().filter(|row| row.kind == DocumentKind::Declaration.code()) {
        if let Some(Facts::Declaration(id)) = read_document(row)?.facts.as_deref() {
            found.push(*id);
        }
    }
    Ok(match found.as_slice() {
        [] => Found::Nothing,
        [one] => Found::One(*one),
        _ => Found::Several(found),
    })
}
