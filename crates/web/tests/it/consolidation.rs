//! Formal declarations, and consolidation as it goes on.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{DeclarationNumber, OfficeCode};
use tongguan_domain::time::Moment;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::returned::returned;

use crate::customs::{Customs, opened, send};
use crate::fixture::{Answer, Browser};

fn sent_at() -> Moment {
    Moment::parse_wire("20260302095900").unwrap()
}

/// An office at which two exports have left in March, their exporter, another merchant and another office.
fn stage() -> (Customs, Vec<(Export, DeclarationNumber)>) {
    let customs = Customs::open();
    let left = [1, 2].map(|n| {
        let parcel = export(n, sent_at()).unwrap();
        let mut world = customs.world();
        let [order, waybill, declaration] = parcel.documents();
        world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
        world.send([&parcel.departure_document()]);
        let number = world.export(&parcel).unwrap().state.number().unwrap().clone();
        (parcel, number)
    });
    let parties = {
        let cast = &customs.world().cast;
        [("exporter", cast.exporter.party.id), ("merchant", cast.merchant.party.id)]
    };
    for (name, party) in parties {
        customs.site().admit(name, Standing::Enterprise { party, role: Role::Clerk });
    }
    let office = OfficeCode::parse("0100").unwrap();
    customs.site().admit("elsewhere", Standing::Customs { office, role: Role::Officer });
    (customs, left.into())
}

