//! Providers that answer what they should not, and others who answer in their place.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_application::people::Provider;
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::Role;
use tongguan_testkit::provider::{Fault, Key, OpenIdProvider, Signature};

use super::{Stage, here, is_signed_in};
use crate::fixture::{Answer, Browser, Site, lenient, standing_of};

const NOT_VERIFIED: &str = "could not be verified, so nobody was signed in";
const NOT_REACHED: &str = "cannot be reached now";
const NOT_BEGUN: &str = "was not begun in this browser";
const METADATA: &str = "/.well-known/openid-configuration";

async fn assert_refused(browser: &mut Browser<'_>, answer: &Answer, why: &str, told: &str) {
    assert!(answer.body.contains(why), "{told}: {answer:?}");
    assert!(answer.status.is_client_error() || answer.status.is_server_error(), "{told}");
    assert!(!is_signed_in(browser).await, "{told}");
}

#[tokio::test]
async fn an_id_token_that_says_anything_else_signs_nobody_in() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let now = stage.site.clock.now().micros() / 1_000_000;
    let claims: [(&str, Value); 20] = [
        ("nonce", json!("of another question")),
        ("nonce", Value::Null),
        ("aud", json!("another")),
        ("aud", json!(["window:1", "another"])),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("azp", json!("another")),
        ("iss", json!(stage.other.issuer)),
        ("iss", json!(format!("{}/", stage.corp.issuer))),
        ("iss", Value::Null),
        ("exp", json!(now - 60)),
        ("exp", Value::Null),
        ("iat", json!(now + 61)),
        ("iat", json!(now - 61)),
        ("iat", Value::Null),
        ("nbf", json!(now + 61)),
        ("sub", json!("")),
        ("sub", json!("1".repeat(256))),
        ("sub", json!(1001)),
        ("sub", Value::Null),
    ];
    for (name, value) in claims {
        let fault = Fault::Claim(name, value);
        stage.corp.behaves(std::slice::from_ref(&fault));
        let mut browser = stage.site.browser();
        let answer = stage.sign_in(&mut browser).await;
        assert_refused(&mut browser, &answer, NOT_VERIFIED, &format!("{fault:?}")).await;
    }
}

#[tokio::test]
async fn an_id_token_that_the_provider_has_not_signed_signs_nobody_in() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    for key in [Key::ec("next"), Key::rsa("rsa")] {
        stage.corp.rolls_over(key);
        stage.site.clock.advance_millis(60_000);
        for how in [
            Signature::Absent,
            Signature::PublicKeyAsSecret,
            Signature::Foreign,
            Signature::Broken,
            Signature::Critical,
        ] {
            stage.corp.behaves(&[Fault::Signed(how)]);
            let mut browser = stage.site.browser();
            let answer = stage.sign_in(&mut browser).await;
            assert_refused(&mut browser, &answer, NOT_VERIFIED, &format!("{how:?}")).await;
        }
        stage.corp.behaves(&[]);
        let mut browser = stage.site.browser();
        assert_eq!(stage.sign_in(&mut browser).await.location(), "/account");
    }
}

#[tokio::test]
async fn a_key_for_something_else_signs_nobody_in() {
    for key in [
        Key::rsa("a").with("use", "enc"),
        Key::rsa("b").with("alg", "RS512"),
        Key::ec("c").with("alg", "ES384"),
        Key::ec("d").with("crv", "P-384"),
        Key::ec("e").with("kid", "another"),
    ] {
        let stage = Stage::new(lenient());
        stage.admit("li.wei", standing_of(Role::Clerk)).await;
        stage.corp.rolls_over(key);
        stage.site.clock.advance_millis(60_000);
        let mut browser = stage.site.browser();
        let answer = stage.sign_in(&mut browser).await;
        assert_refused(&mut browser, &answer, NOT_VERIFIED, "another's key").await;
    }
}

