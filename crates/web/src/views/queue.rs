//! A line of the work queue.

use serde::Serialize;
use tongguan_application::review::{Queued, Worth};
use tongguan_domain::ids::PartyId;
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

use super::case::AssignmentView;
use super::export::TotalView;

/// A declaration that waits for an officer or a guarantee.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuedView {
    /// The number that Tongguan has of it.
    id: String,
    /// `import` or `export`.
    direction: &'static str,
    /// 预录入编号.
    pre_no: String,
    /// 清单编号, once it has one.
    invt_no: Option<String>,
    /// 订单编号.
    order_no: String,
    /// 申报地海关.
    office: String,
    /// 回执状态: the queue.
    status: i32,
    /// Since when: its last change.
    since: String,
    /// The text of its last response.
    reason: Option<String>,
    /// 电商企业.
    merchant: PartyNameView,
    /// Whether it waits for a licence to be verified.
    awaits_licence: bool,
    /// Who works on it.
    assignment: Option<AssignmentView>,
    #[serde(flatten)]
    worth: WorthView,
}

/// What the goods of a declaration are worth.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum WorthView {
    /// Of an import.
    Dutiable {
        /// 完税价格 in CNY.
        dutiable: String,
        /// Its tax; absent where a line has no rate.
        tax: Option<String>,
    },
    /// Of an export.
    Declared {
        /// The total of each currency.
        value: Vec<TotalView>,
    },
}

/// A party by its first code and its name; neither where it is not registered.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartyNameView {
    /// Its first code.
    code: Option<String>,
    /// Its name.
    name: Option<String>,
}

impl QueuedView {
    /// Of a line; `registry` names the merchant.
    pub fn of(row: &Queued, registry: &Registry) -> Self {
        Self {
            id: row.id.to_string(),
            direction: row.direction.name(),
            pre_no: row.provisional_no.to_string(),
            invt_no: row.number.as_ref().map(ToString::to_string),
            order_no: row.order_no.to_string(),
            office: row.office.to_string(),
            status: row.status.number(),
            since: row.since.to_string(),
            reason: row.reason.clone(),
            awaits_licence: row.licence,
            merchant: PartyNameView::of(registry, row.merchant),
            assignment: None,
            worth: match &row.worth {
                Worth::Dutiable { value, tax } => WorthView::Dutiable {
                    dutiable: value.to_string(),
                    tax: tax.map(|tax| tax.to_string()),
                },
                Worth::Declared(totals) => WorthView::Declared { value: TotalView::all(totals) },
            },
        }
    }
}

impl QueuedView {
    /// With who works on it.
    pub fn with(self, assignment: Option<AssignmentView>) -> Self {
        Self { assignment, ..self }
    }
}

impl PartyNameView {
    /// Of a party.
    pub fn of(registry: &Registry, id: PartyId) -> Self {
        let party = registry.party(id);
        Self {
            code: party.and_then(|party| party.codes.first()).map(ToString::to_string),
            name: party.map(|party| party.name.to_string()),
        }
    }
}
