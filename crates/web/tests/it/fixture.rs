//! The routes over a store of their own, and a browser that uses them.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tongguan_application::access::Programs;
use tongguan_application::answered::Answered;
use tongguan_application::board::Board;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::evidence::Demands;
use tongguan_application::history::Cause;
use tongguan_application::mailboxes::Mailboxes;
use tongguan_application::people::{NewPerson, People, Policy, Provider, Providers, add};
use tongguan_application::pictures::Pictures;
use tongguan_application::ports::{
    self, Backups, Disk, EventSender, LogLevel, Machine, NoBackup, NotSent, Post,
};
use tongguan_application::reception::{Errand, Reception};
use tongguan_application::sandbox::{self, Sandbox};
use tongguan_application::tracking::Tracking;
use tongguan_application::transparency::Proofs;
use tongguan_application::unmasking::Unmasking;
use tongguan_application::webhooks::Courier;
use tongguan_domain::access::{Authority, Role, SignIn, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::clock::MockClock;
use tongguan_testkit::provider;
use tongguan_web::{Access, Limits, Route, web};
use tower::ServiceExt as _;

use crate::trace::trace_of;

/// How long a provider of identity is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// The routes over a store of their own.
pub struct Site {
    router: Router,
    /// Every route.
    pub routes: Vec<Route>,
    /// Who signs in.
    pub people: Arc<People>,
    /// The clock that everybody reads.
    pub clock: Arc<MockClock>,
    /// Who takes what webhooks send.
    pub receiver: Arc<Receiver>,
    /// The machine that everybody steers.
    pub machine: Arc<MockMachine>,
    /// What was measured.
    pub board: Arc<Board>,
    /// What delivers for webhooks, when a test wants it to.
    pub courier: Arc<Courier>,
    kept: Option<(crossbeam_channel::Receiver<Errand>, TempDir)>,
    _mail: watch::Sender<u64>,
}

/// A receiver of webhooks that is asked without a network.
#[derive(Default)]
pub struct Receiver {
    /// What came.
    pub came: Mutex<Vec<Post>>,
    /// What it answers instead of taking it.
    pub refuses: Mutex<Option<u16>>,
}

impl EventSender for Receiver {
    fn admit(&self, url: &str) -> Result<(), NotSent> {
        let is_public = url.starts_with("https://erp.example/");
        is_public.then_some(()).ok_or_else(|| NotSent("it is not public".to_owned()))
    }

    fn post(&self, post: &Post) -> Result<ports::Answer, NotSent> {
        self.came.lock().unwrap().push(post.clone());
        let status = self.refuses.lock().unwrap().unwrap_or(204);
        Ok(ports::Answer { status, body: "what nobody is told".to_owned() })
    }
}

/// A machine that does what it is told without doing anything.
#[derive(Default)]
pub struct MockMachine {
    level: Mutex<Option<LogLevel>>,
    /// The backups that it has.
    pub backups: Mutex<Backups>,
}

impl Machine for MockMachine {
    fn log_level(&self) -> LogLevel {
        self.level.lock().unwrap().unwrap_or(LogLevel::Info)
    }

    fn set_log_level(&self, level: LogLevel) {
        *self.level.lock().unwrap() = Some(level);
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("version", "1.2.3".to_owned())]
    }

    fn disk(&self) -> Option<Disk> {
        Some(Disk { files: vec![("tongguan.db".to_owned(), 3 << 30)], free: 5 << 30 })
    }

    fn backups(&self) -> Backups {
        self.backups.lock().unwrap().clone()
    }

    fn back_up(&self, now: Moment) -> Result<(), NoBackup> {
        let mut backups = self.backups.lock().unwrap();
        match backups.since.replace(now) {
            Some(_) => Err(NoBackup::UnderWay),
            None => Ok(()),
        }
    }
}

