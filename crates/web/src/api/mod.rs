//! The JSON interface (开放接口): `/api/v1`, for programs and for pages.
//!
//! One file for each resource: what it takes, its handlers, how each is described. What all have in common
//! lies beside them and holds for every route without its doing:
//!
//! | | |
//! |---|---|
//! | [`body`] | JSON in, with the place of what is wrong |
//! | [`paging`] | lists in pages: `limit`, `after`, `next` |
//! | [`conventions`] | `ETag` for what is read, `Idempotency-Key` for what acts, nothing stored on the way |
//! | [`describe`] | the description (OpenAPI 3.1): permissions and problems of each operation |
//! | [`acting`] | a declaration by any number, acts through the desk, and why one was refused |

#![expect(unused_qualifications, reason = "what describes a handler names its parameters in full")]

mod account;
mod accounts;
mod again;
mod audit;
mod board;
mod body;
pub(crate) mod bonded_items;
pub(crate) mod bonded_lists;
pub(crate) mod books;
mod cancellations;
mod cases;
mod codes;
pub(crate) mod consolidations;
mod declarations;
pub mod describe;
mod documents;
pub mod evidence;
pub mod examples;
mod export_returns;
mod facilities;
mod figures;
mod filings;
mod formal;
mod gate;
pub(crate) mod guarantees;
mod keys;
mod mail;
pub(crate) mod messages;
mod paging;
pub(crate) mod parameters;
mod parcels;
mod part;
mod parties;
mod people;
mod pictures;
mod places;
mod preparing;
mod quarantine;
mod queue;
mod reference;
mod relay;
mod relayed;
mod responses;
mod returns;
mod search;
mod session;
pub(crate) mod summaries;
pub(crate) mod system;
mod tax;
mod transits;
mod unmasking;
pub mod webhooks;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tongguan_application::digest::sha256;
use tongguan_application::filing::goods_file;
use tongguan_application::pictures::LARGEST;
use tongguan_application::registry::fingerprint;
use tongguan_domain::access::Permission;
use utoipa_axum::routes;

use crate::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::routes::{Needs, Routes};

pub(crate) use body::LONGEST as LONGEST_JSON;
pub(crate) use search::within;

/// The header in which a browser sends its session's token.
const FORM_TOKEN: &str = "x-form-token";
/// The longest answer that is given a tag, in bytes; longer ones are not made.
const LONGEST_ANSWER: usize = 32 << 20;

/// Adds the routes.
pub(crate) fn add(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    let routes = of_guarantees(of_casework(of_the_account(of_responses(routes))));
    let routes = of_supervised_places(of_filings(of_an_enterprise(of_the_registry(routes))));
    of_goods_in_store(of_consolidation(of_programs(routes)))
        .get("/api/v1/openapi.json", Needs::Nothing, describe::document)
        .api(Needs::Session, routes!(session::show, session::end))
        .api(Needs::Nothing, routes!(tax::compute))
        .api(Needs::Nothing, routes!(messages::check))
        .api(Needs::Nothing, routes!(codes::tables))
        .api(Needs::Nothing, routes!(codes::rows))
        .api(Needs::Nothing, routes!(codes::look_up))
        .api(Needs::Nothing, routes!(figures::all))
        .api(may(P::ReadStatistics), routes!(figures::of_office))
        .api(may(P::ReadParcels), routes!(search::search))
        .api(may(P::ReadParcels), routes!(relayed::list))
        .api(may(P::ReadParcels), routes!(relayed::show))
        .api(may(P::ReadParcels), routes!(declarations::list))
        .api(may(P::ReadParcels), routes!(declarations::csv))
        .api(may(P::ReadParcels), routes!(declarations::show))
        .api(may(P::Decide), routes!(declarations::rule))
        .api(may(P::Examine), routes!(quarantine::register))
        .api(may(P::ReadQueues), routes!(quarantine::due))
        .api(may(P::ReadParcels), routes!(cancellations::list))
        .api(may(P::Decide), routes!(cancellations::decide))
        .api(may(P::ReadParcels), routes!(transits::show))
        .api(may(P::Seal), routes!(transits::seal))
        .api(may(P::CheckSeals), routes!(transits::check))
        .api(may(P::ReadParcels), routes!(returns::list))
        .api(may(P::Examine), routes!(returns::arrive))
        .api(may(P::Examine), routes!(returns::examine))
        .api(may(P::ReadParcels), routes!(export_returns::list))
        .api(may(P::ReadParcels), routes!(export_returns::show))
        .api(may(P::Examine), routes!(export_returns::rule))
        .api(may(P::Declare), routes!(export_returns::exchange))
        .api(may(P::ManagePeople), routes!(people::list, people::let_in))
        .api(may(P::ManagePeople), routes!(people::show))
        .api(may(P::ManagePeople), routes!(people::organisations))
        .api(may(P::ManagePeople), routes!(people::change))
        .api(may(P::ManagePeople), routes!(people::invite))
        .api(may(P::Unmask), routes!(unmasking::show))
        .api(may(P::Unmask), routes!(unmasking::list, unmasking::propose))
        .api(may(P::Approve), routes!(unmasking::answer))
        .api(may(P::Unmask), routes!(unmasking::show_all))
        .api(may(P::ReadQueues), routes!(evidence::list))
        .api(may(P::ReadQueues), routes!(evidence::show))
        .api(may(P::Decide), routes!(evidence::demand))
        .api(may(P::ReadParameters), routes!(parameters::settings))
        .api(may(P::ReadParameters), routes!(parameters::list))
        .api(may(P::ProposeParameters), routes!(parameters::propose))
        .api(may(P::ReadParameters), routes!(parameters::show))
        .api(may(P::Approve), routes!(parameters::answer))
        .api(may(P::Operate), routes!(system::show))
        .api(may(P::Operate), routes!(board::show))
        .api(may(P::Operate), routes!(system::set_log_level))
        .api(may(P::Operate), routes!(system::back_up))
        .api(may(P::ReadAudit), routes!(audit::events))
        .api(may(P::Operate), routes!(relay::show))
        .api(may(P::Operate), routes!(relay::retry))
        .api(may(P::Operate), routes!(relay::dismiss))
        .get("/developers/api", Needs::Nothing, reference::page)
        .get("/developers/api/{group}", Needs::Nothing, reference::group)
}

