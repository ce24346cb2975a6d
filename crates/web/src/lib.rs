//! The web (网上接入): HTTP in front of the use cases.
//!
//! | route | permission | what it does |
//! |---|---|---|
//! | `POST /ceb` | anybody; a message is believed for its signature | takes a message in, or an archive of messages, answers once they are durable |
//! | `GET /mailbox/{dxp}` | an access key of the mailbox | responses, in order; waits for the next where none is there |
//! | `POST /mailbox/{dxp}/{n}/ack` | an access key of the mailbox | notes that the mailbox was read up to there |
//! | `POST /ceb2grab/grab/realTimeDataUpload` | anybody; it is believed for its signature | takes payment evidence that a platform was asked for |
//! | `POST /oauth2/token` | an access key, as its credentials | a token for the key, good for a quarter of an hour |
//! | `/api/v1/…` | what [`Web::described`] says of each | the JSON interface |
//! | `GET /mailbox/{dxp}/proof/{guid}` | an access key of the mailbox | the bundle that proves a response in it |
//! | `GET /log/checkpoint`, `/log/key`, `/log/tile/…` | anybody | the verifiable log: its newest signed head, its key, its hashes |
//! | `GET /health` | anybody | whether the process lives |
//! | `GET /ready` | anybody | whether it can take messages now |
//!
//! What goes wrong is told as RFC 9457 tells problems, in Chinese or English as the caller wants.

mod acting;
mod addresses;
mod api;
mod audit;
mod caller;
mod casework;
mod ceb;
mod cookies;
mod declared;
mod defect;
mod evidence;
mod filings;
mod gate;
mod health;
mod language;
mod layers;
mod looking;
mod mail;
mod mailbox;
mod oauth;
mod organisations;
mod pace;
mod pages;
mod parcels;
mod part;
mod pictures;
mod problem;
mod record;
mod refusal;
mod routes;
mod trace;
mod transparency;
pub mod views;
mod wording;

use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use addresses::Addresses;
use axum::handler::Handler as _;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use tokio::sync::{Semaphore, watch};
use tongguan_application::access::Programs;
use tongguan_application::answered::Answered;
use tongguan_application::board::Board;
use tongguan_application::deciding::AtReception;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::evidence::Demands;
use tongguan_application::history::Actor;
use tongguan_application::mailboxes::Mailboxes;
use tongguan_application::people::{People, Providers};
use tongguan_application::pictures::Pictures;
use tongguan_application::pipeline::Storing;
use tongguan_application::ports::{Clock, Machine};
use tongguan_application::reception::Reception;
use tongguan_application::sandbox::Sandbox;
use tongguan_application::tracking::Tracking;
use tongguan_application::transparency::{Attestor, Proofs};
use tongguan_application::unmasking::Unmasking;
use tongguan_application::webhooks::Courier;
use tongguan_messages::certificate::TrustStore;
use tongguan_messages::evidence::upload::PATH as UPLOAD_PATH;

pub use caller::ShownCertificate;
pub use defect::DefectView;
pub use language::Language;
use layers::layered;
use pace::Pace;
use pages::shell::InSandbox;
use problem::Problem;
use record::Numbers;
pub use routes::{Needs, Route};
use routes::{Routes, recognise};
use utoipa::openapi::OpenApi;

/// What the routes work with.
#[derive(Clone)]
pub struct Access {
    /// Where messages are handed over.
    pub reception: Reception,
    /// Where responses are read.
    pub mailboxes: Arc<Mailboxes>,
    /// Which programs call.
    pub programs: Arc<Programs>,
    /// Who signs in.
    pub people: Arc<People>,
    /// By which providers of identity they do.
    pub providers: Arc<Providers>,
    /// Whether what comes can be stored.
    pub storing: Arc<Storing>,
    /// What may be looked at.
    pub enquiries: Arc<Enquiries>,
    /// Who sees persons.
    pub unmasking: Arc<Unmasking>,
    /// Pictures of examinations.
    pub pictures: Arc<Pictures>,
    /// Where parcels stand, for whoever follows them.
    pub tracking: Arc<Tracking>,
    /// What platforms are asked for of payments.
    pub evidence: Arc<Demands>,
    /// What proves responses, and the heads of the verifiable log.
    pub proofs: Arc<Proofs>,
    /// What signs the heads of others' logs, where a log is kept here.
    pub attestor: Option<Arc<Attestor>>,
    /// Which requests were answered.
    pub answered: Arc<Answered>,
    /// What webhooks are added and tried with.
    pub courier: Arc<Courier>,
    /// Whose certificates are trusted.
    pub trust: watch::Receiver<Arc<TrustStore>>,
    /// Whether browsers reach it by TLS alone.
    pub is_secure: bool,
    /// Where it is reached from outside, as `https://window.example`; what callers say where absent.
    pub address: Option<String>,
    /// Where test enterprises come from, in a service that is a sandbox.
    pub sandbox: Option<Arc<Sandbox>>,
    /// The machine and the process under the service.
    pub machine: Arc<dyn Machine>,
    /// What this process has measured of itself.
    pub board: Arc<Board>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Changes when something may have come into a mailbox; closed when the service ends.
    pub mail: watch::Receiver<u64>,
    /// What a caller may ask for.
    pub limits: Limits,
    /// How long browsers are told to speak nothing but TLS with this host; they are told nothing where absent.
    pub strict_transport: Option<Duration>,
}

