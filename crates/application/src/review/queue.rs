//! The queues: what waits for an officer, or for a guarantee.

use std::collections::{BTreeMap, HashMap};

use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::ExportFacts;
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, OfficeCode, OrderNumber, PartyId, ProvisionalNumber,
};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::response::StoredResponse;
use tongguan_storage::{StorageError, View};

use super::ReviewError;
use super::any::{AnyDeclaration, AnyRow, Direction};
use crate::clearing::write::response_kind;

/// The statuses at which a declaration stands in a queue, in the order of listing.
pub const QUEUES: [ReturnStatus; 8] = [
    ReturnStatus::InReview,
    ReturnStatus::Reviewed,
    ReturnStatus::Examined,
    ReturnStatus::DetainedForClearance,
    ReturnStatus::DetainedForInvestigation,
    ReturnStatus::DetainedForLegal,
    ReturnStatus::DetainedOtherwise,
    ReturnStatus::Suspended,
];

/// A declaration in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its id.
    pub id: DeclarationId,
    /// Which way its goods go.
    pub direction: Direction,
    /// 预录入编号.
    pub provisional_no: ProvisionalNumber,
    /// 清单编号.
    pub number: Option<DeclarationNumber>,
    /// 订单编号.
    pub order_no: OrderNumber,
    /// 申报地海关.
    pub office: OfficeCode,
    /// The status at which it stands.
    pub status: ReturnStatus,
    /// Since when: its last change.
    pub since: Moment,
    /// The text of its last response.
    pub reason: Option<String>,
    /// What its goods are worth.
    pub worth: Worth,
    /// 电商企业.
    pub merchant: PartyId,
    /// Whether it waits for a licence to be verified (许可证件核对).
    pub licence: bool,
}

/// What the goods of a declaration are worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    /// Of an import.
    Dutiable {
        /// 完税价格.
        value: Money,
        /// Its tax; absent where a line has no rate.
        tax: Option<Money>,
    },
    /// Of an export: the total of each currency (币制), by its code.
    Declared(BTreeMap<Box<str>, Amount>),
}

/// Which declarations are listed; all where nothing is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Those at this status.
    pub status: Option<ReturnStatus>,
    /// Those of this office.
    pub office: Option<OfficeCode>,
    /// Those whose goods go this way.
    pub direction: Option<Direction>,
    /// Those that have stood there since then or for longer.
    pub since: Option<Moment>,
    /// Those that wait for a licence to be verified.
    pub licence: bool,
}

impl Filter {
    /// Whether what stands in a queue is among what is listed.
    pub fn lists(&self, row: &Queued) -> bool {
        self.status.is_none_or(|status| status == row.status)
            && self.office.is_none_or(|office| office == row.office)
            && self.direction.is_none_or(|direction| direction == row.direction)
            && self.since.is_none_or(|since| row.since <= since)
            && (!self.licence || row.licence)
    }

    /// Whether a row of a queue passes.
    fn passes(&self, row: &AnyRow) -> Result<bool, ReviewError> {
        let is_there = self.office.is_none_or(|office| office.to_string() == row.office());
        let is_old = self.since.is_none_or(|since| row.updated_at() <= since);
        Ok(is_there && is_old && (!self.licence || row.awaits_licence()?))
    }
}

/// A place in the list of all queues: behind this declaration of this queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The queue.
    pub queue: ReturnStatus,
    /// The last declaration that was listed.
    pub after: DeclarationId,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The declarations, queue by queue, by order of lodging.
    pub rows: Vec<Queued>,
    /// Where the next page begins; absent after the last.
    pub next: Option<Place>,
}

