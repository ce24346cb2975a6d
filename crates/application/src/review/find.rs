//! A declaration by whatever number somebody has of it.
//!
//! An export's 清单编号 has an index, because cancellations and returns name nothing else. No other is kept
//! over official numbers, because clearing never looks one up and every parcel would pay for it. What a
//! number says is enough: its serial names the partition, its day or year the time, and ids grow with
//! time. So a 预录入编号 is looked for in one day, an import's 清单编号 among what is open and then day by
//! day back through its year and the one before.

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_domain::time::{Moment, parse_day};
use tongguan_storage::{Declaration, Export, Partition, StorageError, Store, View};

use super::ReviewError;
use super::any::AnyRow;
use super::queue::QUEUES;
use crate::clearing::record::{ClaimKey, DocumentKind, Facts};
use crate::clearing::rows::read_document;
use crate::numbering::{first_id_at, partition_of_number};

/// Rows of a queue that are read at a time.
const PAGE: i64 = 500;
/// Where a 清单编号 says which way the goods go.
const DIRECTION: Range<usize> = 8..9;

/// What a number leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// One declaration.
    One(DeclarationId),
    /// An order number that several platforms or merchants use: the declarations of each.
    Several(Vec<DeclarationId>),
}

impl Found {
    /// So many declarations.
    pub fn of(ids: Vec<DeclarationId>) -> Self {
        match ids.as_slice() {
            [] => Self::Nothing,
            [one] => Self::One(*one),
            _ => Self::Several(ids),
        }
    }

    /// All of them.
    pub fn all(self) -> Vec<DeclarationId> {
        match self {
            Self::Nothing => Vec::new(),
            Self::One(id) => vec![id],
            Self::Several(ids) => ids,
        }
    }
}

/// The declarations of a parcel, by the number of a seal on it, or of its waybill with one of these carriers:
/// waybills lie by carrier and number.
///
/// # Errors
/// [`ReviewError`].
pub(crate) fn of_parcel(
    view: &mut View<'_>,
    number: &str,
    carriers: &[PartyId],
) -> Result<Vec<DeclarationId>, ReviewError> {
    let sealed = view.transits_sealed(&[(number,)])?;
    if !sealed.is_empty() {
        return Ok(sealed.into_iter().map(|row| row.declaration_id).collect());
    }
    of_claims(view, number, carriers, &[DocumentKind::Waybill, DocumentKind::ExportWaybill])
}

/// The declarations of documents that one of these parties has numbered so.
///
/// # Errors
/// [`ReviewError`].
pub(crate) fn of_claims(
    view: &mut View<'_>,
    number: &str,
    parties: &[PartyId],
    kinds: &[DocumentKind],
) -> Result<Vec<DeclarationId>, ReviewError> {
    let claim = |party, kind| ClaimKey { kind, party, number: number.into() };
    let keys: Vec<_> =
        parties.iter().flat_map(|party| kinds.iter().map(|kind| claim(*party, *kind))).collect();
    let rows: Vec<_> =
        keys.iter().map(|key| (key.bucket(), key.kind.code(), key.party, &*key.number)).collect();
    let mut found = Vec::new();
    for claim in view.claims(&rows)? {
        match (claim.declaration_id, claim.order_no) {
            (Some(id), _) => found.push(id),
            // A payment is claimed by its order: which declaration takes it up is not said there.
            (None, Some(order_no)) => found.extend(of_order(view, &order_no)?),
            (None, None) => {}
        }
    }
    Ok(found)
}

/// Finds a declaration by its id, 预录入编号 (`B` and 17 digits), 清单编号 (office, year, `I` or `E`, serial)
/// or 订单编号.
///
/// # Errors
/// [`ReviewError`].
pub fn find(store: &Store, number: &str, now: Moment) -> Result<Found, ReviewError> {
    let number = number.trim();
    if let Ok(id) = number.parse() {
        let id = DeclarationId(id);
        if store.read(|view| AnyRow::of_id(view, id))?.is_some() {
            return Ok(Found::One(id));
        }
    }
    match by_number(store, number, now)? {
        Some(id) => Ok(Found::One(id)),
        None => store.read(|view| of_order(view, number)).map(Found::of),
    }
}