/// What a caller may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest message, in bytes.
    pub message_bytes: usize,
    /// The most bytes of all messages that are being received and not yet answered.
    pub bytes_in_flight: usize,
    /// How long a caller waits for his message to be durable.
    pub answer_within: Duration,
    /// How long a caller may wait for mail.
    pub wait_at_most: Duration,
    /// How many requests a minute a client may send to the JSON interface.
    pub requests_per_minute: NonZeroU32,
    /// How many times a minute an address may try to sign in.
    pub sign_ins_per_minute: NonZeroU32,
}

impl Access {
    /// The desk of the running service, which carries out what officers and enterprises do, for whoever acts. It
    /// waits for the answer: ask it on a thread that may wait.
    pub fn desk(&self, by: Option<Actor>) -> AtReception {
        AtReception {
            by,
            reception: self.reception.clone(),
            store: self.enquiries.store().clone(),
            patience: self.limits.answer_within,
        }
    }
}

/// What all requests share.
#[derive(Clone)]
struct Shared {
    access: Access,
    /// A permit for each KiB in flight.
    in_flight: Arc<Semaphore>,
    /// A permit for each message that is checked at a time for whoever wants to know.
    checks: Arc<Semaphore>,
    /// A permit for each picture that is being received.
    pictures: Arc<Semaphore>,
    /// A permit for each receiver of a webhook that somebody waits for.
    trials: Arc<Semaphore>,
    /// A permit for each page that is told when something was decided.
    streams: Arc<Semaphore>,
    /// For whoever asks whether the database answers: one at a time, so that nobody waits behind many who ask
    /// one that does not.
    probe: Arc<Semaphore>,
    /// How much each client has asked.
    pace: Arc<Pace>,
    /// The description of the JSON interface.
    described: Arc<OnceLock<OpenApi>>,
}

/// The routes, what each of them needs, and the description of the JSON interface.
pub struct Web {
    /// Answers requests.
    pub router: Router,
    /// Every route, for tests and documents.
    pub routes: Vec<Route>,
    /// The JSON interface, as OpenAPI 3.1 describes it.
    pub described: OpenApi,
}

/// Messages that are checked at a time.
const CHECKS: usize = 2;
/// Pictures that are received at a time: each may have its eight MiB in memory, and again without what is taken away.
const PICTURES: usize = 2;
/// Receivers of webhooks that are waited for at a time because somebody tries them.
const TRIALS: usize = 4;
/// Pages at a time that are told when something was decided; others are reloaded by hand.
const STREAMS: usize = 64;

/// Puts the routes together.
pub fn web(access: Access) -> Web {
    let permits = kib(access.limits.bytes_in_flight).min(Semaphore::MAX_PERMITS);
    let (numbers, strict_transport) = (Numbers::from(access.clock.now()), access.strict_transport);
    let session_cookie = cookies::SESSION.name(access.is_secure);
    let is_sandbox = access.sandbox.is_some();
    let shared = Shared {
        access,
        in_flight: Arc::new(Semaphore::new(permits)),
        checks: Arc::new(Semaphore::new(CHECKS)),
        pictures: Arc::new(Semaphore::new(PICTURES)),
        trials: Arc::new(Semaphore::new(TRIALS)),
        streams: Arc::new(Semaphore::new(STREAMS)),
        probe: Arc::new(Semaphore::new(1)),
        pace: Arc::new(Pace::default()),
        described: Arc::new(OnceLock::new()),
    };
    let routes = Routes::new(shared.clone())
        .post("/ceb", Needs::MailboxKey, ceb::receive)
        .get("/mailbox/{dxp}", Needs::MailboxKey, mailbox::letters)
        .post("/mailbox/{dxp}/{n}/ack", Needs::MailboxKey, mailbox::acknowledge)
        .get("/mailbox/{dxp}/proof/{guid}", Needs::MailboxKey, mailbox::proof)
        .get("/log/checkpoint", Needs::Nothing, transparency::checkpoint)
        .get("/log/key", Needs::Nothing, transparency::key)
        .get("/log/tile/{*path}", Needs::Nothing, transparency::tile)
        .get("/log/witness/key", Needs::Nothing, transparency::witness_key)
        .post("/log/witness/add-checkpoint", Needs::Signature, transparency::add_checkpoint)
        .post(UPLOAD_PATH, Needs::Signature, evidence::upload)
        .post("/oauth2/token", Needs::ClientCredentials, oauth::token)
        .get("/.well-known/oauth-authorization-server", Needs::Nothing, oauth::metadata)
        .get("/health", Needs::Nothing, health::health)
        .get("/ready", Needs::Nothing, health::ready);
    let (router, described, routes) = api::add(pages::add(routes)).done();
    let described = api::describe::whole(described, session_cookie);
    // The only one who sets it.
    shared.described.get_or_init(|| described.clone());
    let known = from_fn_with_state(shared.clone(), recognise);
    let no_such_page = (async || Problem::NoSuchPage).layer(known.clone());
    let other_method = (async || Problem::OtherMethod).layer(known);
    let router =
        router.fallback(no_such_page).method_not_allowed_fallback(other_method).with_state(shared);
    let router = layered(router, numbers, strict_transport)
        .layer(Extension(Arc::new(Addresses::of(&routes))))
        .layer(Extension(InSandbox(is_sandbox)));
    Web { router, routes, described }
}

/// Whole KiB that hold so many bytes, at least one.
const fn kib(bytes: usize) -> usize {
    let kib = bytes.div_ceil(1024);
    if kib == 0 { 1 } else { kib }
}
