//! Routes, each with what its callers need: named in one place, held by one guard.

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use tongguan_application::history::Way;
use tongguan_application::people::NextStep;
use tongguan_domain::access::Permission;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::api;
use crate::caller::{Caller, Noted, Who, identify};
use crate::layers::in_time;
use crate::looking;
use crate::pace;
use crate::problem::Problem;
use crate::record::CameFrom;
use crate::{Limits, Shared};

/// What a caller needs for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is open to everybody.
    Nothing,
    /// An access key, which the handler holds against the mailbox that is asked for.
    MailboxKey,
    /// The credentials of a program, which the handler looks for in the request.
    ClientCredentials,
    /// A signature over what is sent, which the handler verifies.
    Signature,
    /// A session that may still lack its second factor.
    Session,
    /// To be known, as whatever.
    Known,
    /// A permission.
    May(Permission),
}

/// A route and what its callers need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with `{parts}`.
    pub path: String,
    /// What its callers need.
    pub needs: Needs,
}

/// Which rules a route follows besides its needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Its forms carry their session's token as a field, which whoever reads them looks at.
    Pages,
    /// It is asked so often at most, and a browser sends its session's token as a header.
    Api,
}

impl Side {
    /// What audit events call it.
    const fn way(self) -> Way {
        match self {
            Self::Pages => Way::Page,
            Self::Api => Way::Interface,
        }
    }
}

/// Routes that are being put together.
pub(crate) struct Routes {
    shared: Shared,
    router: OpenApiRouter<Shared>,
    named: Vec<Route>,
}

impl Routes {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared, router: OpenApiRouter::new(), named: Vec::new() }
    }

    /// A route that is read.
    pub(crate) fn get<H: Handler<T, Shared>, T: 'static>(
        self,
        path: &str,
        needs: Needs,
        handler: H,
    ) -> Self {
        self.add(Method::GET, path, needs, get(handler))
    }

    /// A route that is written to.
    pub(crate) fn post<H: Handler<T, Shared>, T: 'static>(
        self,
        path: &str,
        needs: Needs,
        handler: H,
    ) -> Self {
        self.add(Method::POST, path, needs, post(handler))
    }

    /// Routes of the JSON interface, as `routes!` describes them, with what all of them have in common.
    pub(crate) fn api(self, needs: Needs, described: UtoipaMethodRouter<Shared>) -> Self {
        self.api_taking(api::LONGEST_JSON, needs, described)
    }

    /// As [`Self::api`], where bodies may have so many bytes, because they are no JSON.
    pub(crate) fn api_taking(
        mut self,
        longest: usize,
        needs: Needs,
        described: UtoipaMethodRouter<Shared>,
    ) -> Self {
        let (schemas, mut paths, router) = described;
        api::describe::complete(&mut paths, needs);
        for (path, item) in &paths.paths {
            let described = [
                (Method::GET, item.get.is_some()),
                (Method::POST, item.post.is_some()),
                (Method::PUT, item.put.is_some()),
                (Method::DELETE, item.delete.is_some()),
            ];
            for (method, _) in described.into_iter().filter(|(_, is_there)| *is_there) {
                self.named.push(Route { method, path: path.clone(), needs });
            }
        }
        let shared = (self.shared.clone(), Side::Api);
        let router = router
            .route_layer(from_fn_with_state((self.shared.clone(), longest), api::conventions));
        let router = router
            .route_layer(from_fn_with_state((shared, needs), guard))
            .route_layer(from_fn_with_state(self.shared.clone(), looking::told_position));
        self.router = self.router.routes((schemas, paths, router));
        self
    }

    fn add(
        mut self,
        method: Method,
        path: &str,
        needs: Needs,
        router: MethodRouter<Shared>,
    ) -> Self {
        self.named.push(Route { method, path: path.to_owned(), needs });
        let router = self.guarded(needs, router);
        self.router = self.router.route(path, router);
        self
    }

    fn guarded(&self, needs: Needs, router: MethodRouter<Shared>) -> MethodRouter<Shared> {
        let Limits { answer_within, wait_at_most, .. } = self.shared.access.limits;
        // An access key is looked at by the handler, which answers for the body that was sent with it, and
        // which waits for its caller and for mail.
        if needs == Needs::MailboxKey {
            return router
                .route_layer(from_fn_with_state(3 * answer_within + wait_at_most, in_time));
        }
        if matches!(needs, Needs::ClientCredentials | Needs::Signature) {
            return router.route_layer(from_fn_with_state(answer_within, in_time));
        }
        let shared = (self.shared.clone(), Side::Pages);
        router
            .route_layer(from_fn_with_state((shared, needs), guard))
            .route_layer(from_fn_with_state(answer_within, in_time))
            .route_layer(from_fn_with_state(self.shared.clone(), looking::told_position))
    }

    /// The router, the description of the JSON interface, and every route.
    pub(crate) fn done(self) -> (Router<Shared>, OpenApi, Vec<Route>) {
        let (router, described) = self.router.split_for_parts();
        (router, described, self.named)
    }
}

