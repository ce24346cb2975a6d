//! Signing in, as a browser does it.

use axum::http::StatusCode;
use tongguan_application::people::Policy;
use tongguan_domain::access::Role;

use crate::fixture::{PASSWORD, Site, lenient, standing_of};

#[tokio::test]
async fn a_page_that_needs_somebody_leads_to_signing_in_and_back() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.browser();
    let sent = browser.open("/queue?status=300").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(sent.location(), "/sign-in?next=/queue%3Fstatus%3D300");
    let page = browser.open(sent.location()).await;
    let next = page.value_of("next").unwrap();
    assert_eq!(next, "/queue?status=300");
    let wrong = [("sign_in", "zhang"), ("password", "a guess"), ("next", "/queue")];
    let wrong = browser.send("/sign-in", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("name, password or code is wrong"), "{}", wrong.body);
    assert!(wrong.body.contains("value=\"zhang\""), "the name need not be typed again");
    let right = [("sign_in", "zhang"), ("password", PASSWORD), ("next", "/queue")];
    let right = browser.send("/sign-in", &right).await;
    assert_eq!(right.location(), "/queue");
    let cookie = right.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let queue = browser.open("/queue").await;
    assert_eq!(queue.status, StatusCode::OK);
    assert!(queue.body.contains("Reviewing officer") && queue.body.contains("Nothing waits here"));

    let token = browser.form_token().await;
    let out = browser.send("/sign-out", &[("form_token", &token)]).await;
    assert_eq!(out.location(), "/");
    assert_eq!(browser.open("/queue").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_tried_too_often_is_told_when_to_come_again() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.browser();
    let wrong = [("sign_in", "zhang"), ("password", "a guess"), ("next", "/queue")];
    let mut told = browser.send("/sign-in", &wrong).await;
    for _ in 0..12 {
        if told.status != StatusCode::UNPROCESSABLE_ENTITY {
            break;
        }
        told = browser.send("/sign-in", &wrong).await;
    }
    assert_eq!(told.status, StatusCode::TOO_MANY_REQUESTS, "{told:?}");
    let wait: u64 = told.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    assert!(told.body.contains("UTC+8") && !told.body.contains("+08:00"), "{}", told.body);
}

#[tokio::test]
async fn a_clerk_may_set_an_authenticator_up_and_learns_of_it_on_the_account() {
    let site = Site::new(lenient());
    site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = site.signed_in("li.wei").await;
    let page = browser.open("/account").await;
    assert!(page.body.contains("href=\"/second-factor?next=/account\""), "{}", page.body);
    let page = browser.open("/second-factor?next=/account").await;
    assert!(page.body.contains("<svg") && !page.body.contains("Your role asks"), "{}", page.body);
    browser.language = "zh";
    let page = browser.open("/account").await;
    assert!(page.body.contains("设置验证器"), "{}", page.body);
}

#[tokio::test]
async fn times_name_their_zone_and_a_script_tells_the_readers() {
    let site = Site::new(lenient());
    site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = site.signed_in("li.wei").await;
    let page = browser.open("/account").await.body;
    let (_, time) = page.split_once("<time datetime=\"").unwrap();
    let (exact, shown) = time.split_once("\">").unwrap();
    assert!(exact.starts_with("2026-11-23T12:00:00") && exact.ends_with("+08:00"), "{exact}");
    assert!(shown.starts_with("2026-11-23 12:00:00 UTC+8</time>"), "{shown}");
    let script = page.rsplit("<script src=\"").next().unwrap().split('"').next().unwrap();
    let script = browser.open(script).await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert!(script.body.contains("time[datetime]"), "{}", script.body);
}

#[tokio::test]
async fn every_place_of_the_navigation_is_open_to_whoever_sees_it() {
    let site = Site::new(lenient());
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Program) {
        site.admit(role.name(), standing_of(role));
        let mut browser = site.signed_in(role.name()).await;
        let page = browser.open("/account").await.body;
        let (_, navigation) = page.split_once("<nav class=\"main\"").unwrap();
        let navigation = navigation.split("</nav>").next().unwrap();
        let places: Vec<_> = navigation
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        for place in &places {
            let answer = browser.open(place).await;
            assert_eq!(answer.status, StatusCode::OK, "{role:?} {place}: {answer:?}");
        }
        let sees = |place: &str| places.iter().any(|it| it == place);
        let is_of_enterprise =
            matches!(role, Role::EnterpriseAdministrator | Role::Clerk | Role::Reader);
        assert_eq!(sees("/guarantee"), is_of_enterprise, "{role:?}");
        assert!(sees("/filings") || !(is_of_enterprise || role == Role::Auditor), "{role:?}");
    }
}

#[tokio::test]
async fn an_officer_sets_a_second_factor_up_before_anything_else() {
    let site = Site::new(Policy::default());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.browser();
    let form = [("sign_in", "zhang"), ("password", PASSWORD), ("next", "/queue")];
    let sent = browser.send("/sign-in", &form).await;
    assert_eq!(sent.location(), "/second-factor?next=/queue");
    assert_eq!(browser.open("/queue").await.location(), "/second-factor?next=/queue");
    let page = browser.open("/second-factor?next=/queue").await;
    assert!(page.body.contains("<svg"), "the secret is there to be scanned");
    assert!(page.value_of("enrolled").is_some_and(|sealed| !sealed.is_empty()));
    let (token, enrolled) = (page.value_of("form_token"), page.value_of("enrolled"));
    let form = [
        ("form_token", token.as_deref().unwrap()),
        ("enrolled", enrolled.as_deref().unwrap()),
        ("code", "000000"),
        ("next", "/queue"),
    ];
    let wrong = browser.send("/second-factor", &form).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it() {
    let site = Site::new(lenient());
    site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = site.signed_in("li.wei").await;
    let token = browser.form_token().await;
    let next = "another long phrase";
    let change = |present| {
        [
            ("form_token", token.clone()),
            ("present", present),
            ("password", next.to_owned()),
            ("again", next.to_owned()),
        ]
    };
    let wrong = change("a guess".to_owned());
    let fields: Vec<_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.send("/account/password", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = change(PASSWORD.to_owned());
    let fields: Vec<_> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.send("/account/password", &fields).await;
    assert!(answer.body.contains("The password is changed"), "{answer:?}");
}

#[tokio::test]
async fn the_language_is_the_browsers_until_it_is_chosen() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    let page = browser.open("/").await;
    assert!(page.body.contains("lang=\"en\"") && page.body.contains("/language/zh-Hans?back=/"));
    assert_eq!(browser.open("/language/zh-Hans?back=/sign-in").await.location(), "/sign-in");
    let page = browser.open("/").await;
    assert!(page.body.contains("lang=\"zh-Hans\""), "{}", page.body);
    assert_eq!(browser.open("/language/fr").await.status, StatusCode::NOT_FOUND);
    let elsewhere = browser.open("/language/en?back=//evil.example").await;
    assert_eq!(elsewhere.location(), "/");
    let page = browser.open("/").await;
    let style = page.body.split("href=\"/static/").nth(1).unwrap().split('"').next().unwrap();
    let style = browser.open(&format!("/static/{style}")).await;
    assert!(style.headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(page.body.len() + style.body.len() < 100_000);
}
