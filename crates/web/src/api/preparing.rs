//! Requests about a declared parcel, written for whoever declared it to sign and to send.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tongguan_application::unmasking::{Prepared, Wanted, Wish};
use tongguan_domain::returns::ReturnedLine;
use utoipa::ToSchema;

use super::again::ShownOnce;
use super::body::{Given, wrong};
use super::part::Part;
use crate::Shared;
use crate::acting::named;
use crate::caller::{Caller, aside};
use crate::problem::{Problem, json_answer};

/// Why a declaration is to be cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationWanted {
    /// Why; customs reads it.
    #[schema(example = "the buyer has withdrawn", min_length = 1, max_length = 200)]
    reason: String,
    /// 企业内部编号 (`copNo`) of the request; made up where absent.
    #[schema(example = "CANCEL-20261123-1", max_length = 20)]
    reference: Option<String>,
}

/// Which goods are to come back, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnWanted {
    /// Why; customs reads it.
    #[schema(example = "the buyer sends it back", min_length = 1, max_length = 200)]
    reason: String,
    /// 企业内部编号 (`copNo`) of the request; made up where absent.
    #[schema(example = "RETURN-20261123-1", max_length = 20)]
    reference: Option<String>,
    /// Of which lines how much.
    #[schema(min_items = 1)]
    goods: Vec<GoodsWanted>,
}

/// Goods of a line that are to come back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GoodsWanted {
    /// 商品序号 (`gnum`) of the declaration.
    #[schema(example = 1)]
    line: i32,
    /// How much, in the declared unit.
    #[schema(example = "1")]
    quantity: String,
}

/// A request that is to be signed and sent.
#[derive(Debug, Serialize, ToSchema)]
struct PreparedView {
    /// `CEB623`, `CEB605` or `CEB625`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// 企业内部编号 (`copNo`): by this the answer names it.
    reference: String,
    /// The message, without a signature.
    xml: String,
}

/// Prepare a request to cancel a declaration
///
/// Written from what was declared (CEB623, of an export CEB605), with its buyer, which is recorded. Its declarant or
/// merchant signs it with the own key and sends it to `/ceb`; nothing is asked for before that. Under an idempotency
/// key too each request is one showing.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/cancellation-request", tag = "declarations",
    operation_id = "prepare_cancellation",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = CancellationWanted,
    responses((status = 200, description = "The message.", body = PreparedView)),
)]
pub async fn cancellation(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(CancellationWanted { reason, reference }): Given<CancellationWanted>,
) -> Result<Response, Problem> {
    let wanted = Wanted { wish: Wish::Cancellation, reason, reference };
    prepared(&shared, &caller, number, wanted).await
}

/// Prepare a request to return imported goods
///
/// Written from what was declared (CEB625), with its buyer, which is recorded. Its declarant or merchant signs it with
/// the own key and sends it to `/ceb`; nothing is asked for before that. Under an idempotency key too each request is
/// one showing.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/return-request", tag = "declarations",
    operation_id = "prepare_return",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = ReturnWanted,
    responses((status = 200, description = "The message.", body = PreparedView)),
)]
pub async fn goods_return(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(ReturnWanted { reason, reference, goods }): Given<ReturnWanted>,
) -> Result<Response, Problem> {
    let line = |(place, given): (usize, &GoodsWanted)| {
        let quantity = given.quantity.parse::<Decimal>();
        let quantity = quantity
            .map_err(|error| wrong(&format!("/goods/{place}/quantity"), &error.to_string()))?;
        Ok(ReturnedLine { number: given.line, quantity })
    };
    let lines = goods.iter().enumerate().map(line).collect::<Result<_, Problem>>()?;
    let wanted = Wanted { wish: Wish::Return(lines), reason, reference };
    prepared(&shared, &caller, number, wanted).await
}

async fn prepared(
    shared: &Shared,
    caller: &Caller,
    number: String,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let id = named(shared, caller.reach(), number).await?;
    let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let prepared = aside(move || unmasking.prepare(reach, id, &wanted, &actor, now)).await??;
    let Prepared { message, reference, xml } = prepared;
    let view = PreparedView { kind: message.code(), reference: reference.to_string(), xml };
    Ok((Extension(ShownOnce), json_answer(&view)).into_response())
}
