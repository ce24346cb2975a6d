//! The mailbox of an enterprise, as people read it; programs fetch it at `/mailbox`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::mail::{find, own_mailbox};
use crate::problem::{Problem, json_answer};
use crate::views::mail::LetterView;

/// List what lies in the own mailbox
///
/// For people, the newest first, and without what it says; programs fetch messages in order at `/mailbox`. Nothing
/// where the enterprise has no mailbox of its own.
#[utoipa::path(
    get, path = "/api/v1/mail", tag = "enterprise", operation_id = "list_mail",
    params(PageQuery),
    responses((status = 200, description = "The letters.", body = Listed<LetterView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let before = paging.place(|text| text.parse().ok())?;
    let Some(mailbox) = own_mailbox(&shared, &caller).await? else {
        return Ok(paging.answer(Vec::<LetterView>::new(), None));
    };
    let (mailboxes, limit) = (Arc::clone(&shared.access.mailboxes), paging.limit);
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let letters = blocking(move || mailboxes.newest(&mailbox, before, most)).await?;
    let next = letters.last().map(|letter| letter.n).filter(|n| *n > 1);
    Ok(paging.answer(letters.iter().map(LetterView::line).collect(), next.map(|n| n.to_string())))
}

/// Show a letter of the own mailbox
///
/// What its messages say, with persons masked.
#[utoipa::path(
    get, path = "/api/v1/mail/{n}", tag = "enterprise", operation_id = "show_letter",
    params(("n" = i64, Path, description = "Its place in the mailbox, from 1.")),
    responses((status = 200, description = "The letter.", body = LetterView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(n): Part<i64>,
) -> Result<Response, Problem> {
    Ok(json_answer(&LetterView::whole(&find(&shared, &caller, n).await?)))
}
