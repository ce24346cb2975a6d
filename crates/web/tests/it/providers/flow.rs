//! Signing in, and who may.

use axum::http::StatusCode;
use serde_json::json;
use tongguan_application::history::{AuditFilter, Cause, Decisions, audited};
use tongguan_application::people::{Policy, SecondFactor, shut_out};
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::{Role, SignIn};
use tongguan_testkit::provider::{Fault, Key, Signature};

use super::{Stage, here, is_signed_in};
use crate::fixture::{Site, lenient, standing_of};

#[tokio::test]
async fn whoever_was_invited_accepts_with_a_provider_and_signs_in_by_it() {
    let stage = Stage::new(lenient());
    let code = stage.site.invite("li.wei", standing_of(Role::Clerk));
    let mut browser = stage.site.browser();
    let page = browser.open(&format!("/invitation/{code}")).await;
    let link = format!("href=\"/invitation/{code}/oidc/corp\"");
    assert!(
        page.body.contains(&link) && page.body.contains("Accept with corp account"),
        "{}",
        page.body
    );
    let begun = browser.open(&format!("/invitation/{code}/oidc/corp")).await;
    let accepted = stage.come_back(&mut browser, &begun).await;
    assert_eq!((accepted.status, accepted.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(is_signed_in(&mut browser).await);
    assert_eq!(browser.open(&format!("/invitation/{code}")).await.status, StatusCode::NOT_FOUND);

    let mut elsewhere = stage.site.browser();
    let page = elsewhere.open("/sign-in?next=/parcels").await;
    assert!(page.body.contains("href=\"/sign-in/oidc/corp?next=/parcels\""), "{}", page.body);
    assert!(page.body.contains("Sign in with other account"), "{}", page.body);
    let begun = elsewhere.open("/sign-in/oidc/corp?next=/parcels").await;
    let signed_in = stage.come_back(&mut elsewhere, &begun).await;
    assert_eq!(signed_in.location(), "/parcels");
    assert!(is_signed_in(&mut elsewhere).await);
    let mut chinese = stage.site.browser();
    chinese.language = "zh-CN";
    assert!(chinese.open("/sign-in").await.body.contains("用单位账号登录"));
    assert_eq!(events_of(&stage.site, "sign-in"), ["provider corp", "provider corp"]);
}

#[tokio::test]
async fn what_a_browser_keeps_is_for_it_alone_and_no_script() {
    let stage = Stage::new(lenient());
    let mut browser = stage.site.browser();
    let begun = browser.open("/sign-in/oidc/corp").await;
    let cookie = begun.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("attempt="), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(browser.open("/sign-in/oidc/none").await.status, StatusCode::NOT_FOUND);
    let long = format!("/sign-in/oidc/corp?next=/{}", "x".repeat(2_000));
    let begun = browser.open(&long).await;
    assert!(begun.headers["set-cookie"].len() < 4_000, "browsers keep no more");
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let begun = browser.open("/sign-in/oidc/corp?next=//evil.example").await;
    assert_eq!(stage.come_back(&mut browser, &begun).await.location(), "/");
}

#[tokio::test]
async fn a_provider_lets_nobody_in_and_does_not_tell_who_is_here() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    stage.corp.signs_in(json!({ "sub": "1002", "email": "li.wei@corp.example" }));
    let mut browser = stage.site.browser();
    let unknown = stage.sign_in(&mut browser).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.body.contains("nobody signs in here by this account"), "{}", unknown.body);
    assert!(unknown.body.contains("href=\"/sign-in\""), "what to do next: {}", unknown.body);
    stage.corp.signs_in(json!({ "sub": "1001" }));
    let (name, cause) = (SignIn::parse("li.wei").unwrap(), Cause::Command("test".to_owned()));
    let now = stage.site.clock.now();
    shut_out(&mut stage.site.people.writer(), &name, true, &cause, now).unwrap();
    let turned_away = stage.sign_in(&mut browser).await;
    assert_eq!((turned_away.status, &turned_away.body), (unknown.status, &unknown.body));
    assert!(!is_signed_in(&mut browser).await);
    let told = events_of(&stage.site, "sign-in");
    assert!(told.contains(&"shut out, by provider corp".to_owned()), "{told:?}");
}

#[tokio::test]
async fn the_same_name_of_another_provider_is_another_account() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let mut browser = stage.site.browser();
    let begun = browser.open("/sign-in/oidc/other").await;
    let back = browser.open(&here(&stage.other.visit(begun.location()))).await;
    assert!(back.body.contains("nobody signs in here by this account"), "{}", back.body);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_name_that_is_locked_is_locked_for_its_account_too() {
    let stage = Stage::new(lenient());
    stage.site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = stage.site.signed_in("li.wei").await;
    assert_eq!(stage.link(&mut browser, crate::fixture::PASSWORD).await.location(), "/account");
    let mut stranger = stage.site.browser();
    for _ in 0..5 {
        stranger.send("/sign-in", &[("sign_in", "li.wei"), ("password", "a guess")]).await;
    }
    let locked = stage.sign_in(&mut stranger).await;
    assert!(locked.body.contains("too many attempts"), "{}", locked.body);
    stage.site.clock.advance_millis(60_000);
    assert_eq!(stage.sign_in(&mut stranger).await.location(), "/account");
}

