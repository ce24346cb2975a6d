//! Who changed what of the registers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tongguan_application::history::{Event, Register};
use utoipa::{IntoParams, ToSchema};

use super::paging::{Listed, PageQuery, Paging};
use super::part::Asked;
use crate::Shared;
use crate::caller::blocking;
use crate::problem::Problem;
use crate::views::history::EventView;

/// Which register.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Of {
    /// Which register.
    #[param(inline)]
    register: RegisterName,
}

/// A register.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegisterName {
    /// Parties, codes, certificates, guarantees as they were granted, account books.
    Registry,
    /// Settings of offices.
    Settings,
    /// Code tables.
    Codes,
    /// People who sign in.
    People,
    /// What enterprises file, and registered goods.
    Filings,
    /// What platforms are asked for of payments.
    Evidence,
    /// Pictures of examinations.
    Pictures,
}

/// List changes of a register
///
/// The newest first: what was changed, by whom, from what to what.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "administration", operation_id = "list_changes",
    params(Of, PageQuery),
    responses((status = 200, description = "The changes.", body = Listed<EventView>)),
)]
pub async fn events(
    State(shared): State<Shared>,
    Asked(Of { register }): Asked<Of>,
    paging: Paging,
) -> Result<Response, Problem> {
    let before = paging.place(place)?;
    let register = match register {
        RegisterName::Registry => Register::Registry,
        RegisterName::Settings => Register::Settings,
        RegisterName::Codes => Register::Codes,
        RegisterName::People => Register::People,
        RegisterName::Filings => Register::Filings,
        RegisterName::Evidence => Register::Evidence,
        RegisterName::Pictures => Register::Pictures,
    };
    let enquiries = Arc::clone(&shared.access.enquiries);
    let most = i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = blocking(move || enquiries.changes(register, before, most)).await?;
    let items = found.iter().map(EventView::of).collect();
    let at = |last: usize| {
        let event = found.get(last);
        event.map_or_else(String::new, |event: &Event| format!("{}:{}", event.revision, event.n))
    };
    Ok(paging.cut(items, at))
}

fn place(text: &str) -> Option<(i64, i64)> {
    let (revision, n) = text.split_once(':')?;
    Some((revision.parse().ok()?, n.parse().ok()?))
}