/// Those of what enters supervised places and passes their gates.
fn of_supervised_places(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadQueues), routes!(facilities::bills))
        .api(may(P::ReadQueues), routes!(facilities::bill))
        .api(may(P::ReadQueues), routes!(facilities::undeclared))
        .api(may(P::ReportFacility), routes!(gate::check))
        .api(may(P::ReportFacility), routes!(gate::passages, gate::pass))
}

/// Those of who is registered, and of supervised places.
fn of_the_registry(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadParcels), routes!(parties::list))
        .api(may(P::ReadParcels), routes!(parties::show))
        .api(Needs::Known, routes!(places::list))
}

/// Those of the account of whoever has signed in.
fn of_the_account(routes: Routes) -> Routes {
    let known = Needs::Known;
    routes
        .api(known, routes!(account::change_password))
        .api(Needs::Session, routes!(account::begin_second_factor))
        .api(Needs::Session, routes!(account::show_code))
        .api(known, routes!(account::sessions))
        .api(known, routes!(account::end_session))
        .api(known, routes!(account::passkeys))
        .api(known, routes!(account::rename_passkey, account::remove_passkey))
}

/// Those of responses, for whoever was shown one.
fn of_responses(routes: Routes) -> Routes {
    routes
        .api(Needs::Nothing, routes!(responses::check))
        .api(Needs::Nothing, routes!(responses::show))
        .api(Needs::Nothing, routes!(responses::prove))
}

/// Those of the parcels, the mailbox and the requests of an enterprise.
fn of_an_enterprise(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadParcels), routes!(parcels::list))
        .api(may(P::ReadParcels), routes!(parcels::csv))
        .api(may(P::ReadParcels), routes!(documents::list))
        .api(may(P::ReadMail), routes!(mail::list))
        .api(may(P::ReadMail), routes!(mail::sent))
        .api(may(P::ReadMail), routes!(mail::show))
        .api(may(P::Declare), routes!(preparing::cancellation))
        .api(may(P::Declare), routes!(preparing::goods_return))
}

/// Those of the work queue and its cases.
fn of_casework(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadQueues), routes!(queue::list))
        .api(may(P::ReadQueues), routes!(queue::waiting))
        .api(may(P::Decide), routes!(cases::rule_several))
        .api(may(P::ReadQueues), routes!(cases::show))
        .api(may(P::ReadQueues), routes!(cases::past))
        .api(may(P::ReadQueues), routes!(cases::assign))
        .api(may(P::ReadQueues), routes!(pictures::list))
        .api(may(P::ReadQueues), routes!(pictures::show))
        .api_taking(LARGEST, may(P::Examine), routes!(pictures::add))
        .api(may(P::Decide), routes!(cases::propose))
        .api(may(P::Approve), routes!(cases::answer))
        .api(may(P::Approve), routes!(cases::proposals))
}

/// Those of guarantees as customs keeps them.
fn of_guarantees(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadParameters), routes!(guarantees::list))
        .api(may(P::ReadParameters), routes!(guarantees::show))
        .api(may(P::ReadParameters), routes!(guarantees::movements))
        .api(may(P::ReadParameters), routes!(guarantees::changes))
        .api(may(P::ProposeGuarantees), routes!(guarantees::propose))
        .api(may(P::ReadParameters), routes!(guarantees::proposals))
        .api(may(P::ReadParameters), routes!(guarantees::proposal))
        .api(may(P::Approve), routes!(guarantees::answer))
}

