//! The work queue.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::review::{Direction, Filter, Place, QUEUES};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use utoipa::{IntoParams, ToSchema};

use super::paging::{Listed, PageQuery, Paging};
use super::part::Asked;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::casework::{self, Only, Queue, Whose};
use crate::problem::{Problem, json_answer};
use crate::views::case::{AssignmentView, WaitingView};
use crate::views::queue::QueuedView;

/// What is listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// Only this queue: 300, 399, 500, 501, 502, 503, 599 or 600.
    status: Option<i32>,
    /// Only what goes this way.
    #[param(inline)]
    direction: Option<DirectionName>,
    /// Only what the caller has taken on, which comes on one page, or what nobody has, which leaves pages shorter.
    #[param(inline)]
    whose: Option<WhoseName>,
    /// Only what has waited for longer than the office wants, or what waits for a licence to be verified.
    #[param(inline)]
    only: Option<OnlyName>,
}

/// Which cases.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnlyName {
    /// Those that have waited for longer than the office wants.
    Late,
    /// Those that wait for a licence to be verified (许可证件核对).
    Licence,
}

/// Whose cases.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WhoseName {
    /// Those that the caller has taken on.
    Mine,
    /// Those that nobody has.
    Free,
}

/// How much waits.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingQueuesView {
    /// Each queue in which something waits.
    queues: Vec<WaitingView>,
}

/// Which way goods go.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DirectionName {
    /// Into the country (进口).
    Import,
    /// Out of it (出口).
    Export,
}

/// List what waits for an officer
///
/// Declarations of the officer's own office, queue by queue, in order of lodging.
#[utoipa::path(
    get, path = "/api/v1/queue", tag = "cases", operation_id = "list_queue",
    params(QueueQuery, PageQuery),
    responses((status = 200, description = "What waits.", body = Listed<QueuedView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<QueueQuery>,
    paging: Paging,
) -> Result<Response, Problem> {
    let status = match asked.status {
        Some(number) => Some(queue_of(number).ok_or(Problem::Malformed("status"))?),
        None => None,
    };
    let direction = asked.direction.map(|direction| match direction {
        DirectionName::Import => Direction::Import,
        DirectionName::Export => Direction::Export,
    });
    let place = paging.place(place_of)?;
    let whose = match asked.whose {
        Some(WhoseName::Mine) => Whose::Mine,
        Some(WhoseName::Free) => Whose::Free,
        None => Whose::Everybody,
    };
    let only = match asked.only {
        Some(OnlyName::Late) => Only::Late,
        Some(OnlyName::Licence) => Only::Licence,
        None => Only::Everything,
    };
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let part = (Filter { status, direction, ..Filter::default() }, place, paging.limit);
    let listing = move || {
        let queue = casework::queue(&enquiries, &caller, (whose, only), part, now)?;
        Ok::<_, EnquiryError>((queue, enquiries.registry()?))
    };
    let (Queue { page, taken, settings }, registry) = blocking(listing).await?;
    let items = page.rows.iter().map(|row| {
        let taken = taken.iter().find(|it| it.declaration == row.id);
        let taken = taken.map(|it| AssignmentView::of(it, settings.case_minutes));
        QueuedView::of(row, &registry).with(taken)
    });
    let items: Vec<_> = items.collect();
    let next = page.next.map(|next| format!("{}.{}", next.queue.number(), next.after));
    Ok(paging.answer(items, next))
}

/// Show how much waits for an officer
///
/// Of the officer's own office: how many declarations in each queue, and since when the oldest.
#[utoipa::path(
    get, path = "/api/v1/queue/waiting", tag = "cases", operation_id = "show_waiting",
    responses((status = 200, description = "How much waits.", body = WaitingQueuesView)),
)]
pub async fn waiting(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let waiting = blocking(move || enquiries.waiting(reach)).await?;
    let queues = waiting.iter().map(WaitingView::of).collect();
    Ok(json_answer(&WaitingQueuesView { queues }))
}

fn queue_of(number: i32) -> Option<ReturnStatus> {
    QUEUES.into_iter().find(|queue| queue.number() == number)
}

fn place_of(text: &str) -> Option<Place> {
    let (queue, after) = text.split_once('.')?;
    let after = DeclarationId(after.parse().ok()?);
    Some(Place { queue: queue_of(queue.parse().ok()?)?, after })
}
