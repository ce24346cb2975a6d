//! Every request that changes something leaves an event in the audit, with where it came from: held for each request
//! of each test.

use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Method, StatusCode};
use tongguan_application::history::{AuditFilter, Cause, Decisions, Way, audited};
use tongguan_web::Route;

use crate::fixture::Site;

/// The routes that leave none, and why: the page of the audit says the same.
pub const WITHOUT: [(&str, &str); 20] = [
    ("/ceb", "a message is kept as it came, with who signed it"),
    ("/mail/send", "a message is kept as it came, with who signed it"),
    ("/mailbox/{dxp}/{n}/ack", "it moves the reader's own mark"),
    ("/oauth2/token", "nothing is kept of a token; its key was recorded"),
    ("/developers/checker", "nothing is kept"),
    ("/api/v1/messages/check", "nothing is kept"),
    ("/api/v1/tax", "nothing is kept"),
    ("/api/v1/responses/check", "nothing is kept"),
    ("/api/v1/responses/proof", "nothing is kept"),
    ("/verify", "nothing is kept"),
    ("/verify/proof", "nothing is kept"),
    ("/track", "nothing is kept"),
    ("/parcels/views", "a name that somebody gives to his own filter"),
    ("/api/v1/account/second-factor", "nothing is kept before a code was shown"),
    ("/api/v1/webhooks/{number}/test", "nothing is kept; a receiver is asked"),
    ("/sandbox", "nothing in a sandbox is real"),
    ("/sandbox/{code}/time", "nothing in a sandbox is real"),
    ("/sandbox/{code}/parcels", "nothing in a sandbox is real"),
    ("/sandbox/{code}/signatures/{party}", "nothing is kept"),
    ("/sandbox/{code}/reset", "nothing in a sandbox is real"),
];

/// Pages that answer at once with what was given or shown; others ask or refuse so, and lead elsewhere when it is done.
const GIVING: [&str; 11] = [
    "/account/password",
    "/declarations/{id}/cancellation",
    "/declarations/{id}/return",
    "/declarations/{id}/persons",
    "/people",
    "/people/{name}/invite",
    "/programs",
    "/programs/{number}/rotation",
    "/unmaskings/{number}/persons",
    "/unmaskings",
    "/webhooks",
];

/// Whether an event names a request that was carried out; nothing where it was not, or leaves none.
pub fn trace_of(
    site: &Site,
    (method, address): (&Method, &str),
    (status, headers): (StatusCode, &HeaderMap),
) -> Option<bool> {
    if method == Method::GET || headers.contains_key("idempotent-replayed") {
        return None;
    }
    let path = address.split('?').next().unwrap();
    let route = site.routes.iter().find(|it| it.method == *method && is_of(it, path))?;
    let is_done = match route.path.as_str() {
        path if path.starts_with("/api/") => status.is_success(),
        // Whoever has to sign in first has done nothing.
        _ if headers.get(LOCATION).is_some_and(|to| to.as_bytes().starts_with(b"/sign-in?")) => {
            false
        }
        path => {
            status == StatusCode::SEE_OTHER || (status == StatusCode::OK && GIVING.contains(&path))
        }
    };
    if !is_done || WITHOUT.iter().any(|(path, _)| *path == route.path) {
        return None;
    }
    let request = headers.get("x-request-id").unwrap().to_str().unwrap();
    let store = site.people.store();
    Decisions::open(store).unwrap().take_up().unwrap();
    let filter = AuditFilter::default();
    let events = store.read(|view| audited(view, &filter, None, 500)).unwrap();
    let way = match route.path.starts_with("/api/") {
        true => Way::Interface,
        false => Way::Page,
    };
    Some(events.iter().any(|event| match &event.cause {
        Cause::Person(actor) => {
            actor.origin.request.as_deref() == Some(request) && actor.origin.way == Some(way)
        }
        Cause::Command(_) | Cause::File { .. } => false,
    }))
}

/// Whether an address is one of a route.
fn is_of(route: &Route, path: &str) -> bool {
    let (mut wanted, mut parts) = (route.path.split('/'), path.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == part || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}