/// A browser that asks for JSON, and the token of what changes something.
async fn program<'c>(customs: &'c Customs, name: &str) -> (Browser<'c>, String) {
    let mut browser = customs.site().signed_in(name).await;
    let token = browser.form_token().await;
    browser.accept = "application/json";
    (browser, token)
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

async fn get(browser: &mut Browser<'_>, address: &str) -> Value {
    json_of(&browser.open(address).await)
}

const PROSPECTS: &str = "/api/v1/consolidations/prospects?month=2026-03";

#[tokio::test]
async fn a_month_is_requested_followed_and_read_by_its_merchant_and_its_office_alone() {
    let (customs, left) = stage();
    let (mut exporter, token) = program(&customs, "exporter").await;
    let (mut merchant, _) = program(&customs, "merchant").await;
    let (mut officer, _) = program(&customs, "zhang").await;
    let (mut elsewhere, _) = program(&customs, "elsewhere").await;

    let there = get(&mut exporter, PROSPECTS).await;
    assert_eq!(there["prospects"][0]["declarations"], 2);
    assert_eq!(get(&mut officer, PROSPECTS).await, there);
    for other in [&mut merchant, &mut elsewhere] {
        assert_eq!(get(other, PROSPECTS).await["prospects"], json!([]));
    }
    let headers = [("x-form-token", token.as_str())];
    let month = json!({ "month": "2026-03" });
    let asked = exporter.json(Method::POST, "/api/v1/consolidations", &headers, &month).await;
    assert_eq!(json_of(&asked), there);
    let listed = get(&mut exporter, "/api/v1/consolidations").await;
    let [request] = &listed["items"].as_array().unwrap()[..] else { panic!("{listed}") };
    assert_eq!((&request["state"], &request["is_open"]), (&json!("accepted"), &json!(true)));
    assert_eq!(request["by_office"], true, "it was opened here, not by message");
    let address = format!("/api/v1/consolidations/{}", request["number"].as_str().unwrap());
    assert_eq!(get(&mut officer, "/api/v1/consolidations").await["items"], listed["items"]);
    assert_eq!(get(&mut elsewhere, "/api/v1/consolidations").await["items"], json!([]));

    customs.world().consolidate_portion(1);
    let running = get(&mut exporter, &address).await;
    assert_eq!((&running["state"], &running["declarations"]), (&json!("running"), &json!(1)));
    customs.world().consolidate();
    let done = get(&mut officer, &address).await;
    assert_eq!((&done["state"], &done["declarations"]), (&json!("done"), &json!(2)));
    for other in [&mut merchant, &mut elsewhere] {
        assert_eq!(other.open(&address).await.status, StatusCode::NOT_FOUND);
        let none = get(other, "/api/v1/formal-declarations").await;
        assert_eq!(none["items"], json!([]));
    }

    let formals = get(&mut exporter, "/api/v1/formal-declarations?limit=1").await;
    assert_eq!(get(&mut officer, "/api/v1/formal-declarations?limit=1").await, formals);
    let rest = get(&mut exporter, formals["next"].as_str().unwrap()).await;
    let numbers: Vec<_> = [&formals, &rest]
        .iter()
        .map(|page| page["items"][0]["number"].as_str().unwrap().to_owned())
        .collect();
    assert!(numbers[0] > numbers[1], "{numbers:?}");
    let mut sources = Vec::new();
    for number in &numbers {
        let address = format!("/api/v1/formal-declarations/{number}");
        let formal = get(&mut exporter, &address).await;
        sources
            .push(formal["lines"][0]["sources"][0]["declarationNo"].as_str().unwrap().to_owned());
        let xml = officer.open(&format!("{address}/xml")).await;
        assert_eq!(xml.headers["content-type"], "application/xml");
        assert!(
            xml.body.contains("urn:tongguan:formal-declaration:1") && xml.body.contains(number)
        );
        for other in [&mut merchant, &mut elsewhere] {
            for part in ["", "/xml", "/amendments"] {
                let answer = other.open(&format!("{address}{part}")).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{part}");
            }
        }
    }
    sources.sort();
    let mut all: Vec<_> = left.iter().map(|(_, number)| number.to_string()).collect();
    all.sort();
    assert_eq!(sources, all, "each line says where it comes from");
}

#[tokio::test]
async fn what_was_consolidated_is_found_by_its_number_within_reach_alone() {
    let (customs, _) = stage();
    let (mut officer, token) = program(&customs, "zhang").await;
    let (mut elsewhere, _) = program(&customs, "elsewhere").await;
    let headers = [("x-form-token", token.as_str())];
    let month = json!({ "month": "2026-03" });
    officer.json(Method::POST, "/api/v1/consolidations/office", &headers, &month).await;
    let requests = get(&mut officer, "/api/v1/consolidations").await;
    customs.world().consolidate();
    let formals = get(&mut officer, "/api/v1/formal-declarations").await;
    for (kind, listed) in [("consolidation", &requests), ("formal-declaration", &formals)] {
        let number = listed["items"][0]["number"].as_str().unwrap();
        let search = format!("/api/v1/search?number={}", number.to_lowercase());
        let found = json!([{ "kind": kind, "number": number }]);
        assert_eq!(get(&mut officer, &search).await["others"], found);
        assert_eq!(get(&mut elsewhere, &search).await["others"], json!([]));
    }
}

#[tokio::test]
async fn what_came_back_later_has_to_be_amended() {
    let (customs, left) = stage();
    let (mut officer, token) = program(&customs, "zhang").await;
    let headers = [("x-form-token", token.as_str())];
    let month = json!({ "month": "2026-03", "merchant": "330196E005" });
    let asked = officer.json(Method::POST, "/api/v1/consolidations/office", &headers, &month).await;
    assert_eq!(json_of(&asked)["prospects"][0]["declarations"], 2);
    let nobody = json!({ "month": "2026-03", "merchant": "9999999999" });
    let wrong =
        officer.json(Method::POST, "/api/v1/consolidations/office", &headers, &nobody).await;
    assert_eq!(wrong.problem().as_deref(), Some("wrong-field"), "{wrong:?}");
    customs.world().consolidate();
    let formals = get(&mut officer, "/api/v1/formal-declarations").await;
    let number = formals["items"][0]["number"].as_str().unwrap().to_owned();
    let address = format!("/api/v1/formal-declarations/{number}/amendments");
    assert_eq!(get(&mut officer, &address).await["lines"], json!([]));

    let (parcel, number) = &left[0];
    let back = returned(parcel, number, 1, sent_at()).unwrap();
    customs.world().clock.advance_millis(60_000);
    customs.world().send([&back.request_document(), &back.tally_document()]);
    let lines = get(&mut officer, &address).await["lines"].clone();
    assert_eq!(lines[0]["invt_no"], number.as_str(), "{lines}");
    assert_eq!(lines[0]["return"], format!("{number}/1"));
    let shown = get(&mut officer, &format!("/api/v1/export-returns/{number}-1")).await;
    assert_eq!(shown["to_amend"][0]["quantity"], lines[0]["quantity"]);
}

#[tokio::test]
async fn pages_show_a_month_what_becomes_of_it_and_the_file() {
    let (customs, _) = stage();
    let mut browser = customs.site().signed_in("exporter").await;
    let page = opened(&mut browser, "/consolidations?month=2026-03").await;
    assert!(page.body.contains("Consolidate that month") && page.body.contains("It is due on"));
    let begun = send(&mut browser, &page, "/consolidations", &[("month", "2026-03")]).await;
    assert_eq!(begun.location(), "/consolidations?month=2026-03&done=begun");
    let page = opened(&mut browser, begun.location()).await;
    assert!(page.body.contains("Accepted; it is merged soon"), "{}", page.body);
    let link =
        page.body.split("href=\"/consolidations/").nth(1).unwrap().split('"').next().unwrap();
    let address = format!("/consolidations/{link}");
    let one = opened(&mut browser, &address).await;
    let events = format!("data-progress=\"{address}/progress\"");
    assert!(one.body.contains(&events) && one.body.contains("<script src=\"/static/"));
    let script = one.body.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap();
    let script = browser.open(script).await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");

    customs.world().consolidate();
    let told = browser.open(&format!("{address}/progress")).await;
    assert_eq!(told.headers["content-type"], "text/event-stream");
    assert!(told.body.starts_with("data: 2 declarations in "), "{}", told.body);
    assert!(told.body.ends_with("event: end\ndata:\n\n"), "{}", told.body);
    let one = opened(&mut browser, &address).await;
    assert!(!one.body.contains("data-progress") && one.body.contains("0 left out"));
    let list = opened(&mut browser, "/formal-declarations").await;
    let link = list.body.split("href=\"/formal-declarations/").nth(1).unwrap();
    let address = format!("/formal-declarations/{}", link.split('"').next().unwrap());
    let formal = opened(&mut browser, &address).await;
    assert!(formal.body.contains("Made of") && !formal.body.contains("Lines to amend"));
    let file = browser.open(&format!("{address}/file?format=xml")).await;
    assert!(file.body.contains("FormalDeclaration"), "{file:?}");
    let file = browser.open(&format!("{address}/file?format=json")).await;
    assert!(file.body.contains("\"consolidatedNo\""), "{file:?}");
    let wrong = browser.open(&format!("{address}/file?format=pdf")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);

    let mut merchant = customs.site().signed_in("merchant").await;
    let page = opened(&mut merchant, "/consolidations?month=2026-03").await;
    assert!(page.body.contains("There is nothing of that month"), "{}", page.body);
    assert!(!page.body.contains("Consolidate that month"));
    let mut officer = customs.site().signed_in("zhang").await;
    let page = opened(&mut officer, "/consolidations?month=2026-03").await;
    assert!(page.body.contains("There is no request"), "what is done is under way no more");
}
