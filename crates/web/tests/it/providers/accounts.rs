//! Linking and unlinking, by whoever has signed in.

use axum::http::StatusCode;
use serde_json::json;
use tongguan_application::history::Cause;
use tongguan_application::people::{Policy, invite};
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::{Role, SignIn};

use super::{Stage, here, is_signed_in};
use crate::fixture::{Answer, Browser, PASSWORD, lenient, standing_of};

/// Unlinks the first account on the page.
async fn unlink(browser: &mut Browser<'_>) -> Answer {
    let page = browser.open("/account").await;
    let (_, rest) = page.body.split_once("action=\"/account/providers/").unwrap();
    let address = format!("/account/providers/{}", rest.split('"').next().unwrap());
    let token = page.value_of("form_token").unwrap();
    browser.send(&address, &[("form_token", &token)]).await
}

#[tokio::test]
async fn an_account_is_linked_by_whoever_knows_the_password_and_unlinked() {
    let stage = Stage::new(lenient());
    stage.site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = stage.site.signed_in("li.wei").await;
    let page = browser.open("/account").await;
    assert!(page.body.contains("You have no linked account yet"), "{}", page.body);
    assert!(page.body.contains("Link corp account"), "{}", page.body);
    let wrong = stage.link(&mut browser, "a guess").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    assert_eq!(stage.corp.asked("/.well-known/openid-configuration"), 0, "nothing was begun");
    let linked = stage.link(&mut browser, PASSWORD).await;
    assert_eq!(linked.location(), "/account", "{linked:?}");
    let page = browser.open("/account").await;
    assert!(page.body.contains("corp account</td>"), "{}", page.body);
    let mut elsewhere = stage.site.browser();
    assert_eq!(stage.sign_in(&mut elsewhere).await.location(), "/account");
    assert_eq!(unlink(&mut browser).await.location(), "/account");
    let mut after = stage.site.browser();
    let refused = stage.sign_in(&mut after).await;
    assert!(refused.body.contains("nobody signs in here by this account"), "{}", refused.body);
    let events = super::flow::events_of(&stage.site, "provider account");
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events[0].starts_with("corp ") && events[1].is_empty(), "{events:?}");
}