/// A browser: it keeps its cookies.
pub struct Browser<'s> {
    site: &'s Site,
    cookies: Vec<(String, String)>,
    /// What it asks for.
    pub accept: &'static str,
    /// The language that it reads.
    pub language: &'static str,
    /// Whether what it sends is to change nothing, and leaves nothing in the audit.
    pub changes_nothing: bool,
    /// Where it stands; it comes over no network where nothing is said.
    pub address: Option<IpAddr>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Site {
    /// With nobody in it. A second factor is demanded as `policy` says.
    pub fn new(policy: Policy) -> Self {
        Self::with(policy, |_, _| None)
    }

    /// The same, where nothing is real.
    pub fn in_sandbox() -> Self {
        Self::with(lenient(), |people, now| {
            let (store, authority) = (people.store().clone(), sandbox::authority(now).unwrap());
            let sandbox = Sandbox::new(store, people.clone(), authority, Box::new(|_| Ok(())));
            Some(Arc::new(sandbox))
        })
    }

    /// As [`Self::new`], where browsers come by TLS alone.
    pub fn behind_tls(policy: Policy) -> Self {
        Self::made(policy, true, |_| (Vec::new(), PATIENCE), |_, _| None)
    }

    /// As [`Self::new`], with providers of identity, whose answers are waited for so long.
    pub fn with_providers(
        policy: Policy,
        providers: impl FnOnce(&Arc<MockClock>) -> (Vec<Provider>, Duration),
    ) -> Self {
        Self::made(policy, false, providers, |_, _| None)
    }

    fn with(
        policy: Policy,
        sandbox: impl FnOnce(&Arc<People>, Moment) -> Option<Arc<Sandbox>>,
    ) -> Self {
        Self::made(policy, false, |_| (Vec::new(), PATIENCE), sandbox)
    }

    fn made(
        policy: Policy,
        is_secure: bool,
        providers: impl FnOnce(&Arc<MockClock>) -> (Vec<Provider>, Duration),
        sandbox: impl FnOnce(&Arc<People>, Moment) -> Option<Arc<Sandbox>>,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(MockClock::at(Moment::parse_wire("20261123120000").unwrap()));
        let target = Target::Sqlite(directory.path().join("store"));
        let now = ports::Clock::now(&*clock);
        let store = Store::open(&target, StoreSettings::default(), now).unwrap();
        // What is handed over is never taken: messages are no matter here.
        let (reception, errands) = Reception::open(4);
        let providers = providers(&clock);
        let rules = (policy, is_secure);
        let mut site = Self::built(store, clock, reception, rules, providers, sandbox);
        site.kept = Some((errands, directory));
        site
    }

    /// Over a store, with somebody behind the reception who carries out what is asked.
    pub fn over(store: Store, clock: Arc<MockClock>, reception: Reception, policy: Policy) -> Self {
        let providers = (Vec::new(), PATIENCE);
        Self::built(store, clock, reception, (policy, false), providers, |_, _| None)
    }

    fn built(
        store: Store,
        clock: Arc<MockClock>,
        reception: Reception,
        (policy, is_secure): (Policy, bool),
        (providers, within): (Vec<Provider>, Duration),
        sandbox: impl FnOnce(&Arc<People>, Moment) -> Option<Arc<Sandbox>>,
    ) -> Self {
        let now = ports::Clock::now(&*clock);
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        let people = Arc::new(People::open(&store, keyring.clone(), policy).unwrap());
        let address = "http://localhost:8080".to_owned();
        let client = provider::client(within);
        let providers = Providers::new(providers, address.clone(), keyring.clone(), client);
        let (mail, told) = watch::channel(0);
        let enquiries = Arc::new(Enquiries::new(store.clone()));
        let mailboxes = Arc::new(Mailboxes::open(&store, keyring.clone(), false).unwrap());
        let receiver = Arc::new(Receiver::default());
        let (taken, time) = (receiver.clone(), clock.clone());
        let courier = Courier::open(&store, mailboxes.clone(), keyring.clone(), taken, time);
        let courier = Arc::new(courier.unwrap());
        let (machine, board) = (Arc::new(MockMachine::default()), Arc::<Board>::default());
        let access = Access {
            machine: machine.clone(),
            board: board.clone(),
            reception,
            mailboxes,
            courier: courier.clone(),
            answered: Arc::new(Answered::open(&store, keyring.clone()).unwrap()),
            pictures: Arc::new(Pictures::new(enquiries.clone(), keyring.clone())),
            tracking: Arc::new(Tracking::new(enquiries.clone(), keyring.clone())),
            unmasking: Arc::new(Unmasking::new(enquiries.clone(), keyring.clone())),
            evidence: Arc::new(Demands::new(enquiries.clone(), keyring.clone())),
            proofs: Arc::new(Proofs::new(&store, keyring.clone(), false)),
            attestor: None,
            programs: Arc::new(Programs::new(store.clone(), keyring)),
            trust: watch::Sender::new(Arc::default()).subscribe(),
            people: people.clone(),
            providers: Arc::new(providers),
            storing: Arc::default(),
            enquiries,
            is_secure,
            address: Some(address),
            strict_transport: None,
            sandbox: sandbox(&people, now),
            clock: clock.clone(),
            mail: told,
            limits: Limits {
                message_bytes: 1 << 20,
                bytes_in_flight: 4 << 20,
                answer_within: Duration::from_secs(5),
                wait_at_most: Duration::from_secs(1),
                requests_per_minute: NonZeroU32::new(600).unwrap(),
                sign_ins_per_minute: NonZeroU32::new(20).unwrap(),
            },
        };
        let tongguan_web::Web { router, routes, .. } = web(access);
        Self {
            router,
            routes,
            people,
            clock,
            receiver,
            machine,
            board,
            courier,
            kept: None,
            _mail: mail,
        }
    }

    /// Lets somebody in, with [`PASSWORD`].
    pub fn admit(&self, sign_in: &str, standing: Standing) {
        let code = self.invite(sign_in, standing);
        let now = ports::Clock::now(&*self.clock);
        self.people.accept(&code, PASSWORD, now).unwrap();
    }

    /// Lets somebody in, who has not accepted yet; gives the invitation's code.
    pub fn invite(&self, sign_in: &str, standing: Standing) -> String {
        let sign_in = SignIn::parse(sign_in).unwrap();
        let new = NewPerson { sign_in, name: "李伟".to_owned(), standing };
        let now = ports::Clock::now(&*self.clock);
        let cause = Cause::Command("test".to_owned());
        add(&mut self.people.writer(), &new, &cause, now).unwrap().code
    }

    /// A browser that was never here.
    pub const fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: Vec::new(),
            accept: "text/html",
            language: "en",
            changes_nothing: false,
            address: None,
        }
    }

    /// A browser in which somebody has signed in.
    pub async fn signed_in(&self, sign_in: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let form = [("sign_in", sign_in), ("password", PASSWORD), ("next", "/account")];
        let answer = browser.send("/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        browser
    }
}

