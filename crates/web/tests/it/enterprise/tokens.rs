//! OAuth 2.0: a key is exchanged for a token, which does what the key does, for a while.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Stage;
use crate::fixture::Answer;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A key of the merchant: its number and its secret.
async fn key(stage: &Stage, scopes: Value) -> (String, String) {
    let mut merchant = stage.merchant().await;
    let token = merchant.form_token().await;
    let wanted = json!({ "purpose": "ERP", "scopes": scopes });
    let headers = [("x-form-token", token.as_str())];
    let given = merchant.json(Method::POST, "/api/v1/keys", &headers, &wanted).await;
    assert_eq!(given.status, StatusCode::CREATED, "{given:?}");
    let given: Value = serde_json::from_str(&given.body).unwrap();
    let text = |name: &str| given[name].as_str().unwrap().to_owned();
    (text("number"), text("key"))
}

async fn ask(stage: &Stage, headers: &[(&str, &str)], form: &str) -> Answer {
    let mut program = stage.site.browser();
    program.accept = "application/json";
    program.with(Method::POST, "/oauth2/token", headers, form).await
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

async fn with(stage: &Stage, bearer: &str, method: Method, address: &str) -> Answer {
    let bearer = format!("Bearer {bearer}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/xml")];
    let mut program = stage.site.browser();
    program.accept = "application/json";
    program.with(method, address, &headers, "").await
}

