//! Parameters: the settings of offices, and changes that one proposes and another approves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongguan_application::codes::CodesError;
use tongguan_application::parameters::{self, Change, ParameterError, in_force};
use tongguan_application::settings::SettingsError;
use tongguan_codelists::Table;
use tongguan_domain::access::Standing;
use tongguan_domain::ids::OfficeCode;
use utoipa::{IntoParams, ToSchema};

use super::body::{Given, wrong};
use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::problem::{Problem, json_answer};
use crate::refusal::broken;
use crate::views::parameter::{ProposedChangeView, SettingView};
use crate::wording::Wording;

/// Whose settings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// Four digits, or `all` for what holds for offices that have not settled something; the own office where absent.
    office: Option<String>,
}

/// The settings of an office.
#[derive(Debug, Serialize, ToSchema)]
struct SettingsView {
    /// The office, or `all`.
    office: String,
    /// Every setting.
    settings: Vec<SettingView>,
}

/// A change that is proposed: of a setting, or of rows of a code table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeGiven {
    /// The office whose setting it is, or `all`; the own one where absent.
    office: Option<String>,
    /// The setting.
    #[schema(example = "waiting_days")]
    setting: Option<String>,
    /// The code table.
    table: Option<String>,
    /// The value; where absent, the own value is taken away. For a table, rows as CSV, headed by the columns' names.
    #[schema(example = "15")]
    value: Option<String>,
    /// The day from which it is to hold, today at the earliest; today where absent.
    #[schema(format = Date)]
    from: Option<String>,
    /// Why.
    #[schema(example = "the holidays", min_length = 1, max_length = 500)]
    reason: String,
}

/// An answer to a proposal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerGiven {
    /// Whether it is approved.
    pub answer: Answer,
    /// Why it is turned down.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// What somebody says of a proposal.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is to hold.
    Approve,
    /// It stays as it is.
    TurnDown,
}

/// Show the settings of an office
#[utoipa::path(
    get, path = "/api/v1/settings", tag = "officers", operation_id = "show_settings",
    params(Whose),
    responses((status = 200, description = "The settings.", body = SettingsView)),
)]
pub async fn settings(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(Whose { office }): Asked<Whose>,
) -> Result<Response, Problem> {
    let office = whose(&caller, office.as_deref()).ok_or(Problem::Malformed("office"))?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let all = blocking(move || enquiries.store().read(|view| in_force(view, office))).await?;
    let settings = all.iter().map(SettingView::of).collect();
    let office = office.map_or_else(|| "all".to_owned(), |office| office.to_string());
    Ok(json_answer(&SettingsView { office, settings }))
}

/// List proposed changes of parameters
///
/// The newest first: of the own office, and of what holds for all.
#[utoipa::path(
    get, path = "/api/v1/proposed-changes", tag = "officers", operation_id = "list_proposed_changes",
    params(PageQuery),
    responses((status = 200, description = "The changes.", body = Listed<ProposedChangeView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let before = paging.place(|after| after.parse().ok())?;
    let (enquiries, reach, most) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit + 1);
    let reading =
        move || enquiries.store().read(|view| parameters::list(view, reach, before, most));
    let all = blocking(reading).await?;
    let views = all.iter().map(ProposedChangeView::of).collect();
    let place = |at: usize| all.get(at).map(|it| it.n.to_string()).unwrap_or_default();
    Ok(paging.cut(views, place))
}

/// Propose a change of a parameter
#[utoipa::path(
    post, path = "/api/v1/proposed-changes", tag = "officers", operation_id = "propose_change",
    request_body = ChangeGiven,
    responses((status = 201, description = "The proposal.", body = ProposedChangeView)),
)]
pub async fn propose(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<ChangeGiven>,
) -> Result<Response, Problem> {
    let now = shared.access.clock.now();
    let from = given.from.as_deref().map_or(Ok(now.china_day()), str::parse);
    let from = from.map_err(|_| wrong("/from", "a day: 2026-12-01"))?;
    let change = match (given.setting, given.table, given.value) {
        (Some(name), None, value) => {
            let office = whose(&caller, given.office.as_deref());
            let office = office.ok_or_else(|| wrong("/office", "four digits, or all"))?;
            Change::Setting { office, name, value }
        }
        (None, Some(table), Some(text)) => {
            let table = Table::ALL.iter().find(|it| it.name() == table);
            let table = *table.ok_or_else(|| wrong("/table", "a code table"))?;
            Change::Rows { table, text }
        }
        (None, Some(_), None) => return Err(wrong("/value", "rows as CSV")),
        _ => return Err(wrong("/setting", "either a setting or a table")),
    };
    let (people, by, reach) = (Arc::clone(&shared.access.people), caller.actor(), caller.reach());
    let proposing = aside(move || {
        let mut writer = people.writer();
        parameters::propose(&mut writer, &change, from, &given.reason, (&by, reach), now)
    });
    let n = proposing.await??;
    Ok((StatusCode::CREATED, one(&shared, &caller, n).await?).into_response())
}

