//! A request that acts, under an `Idempotency-Key`: sent again it gets the same answer and does nothing.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::trace::FutureExt as _;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;
use tongguan_application::answered::{Begun, Held, RENEWED_EVERY, RequestKey};
use tongguan_application::digest::sha256;
use tongguan_domain::time::Moment;

use super::LONGEST_ANSWER;
use super::body::LONGEST;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;
use crate::{Shared, kib};

/// The header that names the request.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key.
const LONGEST_KEY: usize = 200;
/// Nobody is asked to wait longer for a request that is under way, in seconds.
const LONGEST_PATIENCE: i64 = 60;
/// Marks an answer that is for one reading: the same request again is a new one.
#[derive(Debug, Clone, Copy)]
pub struct ShownOnce;

/// Whether the answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Acts once on a request that has a key and is somebody's; on any other as often as it comes.
///
/// Its body is read whole to know it again, `longest` bytes at most.
pub async fn once(
    shared: &Shared,
    longest: usize,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().map(Caller::audit_name);
    let (Some(key), Some(client)) = (request.headers().get(IDEMPOTENCY_KEY), caller) else {
        return Ok(next.run(request).await);
    };
    let key = key.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    let key = key.ok_or(Problem::Malformed("Idempotency-Key"))?.to_owned();
    let (parts, body) = request.into_parts();
    let _room = room(shared, longest)?;
    let body = timeout(shared.access.limits.answer_within, to_bytes(body, longest)).await;
    let body = body.map_err(|_| Problem::BrokenOff)?.map_err(|_| Problem::BodyTooLong(longest))?;
    let mut said = format!("{} {}\n", parts.method, parts.uri).into_bytes();
    said.extend_from_slice(&body);
    let key = RequestKey { client, key, digest: sha256(&said) };

    let now = shared.access.clock.now();
    let answered = Arc::clone(&shared.access.answered);
    match blocking(move || answered.begin(&key, now)).await? {
        Begun::Now(held) => {
            let request = Request::from_parts(parts, Body::from(body));
            // On a task of its own: a client that goes away does not leave the request half answered.
            let acting = tokio::spawn(
                held_on_to(shared.clone(), held, next.run(request)).with_current_context(),
            );
            acting.await.map_err(|_| Problem::Unavailable)?
        }
        Begun::Before(kept) => read(&kept).ok_or(Problem::Unavailable),
        Begun::UnderWay(since) => Err(Problem::UnderWay(patience(since, now))),
        Begun::OtherRequest => Err(Problem::OtherRequest),
    }
}

/// Room for a body that may be longer than JSON is, among the messages that are received, before it is read.
fn room(shared: &Shared, longest: usize) -> Result<Option<SemaphorePermit<'_>>, Problem> {
    if longest <= LONGEST {
        return Ok(None);
    }
    let kib = kib(longest.min(shared.access.limits.bytes_in_flight));
    let room = shared.in_flight.try_acquire_many(u32::try_from(kib).unwrap_or(u32::MAX));
    room.map(Some).map_err(|_| Problem::Busy)
}

/// Acts on a request, and says meanwhile that it is being acted on.
async fn held_on_to(
    shared: Shared,
    held: Held,
    acting: impl Future<Output = Response>,
) -> Result<Response, Problem> {
    let mut acting = pin!(acting);
    let response = loop {
        match timeout(RENEWED_EVERY, &mut acting).await {
            Ok(response) => break response,
            Err(_) => {
                let (answered, now) =
                    (Arc::clone(&shared.access.answered), shared.access.clock.now());
                let of = held.clone();
                // Where the database does not answer, the lease may end: nothing else can be done about it.
                drop(blocking(move || answered.renew(&of, now)).await);
            }
        }
    };
    kept(&shared, held, response).await
}

/// When it is worth asking again for what is under way: the longer it has been, the later, a minute at most.
fn patience(since: Moment, now: Moment) -> Duration {
    let so_far = now.since(since).as_secs().clamp(1, LONGEST_PATIENCE);
    Duration::from_secs(so_far.unsigned_abs())
}

/// Keeps an answer, unless it is none: what could not be answered now may be sent again.
async fn kept(shared: &Shared, held: Held, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, LONGEST_ANSWER).await.map_err(|_| Problem::Unavailable)?;
    // Problems are written for their caller later on; and what was refused has changed nothing.
    let is_kept = parts.status.is_success() && parts.extensions.get::<ShownOnce>().is_none();
    let answer = is_kept.then(|| written(parts.status, &bytes));
    let answered = Arc::clone(&shared.access.answered);
    blocking(move || answered.settle(&held, answer.as_deref())).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// Status and body as one.
fn written(status: StatusCode, body: &[u8]) -> Vec<u8> {
    let mut written = status.as_u16().to_be_bytes().to_vec();
    written.extend_from_slice(body);
    written
}

fn read(written: &[u8]) -> Option<Response> {
    let (status, body) = written.split_first_chunk::<2>()?;
    let status = StatusCode::from_u16(u16::from_be_bytes(*status)).ok()?;
    let mut response = Response::new(Body::from(body.to_vec()));
    *response.status_mut() = status;
    if !body.is_empty() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_it_has_been_under_way_the_later_it_is_asked_for_again() {
        let since = Moment::from_micros(0);
        let waits = [0, 1, 20, 59, 600]
            .map(|seconds| patience(since, since.plus_millis(seconds * 1000)).as_secs());
        assert_eq!(waits, [1, 1, 20, 59, 60]);
        assert_eq!(
            patience(since.plus_millis(5000), since).as_secs(),
            1,
            "a clock that was set back"
        );
    }
}