/// Lets through who has what the route needs, and makes the caller known to it.
async fn guard(
    State(((shared, side), needs)): State<((Shared, Side), Needs)>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match identify(&shared, request.headers(), request.extensions()).await {
        Ok(caller) => note(&request, caller),
        // Whoever needs nothing need not be known.
        Err(_) if needs == Needs::Nothing => None,
        // Whoever tries keys is held off as whoever has none.
        Err(problem) if side == Side::Api => {
            let kept = pace::keep(&shared, None, &request);
            return kept.err().unwrap_or(problem).into_response();
        }
        Err(problem) => return problem.into_response(),
    };
    let admitted = match side {
        Side::Pages => admit(needs, caller.as_ref(), &request),
        Side::Api => pace::keep(&shared, caller.as_ref(), &request)
            .and_then(|()| admit(needs, caller.as_ref(), &request))
            .and_then(|()| api::sent_from_here(caller.as_ref(), &request)),
    };
    if let Err(problem) = admitted {
        return problem.into_response();
    }
    let looker = looking::looker(&shared, caller.as_ref(), &request);
    let from = CameFrom::of(request.extensions(), side.way());
    if let Some(mut caller) = caller {
        caller.origin = from.0.clone();
        request.extensions_mut().insert(caller);
    }
    request.extensions_mut().insert(from);
    match looker {
        Some(looker) => looking::looked(looker, request, next).await,
        None => next.run(request).await,
    }
}

/// Makes whoever calls known where nothing is needed and nothing is there.
pub(crate) async fn recognise(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if let Ok(caller) = identify(&shared, request.headers(), request.extensions()).await {
        note(&request, caller);
    }
    next.run(request).await
}

/// Tells whoever writes a problem as a page who calls.
fn note(request: &Request, caller: Option<Caller>) -> Option<Caller> {
    if let (Some(noted), Some(caller)) = (request.extensions().get::<Noted>(), &caller) {
        noted.note(caller.clone());
    }
    caller
}

fn admit(needs: Needs, caller: Option<&Caller>, request: &Request) -> Result<(), Problem> {
    let by_browser = caller.is_none_or(|caller| matches!(caller.who, Who::Person(_)));
    if request.method() != Method::GET && by_browser && is_foreign(request.headers()) {
        return Err(Problem::ForeignForm);
    }
    let caller = match needs {
        Needs::Nothing | Needs::MailboxKey | Needs::ClientCredentials | Needs::Signature => {
            return Ok(());
        }
        Needs::Session | Needs::Known | Needs::May(_) => caller.ok_or(Problem::SignInNeeded)?,
    };
    let permission = match needs {
        Needs::Session => return Ok(()),
        Needs::May(permission) => Some(permission),
        _ => None,
    };
    match caller.next() {
        Some(NextStep::ShowCode) => return Err(Problem::CodeNeeded),
        Some(NextStep::SetUpSecondFactor) => return Err(Problem::SecondFactorNeeded),
        None => {}
    }
    match permission {
        Some(permission) if !caller.may(permission) => Err(Problem::NotPermitted(permission)),
        _ => Ok(()),
    }
}

/// Whether a browser says that a page of another origin sent the request.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return false,
        Some(_) => return true,
        None => {}
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_none() || host != text(HOST.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_origin_is_foreign() {
        let foreign = |headers: &[(&'static str, &str)]| {
            let headers = headers.iter().map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), value.parse().unwrap())
            });
            is_foreign(&headers.collect())
        };
        assert!(!foreign(&[]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin")]));
        assert!(foreign(&[("sec-fetch-site", "same-site")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        let host = ("host", "localhost:8080");
        assert!(!foreign(&[host, ("origin", "http://localhost:8080")]));
        assert!(foreign(&[host, ("origin", "http://evil.example")]));
        assert!(foreign(&[host, ("origin", "null")]));
        assert!(foreign(&[("origin", "http://localhost:8080")]));
    }
}