/// Show a proposed change of a parameter
#[utoipa::path(
    get, path = "/api/v1/proposed-changes/{n}", tag = "officers", operation_id = "show_proposed_change",
    params(("n" = i64, Path, description = "Its number.")),
    responses((status = 200, description = "The proposal.", body = ProposedChangeView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(n): Part<i64>,
) -> Result<Response, Problem> {
    one(&shared, &caller, n).await
}

/// Approve a proposed change of a parameter, or turn it down
///
/// Somebody else than who has proposed it approves it. Turning down is open to both.
#[utoipa::path(
    post, path = "/api/v1/proposed-changes/{n}/answer", tag = "officers",
    operation_id = "answer_proposed_change",
    params(("n" = i64, Path, description = "Its number.")),
    request_body = AnswerGiven,
    responses((status = 200, description = "The proposal as it stands now.", body = ProposedChangeView)),
)]
pub async fn answer(
    State(shared): State<Shared>,
    caller: Caller,
    Part(n): Part<i64>,
    Given(AnswerGiven { answer, reason }): Given<AnswerGiven>,
) -> Result<Response, Problem> {
    answered(&shared, &caller, n, answer, reason.unwrap_or_default()).await??;
    one(&shared, &caller, n).await
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
) -> Result<Result<(), ParameterError>, Problem> {
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let (by, reach) = (caller.actor(), caller.reach());
    aside(move || {
        let (mut writer, by) = (people.writer(), (&by, reach));
        match answer {
            Answer::Approve => parameters::approve(&mut writer, n, by, now),
            Answer::TurnDown => parameters::turn_down(&mut writer, n, by, &reason, now),
        }
    })
    .await
}

impl From<ParameterError> for Problem {
    fn from(error: ParameterError) -> Self {
        match &error {
            ParameterError::Unknown(_) => Self::NotFound,
            ParameterError::BadReason(_) => wrong("/reason", &error.to_string()),
            ParameterError::Over => wrong("/from", &error.to_string()),
            ParameterError::BadRows(defects) => {
                let first = defects.first().map(ToString::to_string).unwrap_or_default();
                wrong("/value", &format!("{error}; the first: {first}"))
            }
            ParameterError::TooLong => wrong("/value", &error.to_string()),
            ParameterError::Settings(SettingsError::Unknown(_)) => {
                wrong("/setting", &error.to_string())
            }
            ParameterError::Settings(SettingsError::Bad(bad)) => wrong("/value", bad.expected),
            ParameterError::Codes(CodesError::Conflicts(_))
            | ParameterError::Answered(_)
            | ParameterError::OneWaits(_)
            | ParameterError::SamePerson(_)
            | ParameterError::NoChange
            | ParameterError::OtherOffice
            | ParameterError::AtTheSameTime => Self::Refused(Wording::english(&error)),
            ParameterError::Settings(SettingsError::Storage(_))
            | ParameterError::Codes(_)
            | ParameterError::Damaged(_)
            | ParameterError::Storage(_) => broken(&error),
        }
    }
}

/// The office that is meant, or what holds for all; nothing for what is none.
fn whose(caller: &Caller, office: Option<&str>) -> Option<Option<OfficeCode>> {
    match (office, caller.standing) {
        (None, Standing::Customs { office, .. }) => Some(Some(office)),
        (None | Some("all"), _) => Some(None),
        (Some(code), _) => OfficeCode::parse(code).ok().map(Some),
    }
}

async fn one(shared: &Shared, caller: &Caller, n: i64) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let reading = aside(move || enquiries.store().read(|view| parameters::find(view, n, reach)));
    Ok(json_answer(&ProposedChangeView::of(&reading.await??)))
}
