//! What a program needs of a test enterprise: what it is, as JSON, and signatures where it cannot make its own.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use tongguan_application::sandbox::{Enterprise, Kind};
use tongguan_domain::time::Moment;

use super::enterprise::enterprise;
use crate::Shared;
use crate::api::messages::whole;
use crate::api::sent_from_here;
use crate::caller::{Caller, aside};
use crate::part::Path;
use crate::problem::{Problem, json_answer};
use crate::wording::Wording;

/// What the page tells, for programs.
pub async fn told(
    State(shared): State<Shared>,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let enterprise = enterprise(&shared, &code)?;
    let mut response = json_answer(&json_of(&enterprise, shared.access.clock.now())?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Signs a message with the key of one of the parties, for whoever has no program for that.
pub async fn sign(
    State(shared): State<Shared>,
    Path((code, party)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    // Whoever has signed in sends it from here; a program has no session that a foreign page could use.
    sent_from_here(request.extensions().get::<Caller>(), &request)?;
    let enterprise = enterprise(&shared, &code)?;
    let kind = Kind::named(&party).ok_or(Problem::NotFound)?;
    let (_room, bytes) = whole(&shared, request.into_body()).await?;
    let message = String::from_utf8(bytes).map_err(|_| Problem::NoXml)?;
    let signed = aside(move || enterprise.member(kind).sign(&message)).await?;
    let signed = signed.map_err(|error| Problem::Refused(Wording::english(&error)))?;
    let headers = [(CONTENT_TYPE, "application/xml; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    Ok((headers, signed).into_response())
}

fn json_of(enterprise: &Enterprise, now: Moment) -> Result<Value, Problem> {
    let parties = enterprise.members().iter().map(|member| {
        let told = json!({
            "code": member.party.code.as_str(),
            "name": member.party.name,
            "mailbox": member.mailbox.as_str(),
            "key": member.access_key,
        });
        (member.kind.name().to_owned(), told)
    });
    let people = enterprise.people.iter();
    let people = people.map(|one| (one.post.name().to_owned(), json!(one.sign_in.as_str())));
    let orders: Vec<_> = enterprise.sent().iter().map(ToString::to_string).collect();
    let (place, book) = (enterprise.place(), enterprise.book());
    let (place, book) = place.ok().zip(book.ok()).ok_or(Problem::Internal)?;
    Ok(json!({
        "office": enterprise.office.to_string(),
        "place": place.as_str(),
        "book": book.as_str(),
        "parties": parties.collect::<Map<_, _>>(),
        "people": people.collect::<Map<_, _>>(),
        "password": enterprise.password,
        "orders": orders,
        "now": now.to_string(),
    }))
}
