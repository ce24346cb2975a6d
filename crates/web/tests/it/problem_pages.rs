//! What goes wrong, as whoever reads pages is told it: in form and language, signed in as before, with a way on.

use axum::http::{Method, StatusCode};
use tongguan_domain::access::Role;
use tongguan_web::{Needs, Route};

use crate::fixture::{Answer, Browser, PASSWORD, Site, lenient, standing_of};
use crate::permissions::address;

/// Fields that addresses of pages have.
const FIELDS: [&str; 24] = [
    "q",
    "before",
    "behind",
    "after",
    "day",
    "from",
    "until",
    "month",
    "office",
    "status",
    "kind",
    "direction",
    "register",
    "format",
    "from_status",
    "number",
    "done",
    "next",
    "back",
    "table",
    "whose",
    "page",
    "at",
    "n",
];

/// What no number, no text and no single field is.
fn broken(field: &str) -> [String; 4] {
    [
        format!("{field}=x"),
        format!("{field}=1&{field}=2"),
        format!("{field}=%FF"),
        format!("{field}={}", "9".repeat(40)),
    ]
}

/// The addresses of a route with parts that do not read.
fn unreadable(route: &Route) -> Vec<String> {
    let parts = ["%FF".to_owned(), "9".repeat(40), "x".to_owned(), "%00".to_owned()];
    let with = |part: &String| {
        let mut segments = route.path.split('/').map(|segment| match segment.split_once('}') {
            Some((_, rest)) => format!("{part}{rest}"),
            None => segment.to_owned(),
        });
        segments.by_ref().collect::<Vec<_>>().join("/")
    };
    parts.iter().map(with).collect()
}

fn is_page(route: &Route) -> bool {
    !route.path.starts_with("/api/")
        && !matches!(route.needs, Needs::MailboxKey | Needs::ClientCredentials | Needs::Signature)
}

/// Somebody for each route, who may.
async fn somebody_for<'s>(site: &'s Site) -> Vec<(Role, Browser<'s>)> {
    let mut all = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Program) {
        site.admit(role.name(), standing_of(role));
        all.push((role, site.signed_in(role.name()).await));
    }
    all
}

fn hold(asked: &str, answer: &Answer) {
    let kind = answer.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
    assert!(!kind.starts_with("text/plain"), "{asked}: {answer:?}");
    assert!(!answer.status.is_server_error(), "{asked}: {answer:?}");
    if answer.status.is_client_error() {
        assert!(answer.body.contains("<h1"), "{asked}: {answer:?}");
    }
}

#[tokio::test]
async fn whatever_an_address_holds_is_answered_by_a_page() {
    let site = Site::new(lenient());
    let mut all = somebody_for(&site).await;
    for route in site.routes.iter().filter(|route| is_page(route)) {
        let who = all.iter_mut().find(|(role, _)| match route.needs {
            Needs::May(permission) => permission.is_of(*role),
            _ => true,
        });
        let (_, browser) = who.unwrap();
        if route.path.contains('{') {
            for asked in unreadable(route) {
                hold(&asked, &browser.request(route.method.clone(), &asked, "").await);
            }
        }
        // What tells of changes goes on for ever.
        if route.method == Method::GET && route.path != "/live" {
            for query in FIELDS.into_iter().flat_map(broken) {
                let asked = format!("{}?{query}", address(route));
                hold(&asked, &browser.open(&asked).await);
            }
        }
    }
}

