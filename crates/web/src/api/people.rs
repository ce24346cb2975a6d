//! People who sign in: let in, changed and shut out by who manages them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongguan_application::history::Cause;
use tongguan_application::people::{
    self, Invitation, NewPerson, PeopleError, Person, add, change_standing, shut_out,
};
use tongguan_domain::access::{SignIn, Standing};
use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;
use utoipa::{IntoParams, ToSchema};

use super::body::{Given, wrong};
use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::organisations::standing;
use crate::problem::{Problem, json_answer};
use crate::views::people::{OrganisationView, PersonView};

/// Somebody who is to be let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonGiven {
    /// The name to sign in with: 3 to 60 of a to z, 0 to 9, `.`, `_`, `-`, `@`.
    #[schema(example = "li.wei", min_length = 3, max_length = 60)]
    sign_in: String,
    /// The name that others see.
    #[schema(example = "李伟", max_length = 60)]
    name: String,
    #[serde(flatten)]
    standing: StandingGiven,
}

/// For whom somebody acts, and as what.
#[derive(Debug, Deserialize, ToSchema)]
pub struct StandingGiven {
    /// As what: `enterprise-administrator`, `clerk`, `reader`, `officer` and so on.
    #[schema(example = "clerk")]
    role: String,
    /// For whom: the number of a party (`GET /api/v1/organisations`), the four digits of an office, the name of an
    /// authority; that of the caller where absent. Who runs the system says `new` for an enterprise that is not
    /// registered yet and will file itself.
    organisation: Option<String>,
}

/// What changes of somebody; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChangeGiven {
    /// Another role.
    #[schema(example = "reader")]
    role: Option<String>,
    /// Another organisation.
    organisation: Option<String>,
    /// Whether the person is shut out.
    is_shut_out: Option<bool>,
}

/// A code with which a person chooses a password, once; it is shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct InvitationView {
    /// Who.
    sign_in: String,
    /// The address at which the person chooses a password; without that of the service where its settings do not say
    /// how it is reached.
    address: String,
    /// From when on it is good for nothing.
    expires_at: String,
}

/// Which organisations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct OrganisationQuery {
    /// Name, code or mailbox has this in it, or it is the number.
    #[param(max_length = 80, example = "示例")]
    q: String,
}

/// List organisations
///
/// Registered parties for whom people are let in, with how many there are: a system administrator sees all of them, an
/// enterprise's administrator the own one.
#[utoipa::path(
    get, path = "/api/v1/organisations", tag = "administration", operation_id = "list_organisations",
    params(OrganisationQuery, PageQuery),
    responses((status = 200, description = "Organisations, by number.", body = Listed<OrganisationView>)),
)]
pub async fn organisations(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(OrganisationQuery { q }): Asked<OrganisationQuery>,
    paging: Paging,
) -> Result<Response, Problem> {
    let after = paging.place(|text| text.parse().ok())?.unwrap_or(i64::MIN);
    let (enquiries, standing, limit) =
        (Arc::clone(&shared.access.enquiries), caller.standing, paging.limit);
    let listing = move || enquiries.organisations(standing, &q, PartyId(after), limit);
    let page = blocking(listing).await?;
    let items: Vec<_> = page.rows.iter().map(OrganisationView::of).collect();
    Ok(paging.answer(items, page.next.map(|id| id.to_string())))
}

/// List people
///
/// An enterprise's administrator sees the own enterprise's, a system administrator everybody.
#[utoipa::path(
    get, path = "/api/v1/people", tag = "administration", operation_id = "list_people",
    params(PageQuery),
    responses((status = 200, description = "People, by name.", body = Listed<PersonView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (enquiries, standing) = (Arc::clone(&shared.access.enquiries), caller.standing);
    let (mut after, most) = (paging.after.clone().unwrap_or_default(), paging.limit + 1);
    let listing = move || {
        let organisation = match standing {
            Standing::System => None,
            own => Some(own.organisation()),
        };
        let mut found = Vec::new();
        while found.len() < most {
            let page = enquiries.people(organisation.as_deref(), &after, 500)?;
            let Some(last) = page.last() else { break };
            after = last.sign_in.to_string();
            found.extend(page.into_iter().filter(|person| standing.manages(person.standing)));
        }
        found.truncate(most);
        Ok::<_, PeopleError>(found)
    };
    let found = blocking(listing).await?;
    let items = found.iter().map(PersonView::of).collect();
    let place =
        |last| found.get(last).map_or_else(String::new, |it: &Person| it.sign_in.to_string());
    Ok(paging.cut(items, place))
}

/// Let somebody in
///
/// Gives an address at which the person chooses a password, good once and for three days.
#[utoipa::path(
    post, path = "/api/v1/people", tag = "administration", operation_id = "let_in",
    request_body = PersonGiven,
    responses((status = 201, description = "The invitation.", body = InvitationView)),
)]
pub async fn let_in(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<PersonGiven>,
) -> Result<Response, Problem> {
    let sign_in =
        SignIn::parse(&given.sign_in).map_err(|error| wrong("/sign_in", &error.to_string()))?;
    if given.name.chars().count() > 60 || given.name.chars().any(char::is_control) {
        return Err(wrong("/name", "at most 60 characters, none of them a control character"));
    }
    let organisation = given.standing.organisation.unwrap_or_default();
    let standing = standing(&shared, &caller, &given.standing.role, &organisation, None).await?;
    let new = NewPerson { sign_in: sign_in.clone(), name: given.name, standing };
    let change = move |people: &people::People, cause: &Cause, now| {
        add(&mut people.writer(), &new, cause, now)
    };
    let invitation = changed(&shared, &caller, change).await?;
    Ok((StatusCode::CREATED, json_answer(&InvitationView::of(&shared, &sign_in, &invitation)))
        .into_response())
}

