//! The search: declarations by any number that somebody has of them or of their parcel.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::review::AnyDeclaration;
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
    /// invtNo, preNo, orderNo, id, or the number of a waybill or a seal.
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

/// Find a declaration by any number
///
/// Of the declaration, its order, its waybill or the seal of its vehicle.
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
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let look = move || -> Result<_, EnquiryError> {
        let found = enquiries.search(reach, &number, now)?.all();
        Ok((enquiries.declarations(reach, &found)?, enquiries.relayed_named(reach, &number)?))
    };
    let (declarations, relayed) = blocking(look).await?;
    let declarations = declarations.iter().map(FoundView::of).collect();
    let relayed = relayed.iter().map(RelayedParcelView::of).collect();
    Ok(json_answer(&SearchedView { declarations, relayed }))
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
