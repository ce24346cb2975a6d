//! Released exports that have not left (未离境): reported some days after their release, and offered for
//! withdrawal (退关).

use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, OfficeCode, OrderNumber, PartyId, WaybillNumber,
};
use tongguan_domain::time::Moment;
use tongguan_storage::{self as storage, StorageError, View};

use crate::clearing::record::ExportRecord;
use crate::clearing::rows::{RowError, read_export};
use crate::clearing::settings::Settings;

/// How many rows are read at a time.
const CHUNK: i64 = 500;

/// An export that was released and has not left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDeparted {
    /// Its id.
    pub id: DeclarationId,
    /// 清单编号.
    pub number: Option<DeclarationNumber>,
    /// 订单编号.
    pub order_no: OrderNumber,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// 电商企业.
    pub merchant: PartyId,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 提运单号, once known.
    pub bill_no: Option<Box<str>>,
    /// When it was released.
    pub released_at: Moment,
}

/// A place in the list: behind this declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When it was released.
    pub released_at: Moment,
    /// Which it is.
    pub after: DeclarationId,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The exports, the longest released first.
    pub rows: Vec<NotDeparted>,
    /// Where the next page begins; absent after the last.
    pub next: Option<Place>,
}

/// The exports could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum NotDepartedError {
    /// They could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// One does not say what this program understands.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// Lists the exports that have not left so many days after their release as their office says: at most
/// `limit` of them, of one office where it is given, behind `place`.
///
/// # Errors
/// [`NotDepartedError`].
pub fn not_departed(
    view: &mut View<'_>,
    settings: &Settings,
    now: Moment,
    office: Option<OfficeCode>,
    place: Option<Place>,
    limit: usize,
) -> Result<Page, NotDepartedError> {
    // The office with the fewest days decides how far the index is read.
    let offices = settings.offices.values().chain([&settings.default_office]);
    let fewest = offices.map(|office| office.not_departed_days).min().unwrap_or_default();
    let released_by = now.plus_days(-fewest);
    let beginning = (Moment::from_micros(i64::MIN), DeclarationId(i64::MIN));
    let mut behind = place.map_or(beginning, |place| (place.released_at, place.after));
    let mut rows = Vec::new();
    while rows.len() <= limit {
        let read = view.exports_not_departed(released_by, behind, CHUNK)?;
        let Some(last) = read.last() else { break };
        behind = (last.released_at.unwrap_or(released_by), last.declaration_id);
        for row in read {
            let days =
                |export: &ExportRecord| settings.office(export.facts.office).not_departed_days;
            let Some((export, released_at)) = released(row)? else { continue };
            let is_due = released_at <= now.plus_days(-days(&export));
            if is_due && office.is_none_or(|office| office == export.facts.office) {
                rows.push(listed(&export, released_at));
            }
        }
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more);
    let next = next.map(|last| Place { released_at: last.released_at, after: last.id });
    Ok(Page { rows, next })
}

fn released(row: storage::Export) -> Result<Option<(ExportRecord, Moment)>, RowError> {
    let released_at = row.released_at;
    let export = read_export(row)?;
    Ok(released_at.map(|released_at| (export, released_at)))
}

fn listed(export: &ExportRecord, released_at: Moment) -> NotDeparted {
    NotDeparted {
        id: export.id,
        number: export.state.number().cloned(),
        order_no: export.facts.order_no.clone(),
        waybill_no: export.facts.waybill_no.clone(),
        merchant: export.facts.parties.merchant,
        office: export.facts.office,
        bill_no: export.transport().bill_no.map(Into::into),
        released_at,
    }
}