/// By what port or customs called it.
fn by_number(
    store: &Store,
    number: &str,
    now: Moment,
) -> Result<Option<DeclarationId>, StorageError> {
    if let Some((partition, day)) = provisional_day(number) {
        let import = on_day(store, partition, number, day)?.map(|import| import.declaration_id);
        return match import {
            Some(import) => Ok(Some(import)),
            None => {
                Ok(export_on_day(store, partition, number, day)?
                    .map(|export| export.declaration_id))
            }
        };
    }
    let Some(partition) = partition_of_number(number) else { return Ok(None) };
    match number.get(DIRECTION) {
        Some("E") => {
            let found = store.read(|view| view.exports_numbered(&[(partition, number)]))?;
            Ok(found.first().map(|export| export.declaration_id))
        }
        Some("I") => {
            let Some(year) = declaration_year(number) else { return Ok(None) };
            let found = match queued(store, partition, number)? {
                Some(open) => Some(open),
                None => back_through(store, partition, number, year, now)?,
            };
            Ok(found.map(|import| import.declaration_id))
        }
        _ => Ok(None),
    }
}

fn provisional_day(number: &str) -> Option<(Partition, Date)> {
    let day = number.strip_prefix('B').filter(|rest| rest.len() == 17)?.get(..8)?;
    Some((partition_of_number(number)?, parse_day(day)?))
}

/// The year of an import's 清单编号.
fn declaration_year(number: &str) -> Option<i16> {
    let year = number.get(4..8).filter(|_| number.len() == 18)?;
    year.parse().ok().filter(|year| (2020..=9998).contains(year))
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
    in_halves(ids_of(day), &mut |first, last| {
        store.read(|view| view.declaration_numbered(partition, number, first, last))
    })
}

fn export_on_day(
    store: &Store,
    partition: Partition,
    number: &str,
    day: Date,
) -> Result<Option<Export>, StorageError> {
    in_halves(ids_of(day), &mut |first, last| {
        store.read(|view| view.export_with_provisional_no(partition, number, first, last))
    })
}

/// The ids that are given on a day.
fn ids_of(day: Date) -> Range<i64> {
    let from = Moment::start_of(day);
    first_id_at(from)..first_id_at(from.plus_days(1))
}

/// Looks through a range of ids, in halves where a reader would take too long, the later half first.
fn in_halves<R>(
    Range { start, end }: Range<i64>,
    look: &mut dyn FnMut(DeclarationId, DeclarationId) -> Result<Option<R>, StorageError>,
) -> Result<Option<R>, StorageError> {
    let middle = start + (end - start) / 2;
    match look(DeclarationId(start), DeclarationId(end)) {
        Err(StorageError::TooSlow(_)) if start < middle => match in_halves(middle..end, look)? {
            Some(found) => Ok(Some(found)),
            None => in_halves(start..middle, look),
        },
        settled => settled,
    }
}

fn of_order(view: &mut View<'_>, number: &str) -> Result<Vec<DeclarationId>, ReviewError> {
    let Ok(order_no) = OrderNumber::parse(number) else { return Ok(Vec::new()) };
    let key = (Partition::of_order(&order_no), order_no.as_str());
    let kinds = [DocumentKind::Declaration.code(), DocumentKind::Export.code()];
    let mut found = Vec::new();
    for row in view.documents_of_orders(&[key])?.into_iter().filter(|row| kinds.contains(&row.kind))
    {
        if let Some(Facts::Declaration(id) | Facts::Export(id)) =
            read_document(row)?.facts.as_deref()
        {
            found.push(*id);
        }
    }
    Ok(found)
}
