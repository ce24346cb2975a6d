//! Guarantees as customs keeps them, and what one officer proposes of them and another approves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Deserialize;
use tongguan_application::guarantees::{self, GuaranteeError};
use tongguan_application::registry::exact_money;
use tongguan_domain::guarantee::Terms;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::Standing;
use utoipa::{IntoParams, ToSchema};

use super::accounts::{moved, place_at};
use super::body::{Given, wrong};
use super::paging::{Listed, PageQuery, Paging};
use super::parameters::{Answer, AnswerGiven};
use super::part::{Asked, Part};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::guarantee::{GuaranteeMovementView, GuaranteeProposalView, GuarantorView};
use crate::views::history::{EventView, read_place};

/// Whose guarantees.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// The beginning of a code of the guarantor, or part of its name; everybody's where absent.
    #[param(max_length = 100)]
    q: Option<String>,
}

/// What is to be other than it is; what is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuaranteeChangeGiven {
    /// The sum, in CNY.
    #[schema(example = "500000.00")]
    granted: Option<String>,
    /// The first day.
    #[schema(format = Date)]
    valid_from: Option<String>,
    /// The last day, or `open` for none.
    #[schema(example = "2027-12-31")]
    valid_to: Option<String>,
    /// Suspends or reinstates it.
    standing: Option<GuaranteeStandingGiven>,
    /// The number of the guarantee document; empty for none.
    #[schema(max_length = 60)]
    reference: Option<String>,
    /// Why.
    #[schema(example = "a new document", min_length = 1, max_length = 500)]
    reason: String,
}

/// Whether a guarantee is to count.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum GuaranteeStandingGiven {
    /// It does.
    Active,
    /// Nothing more is held of it.
    Suspended,
}

/// List guarantees
///
/// Those of all parties, by the guarantor's number.
#[utoipa::path(
    get, path = "/api/v1/guarantees", tag = "officers", operation_id = "list_guarantees",
    params(Search, PageQuery),
    responses((status = 200, description = "The guarantees.", body = Listed<GuarantorView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    Asked(Search { q }): Asked<Search>,
    paging: Paging,
) -> Result<Response, Problem> {
    let after = PartyId(paging.place(|after| after.parse().ok())?.unwrap_or(i64::MIN));
    let (enquiries, search) = (Arc::clone(&shared.access.enquiries), q.unwrap_or_default());
    let most = paging.limit.saturating_add(1);
    let listing =
        move || enquiries.store().read(|view| guarantees::list(view, &search, after, most));
    let all = blocking(listing).await?;
    let views = all.iter().map(GuarantorView::of).collect();
    let place = |at: usize| all.get(at).map(|it| it.guarantee.party_id.to_string());
    Ok(paging.cut(views, |at| place(at).unwrap_or_default()))
}

/// Show the guarantee of a party
#[utoipa::path(
    get, path = "/api/v1/guarantees/{party}", tag = "officers", operation_id = "show_guarantee_of_party",
    params(("party" = i64, Path, description = "The guarantor's number.")),
    responses((status = 200, description = "The guarantee.", body = GuarantorView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    Part(party): Part<i64>,
) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let finding = move || enquiries.store().read(|view| guarantees::find(view, PartyId(party)));
    let found = blocking(finding).await?.ok_or(Problem::NotFound)?;
    Ok(json_answer(&GuarantorView::of(&found)))
}

/// List what was held of a guarantee and given back
///
/// The newest first; some moments behind what was decided.
#[utoipa::path(
    get, path = "/api/v1/guarantees/{party}/movements", tag = "officers",
    operation_id = "list_movements_of_guarantee",
    params(("party" = i64, Path, description = "The guarantor's number."), PageQuery),
    responses((status = 200, description = "The movements.", body = Listed<GuaranteeMovementView>)),
)]
pub async fn movements(
    State(shared): State<Shared>,
    Part(party): Part<i64>,
    paging: Paging,
) -> Result<Response, Problem> {
    let movements = moved(&shared, PartyId(party), &paging).await?;
    let items = movements.iter().map(GuaranteeMovementView::of).collect();
    Ok(paging.cut(items, |at| place_at(&movements, at)))
}

/// List what was changed of a guarantee
///
/// The newest first: each change with before, after, and who has proposed and approved it.
#[utoipa::path(
    get, path = "/api/v1/guarantees/{party}/changes", tag = "officers",
    operation_id = "list_changes_of_guarantee",
    params(("party" = i64, Path, description = "The guarantor's number."), PageQuery),
    responses((status = 200, description = "The changes.", body = Listed<EventView>)),
)]
pub async fn changes(
    State(shared): State<Shared>,
    Part(party): Part<i64>,
    paging: Paging,
) -> Result<Response, Problem> {
    let before = paging.place(read_place)?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let most = i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1);
    let reading = move || {
        enquiries.store().read(|view| guarantees::changes(view, PartyId(party), before, most))
    };
    let events = blocking(reading).await?;
    let items = events.iter().map(EventView::of).collect();
    let place = |at: usize| events.get(at).map(|event| format!("{}:{}", event.revision, event.n));
    Ok(paging.cut(items, |at| place(at).unwrap_or_default()))
}

