//! The JSON interface: what it describes is what is there, and what all of it has in common.

use std::path::PathBuf;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_domain::access::Role;
use tongguan_web::{Needs, Route};

use crate::fixture::{Answer, Browser, Site, lenient, standing_of};

pub fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

async fn described(site: &Site) -> Value {
    let mut browser = site.browser();
    browser.accept = "application/json";
    json_of(&browser.open("/api/v1/openapi.json").await)
}

/// Each operation: method, path and what is said of it.
fn operations(described: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

async fn administrator(site: &Site) -> (Browser<'_>, String) {
    site.admit("admin", standing_of(Role::SystemAdministrator));
    let mut browser = site.signed_in("admin").await;
    browser.accept = "application/json";
    let token = json_of(&browser.open("/api/v1/session").await)["form_token"].clone();
    (browser, token.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_route_of_the_interface_is_described_with_its_permission_and_nothing_else_is() {
    let site = Site::new(lenient());
    let described = described(&site).await;
    assert_eq!(described["openapi"], "3.1.0");
    let mut said: Vec<_> = operations(&described)
        .into_iter()
        .map(|(method, path, operation)| {
            assert!(operation["operationId"].is_string() && operation["summary"].is_string());
            assert!(operation["responses"]["429"].is_object(), "{path}");
            (path, method, operation["x-permission"].as_str().unwrap().to_owned())
        })
        .collect();
    let is_of_interface =
        |route: &&Route| route.path.starts_with("/api/v1/") && route.path != "/api/v1/openapi.json";
    let mut there: Vec<_> = site
        .routes
        .iter()
        .filter(is_of_interface)
        .map(|route| {
            let permission = match route.needs {
                Needs::May(permission) => permission.name(),
                Needs::Known => "to be known",
                Needs::Session => "a session",
                _ => "nothing",
            };
            (route.path.clone(), route.method.to_string(), permission.to_owned())
        })
        .collect();
    said.sort();
    there.sort();
    assert_eq!(said, there);
    assert!(there.len() > 30);
}

#[tokio::test]
async fn every_schema_that_is_named_is_there() {
    let site = Site::new(lenient());
    let described = described(&site).await;
    let text = described.to_string();
    let named = text.split("#/components/schemas/").skip(1);
    for name in named.filter_map(|rest| rest.split('"').next()) {
        assert!(described["components"]["schemas"][name].is_object(), "{name}");
    }
}

/// Of two types that are described under one name the description keeps one.
#[test]
fn schemas_have_names_of_their_own() {
    let mut names = Vec::new();
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                names.extend(described_in(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(names.len() > 100, "{}", names.len());
    names.sort();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// The names of the types of a source file that derive a schema.
fn described_in(source: &str) -> Vec<String> {
    let after = source.split("#[derive(").skip(1).filter_map(|rest| rest.split_once(")]"));
    let described = after.filter(|(derived, _)| derived.contains("ToSchema"));
    let names = described.filter_map(|(_, rest)| {
        let line = rest.lines().find(|line| line.contains("struct ") || line.contains("enum "))?;
        let (_, name) = line.split_once("struct ").or_else(|| line.split_once("enum "))?;
        Some(name.chars().take_while(|c| c.is_ascii_alphanumeric()).collect())
    });
    names.collect()
}

#[tokio::test]
async fn operations_have_names_of_their_own() {
    let site = Site::new(lenient());
    let all = operations(&described(&site).await);
    let mut names: Vec<_> = all.iter().map(|(.., it)| it["operationId"].to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all.len());
}

/// docs/reference/api.md lists every operation; TONGGUAN_BLESS=1 writes the list anew.
#[tokio::test]
async fn the_reference_lists_every_operation() {
    let site = Site::new(lenient());
    let mut lines = String::new();
    for (method, path, it) in operations(&described(&site).await) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (permission, summary) = (text(&it["x-permission"]), text(&it["summary"]));
        lines.push_str(&format!("| `{method} {path}` | {permission} | {summary} |\n"));
    }
    let head = "| operation | permission | what it does |\n|---|---|---|\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/api.md");
    let written = std::fs::read_to_string(file).unwrap();
    let (before, rest) = written.split_once(head).expect("the table of operations");
    let kept = rest.lines().skip_while(|line| line.starts_with('|'));
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    let fresh = format!("{before}{head}{lines}{kept}");
    if std::env::var_os("TONGGUAN_BLESS").is_some() {
        std::fs::write(file, fresh).unwrap();
        return;
    }
    assert_eq!(written, fresh, "run this test with TONGGUAN_BLESS=1 and commit the page");
}

#[tokio::test]
async fn the_reference_page_shows_every_operation_in_both_languages() {
    let site = Site::new(lenient());
    let described = described(&site).await;
    let mut browser = site.browser();
    for tag in ["en", "zh-Hans"] {
        browser.open(&format!("/language/{tag}?back=/")).await;
        let index = browser.open("/developers/api").await;
        assert_eq!(index.status, StatusCode::OK);
        for (method, path, operation) in operations(&described) {
            let id = operation["operationId"].as_str().unwrap();
            let group = operation["tags"][0].as_str().unwrap();
            let link = format!("href=\"/developers/api/{group}#{id}\">{method} {path}<");
            assert!(index.body.contains(&link), "{link}");
            let page = browser.open(&format!("/developers/api/{group}")).await;
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
            assert!(page.body.contains(&format!("{method} {path}")), "{method} {path}");
            assert!(page.body.contains("curl"), "{group}");
            assert!(page.body.len() < 100_000, "{group}: {}", page.body.len());
            for linked in page.body.split("href=\"#schema-").skip(1) {
                let name = linked.split('"').next().unwrap();
                assert!(page.body.contains(&format!("id=\"schema-{name}\"")), "{group}: {name}");
            }
        }
        assert!(index.body.len() < 100_000, "{}", index.body.len());
    }
    let none = browser.open("/developers/api/none").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_tax_is_computed_for_anybody_and_every_defect_has_its_place() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    browser.accept = "application/json";
    let basket = json!({
        "as_of": "2026-11-22", "mode": "9610", "annual_used": "0.00",
        "freight": "28.00", "insurance": "0.00",
        "items": [{ "line": 1, "hs": "3304990029", "qty": "2", "unit": "011",
                    "total_price": "199.00", "net_weight_kg": "0.06" }],
    });
    let answer = browser.json(Method::POST, "/api/v1/tax", &[], &basket).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(json_of(&answer)["regime"], "reduced");
    assert_eq!(answer.headers["cache-control"], "no-store");

    let mut wrong = basket;
    wrong["items"][0]["hs"] = json!("1");
    let answer = browser.json(Method::POST, "/api/v1/tax", &[], &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(json_of(&answer)["defects"][0]["pointer"], "/items/0/hs");
    let text = browser.request(Method::POST, "/api/v1/tax", "{}").await;
    assert_eq!(text.problem().as_deref(), Some("no-json"), "{text:?}");
}

#[tokio::test]
async fn a_message_is_checked_and_nothing_of_it_is_kept() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    browser.accept = "application/json";
    let answer = browser.request(Method::POST, "/api/v1/messages/check", "<CEB311Message>").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let told = json_of(&answer);
    assert_eq!(told["valid"], false);
    assert!(!told["defects"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn lists_come_in_pages_and_what_is_known_is_not_sent_again() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    browser.accept = "application/json";
    let first = browser.open("/api/v1/codes/currencies?limit=2").await;
    let page = json_of(&first);
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let next = page["next"].as_str().unwrap().to_owned();
    assert_eq!(first.headers["link"], format!("<{next}>; rel=\"next\""));
    let second = json_of(&browser.open(&next).await);
    assert_ne!(page["items"][0], second["items"][0]);

    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let known = [("if-none-match", tag.as_str())];
    let again = browser.with(Method::GET, "/api/v1/codes/currencies?limit=2", &known, "").await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let changed = browser.with(Method::GET, "/api/v1/codes/currencies?limit=3", &known, "").await;
    assert_eq!(changed.status, StatusCode::OK);
    for wrong in ["limit=0", "limit=501", "limit=x", "after=x", "as_of=2026-02-30"] {
        let answer = browser.open(&format!("/api/v1/codes/currencies?{wrong}")).await;
        assert_eq!(answer.problem().as_deref(), Some("malformed"), "{wrong}");
    }
}

#[tokio::test]
async fn what_acts_under_a_key_is_done_once() {
    let site = Site::new(lenient());
    let (mut browser, token) = administrator(&site).await;
    let person =
        json!({ "sign_in": "li.wei", "name": "李伟", "role": "clerk", "organisation": "new" });
    let headers = [("x-form-token", token.as_str()), ("idempotency-key", "a-1")];
    let first = browser.json(Method::POST, "/api/v1/people", &headers, &person).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    let address = json_of(&first)["address"].clone();
    let address = address.as_str().unwrap();
    assert!(address.starts_with("http://localhost:8080/invitation/"), "{address}");
    let again = browser.json(Method::POST, "/api/v1/people", &headers, &person).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body), "the same invitation");
    assert_eq!(again.headers["idempotent-replayed"], "true");

    let mut other = person.clone();
    other["sign_in"] = json!("li.wei2");
    let refused = browser.json(Method::POST, "/api/v1/people", &headers, &other).await;
    assert_eq!(refused.problem().as_deref(), Some("other-request"));
    let without = [("x-form-token", token.as_str())];
    let taken = browser.json(Method::POST, "/api/v1/people", &without, &person).await;
    assert_eq!(taken.problem().as_deref(), Some("refused"), "{taken:?}");
    let forgotten = browser.json(Method::POST, "/api/v1/people", &[], &other).await;
    assert_eq!(forgotten.problem().as_deref(), Some("foreign-form"), "{forgotten:?}");
    other["role"] = json!("emperor");
    let wrong = browser.json(Method::POST, "/api/v1/people", &without, &other).await;
    assert_eq!(json_of(&wrong)["errors"][0]["pointer"], "/role");
}

#[tokio::test]
async fn people_are_managed_within_the_own_organisation() {
    let site = Site::new(lenient());
    site.admit("boss", standing_of(Role::EnterpriseAdministrator));
    site.admit("clerk", standing_of(Role::Clerk));
    site.admit("wang", standing_of(Role::Officer));
    let mut browser = site.signed_in("boss").await;
    browser.accept = "application/json";
    let session = json_of(&browser.open("/api/v1/session").await);
    let token = session["form_token"].as_str().unwrap();
    let headers = [("x-form-token", token)];
    let listed = json_of(&browser.open("/api/v1/people").await);
    let names: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|it| it["sign_in"].clone()).collect();
    assert_eq!(names, ["boss", "clerk"]);
    assert_eq!(browser.open("/api/v1/people/wang").await.status, StatusCode::NOT_FOUND);
    let out = json!({ "is_shut_out": true });
    let change = browser.json(Method::POST, "/api/v1/people/clerk", &headers, &out).await;
    assert_eq!(json_of(&change)["is_shut_out"], true, "{change:?}");
    let officer = json!({ "role": "officer", "organisation": "2916" });
    let refused = browser.json(Method::POST, "/api/v1/people/clerk", &headers, &officer).await;
    assert_eq!(refused.problem().as_deref(), Some("wrong-field"), "{refused:?}");
    for (address, body) in
        [("/api/v1/people/boss", &out), ("/api/v1/people/boss/invitation", &json!({}))]
    {
        let oneself = browser.json(Method::POST, address, &headers, body).await;
        assert_eq!(oneself.problem().as_deref(), Some("refused"), "{address}: {oneself:?}");
    }
    let other = browser.json(Method::POST, "/api/v1/people/wang", &headers, &out).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_caller_who_asks_too_often_waits() {
    let site = Site::new(lenient());
    let (mut browser, _) = administrator(&site).await;
    for _ in 0..599 {
        assert_eq!(browser.open("/api/v1/session").await.status, StatusCode::OK);
    }
    let answer = browser.open("/api/v1/session").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.problem().as_deref(), Some("too-many-requests"));
    assert_eq!(answer.headers["retry-after"], "1");
}