#[tokio::test]
async fn the_role_asks_for_a_second_factor_whatever_a_provider_says() {
    let stage = Stage::new(Policy::default());
    stage.corp.signs_in(json!({ "sub": "1001", "amr": ["pwd", "mfa"], "acr": "gold" }));
    stage.admit("zhang", standing_of(Role::Officer)).await;
    let mut browser = stage.site.browser();
    let sent = stage.sign_in(&mut browser).await;
    assert_eq!(sent.location(), "/second-factor?next=/account");
    assert_eq!(browser.open("/queue").await.location(), "/second-factor?next=/queue");
}

#[tokio::test]
async fn a_providers_second_factor_counts_where_it_is_listed_and_was_shown() {
    let stage = Stage::with(Policy::default(), |terms| {
        let methods = vec!["mfa".to_owned()];
        terms.second_factor =
            SecondFactor::Theirs { methods, classes: vec!["gold".to_owned(), "silver".to_owned()] };
    });
    stage.admit("zhang", standing_of(Role::Officer)).await;
    for (how, to) in [
        (json!({ "sub": "1001", "amr": ["pwd"] }), "/second-factor?next=/account"),
        (json!({ "sub": "1001", "amr": "mfa" }), "/second-factor?next=/account"),
        (json!({ "sub": "1001", "acr": "mfa" }), "/second-factor?next=/account"),
        (json!({ "sub": "1001", "amr": ["pwd", "mfa"] }), "/account"),
        (json!({ "sub": "1001", "acr": "silver" }), "/account"),
    ] {
        stage.corp.signs_in(how.clone());
        let mut browser = stage.site.browser();
        let begun = browser.open("/sign-in/oidc/corp?next=/account").await;
        assert!(begun.location().contains("acr_values=gold+silver"), "{}", begun.location());
        assert_eq!(stage.come_back(&mut browser, &begun).await.location(), to, "{how}");
    }
    let told = events_of(&stage.site, "sign-in");
    assert!(told.contains(&"provider corp and its second factor".to_owned()), "{told:?}");
}

#[tokio::test]
async fn keys_are_read_again_for_a_new_one_but_once_a_minute_at_most() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let mut browser = stage.site.browser();
    assert_eq!(stage.sign_in(&mut browser).await.location(), "/account");
    assert_eq!((stage.corp.asked("/keys"), stage.corp.asked(METADATA)), (1, 1), "both are kept");
    stage.corp.rolls_over(Key::rsa("second"));
    stage.site.clock.advance_millis(59_000);
    let refused = stage.sign_in(&mut browser).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stage.corp.asked("/keys"), 1, "whoever makes up keys has nobody asked");
    stage.site.clock.advance_millis(1_000);
    assert_eq!(stage.sign_in(&mut browser).await.location(), "/account");
    assert_eq!(stage.corp.asked("/keys"), 2);
    stage.site.clock.advance_millis(60 * 60_000);
    assert_eq!(stage.sign_in(&mut browser).await.location(), "/account");
    assert_eq!((stage.corp.asked("/keys"), stage.corp.asked(METADATA)), (3, 2), "an hour is long");
}

#[tokio::test]
async fn what_providers_may_do_in_one_way_or_another_is_taken() {
    let now = Site::new(lenient()).clock.now().micros() / 1_000_000;
    for fault in [
        Fault::SecretInForm,
        Fault::Signed(Signature::Unnumbered),
        Fault::Claim("aud", json!(["window:1"])),
        Fault::Claim("azp", json!("window:1")),
        // Clocks differ by less than a minute.
        Fault::Claim("exp", json!(now - 59)),
        Fault::Claim("iat", json!(now + 60)),
        Fault::Claim("iat", json!(now - 60)),
        Fault::Claim("nbf", json!(now + 60)),
        Fault::Metadata("authorization_response_iss_parameter_supported", json!(false)),
    ] {
        let stage = Stage::new(lenient());
        stage.corp.behaves(std::slice::from_ref(&fault));
        stage.admit("li.wei", standing_of(Role::Clerk)).await;
        let mut browser = stage.site.browser();
        let answer = stage.sign_in(&mut browser).await;
        assert_eq!(answer.location(), "/account", "{fault:?}: {answer:?}");
    }
}

const METADATA: &str = "/.well-known/openid-configuration";

/// What events say of a field, the oldest first.
pub fn events_of(site: &Site, field: &str) -> Vec<String> {
    let store = site.people.store();
    Decisions::open(store).unwrap().take_up().unwrap();
    let events = store.read(|view| audited(view, &AuditFilter::default(), None, 500)).unwrap();
    let fields = events.iter().rev().flat_map(|event| &event.entry.fields);
    fields.filter(|it| it.name == field).map(|it| it.after.clone()).collect()
}