/// Show somebody
#[utoipa::path(
    get, path = "/api/v1/people/{sign_in}", tag = "administration", operation_id = "show_person",
    params(("sign_in" = String, Path, description = "The name to sign in with.")),
    responses((status = 200, description = "The person.", body = PersonView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(sign_in): Part<String>,
) -> Result<Response, Problem> {
    Ok(json_answer(&PersonView::of(&managed(&shared, &caller, &sign_in).await?)))
}

/// Change what somebody may do, or shut somebody out
///
/// All sessions of the person end.
#[utoipa::path(
    post, path = "/api/v1/people/{sign_in}", tag = "administration", operation_id = "change_person",
    params(("sign_in" = String, Path, description = "The name to sign in with.")),
    request_body = PersonChangeGiven,
    responses((status = 200, description = "The person as it is now.", body = PersonView)),
)]
pub async fn change(
    State(shared): State<Shared>,
    caller: Caller,
    Part(sign_in): Part<String>,
    Given(given): Given<PersonChangeGiven>,
) -> Result<Response, Problem> {
    let person = managed(&shared, &caller, &sign_in).await?;
    let next = if given.role.is_none() && given.organisation.is_none() {
        None
    } else {
        let role = given.role.as_deref().unwrap_or_else(|| person.standing.role().name());
        let organisation = given.organisation.unwrap_or_else(|| person.standing.organisation());
        let present = Some(person.standing);
        Some(standing(&shared, &caller, role, &organisation, present).await?)
    };
    let name = person.sign_in.clone();
    let change = move |people: &people::People, cause: &Cause, now| {
        if let Some(next) = next {
            change_standing(&mut people.writer(), &name, next, cause, now)?;
        }
        if let Some(is_shut_out) = given.is_shut_out {
            shut_out(&mut people.writer(), &name, is_shut_out, cause, now)?;
        }
        Ok(())
    };
    changed(&shared, &caller, change).await?;
    let after = managed(&shared, &caller, person.sign_in.as_str()).await?;
    Ok(json_answer(&PersonView::of(&after)))
}

/// Let somebody choose password and second factor anew
///
/// All sessions of the person end.
#[utoipa::path(
    post, path = "/api/v1/people/{sign_in}/invitation", tag = "administration", operation_id = "invite",
    params(("sign_in" = String, Path, description = "The name to sign in with.")),
    responses((status = 201, description = "The invitation.", body = InvitationView)),
)]
pub async fn invite(
    State(shared): State<Shared>,
    caller: Caller,
    Part(sign_in): Part<String>,
) -> Result<Response, Problem> {
    let person = managed(&shared, &caller, &sign_in).await?;
    let name = person.sign_in.clone();
    let change = move |people: &people::People, cause: &Cause, now| {
        people::invite(&mut people.writer(), &name, cause, now)
    };
    let invitation = changed(&shared, &caller, change).await?;
    let view = InvitationView::of(&shared, &person.sign_in, &invitation);
    Ok((StatusCode::CREATED, json_answer(&view)).into_response())
}

impl InvitationView {
    fn of(shared: &Shared, sign_in: &SignIn, Invitation { code, expires_at }: &Invitation) -> Self {
        let host = shared.access.address.as_deref().unwrap_or_default().trim_end_matches('/');
        Self {
            sign_in: sign_in.to_string(),
            address: format!("{host}/invitation/{code}"),
            expires_at: expires_at.to_string(),
        }
    }
}

/// Somebody whom the caller manages; anybody else is as if not there.
async fn managed(shared: &Shared, caller: &Caller, sign_in: &str) -> Result<Person, Problem> {
    let sign_in = SignIn::parse(sign_in).map_err(|_| Problem::NotFound)?;
    let people = Arc::clone(&shared.access.people);
    let finding = move || people.store().read(|view| people::person(view, &sign_in));
    let person = tokio::task::spawn_blocking(finding).await.map_err(|_| Problem::Unavailable)??;
    if caller.standing.manages(person.standing) { Ok(person) } else { Err(Problem::NotFound) }
}

async fn changed<T: Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    change: impl FnOnce(&people::People, &Cause, Moment) -> Result<T, PeopleError> + Send + 'static,
) -> Result<T, Problem> {
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let cause = caller.cause();
    let changing = tokio::task::spawn_blocking(move || change(&people, &cause, now));
    Ok(changing.await.map_err(|_| Problem::Unavailable)??)
}
