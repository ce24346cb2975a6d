//! The queues: what waits for an officer, or for a guarantee.

use std::collections::HashMap;

use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, OfficeCode, OrderNumber, PartyId, ProvisionalNumber,
};
use tongguan_domain::money::Money;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::response::StoredResponse;
use tongguan_storage::{self as storage, View};

use super::ReviewError;
use crate::clearing::record::DeclarationRecord;
use crate::clearing::rows::{read_declaration, read_document};
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
    /// 完税价格.
    pub dutiable: Money,
    /// Its tax; absent where a line has no rate.
    pub tax: Option<Money>,
    /// 电商企业.
    pub merchant: PartyId,
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
/// `limit` declarations of `status` and `office`, where these are given.
///
/// # Errors
/// [`ReviewError`].
pub fn queue(
    view: &mut View<'_>,
    status: Option<ReturnStatus>,
    office: Option<OfficeCode>,
    place: Option<Place>,
    limit: usize,
) -> Result<Page, ReviewError> {
    let first = place.map_or(0, |place| {
        QUEUES.iter().position(|queue| *queue == place.queue).unwrap_or(QUEUES.len())
    });
    let page = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    for queue in QUEUES.into_iter().skip(first) {
        if status.is_some_and(|wanted| wanted != queue) {
            continue;
        }
        let mut after = match place {
            Some(place) if place.queue == queue => place.after,
            _ => DeclarationId(0),
        };
        while rows.len() <= limit {
            let read = view.declarations_in_queue(i64::from(queue.number()), after, page)?;
            let Some(last) = read.last() else { break };
            after = last.declaration_id;
            let wanted = office.map(|office| office.to_string());
            rows.extend(
                read.into_iter().filter(|row| wanted.as_ref().is_none_or(|o| *o == row.office)),
            );
        }
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let rows = complete(view, rows)?;
    let next = rows.last().filter(|_| more);
    let next = next.map(|last| Place { queue: last.status, after: last.id });
    Ok(Page { rows, next })
}

/// What a state takes of the allowance and owes, where it still says so.
pub(super) fn figures(state: &ImportState) -> (Money, Option<Money>) {
    let tax = match state {
        ImportState::Stored(assessed) => return (assessed.dutiable, total(assessed.tax.as_ref())),
        ImportState::Waiting { lodged, .. } => lodged.tax.as_ref(),
        ImportState::InReview(entered)
        | ImportState::UnderExamination(entered)
        | ImportState::AwaitingGuarantee(entered)
        | ImportState::Suspended(entered)
        | ImportState::Detained { entered, .. } => entered.lodged.tax.as_ref(),
        ImportState::Released(release) | ImportState::Closed(release) => {
            return (release.used.amount, Some(release.tax.total));
        }
        ImportState::ShippedBack(_) | ImportState::Refused | ImportState::Deleted => None,
    };
    (state.reservation().map_or(Money::ZERO, |reservation| reservation.amount), total(tax))
}

fn total(tax: Option<&tongguan_domain::tax_bill::TaxDue>) -> Option<Money> {
    tax.map(|tax| tax.total)
}

fn complete(
    view: &mut View<'_>,
    rows: Vec<storage::Declaration>,
) -> Result<Vec<Queued>, ReviewError> {
    let since: Vec<_> = rows.iter().map(|row| row.updated_at).collect();
    let records = rows.into_iter().map(read_declaration).collect::<Result<Vec<_>, _>>()?;
    let mut reasons = reasons(view, &records)?;
    let queued = records.into_iter().zip(since).map(|(record, since)| {
        let (dutiable, tax) = figures(&record.state);
        Queued {
            id: record.id,
            reason: reasons.remove(&record.id),
            number: record.state.number().cloned(),
            order_no: record.facts.order_no.clone(),
            office: record.facts.office,
            status: record.state.status(),
            since,
            dutiable,
            tax,
            merchant: record.facts.merchant,
            provisional_no: record.provisional_no,
        }
    });
    Ok(queued.collect())
}

/// The text of each declaration's last response.
fn reasons(
    view: &mut View<'_>,
    records: &[DeclarationRecord],
) -> Result<HashMap<DeclarationId, String>, ReviewError> {
    let mut texts = HashMap::new();
    for record in records {
        let key = &record.document;
        let key = (
            key.dossier.partition,
            &*key.dossier.order_no,
            key.kind.code(),
            key.party,
            &*key.number,
        );
        let Some(row) = view.documents(&[key])?.pop() else { continue };
        let place = (row.partition, read_document(row)?.response_seq);
        let Some(response) = view.responses(&[place])?.pop() else { continue };
        if response.kind == response_kind::RUN {
            let last = StoredResponse::decode(&response.body)?.run.pop();
            texts.extend(last.map(|(_, _, text)| (record.id, text)));
        }
    }
    Ok(texts)
}