#[tokio::test]
async fn the_page_that_leads_to_a_provider_needs_no_script() {
    let stage = Stage::new(lenient());
    stage.site.admit("li.wei", standing_of(Role::Clerk));
    let mut browser = stage.site.signed_in("li.wei").await;
    let token = browser.form_token().await;
    let form = [("form_token", token.as_str()), ("provider", "corp"), ("present", PASSWORD)];
    let onward = browser.send("/account/providers", &form).await;
    let href = onward.body.split("class=\"button\" href=\"").nth(1).unwrap();
    let href = href.split('"').next().unwrap().replace("&amp;", "&");
    let back = browser.open(&here(&stage.corp.visit(&href))).await;
    assert_eq!(back.location(), "/account");
    let none = [("form_token", token.as_str()), ("provider", "none"), ("present", PASSWORD)];
    assert_eq!(browser.send("/account/providers", &none).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_account_is_linked_in_the_session_that_has_begun_it() {
    let stage = Stage::new(lenient());
    stage.site.admit("li.wei", standing_of(Role::Clerk));
    stage.site.admit("wang", standing_of(Role::Clerk));
    let mut browser = stage.site.signed_in("li.wei").await;
    let token = browser.form_token().await;
    let form = [("form_token", token.as_str()), ("provider", "corp"), ("present", PASSWORD)];
    let onward = browser.send("/account/providers", &form).await;
    let url =
        onward.headers["refresh"].to_str().unwrap().strip_prefix("0;url=").unwrap().to_owned();
    // Somebody else signs in with the same browser meanwhile.
    let form = [("form_token", token.as_str()), ("sign_in", "wang"), ("password", PASSWORD)];
    assert_eq!(browser.send("/sign-in", &form).await.status, StatusCode::SEE_OTHER);
    let refused = browser.open(&here(&stage.corp.visit(&url))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    assert!(refused.body.contains("the session has ended"), "{}", refused.body);
    let page = browser.open("/account").await;
    assert!(page.body.contains("You have no linked account yet"), "{}", page.body);
}

#[tokio::test]
async fn an_account_is_one_persons() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    stage.site.admit("wang", standing_of(Role::Clerk));
    let mut browser = stage.site.signed_in("wang").await;
    let taken = stage.link(&mut browser, PASSWORD).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains("this account is linked already"), "{}", taken.body);
    let code = stage.site.invite("zhao", standing_of(Role::Clerk));
    let mut invited = stage.site.browser();
    let begun = invited.open(&format!("/invitation/{code}/oidc/corp")).await;
    let taken = stage.come_back(&mut invited, &begun).await;
    assert!(taken.body.contains("this account is linked already"), "{}", taken.body);
    assert!(!is_signed_in(&mut invited).await);
    let page = invited.open(&format!("/invitation/{code}")).await;
    assert_eq!(page.status, StatusCode::OK, "the invitation was not used up");
    let made_up = invited.open("/invitation/made-up/oidc/corp").await;
    assert!(made_up.body.contains("the code is unknown"), "{}", made_up.body);
}

#[tokio::test]
async fn whoever_has_no_password_links_just_after_signing_in_and_keeps_a_way_in() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let mut browser = stage.site.browser();
    stage.sign_in(&mut browser).await;
    let page = browser.open("/account").await;
    assert!(page.body.contains("have no password here"), "{}", page.body);
    assert!(!page.body.contains("action=\"/account/password\""), "{}", page.body);
    let kept = unlink(&mut browser).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(kept.body.contains("you would not get in any more"), "{}", kept.body);
    stage.site.clock.advance_millis(5 * 60_000);
    stage.corp.signs_in(json!({ "sub": "1002" }));
    let late = stage.link(&mut browser, "").await;
    assert!(late.body.contains("sign in again"), "{}", late.body);
    stage.corp.signs_in(json!({ "sub": "1001" }));
    stage.sign_in(&mut browser).await;
    stage.corp.signs_in(json!({ "sub": "1002" }));
    assert_eq!(stage.link(&mut browser, "").await.location(), "/account");
    assert_eq!(unlink(&mut browser).await.location(), "/account", "there is another one");
    let mut stranger = stage.site.browser();
    for password in ["", "a guess"] {
        let form = [("sign_in", "li.wei"), ("password", password)];
        let refused = stranger.send("/sign-in", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "no password is none");
    }
}

#[tokio::test]
async fn whoever_lacks_the_second_factor_links_nothing() {
    let stage = Stage::new(Policy::default());
    stage.site.admit("zhang", standing_of(Role::Officer));
    let mut browser = stage.site.signed_in("zhang").await;
    let page = browser.open("/second-factor").await;
    let token = page.value_of("form_token").unwrap();
    let form = [("form_token", token.as_str()), ("provider", "corp"), ("present", PASSWORD)];
    browser.changes_nothing = true;
    let refused = browser.send("/account/providers", &form).await;
    assert!(refused.location().starts_with("/second-factor"), "{refused:?}");
}

#[tokio::test]
async fn a_new_invitation_takes_accounts_away() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let (name, cause) = (SignIn::parse("li.wei").unwrap(), Cause::Command("test".to_owned()));
    let now = stage.site.clock.now();
    let again = invite(&mut stage.site.people.writer(), &name, &cause, now).unwrap();
    let mut browser = stage.site.browser();
    let refused = stage.sign_in(&mut browser).await;
    assert!(refused.body.contains("nobody signs in here by this account"), "{}", refused.body);
    let begun = browser.open(&format!("/invitation/{}/oidc/corp", again.code)).await;
    assert_eq!(stage.come_back(&mut browser, &begun).await.location(), "/");
}