impl Browser<'_> {
    /// Opens an address.
    pub async fn open(&mut self, address: &str) -> Answer {
        self.request(Method::GET, address, "").await
    }

    /// Sends a form.
    pub async fn send(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let written: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace('+', "%2B").replace(' ', "+")))
            .collect();
        self.request(Method::POST, address, &written.join("&")).await
    }

    /// Sends a form with files in it.
    pub async fn upload(&mut self, address: &str, parts: &[(&str, &str)]) -> Answer {
        const KIND: &str = "multipart/form-data; boundary=what-no-part-holds";
        let mut body = String::new();
        for (name, content) in parts {
            let file = if *name == "file" { "; filename=\"message.xml\"" } else { "" };
            let head = format!("content-disposition: form-data; name=\"{name}\"{file}");
            body.push_str(&format!("--what-no-part-holds\r\n{head}\r\n\r\n{content}\r\n"));
        }
        let body = body + "--what-no-part-holds--\r\n";
        self.with(Method::POST, address, &[(CONTENT_TYPE.as_str(), KIND)], &body).await
    }

    /// Sends a form with one file of any bytes in it.
    pub async fn upload_bytes(
        &mut self,
        address: &str,
        token: &str,
        name: &str,
        content: &[u8],
    ) -> Answer {
        const KIND: &str = "multipart/form-data; boundary=what-no-part-holds";
        let head = |rest: &str| {
            format!("--what-no-part-holds\r\ncontent-disposition: form-data; {rest}\r\n\r\n")
        };
        let mut body = head("name=\"form_token\"").into_bytes();
        body.extend_from_slice(token.as_bytes());
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(head(&format!("name=\"file\"; filename=\"{name}\"")).as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--what-no-part-holds--\r\n");
        self.with_bytes(Method::POST, address, &[(CONTENT_TYPE.as_str(), KIND)], body).await
    }

    /// Sends JSON, with headers.
    pub async fn json(
        &mut self,
        method: Method,
        address: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let headers = [headers, &[(CONTENT_TYPE.as_str(), "application/json")]].concat();
        self.with(method, address, &headers, &body.to_string()).await
    }

    /// Sends anything, as a form.
    pub async fn request(&mut self, method: Method, address: &str, body: &str) -> Answer {
        let form = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
        self.with(method, address, &form, body).await
    }

    /// Sends anything, with headers.
    pub async fn with(
        &mut self,
        method: Method,
        address: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.with_bytes(method, address, headers, body.as_bytes().to_vec()).await
    }

    async fn with_bytes(
        &mut self,
        method: Method,
        address: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let asked = (method.clone(), address.to_owned());
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(address)
            .header(ACCEPT, self.accept)
            .header(COOKIE, cookies.join("; "))
            .header("accept-language", self.language);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 1)));
        }
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let trace = trace_of(self.site, (&asked.0, &asked.1), (parts.status, &parts.headers));
        assert_ne!(trace, Some(self.changes_nothing), "{asked:?}: {}", parts.status);
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            // What is no text, such as a workbook, is looked at elsewhere.
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The token that forms of the session have, from the page of the account.
    pub async fn form_token(&mut self) -> String {
        let page = self.open("/account").await;
        page.value_of("form_token").unwrap_or_else(|| panic!("{page:?}"))
    }
}

