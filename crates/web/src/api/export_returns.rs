//! Exported goods that come back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::clearing::incoming::ExportReturnRuling;
use tongguan_application::deciding::Decides;
use tongguan_application::export_returns::{self, DecideError, Decided, Decision, Verdict};
use tongguan_application::review::ReviewError;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, OrderNumber};
use tongguan_domain::readmission::ExportReturnId;
use utoipa::ToSchema;

use super::body::{Given, wrong};
use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::acting::{act, actor};
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::export_return::{ExportReturnShown, ExportReturnView, name};

/// What an officer rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRulingGiven {
    /// Whether the goods are let in.
    ruling: ReturnRuling,
    /// Why: a code of docs/reference/review.md, or words that merchant and facility read.
    #[schema(example = "in-order", min_length = 1, max_length = 500)]
    reason: String,
}

/// Whether goods are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ReturnRuling {
    /// They are, although they came otherwise than it was asked.
    Accept,
    /// They are not.
    Refuse,
}

/// By what goods are exchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeGiven {
    /// 订单编号 of the new order.
    #[schema(example = "O2", min_length = 1, max_length = 60)]
    order_no: String,
}

/// Where a return stands.
#[derive(Debug, Serialize, ToSchema)]
struct ReturnStandsView {
    /// The return.
    r#return: String,
    /// 回执状态: where it stands now.
    status: i32,
}

/// List returns of exported goods
///
/// Of an enterprise all of its own, those of the parcels that were lodged last first; of an office those whose goods
/// came otherwise than it was asked and wait for an officer.
#[utoipa::path(
    get, path = "/api/v1/export-returns", tag = "returns", operation_id = "list_export_returns",
    params(PageQuery),
    responses((status = 200, description = "The returns.", body = Listed<ExportReturnView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let after = paging.place(place_of)?;
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    if let Reach::Party(_) = reach {
        let behind = after.map(|id| (id.declaration, id.n));
        let page = blocking(move || enquiries.own_export_returns(reach, behind, limit)).await?;
        let items: Vec<_> = page.rows.iter().map(ExportReturnView::of).collect();
        return Ok(paging.answer(items, page.next.map(|(id, n)| format!("{id}/{n}"))));
    }
    let after = after.unwrap_or(ExportReturnId { declaration: DeclarationId(0), n: 0 });
    let most = limit.saturating_add(1);
    let found = blocking(move || enquiries.waiting_export_returns(reach, after, most)).await?;
    let items: Vec<_> = found.iter().map(ExportReturnView::of).collect();
    Ok(paging.cut(items, |last| found.get(last).map_or_else(String::new, |it| it.id.to_string())))
}

/// Show a return of exported goods
///
/// What came, whether import taxes are due, and the lines of formal declarations that have to be amended.
#[utoipa::path(
    get, path = "/api/v1/export-returns/{number}", tag = "returns", operation_id = "show_export_return",
    params(("number" = String, Path, description = "invtNo of the export declaration; of several returns `invtNo-N`.")),
    responses((status = 200, description = "The return.", body = ExportReturnShown)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let record = named(&shared, &caller, &number).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let showing = move || {
        let to_amend = enquiries.to_amend(&record)?;
        Ok::<_, ReviewError>(ExportReturnShown::of(&record, &to_amend))
    };
    Ok(json_answer(&blocking(showing).await?))
}

/// Let returned exports in, or refuse them
///
/// Of the officer's own office, where they came otherwise than it was asked.
#[utoipa::path(
    post, path = "/api/v1/export-returns/{number}/ruling", tag = "returns", operation_id = "rule_export_return",
    params(("number" = String, Path, description = "invtNo of the export declaration; of several returns `invtNo-N`.")),
    request_body = ReturnRulingGiven,
    responses((status = 200, description = "Where it stands now.", body = ReturnStandsView)),
)]
pub async fn rule(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<ReturnRulingGiven>,
) -> Result<Response, Problem> {
    let record = named(&shared, &caller, &number).await?;
    let ruling = match given.ruling {
        ReturnRuling::Accept => ExportReturnRuling::Accept,
        ReturnRuling::Refuse => ExportReturnRuling::Refuse,
    };
    let verdict = Verdict::Ruling { ruling, officer: actor(&caller), reason: given.reason };
    decided(&shared, &caller, &record, verdict).await
}

/// Note the order by which returned exports are exchanged
#[utoipa::path(
    post, path = "/api/v1/export-returns/{number}/exchange", tag = "returns", operation_id = "exchange_export_return",
    params(("number" = String, Path, description = "invtNo of the export declaration; of several returns `invtNo-N`.")),
    request_body = ExchangeGiven,
    responses((status = 200, description = "Where it stands now.", body = ReturnStandsView)),
)]
pub async fn exchange(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<ExchangeGiven>,
) -> Result<Response, Problem> {
    let order_no = OrderNumber::parse(&given.order_no);
    let order_no = order_no.map_err(|error| wrong("/order_no", &error.to_string()))?;
    let record = named(&shared, &caller, &number).await?;
    decided(&shared, &caller, &record, Verdict::Exchange(order_no)).await
}

async fn decided(
    shared: &Shared,
    caller: &Caller,
    record: &ExportReturnRecord,
    verdict: Verdict,
) -> Result<Response, Problem> {
    let decision = Decision { id: record.id, verdict };
    let decide = move |desk: &mut dyn Decides| export_returns::decide(desk, &decision);
    let Decided { status } = act::<_, DecideError>(shared, caller, decide).await?;
    Ok(json_answer(&ReturnStandsView { r#return: name(record), status: status.number() }))
}

/// The one return within reach that a number names: in an address the number of the return stands behind a dash.
async fn named(
    shared: &Shared,
    caller: &Caller,
    number: &str,
) -> Result<ExportReturnRecord, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let number = number.replace('-', "/");
    let mut found = blocking(move || enquiries.export_returns(reach, &number)).await?;
    match found.len() {
        0 => Err(Problem::NotFound),
        1 => Ok(found.remove(0)),
        _ => Err(Problem::Ambiguous(
            found.iter().map(|record| name(record).replace('/', "-")).collect(),
        )),
    }
}

fn place_of(text: &str) -> Option<ExportReturnId> {
    let (declaration, n) = text.split_once('/')?;
    let declaration = DeclarationId(declaration.parse().ok()?);
    Some(ExportReturnId { declaration, n: n.parse().ok()? })
}
