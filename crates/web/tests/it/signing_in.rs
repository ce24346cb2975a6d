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
