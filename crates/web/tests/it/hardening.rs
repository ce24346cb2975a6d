//! What every answer tells browsers, whatever was asked by whom.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use axum::http::{Method, StatusCode};
use tongguan_application::people::Policy;
use tongguan_domain::access::Role;
use tongguan_web::Needs;

use crate::fixture::{Answer, Browser, PASSWORD, Site, lenient, standing_of};
use crate::permissions::address;

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// The answer of every route that is read to somebody, as a page of elsewhere would have it.
async fn answers<'s>(site: &'s Site, mut browser: Browser<'s>) -> Vec<(&'s str, Needs, Answer)> {
    let mut answers = Vec::new();
    for route in site.routes.iter().filter(|route| route.method == Method::GET) {
        let elsewhere = [("origin", "https://elsewhere.example")];
        let answer = browser.with(Method::GET, &address(route), &elsewhere, "").await;
        answers.push((route.path.as_str(), route.needs, answer));
    }
    answers
}

#[tokio::test]
async fn every_answer_keeps_browsers_careful() {
    let site = Site::new(lenient());
    site.admit("wang", standing_of(Role::Supervisor));
    let mut all = answers(&site, site.browser()).await;
    all.extend(answers(&site, site.signed_in("wang").await).await);
    for (path, _, answer) in &all {
        assert_eq!(header(answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(answer, "referrer-policy"), "same-origin", "{path}");
        let policy = header(answer, CONTENT_SECURITY_POLICY.as_str());
        for nothing in ["default-src", "object-src", "base-uri", "frame-ancestors"] {
            assert!(policy.contains(&format!("{nothing} 'none'")), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(!answer.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
        let kind = header(answer, CONTENT_TYPE.as_str());
        if kind.starts_with("text/") {
            assert!(kind.contains("charset=utf-8"), "{path}: {kind}");
        }
        assert_eq!(answer.body.is_empty(), kind.is_empty(), "{path}: {kind}");
    }
}

#[tokio::test]
async fn what_somebody_must_be_known_for_is_kept_nowhere() {
    let site = Site::new(lenient());
    for role in [Role::Supervisor, Role::EnterpriseAdministrator] {
        site.admit(role.name(), standing_of(role));
        for (path, needs, answer) in answers(&site, site.signed_in(role.name()).await).await {
            let is_open = needs == Needs::Nothing || !answer.status.is_success();
            let kept = header(&answer, CACHE_CONTROL.as_str());
            assert!(is_open || kept.contains("no-store"), "{path}: {kept}");
        }
    }
}

#[tokio::test]
async fn what_was_sent_is_never_sent_back() {
    let site = Site::new(lenient());
    for route in &site.routes {
        let answer = site.browser().request(Method::TRACE, &address(route), "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{route:?}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_there_twice_is_refused() {
    let site = Site::new(lenient());
    site.admit("wang", standing_of(Role::Supervisor));
    let mut browser = site.signed_in("wang").await;
    let token = browser.form_token().await;
    for address in ["/queue?status=300&status=500", "/api/v1/queue?status=300&status=500"] {
        assert_eq!(browser.open(address).await.status, StatusCode::BAD_REQUEST, "{address}");
    }
    let twice = format!("form_token={token}&which=1&answer=refuse&answer=in-order&words=a");
    let answer = browser.request(Method::POST, "/returns", &twice).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
}

#[tokio::test]
async fn behind_tls_a_cookie_is_of_this_host_alone() {
    let site = Site::behind_tls(lenient());
    site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = site.browser();
    let form = [("sign_in", "li.wei"), ("password", PASSWORD), ("next", "/account")];
    let session = browser.send("/sign-in", &form).await;
    let language = browser.open("/language/en?back=/").await;
    for (answer, name) in [(&session, "__Host-tongguan="), (&language, "__Host-language=")] {
        let cookie = header(answer, "set-cookie");
        assert!(cookie.starts_with(name), "{cookie}");
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(browser.open("/account").await.status, StatusCode::OK);
    let html = browser.open("/account").await.body;
    assert!(html.contains("lang=\"en\""), "{html}");
}

#[tokio::test]
async fn whoever_signs_out_leaves_nothing_in_the_browser() {
    let site = Site::new(Policy::default());
    site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = site.signed_in("li.wei").await;
    let token = browser.form_token().await;
    let out = browser.send("/sign-out", &[("form_token", &token)]).await;
    assert_eq!(header(&out, "clear-site-data"), "\"cache\", \"storage\"");
    assert!(header(&out, "set-cookie").contains("Max-Age=0"), "{out:?}");
}
