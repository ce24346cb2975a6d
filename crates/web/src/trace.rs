//! Traces (链路追踪) of OpenTelemetry: what a request waited for. Where nobody set traces up, they cost nothing and
//! go nowhere.
//!
//! A span holds no more than the log does: route, method and status, never an address that was asked for.

use std::borrow::Cow;

use axum::extract::MatchedPath;
use axum::http::{HeaderMap, StatusCode};
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::{FutureExt as _, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};

const NAME: &str = "tongguan";

/// A request under way. It ends when it is dropped.
pub struct RequestTrace(Context);

impl RequestTrace {
    /// Begins with a request. Whether the caller's trace is gone on with, and how many are recorded, is set up with
    /// the program.
    pub fn begin(
        method: &'static str,
        route: Option<&MatchedPath>,
        id: &str,
        headers: &HeaderMap,
    ) -> Self {
        let caller = global::get_text_map_propagator(|known| known.extract(&Heads(headers)));
        let mut attributes = vec![
            KeyValue::new("http.request.method", method),
            KeyValue::new("tongguan.request.id", id.to_owned()),
        ];
        let mut name = Cow::Borrowed(method);
        if let Some(route) = route {
            name = format!("{method} {}", route.as_str()).into();
            attributes.push(KeyValue::new("http.route", route.as_str().to_owned()));
        }
        let tracer = global::tracer(NAME);
        let span =
            tracer.span_builder(name).with_kind(SpanKind::Server).with_attributes(attributes);
        Self(caller.with_span(span.start_with_context(&tracer, &caller)))
    }

    /// The context in which the request is answered.
    pub fn context(&self) -> Context {
        self.0.clone()
    }

    /// The number of the trace, where it is recorded.
    pub fn number(&self) -> Option<String> {
        let context = self.0.span().span_context().clone();
        context.is_sampled().then(|| context.trace_id().to_string())
    }

    /// The request was answered, to the end or not.
    pub fn answered(&self, status: Option<StatusCode>, bytes: u64, is_whole: bool) {
        let span = self.0.span();
        if let Some(status) = status {
            span.set_attribute(KeyValue::new(
                "http.response.status_code",
                i64::from(status.as_u16()),
            ));
        }
        span.set_attribute(KeyValue::new(
            "http.response.body.size",
            i64::try_from(bytes).unwrap_or(i64::MAX),
        ));
        if status.is_some_and(|status| status.is_server_error()) {
            span.set_status(Status::error(""));
        } else if !is_whole {
            span.set_status(Status::error("the caller broke off"));
        }
        span.end();
    }
}

/// Has a part of answering a request stand in its trace, under a name of its own.
pub async fn part<T>(name: &'static str, work: impl Future<Output = T>) -> T {
    let context = Context::current();
    if !context.span().span_context().is_sampled() {
        return work.await;
    }
    let span = global::tracer(NAME).start_with_context(name, &context);
    let context = context.with_span(span);
    let done = work.with_context(context.clone()).await;
    context.span().end();
    done
}

/// The heads of a request, as a propagator reads them.
struct Heads<'r>(&'r HeaderMap);

impl Extractor for Heads<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