/// Lists what stands in the queues behind `place`, from the beginning where there is none: at most
/// `limit` declarations that pass the filter.
///
/// # Errors
/// [`ReviewError`].
pub fn queue(
    view: &mut View<'_>,
    filter: Filter,
    place: Option<Place>,
    limit: usize,
) -> Result<Page, ReviewError> {
    let first = place.map_or(0, |place| {
        QUEUES.iter().position(|queue| *queue == place.queue).unwrap_or(QUEUES.len())
    });
    let page = limit.saturating_add(1);
    let mut rows = Vec::new();
    for queue in QUEUES.into_iter().skip(first) {
        if filter.status.is_some_and(|wanted| wanted != queue) {
            continue;
        }
        let mut after = match place {
            Some(place) if place.queue == queue => place.after,
            _ => DeclarationId(0),
        };
        while rows.len() <= limit {
            let read = next_in_queue(view, queue, filter.direction, after, page)?;
            let Some(last) = read.last() else { break };
            after = last.id();
            for row in read {
                if filter.passes(&row)? {
                    rows.push(row);
                }
            }
        }
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let rows = complete(view, rows)?;
    let next = rows.last().filter(|_| more);
    let next = next.map(|last| Place { queue: last.status, after: last.id });
    Ok(Page { rows, next })
}

/// Those of these declarations that stand in a queue.
///
/// # Errors
/// [`ReviewError`].
pub(crate) fn queued(
    view: &mut View<'_>,
    ids: &[DeclarationId],
) -> Result<Vec<Queued>, ReviewError> {
    let rows = ids.iter().map(|id| AnyRow::of_id(view, *id));
    let rows = rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
    let rows = rows.filter(|row| row.queue().is_some()).collect();
    complete(view, rows)
}

/// The next declarations of one queue, by order of lodging: ids grow with time, whichever way the goods
/// go.
fn next_in_queue(
    view: &mut View<'_>,
    queue: ReturnStatus,
    direction: Option<Direction>,
    after: DeclarationId,
    limit: usize,
) -> Result<Vec<AnyRow>, StorageError> {
    let (queue, most) = (i64::from(queue.number()), i64::try_from(limit).unwrap_or(i64::MAX));
    let mut rows = Vec::new();
    if direction != Some(Direction::Export) {
        let imports = view.declarations_in_queue(queue, after, most)?;
        rows.extend(imports.into_iter().map(AnyRow::Import));
    }
    if direction != Some(Direction::Import) {
        let exports = view.exports_in_queue(queue, after, most)?;
        rows.extend(exports.into_iter().map(AnyRow::Export));
    }
    rows.sort_by_key(AnyRow::id);
    // Behind the last row of a full page the other table may have more.
    rows.truncate(limit);
    Ok(rows)
}

/// What the goods of an export were declared for, currency by currency.
pub(super) fn declared_value(facts: &ExportFacts) -> BTreeMap<Box<str>, Amount> {
    let mut totals = BTreeMap::<_, Vec<Amount>>::new();
    for item in &facts.items {
        totals.entry(item.currency.clone()).or_default().push(item.total_price);
    }
    totals.into_iter().map(|(currency, amounts)| (currency, amounts.into_iter().sum())).collect()
}

/// What a state takes of the allowance and owes, where it still says so.
pub(super) fn figures(state: &ImportState) -> (Money, Option<Money>) {
    let tax = match state {
        ImportState::Stored(assessed) => return (assessed.dutiable, total(assessed.tax.as_ref())),
        ImportState::Waiting { lodged, .. } => lodged.tax.as_ref(),
        ImportState::InReview(entered)
        | ImportState::UnderExamination(entered)
        | ImportState::AwaitingEntry(entered)
        | ImportState::AwaitingGuarantee(entered)
        | ImportState::Suspended(entered)
        | ImportState::Detained { entered, .. } => entered.lodged.tax.as_ref(),
        ImportState::Released(release) | ImportState::Closed(release) => {
            return (release.used.amount, Some(release.tax.total));
        }
        ImportState::ShippedBack(_)
        | ImportState::Cancelled(_)
        | ImportState::Refused
        | ImportState::Deleted => None,
    };
    (state.reservation().map_or(Money::ZERO, |reservation| reservation.amount), total(tax))
}

fn total(tax: Option<&tongguan_domain::tax_bill::TaxDue>) -> Option<Money> {
    tax.map(|tax| tax.total)
}

fn complete(view: &mut View<'_>, rows: Vec<AnyRow>) -> Result<Vec<Queued>, ReviewError> {
    let since: Vec<_> = rows.iter().map(AnyRow::updated_at).collect();
    let declarations = rows.into_iter().map(AnyRow::decode).collect::<Result<Vec<_>, _>>()?;
    let mut reasons = reasons(view, &declarations)?;
    let queued = declarations.into_iter().zip(since).map(|(declaration, since)| Queued {
        id: declaration.id(),
        direction: declaration.direction(),
        provisional_no: declaration.provisional_no().clone(),
        number: declaration.number().cloned(),
        order_no: declaration.order_no().clone(),
        office: declaration.office(),
        status: declaration.status(),
        since,
        reason: reasons.remove(&declaration.id()),
        worth: worth(&declaration),
        merchant: declaration.merchant(),
        licence: match &declaration {
            AnyDeclaration::Import(_) => false,
            AnyDeclaration::Export(record) => record.state.awaits_licence(),
        },
    });
    Ok(queued.collect())
}

fn worth(declaration: &AnyDeclaration) -> Worth {
    match declaration {
        AnyDeclaration::Import(record) => {
            let (value, tax) = figures(&record.state);
            Worth::Dutiable { value, tax }
        }
        AnyDeclaration::Export(record) => Worth::Declared(declared_value(&record.facts)),
    }
}

/// The text of each declaration's last response.
fn reasons(
    view: &mut View<'_>,
    declarations: &[AnyDeclaration],
) -> Result<HashMap<DeclarationId, String>, ReviewError> {
    let mut texts = HashMap::new();
    for declaration in declarations {
        let Some(place) = declaration.newest_response(view)? else { continue };
        let Some(response) = view.responses(&[place])?.pop() else { continue };
        if response.kind == response_kind::RUN {
            let last = StoredResponse::decode(&response.body)?.run.pop();
            texts.extend(last.map(|(_, _, text)| (declaration.id(), text)));
        }
    }
    Ok(texts)
}