#[tokio::test]
async fn a_problem_with_an_address_is_told_in_both_languages() {
    let site = Site::new(lenient());
    site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = site.signed_in("li.wei").await;
    for (address, zh, en) in [
        ("/documents?kind=1&kind=2", "每项只写一次", "each of them once"),
        ("/mail/x", "请核对其中的编号", "check the numbers in it"),
        ("/filings/%FF", "请核对其中的编号", "check the numbers in it"),
    ] {
        for (language, text) in [("zh", zh), ("en", en)] {
            browser.language = language;
            let answer = browser.open(address).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
            assert!(answer.body.contains(text), "{address}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn whoever_is_signed_in_stays_so_on_the_page_of_a_problem() {
    let site = Site::new(lenient());
    site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = site.signed_in("li.wei").await;
    for (method, address, status, says) in [
        (Method::GET, "/queue", StatusCode::FORBIDDEN, "administrator"),
        (Method::GET, "/declarations/1", StatusCode::NOT_FOUND, "check it and try again"),
        (Method::GET, "/nowhere", StatusCode::NOT_FOUND, "go on from the navigation"),
        (Method::GET, "/sign-out", StatusCode::METHOD_NOT_ALLOWED, "begin anew on the page"),
        (Method::GET, "/documents?kind=1&kind=2", StatusCode::BAD_REQUEST, "each of them once"),
    ] {
        let answer = browser.request(method, address, "").await;
        assert_eq!(answer.status, status, "{address}: {answer:?}");
        assert!(answer.body.contains("Sign out"), "{address}: {}", answer.body);
        assert!(answer.body.contains("href=\"/parcels\""), "{address}: {}", answer.body);
        assert!(answer.body.contains(says), "{address}: {}", answer.body);
        assert!(!answer.body.contains("/ceb"), "that is for programs: {}", answer.body);
    }
    let stranger = site.browser().open("/nowhere").await;
    assert!(stranger.body.contains("href=\"/sign-in\""), "{}", stranger.body);
}

#[tokio::test]
async fn a_form_after_the_end_of_its_session_leads_back_to_its_page() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.signed_in("zhang").await;
    site.clock.advance_millis(1_000 * 86_400_000);
    let from = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("host", "window.example"),
        ("referer", "https://window.example/queue?status=300"),
    ];
    let rulings = "/declarations/7/rulings";
    let sent = browser.with(Method::POST, rulings, &from, "ruling=accept").await;
    assert_eq!(sent.location(), "/sign-in?next=/queue%3Fstatus%3D300&ended=form");
    let sent = browser.send(rulings, &[("ruling", "accept")]).await;
    assert_eq!(sent.location(), "/sign-in?next=/declarations/7&ended=form");
    let page = browser.open(sent.location()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("was not done"), "{}", page.body);
    assert_eq!(page.value_of("next").as_deref(), Some("/declarations/7"));
    browser.language = "zh";
    let read = browser.open("/queue").await;
    assert_eq!(read.location(), "/sign-in?next=/queue&ended=yes");
    assert!(browser.open(read.location()).await.body.contains("会话已结束"));
    let form = [("sign_in", "zhang"), ("password", PASSWORD), ("next", "/queue")];
    assert_eq!(browser.send("/sign-in", &form).await.location(), "/queue");
    assert_eq!(browser.open("/queue").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_language_of_an_answered_form_is_changed_on_a_page_that_can_be_opened() {
    let site = Site::new(lenient());
    site.admit("wang", standing_of(Role::SystemAdministrator));
    let mut browser = site.signed_in("wang").await;
    let token = browser.form_token().await;
    let refused = browser.send("/system/log", &[("form_token", &token), ("level", "all")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.body.contains("/language/zh-Hans?back=/system\""), "{}", refused.body);
    assert!(refused.body.contains("<a href=\"/system\">"), "{}", refused.body);
}

#[tokio::test]
async fn programs_are_told_in_json_whatever_they_say_to_accept() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    for address in ["/api/v1/session", "/api/v1/nowhere", "/mailbox/DXPENT0000000001"] {
        let answer = browser.open(address).await;
        let kind = answer.headers["content-type"].to_str().unwrap();
        assert_eq!(kind, "application/problem+json", "{address}: {answer:?}");
    }
}

#[tokio::test]
async fn a_form_without_fields_may_be_nothing_at_all() {
    let site = Site::in_sandbox();
    let founded = site.browser().with(Method::POST, "/sandbox", &[], "").await;
    assert_eq!(founded.status, StatusCode::SEE_OTHER, "{founded:?}");
    for (language, text) in [("zh", "表单无法读取"), ("en", "the form does not read")] {
        let mut browser = site.browser();
        browser.language = language;
        let json = [("content-type", "application/json")];
        let refused = browser.with(Method::POST, "/sandbox", &json, "{}").await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.body.contains(text), "{}", refused.body);
    }
}