impl Answer {
    /// The value of a hidden field.
    pub fn value_of(&self, field: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("name=\"{field}\" value=\""))?;
        Some(rest.split('"').next()?.to_owned())
    }

    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// The last part of the problem's type.
    pub fn problem(&self) -> Option<String> {
        let value: Value = serde_json::from_str(&self.body).ok()?;
        Some(value["type"].as_str()?.rsplit(':').next()?.to_owned())
    }
}

/// One standing of each role.
pub fn standing_of(role: Role) -> Standing {
    let office = OfficeCode::parse("2916").unwrap();
    let party = PartyId(7);
    match role {
        Role::EnterpriseAdministrator | Role::Clerk | Role::Reader | Role::Program => {
            Standing::Enterprise { party, role }
        }
        Role::FacilityStaff => Standing::Facility(party),
        Role::AuthorityStaff => Standing::Authority(Authority::Tax),
        Role::Auditor => Standing::Auditor,
        Role::SystemAdministrator => Standing::System,
        role => Standing::Customs { office, role },
    }
}

/// No second factor is demanded.
pub fn lenient() -> Policy {
    Policy { second_factor_required: false, ..Policy::default() }
}

/// Somebody who has signed in, with the token of the session's forms.
pub struct Person<'s> {
    pub browser: Browser<'s>,
    pub token: String,
}

impl<'s> Person<'s> {
    pub async fn of(site: &'s Site, name: &str) -> Self {
        let mut browser = site.signed_in(name).await;
        let token = browser.form_token().await;
        Self { browser, token }
    }

    /// Answers a proposal by the form of its page.
    pub async fn answer(&mut self, address: &str, answer: &str, reason: &str) -> Answer {
        let form = [("form_token", self.token.as_str()), ("answer", answer), ("reason", reason)];
        self.browser.send(address, &form).await
    }

    /// Asks the interface to do something.
    pub async fn post(&mut self, address: &str, body: &Value) -> Answer {
        let token = self.token.clone();
        self.browser.json(Method::POST, address, &[("x-form-token", &token)], body).await
    }
}

/// What the interface has answered.
pub fn told(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}
