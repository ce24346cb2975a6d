//! What all pages have around them: who is signed in, where one can go, in which language.

use std::fmt::Display;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use tongguan_domain::access::Permission;
use tongguan_domain::time::Moment;

use super::assets::{STYLE_ADDRESS, TIMES_ADDRESS};
use super::sound::{Tone, player};
use super::words::data;
use crate::addresses::Addresses;
use crate::caller::Caller;
use crate::cookies::SOUND;
use crate::language::Language;
use crate::problem::Problem;

/// What a page may load and where its forms go: our own, and nothing of elsewhere or inline.
const POLICY: &str = "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      media-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A request for a page: who asks, in which language, where.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The language of the answer.
    pub language: Language,
    /// Who asks, where known.
    pub caller: Option<Caller>,
    /// The address with its query; of a form that was sent, that of the page where it stood.
    pub address: String,
    /// Whether nothing here is real.
    pub in_sandbox: bool,
    /// Whether terminals are to be silent.
    pub is_silent: bool,
}

/// Whether the service is a sandbox, as each request is told.
#[derive(Debug, Clone, Copy)]
pub struct InSandbox(pub bool);

/// A place in the navigation, and what it needs.
struct Place {
    address: &'static str,
    title: (&'static str, &'static str),
    needs: Option<Permission>,
    /// Whoever has this has another place for it.
    unless: Option<Permission>,
}

const fn place(
    address: &'static str,
    title: (&'static str, &'static str),
    needs: Option<Permission>,
) -> Place {
    Place { address, title, needs, unless: None }
}

/// The navigation, of which everybody sees what is open to them.
const PLACES: &[Place] = &[
    place("/", ("首页", "Home"), None),
    place("/queue", ("待办", "Work queue"), Some(Permission::ReadQueues)),
    Place {
        unless: Some(Permission::ReadMail),
        ..place("/declarations", ("清单", "Declarations"), Some(Permission::ReadParcels))
    },
    place("/proposals", ("复核", "Approvals"), Some(Permission::Approve)),
    place("/cancellations", ("撤销申请", "Cancellations"), Some(Permission::Decide)),
    place("/returns", ("退货", "Returns"), Some(Permission::Examine)),
    place("/return-arrivals", ("退货运抵", "Returned goods"), Some(Permission::Examine)),
    place("/quarantine", ("检疫", "Quarantine"), Some(Permission::Examine)),
    place("/filing-review", ("备案审核", "Filing review"), Some(Permission::ReviewFilings)),
    place("/bills", ("提运单", "Master bills"), Some(Permission::ReadQueues)),
    place("/examination", ("查验", "Examination"), Some(Permission::Examine)),
    place("/gate", ("卡口", "Gate"), Some(Permission::ReportFacility)),
    place("/sealing", ("施封", "Sealing"), Some(Permission::Seal)),
    place("/port", ("口岸核验", "Port check"), Some(Permission::CheckSeals)),
    place("/payment-evidence", ("支付数据", "Payments"), Some(Permission::ReadQueues)),
    place("/unmaskings", ("个人信息", "Personal data"), Some(Permission::Unmask)),
    place("/guarantees", ("担保", "Guarantees"), Some(Permission::ReadParameters)),
    place("/parameters", ("参数", "Parameters"), Some(Permission::ReadParameters)),
    place("/places", ("监管场所", "Places"), Some(Permission::ReadQueues)),
    // Those of an enterprise: whoever has its mail has its list.
    place("/parcels", ("包裹", "Parcels"), Some(Permission::ReadMail)),
    place("/requests", ("退货与撤单", "Requests"), Some(Permission::ReadMail)),
    place("/documents", ("单证", "Documents"), Some(Permission::ReadMail)),
    place("/mail", ("信箱", "Mailbox"), Some(Permission::ReadMail)),
    place("/tax-bills", ("税单", "Tax bills"), Some(Permission::ReadMail)),
    place("/guarantee", ("担保", "Guarantee"), Some(Permission::ReadMail)),
    place("/books", ("保税", "Bonded stock"), Some(Permission::ReadAccounts)),
    place("/consolidations", ("汇总申报", "Consolidation"), Some(Permission::ReadParcels)),
    place("/filings", ("备案", "Filings"), Some(Permission::ReadParcels)),
    place("/programs", ("程序", "Programs"), Some(Permission::ManagePrograms)),
    place("/webhooks", ("推送", "Webhooks"), Some(Permission::ManagePrograms)),
    place("/people", ("人员", "People"), Some(Permission::ManagePeople)),
    place("/organisations", ("单位", "Organisations"), Some(Permission::Operate)),
    place("/audit", ("审计", "Audit"), Some(Permission::ReadAudit)),
    place("/retention", ("保存与销毁", "Retention"), Some(Permission::ReadAudit)),
    place("/system", ("系统", "System"), Some(Permission::Operate)),
    place("/relay", ("转发", "Relaying"), Some(Permission::Operate)),
    place("/figures", ("关区数据", "Figures"), Some(Permission::ReadStatistics)),
    place("/search", ("查询", "Search"), Some(Permission::ReadParcels)),
    place("/track", ("包裹查询", "Track a parcel"), None),
    place("/verify", ("回执核验", "Verify a response"), None),
    place("/tax", ("税费计算", "Tax"), None),
    place("/codes", ("参数查询", "Codes"), None),
    place("/developers", ("开发者", "Developers"), None),
];

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        Ok(Self::of((&parts.method, &parts.uri), &parts.headers, &parts.extensions, caller))
    }
}