#[tokio::test]
async fn a_token_is_taken_wherever_a_key_is_until_the_key_is_withdrawn() {
    let stage = Stage::set();
    let (number, secret) = key(&stage, json!(["read-mail", "read-parcels"])).await;
    let basic = format!("Basic {}", STANDARD.encode(format!("{number}:{secret}")));
    let form = "grant_type=client_credentials";
    let given = ask(&stage, &[FORM, ("authorization", &basic)], form).await;
    assert_eq!(given.status, StatusCode::OK, "{given:?}");
    assert_eq!(given.headers["cache-control"], "no-store");
    let told = json_of(&given);
    assert_eq!((&told["token_type"], &told["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(told["scope"], "read-mail read-parcels");
    let token = told["access_token"].as_str().unwrap();

    let session = json_of(&with(&stage, token, Method::GET, "/api/v1/session").await);
    assert!(session.to_string().contains(&number), "audited as the key: {session}");
    let mailbox = format!("/mailbox/{}", stage.world.cast.merchant.mailbox());
    assert_eq!(with(&stage, token, Method::GET, &mailbox).await.status, StatusCode::OK);
    let empty = with(&stage, token, Method::POST, "/ceb").await;
    assert_ne!(empty.problem().as_deref(), Some("no-key"), "{empty:?}");
    let beyond = with(&stage, token, Method::GET, "/api/v1/guarantee").await;
    assert_eq!(beyond.problem().as_deref(), Some("not-permitted"), "{beyond:?}");

    // Sent as fields, and for less than the key may.
    let form = format!("{form}&client_id={number}&client_secret={secret}&scope=read-parcels");
    let less = json_of(&ask(&stage, &[FORM], &form).await);
    assert_eq!(less["scope"], "read-parcels");
    let less = less["access_token"].as_str().unwrap();
    let refused = with(&stage, less, Method::GET, &mailbox).await;
    assert_eq!(refused.problem().as_deref(), Some("not-permitted"), "{refused:?}");

    let mut merchant = stage.merchant().await;
    let form_token = merchant.form_token().await;
    let address = format!("/api/v1/keys/{number}");
    let headers = [("x-form-token", form_token.as_str())];
    let gone = merchant.with(Method::DELETE, &address, &headers, "").await;
    assert_eq!(gone.status, StatusCode::OK, "{gone:?}");
    let refused = with(&stage, token, Method::GET, "/api/v1/session").await;
    assert_eq!(refused.problem().as_deref(), Some("no-key"), "{refused:?}");
    assert_eq!(ask(&stage, &[FORM], &form).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_refused_is_told_as_rfc_6749_tells_it() {
    let stage = Stage::set();
    let (number, secret) = key(&stage, json!(["read-mail"])).await;
    let good = format!("client_id={number}&client_secret={secret}");
    let basic = format!("Basic {}", STANDARD.encode(format!("{number}:{secret}")));
    let grant = "grant_type=client_credentials";
    let refused = async |headers: &[(&str, &str)], form: String| {
        let answer = ask(&stage, headers, &form).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{form}");
        let error = json_of(&answer)["error"].as_str().unwrap().to_owned();
        (answer.status.as_u16(), error)
    };
    for (headers, form, status, error) in [
        (vec![FORM], String::new(), 401, "invalid_client"),
        (vec![FORM], format!("{grant}&client_id={number}"), 401, "invalid_client"),
        (vec![FORM], format!("{grant}&{good}x"), 401, "invalid_client"),
        (vec![FORM], format!("{grant}&client_id=a&client_secret={secret}"), 401, "invalid_client"),
        (vec![FORM, ("authorization", "Bearer x")], grant.to_owned(), 401, "invalid_client"),
        (vec![FORM], good.clone(), 400, "invalid_request"),
        (vec![FORM], format!("{grant}&{good}&{grant}"), 400, "invalid_request"),
        (vec![FORM, ("authorization", &basic)], format!("{grant}&{good}"), 400, "invalid_request"),
        (vec![("content-type", "application/json")], "{}".to_owned(), 400, "invalid_request"),
        (vec![FORM], "x".repeat(9_000), 400, "invalid_request"),
        (vec![FORM], format!("grant_type=password&{good}"), 400, "unsupported_grant_type"),
        (vec![FORM], format!("{grant}&{good}&scope=declare"), 400, "invalid_scope"),
        (vec![FORM], format!("{grant}&{good}&scope=emperor"), 400, "invalid_scope"),
    ] {
        assert_eq!(refused(&headers, form.clone()).await, (status, error.to_owned()), "{form}");
    }
    let unknown = ask(&stage, &[FORM], grant).await;
    assert!(unknown.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"));
}

#[tokio::test]
async fn a_client_asks_for_as_many_tokens_as_it_may_send_requests() {
    let stage = Stage::set();
    let (number, secret) = key(&stage, json!(null)).await;
    let form = format!("grant_type=client_credentials&client_id={number}&client_secret={secret}");
    for _ in 0..600 {
        assert_eq!(ask(&stage, &[FORM], &form).await.status, StatusCode::OK);
    }
    let held_off = ask(&stage, &[FORM], &form).await;
    assert_eq!(held_off.problem().as_deref(), Some("too-many-requests"), "{held_off:?}");
    let (number, secret) = key(&stage, json!(null)).await;
    let form = format!("grant_type=client_credentials&client_id={number}&client_secret={secret}");
    assert_eq!(ask(&stage, &[FORM], &form).await.status, StatusCode::OK, "another client");
}

#[tokio::test]
async fn where_tokens_are_given_is_told_to_programs() {
    let stage = Stage::set();
    let mut program = stage.site.browser();
    let address = "/.well-known/oauth-authorization-server";
    let told = json_of(&program.open(address).await);
    assert_eq!(told["issuer"], "http://localhost:8080");
    assert_eq!(told["token_endpoint"], "http://localhost:8080/oauth2/token");
    assert_eq!(told["grant_types_supported"], json!(["client_credentials"]));
    let described = json_of(&program.open("/api/v1/openapi.json").await);
    let flow = &described["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"];
    assert_eq!(flow["tokenUrl"], "/oauth2/token");
    let scopes = flow["scopes"].as_object().unwrap().keys().collect::<Vec<_>>();
    assert_eq!(
        Value::from(scopes.len()),
        json!(told["scopes_supported"].as_array().unwrap().len())
    );
    let needs = |path: &str| described["paths"][path]["get"]["security"].to_string();
    assert!(needs("/api/v1/parties").contains("{\"token\":[\"read-parcels\"]}"));
    assert!(!needs("/api/v1/keys").contains("token"), "no program may");
}
