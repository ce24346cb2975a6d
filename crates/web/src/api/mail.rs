//! The mailbox of an enterprise, as people read it; programs fetch it at `/mailbox`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tongguan_domain::access::Permission;
use tongguan_domain::ids::MessageId;
use utoipa::IntoParams;

use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::acting::named;
use crate::caller::{Caller, blocking};
use crate::mail::Wanted;
use crate::pages::mail::{find, own_mailbox};
use crate::problem::{Problem, json_answer};
use crate::views::mail::{LetterView, SentMessageView};

/// Letters about one declaration.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AboutQuery {
    /// Only what tells of this declaration (invtNo, preNo, orderNo or id), all at once; nothing else is looked for then.
    #[param(max_length = 60)]
    declaration: String,
}

/// List what lies in the own mailbox
///
/// For people, the newest first, and without what it says; programs fetch messages in order at `/mailbox`. Nothing
/// where the enterprise has no mailbox of its own. A search looks at 2,000 letters at a time: a page may hold fewer
/// than asked for, or none, and `next` goes on.
#[utoipa::path(
    get, path = "/api/v1/mail", tag = "enterprise", operation_id = "list_mail",
    params(Wanted, AboutQuery, PageQuery),
    responses((status = 200, description = "The letters.", body = Listed<LetterView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
    Asked(AboutQuery { declaration }): Asked<AboutQuery>,
    paging: Paging,
) -> Result<Response, Problem> {
    let (filter, before) = (wanted.letters()?, paging.place(|text| text.parse().ok())?);
    let Some(mailbox) = own_mailbox(&shared, &caller).await? else {
        return Ok(paging.answer(Vec::<LetterView>::new(), None));
    };
    let (mailboxes, limit) = (Arc::clone(&shared.access.mailboxes), paging.limit);
    if !declaration.is_empty() {
        if !caller.may(Permission::ReadParcels) {
            return Err(Problem::NotPermitted(Permission::ReadParcels));
        }
        let id = named(&shared, caller.reach(), declaration).await?;
        let of = mailbox.clone();
        let about = Arc::clone(&mailboxes);
        let places = blocking(move || about.about(&of, id)).await?;
        let letters = blocking(move || mailboxes.at(&mailbox, &places)).await?;
        return Ok(paging.answer(letters.iter().map(LetterView::line).collect(), None));
    }
    let found = blocking(move || mailboxes.search(&mailbox, &filter, before, limit)).await?;
    let next = found.next.map(|n| n.to_string());
    Ok(paging.answer(found.letters.iter().map(LetterView::line).collect(), next))
}

/// List what the own mailbox sent
///
/// Messages that name the mailbox and were answered, the newest first. Each lies at `file` as it was received; one
/// with persons in it is for those who may `declare`, and that it was taken is recorded.
#[utoipa::path(
    get, path = "/api/v1/mail/sent", tag = "enterprise", operation_id = "list_sent",
    params(Wanted, PageQuery),
    responses((status = 200, description = "The messages.", body = Listed<SentMessageView>)),
)]
pub async fn sent(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
    paging: Paging,
) -> Result<Response, Problem> {
    let filter = wanted.sent()?;
    let before = paging.place(|text| text.parse().ok().map(MessageId))?;
    let Some(mailbox) = own_mailbox(&shared, &caller).await? else {
        return Ok(paging.answer(Vec::<SentMessageView>::new(), None));
    };
    let (mailboxes, limit) = (Arc::clone(&shared.access.mailboxes), paging.limit);
    let found = blocking(move || mailboxes.sent(&mailbox, &filter, before, limit)).await?;
    let items: Vec<_> = found.rows.iter().map(SentMessageView::of).collect();
    Ok(paging.answer(items, found.next.map(|id| id.to_string())))
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