impl Visit {
    /// A request, and who has made it.
    pub fn of(
        (method, uri): (&Method, &Uri),
        headers: &HeaderMap,
        extensions: &Extensions,
        caller: Option<Caller>,
    ) -> Self {
        let addresses = extensions.get::<Arc<Addresses>>().cloned().unwrap_or_default();
        let has_silenced = |is_secure| SOUND.read(headers, is_secure).is_some();
        Self {
            language: Language::wanted(headers),
            caller,
            address: addresses.way_back(method, uri, headers),
            in_sandbox: extensions.get::<InSandbox>().is_some_and(|InSandbox(is)| *is),
            is_silent: [true, false].into_iter().any(has_silenced),
        }
    }

    /// The text of the visit's language.
    pub fn say<T>(&self, zh: T, en: T) -> T {
        self.language.say(zh, en)
    }

    /// Whether a role that may do this asks.
    pub fn may(&self, permission: Permission) -> bool {
        self.caller.as_ref().is_some_and(|caller| {
            caller.next().is_none() && permission.is_of(caller.standing.role())
        })
    }

    /// The way to the next page of a list.
    pub fn next_page(&self, address: impl Display) -> Markup {
        html! { nav.pages aria-label=(self.say("分页", "Pages")) {
            a rel="next" href=(address) { (self.say("下一页", "Next page")) }
        } }
    }

    /// The field that every form of a session has: it proves that the form was given out here.
    pub fn form_token(&self) -> Markup {
        let session = self.caller.as_ref().and_then(Caller::session);
        html! {
            @if let Some(session) = session {
                input type="hidden" name="form_token" value=(session.person.form_token);
            }
        }
    }

    /// A whole page.
    pub fn page(&self, title: &str, body: &Markup) -> Response {
        self.page_with(StatusCode::OK, title, body)
    }

    /// A whole page that is answered with a status.
    pub fn page_with(&self, status: StatusCode, title: &str, body: &Markup) -> Response {
        self.answered(status, &self.written(title, body, None))
    }

    /// A whole page for a terminal: a telephone, or a scanner with a small screen. Its tone says nothing that the
    /// page does not say in words.
    pub fn terminal(
        &self,
        status: StatusCode,
        title: &str,
        body: &Markup,
        tone: Option<Tone>,
    ) -> Response {
        let body = html! { (body) (player(self, tone)) };
        self.answered(status, &self.written(title, &body, Some("terminal")))
    }