/// Propose a change of a guarantee
///
/// Sum, term, document number and standing. The sum is never below what is held.
#[utoipa::path(
    post, path = "/api/v1/guarantees/{party}/proposals", tag = "officers",
    operation_id = "propose_guarantee_change",
    params(("party" = i64, Path, description = "The guarantor's number.")),
    request_body = GuaranteeChangeGiven,
    responses((status = 201, description = "The proposal.", body = GuaranteeProposalView)),
)]
pub async fn propose(
    State(shared): State<Shared>,
    caller: Caller,
    Part(party): Part<i64>,
    Given(given): Given<GuaranteeChangeGiven>,
) -> Result<Response, Problem> {
    let change = Wanted::read(&given)?;
    let (people, by, now) =
        (Arc::clone(&shared.access.people), caller.actor(), shared.access.clock.now());
    let proposing = aside(move || {
        let (mut writer, party) = (people.writer(), PartyId(party));
        let why = &given.reason;
        guarantees::propose(&mut writer, party, |terms| change.over(terms), why, &by, now)
    });
    let n = proposing.await??;
    Ok((StatusCode::CREATED, one(&shared, n).await?).into_response())
}

/// List proposed changes of guarantees
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/guarantee-proposals", tag = "officers",
    operation_id = "list_guarantee_proposals",
    params(PageQuery),
    responses((status = 200, description = "The proposals.", body = Listed<GuaranteeProposalView>)),
)]
pub async fn proposals(State(shared): State<Shared>, paging: Paging) -> Result<Response, Problem> {
    let before = paging.place(|after| after.parse().ok())?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let most = i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1);
    let listing = move || enquiries.store().read(|view| guarantees::proposals(view, before, most));
    let all = blocking(listing).await?;
    let views = all.iter().map(GuaranteeProposalView::of).collect();
    Ok(paging.cut(views, |at| all.get(at).map(|it| it.n.to_string()).unwrap_or_default()))
}

/// Show a proposed change of a guarantee
#[utoipa::path(
    get, path = "/api/v1/guarantee-proposals/{n}", tag = "officers",
    operation_id = "show_guarantee_proposal",
    params(("n" = i64, Path, description = "Its number.")),
    responses((status = 200, description = "The proposal.", body = GuaranteeProposalView)),
)]
pub async fn proposal(
    State(shared): State<Shared>,
    Part(n): Part<i64>,
) -> Result<Response, Problem> {
    one(&shared, n).await
}

/// Approve a proposed change of a guarantee, or turn it down
///
/// Somebody else than who has proposed it approves it, and it holds at once. Turning down is open to both.
#[utoipa::path(
    post, path = "/api/v1/guarantee-proposals/{n}/answer", tag = "officers",
    operation_id = "answer_guarantee_proposal",
    params(("n" = i64, Path, description = "Its number.")),
    request_body = AnswerGiven,
    responses((status = 200, description = "The proposal as it stands now.", body = GuaranteeProposalView)),
)]
pub async fn answer(
    State(shared): State<Shared>,
    caller: Caller,
    Part(n): Part<i64>,
    Given(AnswerGiven { answer, reason }): Given<AnswerGiven>,
) -> Result<Response, Problem> {
    answered(&shared, &caller, n, answer, reason.unwrap_or_default()).await??;
    one(&shared, n).await
}

/// What is to be other than it is.
struct Wanted {
    granted: Option<Money>,
    valid_from: Option<Date>,
    valid_to: Option<Option<Date>>,
    standing: Option<Standing>,
    reference: Option<Option<String>>,
}

impl Wanted {
    fn read(given: &GuaranteeChangeGiven) -> Result<Self, Problem> {
        let day = |text: &str, pointer: &str| {
            text.parse::<Date>().map_err(|_| wrong(pointer, "a day: 2027-12-31"))
        };
        let granted = given.granted.as_deref().map(|text| {
            exact_money(text).ok_or_else(|| wrong("/granted", "an amount in CNY: 500000.00"))
        });
        let valid_to = given.valid_to.as_deref().map(|text| match text {
            "open" => Ok(None),
            text => day(text, "/valid_to").map(Some),
        });
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Self {
            granted: granted.transpose()?,
            valid_from: given
                .valid_from
                .as_deref()
                .map(|text| day(text, "/valid_from"))
                .transpose()?,
            valid_to: valid_to.transpose()?,
            standing: given.standing.map(|standing| match standing {
                GuaranteeStandingGiven::Active => Standing::Active,
                GuaranteeStandingGiven::Suspended => Standing::Suspended,
            }),
            reference: given.reference.as_deref().map(text),
        })
    }

    fn over(self, terms: Terms) -> Terms {
        Terms {
            granted: self.granted.unwrap_or(terms.granted),
            valid_from: self.valid_from.unwrap_or(terms.valid_from),
            valid_to: self.valid_to.unwrap_or(terms.valid_to),
            standing: self.standing.unwrap_or(terms.standing),
            reference: self.reference.unwrap_or(terms.reference),
        }
    }
}

async fn one(shared: &Shared, n: i64) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let reading = aside(move || enquiries.store().read(|view| guarantees::proposal(view, n)));
    Ok(json_answer(&GuaranteeProposalView::of(&reading.await??)))
}

/// Answers a proposal, for the interface and for pages.
///
/// # Errors
/// Where no answer came; within, why it was not answered.
pub async fn answered(
    shared: &Shared,
    caller: &Caller,
    n: i64,
    answer: Answer,
    reason: String,
) -> Result<Result<(), GuaranteeError>, Problem> {
    let (people, by, now) =
        (Arc::clone(&shared.access.people), caller.actor(), shared.access.clock.now());
    aside(move || {
        let mut writer = people.writer();
        match answer {
            Answer::Approve => guarantees::approve(&mut writer, n, &by, now),
            Answer::TurnDown => guarantees::turn_down(&mut writer, n, &by, &reason, now),
        }
    })
    .await
}
