//! The work queue.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tongguan_application::review::{Direction, Filter, Place, QUEUES, ReviewError};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use utoipa::{IntoParams, ToSchema};

use super::paging::{Listed, PageQuery, Paging};
use super::part::Asked;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;
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
    get, path = "/api/v1/queue", tag = "officers", operation_id = "list_queue",
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
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (filter, limit) = (Filter { status, office: None, direction }, paging.limit);
    let listing = move || {
        let page = enquiries.queue(reach, filter, place, limit)?;
        Ok::<_, ReviewError>((page, enquiries.registry()?))
    };
    let (page, registry) = blocking(listing).await?;
    let items: Vec<_> = page.rows.iter().map(|row| QueuedView::of(row, &registry)).collect();
    let next = page.next.map(|next| format!("{}.{}", next.queue.number(), next.after));
    Ok(paging.answer(items, next))
}

fn queue_of(number: i32) -> Option<ReturnStatus> {
    QUEUES.into_iter().find(|queue| queue.number() == number)
}

fn place_of(text: &str) -> Option<Place> {
    let (queue, after) = text.split_once('.')?;
    let after = DeclarationId(after.parse().ok()?);
    Some(Place { queue: queue_of(queue.parse().ok()?)?, after })
}