    fn answered(&self, status: StatusCode, page: &Markup) -> Response {
        let mut response = (status, Html(page.0.clone())).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag()));
        headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        response
    }

    fn written(&self, title: &str, body: &Markup, kind: Option<&'static str>) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · " (self.say("通关", "Tongguan")) }
                    link rel="stylesheet" href=(STYLE_ADDRESS.as_str());
                    link rel="icon" href="data:,";
                }
                body class=[kind] {
                    a.skip href="#main" { (self.say("跳到正文", "Skip to the content")) }
                    @if self.in_sandbox { (self.banner()) }
                    (self.header())
                    (self.navigation())
                    main #main tabindex="-1" { (body) }
                    footer { div { p {
                        (self.say(
                            "通关是开源软件，未与任何主管部门连接，也未获其认可。",
                            "Tongguan is open source, connected to no authority and endorsed by none.",
                        ))
                    } } }
                    script src=(TIMES_ADDRESS.as_str()) defer {}
                }
            }
        }
    }

    fn banner(&self) -> Markup {
        html! {
            div.banner role="note" { div.bar {
                (self.say("沙箱：一切均为虚构，时间可以拨快。", "Sandbox: nothing here is real, and its time can be moved."))
                " "
                a href="/sandbox" { (self.say("从这里开始", "Begin here")) }
            } }
        }
    }

    fn header(&self) -> Markup {
        html! {
            header { div.bar {
                a.brand href="/" { (self.say("通关 单一窗口", "Tongguan single window")) }
                @for language in Language::ALL {
                    @if language != self.language {
                        a lang=(language.tag()) hreflang=(language.tag())
                            href={ "/language/" (language.tag()) "?back=" (encoded(&self.address)) } {
                            (language.own_name())
                        }
                    }
                }
                @match self.caller.as_ref().and_then(Caller::session) {
                    Some(session) => {
                        a href="/account" {
                            (data(&session.person.name)) " · "
                            (self.language.of(session.person.standing.role().title()))
                        }
                        form method="post" action="/sign-out" {
                            (self.form_token())
                            button { (self.say("退出登录", "Sign out")) }
                        }
                    }
                    None => { a href="/sign-in" { (self.say("登录", "Sign in")) } }
                }
            } }
        }
    }

    fn navigation(&self) -> Markup {
        let path = self.address.split('?').next().unwrap_or_default();
        let is_here = |address: &str| match address {
            "/" => path == "/",
            address => path == address || path.starts_with(&format!("{address}/")),
        };
        let open = PLACES.iter().filter(|it| {
            it.needs.is_none_or(|needs| self.may(needs))
                && !it.unless.is_some_and(|unless| self.may(unless))
        });
        html! {
            nav.main aria-label=(self.say("主导航", "Main")) { div.bar { ul {
                @for place in open {
                    li {
                        a href=(place.address) aria-current=[is_here(place.address).then_some("page")] {
                            (self.language.of(place.title))
                        }
                    }
                }
            } } }
        }
    }
}

/// A time as people read it, by the clock of China's offices, which is named. Where scripts run, it is told by the clock
/// of whoever reads, and the office's to whoever hovers.
pub fn time(at: Moment) -> Markup {
    html! { time datetime=(at) { (time_of(at)) " " (ZONE) } }
}

/// The zone of China's offices, as it stands behind times.
pub const ZONE: &str = "UTC+8";

/// Day and time to the second, in China's zone.
pub fn time_of(at: Moment) -> String {
    let exact = at.to_string().replacen('T', " ", 1);
    exact.split('.').next().unwrap_or_default().to_owned()
}

/// A Chinese text on a page of either language, such as official words.
pub fn chinese(text: &str) -> Markup {
    html! { span lang="zh-Hans" { (text) } }
}

/// A text as part of a query.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// An address with what is asked there: of the fields those that say something.
pub fn asking(path: &str, fields: &[(&str, &str)]) -> String {
    let said = fields.iter().filter(|(_, value)| !value.is_empty());
    let said: Vec<_> = said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if said.is_empty() { path.to_owned() } else { format!("{path}?{}", said.join("&")) }
}

/// Something that went well or wrong, told at the head of a page.
pub fn notice(kind: &'static str, text: &str) -> Markup {
    html! { div class={ "notice " (kind) } role=(if kind == "bad" { "alert" } else { "status" }) { p { (text) } } }
}

/// Nothing.
pub const fn nothing() -> Markup {
    PreEscaped(String::new())
}
