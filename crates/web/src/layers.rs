//! What all routes have around them: a record of each request, headers that keep browsers careful, an answer where a
//! handler panics, compression, limits of time.

use std::any::Any;
use std::future::ready;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::problem::{Problem, in_the_callers_language};
use crate::record::{Numbers, recorded};

/// What is shorter is not worth compressing, in bytes.
const WORTH_COMPRESSING: u64 = 1024;

/// For answers that are no pages: should a browser show one all the same, it does nothing.
const NO_PAGE: &str = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; \
                       frame-ancestors 'none'; sandbox";

/// Puts the layers around the routes; what stands last is the outermost. `strict_transport` is how long browsers speak
/// nothing but TLS with this host.
pub fn layered(routes: Router, numbers: Numbers, strict_transport: Option<Duration>) -> Router {
    let worth = SizeAbove::new(WORTH_COMPRESSING)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE)
        .and(is_for_everybody);
    let strict_transport = strict_transport.and_then(|lasts| {
        HeaderValue::from_str(&format!("max-age={}; includeSubDomains", lasts.as_secs())).ok()
    });
    routes
        .layer(CompressionLayer::new().compress_when(worth))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(in_the_callers_language))
        .layer(map_response(move |response| ready(careful(response, &strict_transport))))
        .layer(from_fn_with_state(numbers, recorded))
}

/// Gives a request so long.
pub async fn in_time(
    State(within): State<Duration>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    timeout(within, next.run(request)).await.map_err(|_| Problem::Unavailable)
}

/// What nobody may keep is for one reader alone, and the length of compressed secrets tells of them.
fn is_for_everybody(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kept = headers.get(CACHE_CONTROL).map(HeaderValue::as_bytes).unwrap_or_default();
    !kept.windows(8).any(|word| word == b"no-store")
}

/// Says nothing of the panic, whose text may quote what was sent; where it happened is told by the hook.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    Problem::Internal.into_response()
}

/// Tells browsers what not to do. A page that loads something brings a policy of its own, which stays; it has to say
/// `frame-ancestors 'none'` too.
fn careful(mut response: Response, strict_transport: &Option<HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Forms of our own pages say where they come from, links to others do not.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NO_PAGE));
    if let Some(strict_transport) = strict_transport {
        headers.insert(STRICT_TRANSPORT_SECURITY, strict_transport.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::body::{Body, to_bytes};
    use axum::http::header::CONTENT_ENCODING;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[expect(clippy::panic, reason = "a route that fails")]
    async fn fails() -> &'static str {
        panic!("of Zhang San")
    }

    /// The answer of a path, with its body.
    fn answer(path: &str, id: &str) -> (Response, String) {
        let long = || "x".repeat(2000);
        let routes = Router::new()
            .route("/fails", get(fails))
            .route("/never", get(pending::<()>))
            .route_layer(from_fn_with_state(Duration::ZERO, in_time))
            .route("/short", get("short"))
            .route("/long", get(async move || long()))
            .route("/secret", get(async move || ([(CACHE_CONTROL, "no-store")], long())))
            .route("/page", get([(CONTENT_SECURITY_POLICY, "default-src 'self'")]));
        let hour = Some(Duration::from_secs(3600));
        let routes = layered(routes, Numbers::default(), hour);
        let request = Request::get(path)
            .header("accept-encoding", "gzip")
            .header("accept-language", "en")
            .header("x-request-id", id);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let response = routes.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let text = String::from_utf8_lossy(&body).into_owned();
            (Response::from_parts(parts, Body::empty()), text)
        })
    }

    #[test]
    fn a_panic_is_answered_without_its_text() {
        let (response, text) = answer("/fails", "");
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert!(
            text.contains("urn:tongguan:problem:internal") && !text.contains("Zhang"),
            "{text}"
        );
    }

    #[test]
    fn a_request_that_takes_too_long_is_answered() {
        let (response, text) = answer("/never", "");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(text.contains("urn:tongguan:problem:unavailable"), "{text}");
    }

    #[test]
    fn what_is_long_and_no_secret_is_compressed() {
        for (path, wanted) in [("/short", false), ("/long", true), ("/secret", false)] {
            let (response, _) = answer(path, "");
            assert_eq!(response.headers().contains_key(CONTENT_ENCODING), wanted, "{path}");
        }
    }

    #[test]
    fn browsers_are_told_to_be_careful() {
        let (response, _) = answer("/short", "");
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "same-origin");
        assert_eq!(headers["strict-transport-security"], "max-age=3600; includeSubDomains");
        assert_eq!(headers["content-security-policy"], NO_PAGE);
        let (page, _) = answer("/page", "");
        assert_eq!(page.headers()["content-security-policy"], "default-src 'self'");
    }

    #[test]
    fn an_id_of_a_request_is_kept_where_it_cannot_mean_anything_else() {
        let kept = |id: &str| answer("/short", id).0.headers()["x-request-id"] == *id;
        for id in ["0af7651916cd43dd8448eb211c80319c", "0af76519-16cd-43dd-8448-eb211c80319c"] {
            assert!(kept(id), "{id}");
        }
        for id in ["330102199001011234", "Zhang", "", "0AF7651916cd43dd8448eb211c80319c"] {
            assert!(!kept(id), "{id}");
        }
        assert!(!kept(&"a".repeat(33)));
        assert_eq!(answer("/short", "").0.headers()["x-request-id"].len(), 32);
    }
}
