//! The search: declarations by any number that somebody has of them or of their parcel.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::enquiry::Within;
use tongguan_application::review::AnyDeclaration;
use tongguan_domain::access::Permission;
use utoipa::{IntoParams, ToSchema};

use super::part::Asked;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::relayed::RelayedParcelView;

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// invtNo, preNo, orderNo, id; the number of a waybill, a payment, a collection, a seal, a vehicle or a request
    /// to return; of a request to consolidate, a formal declaration or a gate pass.
    #[param(min_length = 1, max_length = 80)]
    number: String,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
struct SearchedView {
    /// Declarations within reach.
    declarations: Vec<FoundView>,
    /// Those that were relayed: they are decided upstream.
    relayed: Vec<RelayedParcelView>,
    /// What is none of a single parcel.
    others: Vec<OtherView>,
}

/// Something of many parcels that was found.
#[derive(Debug, Serialize, ToSchema)]
struct OtherView {
    /// `consolidation`, `formal-declaration` or `gate-pass`.
    kind: &'static str,
    /// Its number.
    number: String,
}

/// A declaration that was found.
#[derive(Debug, Serialize, ToSchema)]
struct FoundView {
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
    /// 回执状态: where it stands.
    status: i32,
}

/// Find whatever has a number
///
/// Where nothing has it as it is written, what has it in capitals.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "declarations", operation_id = "search",
    params(SearchQuery),
    responses((status = 200, description = "What was found.", body = SearchedView)),
)]
pub async fn search(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(SearchQuery { number }): Asked<SearchQuery>,
) -> Result<Response, Problem> {
    let number = number.trim().to_owned();
    if number.is_empty() {
        return Err(Problem::Malformed("number"));
    }
    let enquiries = Arc::clone(&shared.access.enquiries);
    let (within, now) = (within(&caller), shared.access.clock.now());
    let found = blocking(move || enquiries.look_for(within, &number, now)).await?;
    let others = [
        ("consolidation", found.consolidation.map(|it| it.number.to_string())),
        ("formal-declaration", found.formal.map(|it| it.number.to_string())),
        ("gate-pass", found.gate_pass.map(|it| it.number.to_string())),
    ];
    let others = others.into_iter();
    Ok(json_answer(&SearchedView {
        declarations: found.declarations.iter().map(FoundView::of).collect(),
        relayed: found.relayed.iter().map(RelayedParcelView::of).collect(),
        others: others.filter_map(|(kind, it)| Some(OtherView { kind, number: it? })).collect(),
    }))
}

/// Within what somebody looks for a number.
pub fn within(caller: &Caller) -> Within {
    Within { reach: caller.reach(), accounts: caller.may(Permission::ReadAccounts) }
}

impl FoundView {
    fn of(one: &AnyDeclaration) -> Self {
        Self {
            id: one.id().to_string(),
            direction: one.direction().name(),
            pre_no: one.provisional_no().to_string(),
            invt_no: one.number().map(ToString::to_string),
            order_no: one.order_no().to_string(),
            office: one.office().to_string(),
            status: one.status().number(),
        }
    }
}
