//! The record of each request: one line of the log and the metrics, without a word of what it was about. A path may
//! hold numbers of persons or orders, so its route stands for it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use opentelemetry::trace::FutureExt as _;
use tokio::time::Instant;
use tongguan_application::history::{Origin, Way};
use tongguan_domain::time::Moment;
use tracing::{Instrument as _, Span, info, info_span};

use crate::pace::Address;
use crate::trace::RequestTrace;

/// By which a request is found again in logs, the caller's and ours.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers requests, differently each time that the service starts.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    start: u64,
    next: Arc<AtomicU64>,
}

impl Numbers {
    /// Those of a service that starts now.
    pub fn from(start: Moment) -> Self {
        Self { start: start.micros().unsigned_abs(), next: Arc::default() }
    }

    fn next(&self) -> String {
        format!("{:016x}{:016x}", self.start, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// The number of a request.
#[derive(Debug, Clone)]
struct Number(String);

/// From where a request comes, for audit events.
#[derive(Debug, Clone, Default)]
pub struct CameFrom(pub Origin);

impl CameFrom {
    /// Of a request that came this way.
    pub fn of(extensions: &Extensions, way: Way) -> Self {
        Self(Origin {
            address: Address::of(extensions).known().map(|address| address.to_string()),
            request: extensions.get::<Number>().map(|Number(number)| number.clone()),
            way: Some(way),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Infallible;

    /// Of a route that names what it needs: the guard has put it there.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Records a request at its end, which is the end of its answer.
pub async fn recorded(
    State(numbers): State<Numbers>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let id = id.filter(|id| is_an_id(id)).map_or_else(|| numbers.next(), str::to_owned);
    let method = known(request.method());
    let route: Option<MatchedPath> = request.extensions().get().cloned();
    let trace = RequestTrace::begin(method, route.as_ref(), &id, request.headers());
    let span = info_span!("request", id, trace = trace.number());
    request.extensions_mut().insert(Number(id.clone()));
    let context = trace.context();
    let mut record = Record {
        span: span.clone(),
        trace,
        begin: Instant::now(),
        method,
        route,
        status: None,
        bytes: 0,
        is_whole: false,
    };
    let is_head = request.method() == Method::HEAD;
    let mut response = next.run(request).with_context(context).instrument(span).await;
    record.status = Some(response.status());
    record.is_whole = is_head || response.body().is_end_stream();
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response.map(|body| Body::new(Counted { body, record }))
}

/// What is written down of a request when it is dropped.
struct Record {
    span: Span,
    trace: RequestTrace,
    begin: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
    /// None where the caller had gone before there was an answer.
    status: Option<StatusCode>,
    bytes: u64,
    is_whole: bool,
}

/// An answer, counted as it is sent.
struct Counted {
    body: Body,
    record: Record,
}

impl Drop for Record {
    fn drop(&mut self) {
        let Self { span, trace, method, bytes, is_whole, .. } = self;
        trace.answered(self.status, *bytes, *is_whole);
        let took = self.begin.elapsed();
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let status = self.status.map_or(0, |status| status.as_u16());
        let class = match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            5 => "5xx",
            _ => "none",
        };
        let labels = [
            ("route", route.to_owned()),
            ("method", (*method).to_owned()),
            ("status", class.to_owned()),
        ];
        metrics::counter!("tongguan_http_requests_total", &labels).increment(1);
        metrics::histogram!("tongguan_http_request_seconds", &labels).record(took);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let said = if *is_whole { "answered" } else { "the caller broke off" };
        span.in_scope(|| info!(method, route, status, ms, bytes, "{said}"));
    }
}

impl hyper::body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.record.bytes += u64::try_from(bytes).unwrap_or(0);
        }
        self.record.is_whole |= frame.is_none() || self.body.is_end_stream();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether it is a UUID or as long without its dashes, as tracing makes them: nobody's number looks like that.
fn is_an_id(id: &str) -> bool {
    let digits = id.bytes().filter(|byte| *byte != b'-');
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let dashes: Vec<_> = id.match_indices('-').map(|(at, _)| at).collect();
    digits.clone().count() == 32
        && digits.clone().all(is_hex)
        && (dashes.is_empty() || dashes == [8, 13, 18, 23])
}

/// The methods that are spoken; anybody can make up others.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