#[tokio::test]
async fn an_answer_is_taken_in_the_browser_that_has_asked_and_within_ten_minutes() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let (mut asking, mut other) = (stage.site.browser(), stage.site.browser());
    let begun = asking.open("/sign-in/oidc/corp").await;
    let answer = here(&stage.corp.visit(begun.location()));
    let tokens = stage.corp.asked("/token");
    // Nobody is signed in as somebody else by a link that is sent to him.
    let refused = other.open(&answer).await;
    assert_refused(&mut other, &refused, NOT_BEGUN, "a browser that never asked").await;
    other.open("/sign-in/oidc/corp").await;
    let refused = other.open(&answer).await;
    assert_refused(&mut other, &refused, NOT_BEGUN, "one that asked something else").await;
    stage.corp.behaves(&[Fault::Answer("state", json!("made up"))]);
    let begun = other.open("/sign-in/oidc/corp").await;
    let refused = stage.come_back(&mut other, &begun).await;
    assert_refused(&mut other, &refused, NOT_BEGUN, "another state").await;
    stage.corp.behaves(&[]);
    let begun = other.open("/sign-in/oidc/corp").await;
    stage.site.clock.advance_millis(10 * 60_000);
    let refused = stage.come_back(&mut other, &begun).await;
    assert_refused(&mut other, &refused, NOT_BEGUN, "too late").await;
    assert_eq!(stage.corp.asked("/token"), tokens, "no code was shown to anybody");
}

#[tokio::test]
async fn no_answer_is_good_twice() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let mut browser = stage.site.browser();
    let begun = browser.open("/sign-in/oidc/corp").await;
    let kept = begun.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let answer = here(&stage.corp.visit(begun.location()));
    assert_eq!(browser.open(&answer).await.status, StatusCode::SEE_OTHER);
    let mut thief = stage.site.browser();
    let cookie = [("cookie", kept.as_str())];
    let again = thief.with(Method::GET, &answer, &cookie, "").await;
    assert_refused(&mut thief, &again, NOT_VERIFIED, "the provider takes no code twice").await;
    // And where it does.
    stage.corp.behaves(&[Fault::TakesCodesTwice]);
    let begun = browser.open("/sign-in/oidc/corp").await;
    let kept = begun.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let answer = here(&stage.corp.visit(begun.location()));
    assert_eq!(browser.open(&answer).await.status, StatusCode::SEE_OTHER);
    let again = thief.with(Method::GET, &answer, &[("cookie", kept.as_str())], "").await;
    assert_refused(&mut thief, &again, "was used already", "it was taken here").await;
}

#[tokio::test]
async fn the_answer_of_another_provider_is_not_taken() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    let mut browser = stage.site.browser();
    // The other one has somebody sign in at this one, and gives the code on.
    let begun = browser.open("/sign-in/oidc/other").await;
    let query = begun.location().split_once('?').unwrap().1;
    let to_corp = format!("{}/authorize?{query}", stage.corp.issuer);
    let answer = here(&stage.corp.visit(&to_corp));
    let refused = browser.open(&answer).await;
    assert_refused(&mut browser, &refused, NOT_VERIFIED, "`iss` is another's").await;
    assert_eq!(stage.other.asked("/token"), 0, "its code is shown to nobody else");
    // What was begun at one is not gone on with at the other.
    let begun = browser.open("/sign-in/oidc/other").await;
    let answer = stage.other.visit(begun.location()).replace("/oidc/other/", "/oidc/corp/");
    let refused = browser.open(&here(&answer)).await;
    assert_refused(&mut browser, &refused, NOT_BEGUN, "another provider's address").await;
    for iss in [Value::Null, json!("https://id.example")] {
        stage.corp.behaves(&[Fault::Answer("iss", iss)]);
        let answer = stage.sign_in(&mut browser).await;
        assert_refused(&mut browser, &answer, NOT_VERIFIED, "it says that it names itself").await;
    }
}

