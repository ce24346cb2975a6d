//! From where what is asked for is read: whoever only looks may be shown a standby (备库), and whoever has written is
//! shown nothing from before that ([`Looker`]).
//!
//! A request that changes nothing looks; every other one reads the primary, as does everything that says who calls.
//! How far the database had come when somebody wrote is told with the answer, and comes back with what is asked next:
//! by browsers as a cookie, by programs as a header. It gives nobody a right, so it is not signed: who makes one up
//! sees an earlier state than he could, or burdens the primary no more than without one.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tongguan_application::enquiry::{Looker, Position};

use crate::Shared;
use crate::caller::{Caller, Who, aside, blocking};
use crate::cookies;
use crate::problem::Problem;

/// By which a program is told how far the database had come when it wrote, and says so.
const POSITION: HeaderName = HeaderName::from_static("tongguan-position");

tokio::task_local! {
    static LOOKER: Arc<Looker>;
}

/// Who looks by this request; nobody where it may change something, and where there are no standbys. A program that
/// does not say what it has to see may have written by another process a moment ago.
pub fn looker(shared: &Shared, caller: Option<&Caller>, request: &Request) -> Option<Arc<Looker>> {
    if !request.method().is_safe() {
        return None;
    }
    let position = match caller.map(|caller| &caller.who) {
        Some(Who::Program { .. }) => {
            Position::parse(request.headers().get(POSITION)?.to_str().ok()?)?
        }
        Some(Who::Person(_)) | None => seen(shared, request.headers()),
    };
    shared.access.enquiries.looker(position)
}

/// Answers a request of somebody who looks; once more from the primary where a standby has broken off.
pub async fn looked(looker: Arc<Looker>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), Body::empty());
    let answering = next.clone().run(Request::from_parts(parts, body));
    let answer = LOOKER.scope(Arc::clone(&looker), answering).await;
    if looker.was_let_down() { next.run(again).await } else { answer }
}

/// Who looks by this request, for what of its answer is read after it was begun.
pub fn here() -> Option<Arc<Looker>> {
    LOOKER.try_with(Arc::clone).ok()
}

/// Reads a part of an answer that was begun, for whoever looked then; once more from the primary where a standby has
/// broken off.
///
/// # Errors
/// What `read` gives.
pub async fn read_on<T, F: Future<Output = Result<T, Problem>>>(
    looker: Option<&Arc<Looker>>,
    read: impl Fn() -> F,
) -> Result<T, Problem> {
    let Some(looker) = looker else { return read().await };
    let part = LOOKER.scope(Arc::clone(looker), read()).await;
    if part.is_err() && looker.was_let_down() { read().await } else { part }
}

/// What is to be done on another thread, for whoever looks by this request.
pub fn for_looker<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let looker = here();
    move || match looker {
        Some(looker) => looker.run(work),
        None => work(),
    }
}

/// Looks something up for a form that is sent and changes nothing.
///
/// # Errors
/// [`Problem::Unavailable`].
pub async fn looked_up<T, E>(
    shared: &Shared,
    headers: &HeaderMap,
    ask: impl Fn() -> Result<T, E> + Clone + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: std::error::Error + Send + 'static,
{
    if let Some(looker) = shared.access.enquiries.looker(seen(shared, headers)) {
        let (looking, first) = (Arc::clone(&looker), ask.clone());
        let found = blocking(move || looking.run(first)).await;
        if !looker.was_let_down() {
            return found;
        }
    }
    blocking(ask).await
}

/// Tells whoever may have written how far the database has come. Outside of what limits the time of a request: of one
/// that was broken off it is not known what it wrote, or will.
pub async fn told_position(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let may_write = !request.method().is_safe() && shared.access.enquiries.has_standbys();
    let mut answer = next.run(request).await;
    if !may_write || is_turned_away(answer.status()) {
        return answer;
    }
    let enquiries = Arc::clone(&shared.access.enquiries);
    let position = match answer.status().is_server_error() {
        true => Position::END,
        false => aside(move || enquiries.written()).await.unwrap_or(Position::END),
    };
    let position = position.to_string();
    let cookie = cookies::POSITION.written(Some(&position), shared.access.is_secure);
    let headers = answer.headers_mut();
    if let (Ok(cookie), Ok(position)) =
        (HeaderValue::from_str(&cookie), HeaderValue::from_str(&position))
    {
        headers.append(SET_COOKIE, cookie);
        headers.insert(POSITION, position);
    }
    answer
}

/// Whether nothing was done for whoever asked, because of who he is.
fn is_turned_away(status: StatusCode) -> bool {
    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS]
        .contains(&status)
}

/// What a browser has to be shown: what it was told when its person last wrote.
fn seen(shared: &Shared, headers: &HeaderMap) -> Position {
    match cookies::POSITION.read(headers, shared.access.is_secure) {
        Some(told) => Position::parse(&told).unwrap_or(Position::END),
        None => Position::START,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_is_read_on_is_read_for_whoever_looked_and_once_where_it_went_well() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let looker = Looker::who_has_seen(Position::START);
        let (times, looked) = (Cell::new(0), Cell::new(0));
        let read = async || {
            times.set(times.get() + 1);
            looked.set(looked.get() + usize::from(here().is_some()));
            Err::<(), _>(Problem::NotFound)
        };
        runtime.block_on(async {
            assert!(here().is_none());
            assert!(read_on(Some(&looker), read).await.is_err());
            assert_eq!((times.get(), looked.get()), (1, 1), "no standby has broken off");
            assert!(read_on(None, read).await.is_err());
            assert_eq!((times.get(), looked.get()), (2, 1));
        });
    }
}