fn of_consolidation(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadParcels), routes!(consolidations::prospects))
        .api(may(P::ReadParcels), routes!(consolidations::list))
        .api(may(P::ReadParcels), routes!(consolidations::show))
        .api(may(P::Declare), routes!(consolidations::request))
        .api(may(P::Decide), routes!(consolidations::request_for_office))
        .api(may(P::ReadParcels), routes!(formal::list))
        .api(may(P::ReadParcels), routes!(formal::show))
        .api(may(P::ReadParcels), routes!(formal::file))
        .api(may(P::ReadParcels), routes!(formal::amendments))
}

fn of_goods_in_store(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadAccounts), routes!(accounts::guarantee))
        .api(may(P::ReadAccounts), routes!(accounts::guarantee_movements))
        .api(may(P::ReadAccounts), routes!(accounts::tax_bills))
        .api(may(P::ReadAccounts), routes!(books::list))
        .api(may(P::ReadAccounts), routes!(books::report))
        .api(may(P::Decide), routes!(books::open))
        .api(may(P::Decide), routes!(bonded_items::register))
        .api(may(P::Decide), routes!(books::move_by_hand))
        .api(may(P::Decide), routes!(books::count))
        .api(may(P::ReadAccounts), routes!(bonded_lists::lists))
        .api(may(P::Decide), routes!(bonded_lists::lodge))
        .api(may(P::Decide), routes!(bonded_lists::step))
        .api(may(P::ReadAccounts), routes!(bonded_lists::gate_pass))
}

/// Those of the keys of programs, and of webhooks.
fn of_programs(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ManagePrograms), routes!(keys::list, keys::issue))
        .api(may(P::ManagePrograms), routes!(keys::withdraw))
        .api(may(P::ManagePrograms), routes!(keys::rotate))
        .api(may(P::ManagePrograms), routes!(webhooks::list, webhooks::add))
        .api(may(P::ManagePrograms), routes!(webhooks::show, webhooks::remove))
        .api(may(P::ManagePrograms), routes!(webhooks::pause))
        .api(may(P::ManagePrograms), routes!(webhooks::resume))
        .api(may(P::ManagePrograms), routes!(webhooks::rotate))
        .api(may(P::ManagePrograms), routes!(webhooks::replay))
        .api(may(P::ManagePrograms), routes!(webhooks::test))
        .api(may(P::ManagePrograms), routes!(webhooks::send_dead_letter))
}

/// Those of filings and registered goods.
fn of_filings(routes: Routes) -> Routes {
    use Permission as P;
    let may = Needs::May;
    routes
        .api(may(P::ReadParcels), routes!(filings::list))
        .api(may(P::ReadParcels), routes!(filings::show))
        .api(may(P::ReadParcels), routes!(filings::goods))
        .api(may(P::File), routes!(filings::file))
        .api_taking(goods_file::MOST_BYTES, may(P::File), routes!(filings::import))
        .api(may(P::File), routes!(filings::withdraw))
        .api(may(P::ReviewFilings), routes!(filings::waiting, filings::decide_all))
        .api(may(P::ReviewFilings), routes!(filings::assign))
        .api(may(P::ReviewFilings), routes!(filings::decide))
}

/// Whether a request that changes something was sent by a page of the caller's session: such a page knows the
/// session's token. Programs have a key, which no browser sends of its own.
///
/// # Errors
/// [`Problem::ForeignForm`].
pub fn sent_from_here(caller: Option<&Caller>, request: &Request) -> Result<(), Problem> {
    let Some(session) = caller.and_then(Caller::session) else { return Ok(()) };
    if request.method() == Method::GET {
        return Ok(());
    }
    let token = request.headers().get(FORM_TOKEN).and_then(|value| value.to_str().ok());
    if token == Some(session.person.form_token.as_str()) {
        return Ok(());
    }
    Err(Problem::ForeignForm)
}

/// What holds for every route of the interface: what is read has a tag and is not sent twice, what acts may be
/// sent twice and is done once.
///
/// `longest` is the longest body that the route takes, in bytes.
pub async fn conventions(
    State((shared, longest)): State<(Shared, usize)>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = if request.method() == Method::GET {
        let known = request.headers().clone();
        tagged(&known, next.run(request).await).await
    } else {
        again::once(&shared, longest, request, next).await.unwrap_or_else(Problem::into_response)
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// With its tag; without its body where the caller has it.
async fn tagged(asked: &HeaderMap, response: Response) -> Response {
    // What is written while it is read has no tag: nobody knows it before its end.
    let is_whole = response.body().size_hint().exact().is_some();
    if response.status() != StatusCode::OK || !is_whole {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST_ANSWER).await else {
        return Problem::Unavailable.into_response();
    };
    let digest = fingerprint(&sha256(&bytes));
    let tag = format!("\"{}\"", digest.get(..32).unwrap_or(&digest));
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known =
        known.flat_map(|tags| tags.split(',')).map(|it| it.trim().trim_start_matches("W/"));
    let has_it = known.any(|it| it == tag || it == "*");
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(ETAG, tag);
    }
    if has_it {
        parts.status = StatusCode::NOT_MODIFIED;
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
