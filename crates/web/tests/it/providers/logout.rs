//! A provider tells that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0).

use axum::http::StatusCode;
use serde_json::{Value, json};
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::Role;
use tongguan_testkit::provider::{Fault, Signature};

use super::{Stage, is_signed_in};
use crate::fixture::{Answer, PASSWORD, lenient, standing_of};

impl Stage {
    /// What a provider is answered that sends a logout token to the address of `corp`.
    async fn tell(&self, token: &str) -> Answer {
        self.site.browser().send("/sign-in/oidc/corp/logout", &[("logout_token", token)]).await
    }
}

#[tokio::test]
async fn whoever_signs_out_at_the_provider_is_out_here() {
    let stage = Stage::new(lenient());
    stage.site.admit("li.wei", standing_of(Role::Clerk));
    let mut by_password = stage.site.signed_in("li.wei").await;
    assert_eq!(stage.link(&mut by_password, PASSWORD).await.location(), "/account");
    let mut browser = stage.site.browser();
    stage.sign_in(&mut browser).await;
    assert!(is_signed_in(&mut browser).await);
    let token = stage.corp.logout_token(&json!({}));
    let told = stage.tell(&token).await;
    assert_eq!((told.status, &*told.body), (StatusCode::OK, ""), "{told:?}");
    assert_eq!(told.headers["cache-control"], "no-store");
    assert!(!is_signed_in(&mut browser).await);
    assert!(is_signed_in(&mut by_password).await, "that session is no concern of the provider's");
    let events = super::flow::events_of(&stage.site, "session");
    assert_eq!(events, ["ended by provider corp"]);

    stage.sign_in(&mut browser).await;
    assert_eq!(stage.tell(&token).await.status, StatusCode::OK);
    assert!(is_signed_in(&mut browser).await, "a notice counts once");
    stage.corp.signs_in(json!({ "sub": "of nobody here" }));
    assert_eq!(stage.tell(&stage.corp.logout_token(&json!({}))).await.status, StatusCode::OK);
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_notice_that_is_not_to_be_believed_ends_nothing() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let mut browser = stage.site.browser();
    stage.sign_in(&mut browser).await;
    let now = stage.site.clock.now().micros() / 1_000_000;
    let otherwise: [(&str, Value); 17] = [
        ("iss", json!(stage.other.issuer)),
        ("iss", Value::Null),
        ("aud", json!("another")),
        ("aud", json!(["window:1", "another"])),
        ("exp", json!(now - 60)),
        ("exp", Value::Null),
        ("iat", json!(now + 61)),
        ("iat", json!(now - 601)),
        ("iat", Value::Null),
        ("jti", json!("")),
        ("jti", Value::Null),
        ("events", json!({ "http://schemas.openid.net/event/another": {} })),
        ("events", Value::Null),
        ("nonce", json!("of a question")),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("sub", json!(1001)),
    ];
    for (name, value) in otherwise {
        let told = stage.tell(&stage.corp.logout_token(&json!({ name: value }))).await;
        assert_refused(&told, &format!("{name} {value}"));
    }
    for how in
        [Signature::Absent, Signature::PublicKeyAsSecret, Signature::Foreign, Signature::Broken]
    {
        stage.corp.behaves(&[Fault::Signed(how)]);
        assert_refused(
            &stage.tell(&stage.corp.logout_token(&json!({}))).await,
            &format!("{how:?}"),
        );
    }
    let issuer = json!({ "iss": stage.corp.issuer });
    assert_refused(&stage.tell(&stage.other.logout_token(&issuer)).await, "another provider's key");
    assert_refused(&stage.tell("").await, "nothing");
    assert!(is_signed_in(&mut browser).await);
    let nowhere = [("logout_token", "x")];
    let unknown = stage.site.browser().send("/sign-in/oidc/none/logout", &nowhere).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

fn assert_refused(told: &Answer, why: &str) {
    assert_eq!(told.status, StatusCode::BAD_REQUEST, "{why}: {told:?}");
    let body: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(body["error"], "invalid_request", "{why}");
}