#[tokio::test]
async fn what_a_provider_refuses_is_told_in_its_word_and_in_ours() {
    let stage = Stage::new(lenient());
    let mut browser = stage.site.browser();
    let denied = json!("access_denied<script>");
    stage.corp.behaves(&[Fault::Answer("error", denied), Fault::Answer("code", Value::Null)]);
    let refused = stage.sign_in(&mut browser).await;
    let told = "corp account did not sign you in (access_deniedscript)";
    assert_refused(&mut browser, &refused, told, "denied").await;
    assert!(refused.body.contains("href=\"/sign-in\""), "{}", refused.body);
    assert_eq!(stage.corp.asked("/token"), 0);
    let garbled = browser.open("/sign-in/oidc/corp/answer").await;
    assert_refused(&mut browser, &garbled, NOT_BEGUN, "nothing at all").await;
}

#[tokio::test]
async fn metadata_that_are_anothers_or_lead_elsewhere_are_not_used() {
    for (fault, why) in [
        (Fault::Metadata("issuer", json!("http://127.0.0.1:1/realm")), NOT_VERIFIED),
        (Fault::Metadata("token_endpoint", json!("http://id.example/token")), NOT_VERIFIED),
        (Fault::Metadata("authorization_endpoint", json!("javascript://x")), NOT_VERIFIED),
        (Fault::Metadata("jwks_uri", Value::Null), NOT_VERIFIED),
        (Fault::Moved(METADATA, "/elsewhere"), NOT_REACHED),
        (Fault::Fails(METADATA, 500), NOT_REACHED),
        (Fault::Huge(METADATA, 300 << 10), NOT_REACHED),
        (Fault::Huge(METADATA, 10), NOT_VERIFIED),
    ] {
        let stage = Stage::new(lenient());
        stage.corp.behaves(std::slice::from_ref(&fault));
        let mut browser = stage.site.browser();
        let answer = browser.open("/sign-in/oidc/corp").await;
        assert_refused(&mut browser, &answer, why, &format!("{fault:?}")).await;
        stage.corp.behaves(&[]);
        let begun = browser.open("/sign-in/oidc/corp").await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "nothing of it was kept: {fault:?}");
    }
}

#[tokio::test]
async fn a_provider_that_fails_on_the_way_signs_nobody_in() {
    let stage = Stage::new(lenient());
    stage.admit("li.wei", standing_of(Role::Clerk)).await;
    for (fault, why) in [
        (Fault::Fails("/token", 503), NOT_REACHED),
        (Fault::Fails("/token", 401), NOT_VERIFIED),
        (Fault::Moved("/token", "/elsewhere"), NOT_REACHED),
        (Fault::Huge("/token", 300 << 10), NOT_REACHED),
        (Fault::Huge("/token", 10), NOT_VERIFIED),
        (Fault::Fails("/keys", 500), NOT_REACHED),
        (Fault::Huge("/keys", 300 << 10), NOT_REACHED),
    ] {
        stage.corp.behaves(std::slice::from_ref(&fault));
        // The keys are too old by now.
        stage.site.clock.advance_millis(60 * 60_000);
        let mut browser = stage.site.browser();
        let answer = stage.sign_in(&mut browser).await;
        assert_refused(&mut browser, &answer, why, &format!("{fault:?}")).await;
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_keeps_nobody_waiting() {
    let mut silent = None;
    let site = Site::with_providers(lenient(), |clock| {
        let provider = silent.insert(OpenIdProvider::start(clock.clone()));
        let known = Provider::new(provider.terms("corp")).unwrap();
        (vec![known], Duration::from_millis(200))
    });
    silent.unwrap().behaves(&[Fault::Silent(METADATA)]);
    let mut browser = site.browser();
    let answer = browser.open("/sign-in/oidc/corp").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_refused(&mut browser, &answer, NOT_REACHED, "silent").await;
    assert_eq!(browser.open("/sign-in").await.status, StatusCode::OK, "others sign in as ever");
}
