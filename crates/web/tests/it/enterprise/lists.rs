//! The lists of an enterprise, as programs and pages ask for them.

use axum::http::StatusCode;
use serde_json::Value;
use tongguan_application::parcels::Projector;
use tongguan_domain::access::Role;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::{Document, parcel};
use tongguan_testkit::requests::{cancellation, export_cancellation, import_return};

use super::{Stage, sent_at};
use crate::fixture::{Browser, standing_of};

async fn json(browser: &mut Browser<'_>, address: &str) -> Value {
    browser.accept = "application/json";
    let answer = browser.open(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address} {answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

fn all(list: &Value, field: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// A return of the first import, a request to cancel the export, and one to cancel the second import.
fn ask(stage: &mut Stage) {
    let number = |n| {
        let stored = stage.world.declaration(&parcel(n, sent_at()).unwrap()).unwrap();
        stored.state.number().unwrap().clone()
    };
    let (first, second) = (parcel(1, sent_at()).unwrap(), parcel(2, sent_at()).unwrap());
    let goods = [(0, first.declaration.items[0].quantity)];
    let back = import_return(&first, &number(1), 1, sent_at(), &goods).unwrap();
    let cancelled = cancellation(&second, &number(2), 2, sent_at()).unwrap();
    let out = export(4, sent_at()).unwrap();
    let out_no = stage.world.export(&out).unwrap().state.number().unwrap().clone();
    let stopped = export_cancellation(&out, &out_no, 4, sent_at()).unwrap();
    stage.world.send(&[
        Document::Return(Box::new(back)),
        Document::Cancellation(Box::new(cancelled)),
        Document::ExportCancellation(Box::new(stopped)),
    ]);
    Projector::open(&stage.world.store).unwrap().take_up().unwrap();
}

#[tokio::test]
async fn parcels_are_listed_in_pages_for_their_parties_alone() {
    let stage = Stage::set();
    let own = [3, 2, 1].map(|n| parcel(n, sent_at()).unwrap().declaration.order_no.to_string());
    let (mut merchant, mut exporter) = (stage.merchant().await, stage.exporter().await);
    let first = json(&mut merchant, "/api/v1/parcels?limit=2").await;
    assert_eq!(all(&first, "order_no"), own[..2]);
    let second = json(&mut merchant, first["next"].as_str().unwrap()).await;
    assert_eq!(all(&second, "order_no"), own[2..]);
    assert_eq!(second["next"], Value::Null);
    let waiting = json(&mut merchant, "/api/v1/parcels?status=2&direction=import").await;
    assert_eq!(all(&waiting, "order_no"), own[..1]);
    let found = json(&mut exporter, &format!("/api/v1/parcels?number={}", own[0])).await;
    assert_eq!(all(&found, "order_no"), [] as [String; 0]);
    for wrong in ["status=x", "direction=up", "from=yesterday", "after=x", "number=%00"] {
        let answer = merchant.open(&format!("/api/v1/parcels?{wrong}")).await;
        assert_eq!(answer.problem().as_deref(), Some("malformed"), "{wrong}");
    }
}

#[tokio::test]
async fn the_file_is_the_one_of_the_page() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let file = browser.open("/api/v1/parcels.csv?status=800").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers["cache-control"], "no-store");
    assert!(!file.headers.contains_key("etag"), "nobody knows it before its end");
    assert_eq!(file.body, browser.open("/parcels.csv?status=800").await.body);
}

#[tokio::test]
async fn tax_bills_are_listed_parcel_by_parcel() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let first = json(&mut browser, "/api/v1/tax-bills?limit=1").await;
    let second = json(&mut browser, first["next"].as_str().unwrap()).await;
    let of = |n| stage.world.declaration(&parcel(n, sent_at()).unwrap()).unwrap().id.to_string();
    assert_eq!(all(&first, "declaration"), [of(2)]);
    assert_eq!(all(&second, "declaration"), [of(1)]);
    assert_eq!(first["items"][0]["standing"], "issued");
    assert_eq!(
        json(&mut stage.exporter().await, "/api/v1/tax-bills").await["items"],
        Value::Array(vec![])
    );
}

#[tokio::test]
async fn requests_are_listed_on_pages_and_for_programs() {
    let mut stage = Stage::set();
    ask(&mut stage);
    let (mut merchant, mut exporter) = (stage.merchant().await, stage.exporter().await);
    let first = parcel(1, sent_at()).unwrap().declaration.order_no.to_string();
    let returns = json(&mut merchant, "/api/v1/returns").await;
    assert_eq!(all(&returns, "order_no"), [first.as_str()]);
    assert_eq!(returns["items"][0]["status"], 120);
    let refused = json(&mut merchant, "/api/v1/cancellations").await;
    assert_eq!(all(&refused, "state"), ["refused"]);
    let cancelled = json(&mut exporter, "/api/v1/cancellations").await;
    assert_eq!(all(&cancelled, "state"), ["entered"]);
    assert_eq!(all(&cancelled, "direction"), ["export"]);
    assert_eq!(json(&mut exporter, "/api/v1/returns").await["items"], Value::Array(vec![]));
    assert_eq!(json(&mut exporter, "/api/v1/export-returns").await["items"], Value::Array(vec![]));

    (merchant.accept, exporter.accept) = ("text/html", "text/html");
    let page = merchant.open("/requests").await;
    assert!(page.body.contains(&first), "{}", page.body);
    let page = exporter.open("/requests?kind=cancellations").await;
    assert!(page.body.contains("cancelled"), "{}", page.body);
    let page = exporter.open("/requests?kind=returns").await;
    assert!(page.body.contains("No imported goods"), "{}", page.body);
    for wrong in ["kind=x", "behind=x"] {
        let answer = exporter.open(&format!("/requests?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn documents_are_found_by_kind_and_number() {
    let stage = Stage::set();
    let declaration = parcel(1, sent_at()).unwrap().declaration;
    let (order_no, waybill_no) =
        (declaration.order_no.to_string(), declaration.waybill_no.to_string());
    let mut merchant = stage.merchant().await;
    let address = format!("/api/v1/documents?kind=waybill&number={order_no}");
    let found = json(&mut merchant, &address).await;
    assert_eq!(found["documents"][0]["number"], waybill_no.as_str());
    assert_eq!(found["documents"][0]["order_no"], order_no.as_str());
    let others = json(&mut stage.exporter().await, &address).await;
    assert_eq!(others["documents"], Value::Array(vec![]));
    for wrong in ["kind=x&number=1", "kind=order", "kind=order&number=%00"] {
        let answer = merchant.open(&format!("/api/v1/documents?{wrong}")).await;
        assert_eq!(answer.problem().as_deref(), Some("malformed"), "{wrong}");
    }
    merchant.accept = "text/html";
    let page = merchant.open(&format!("/documents?kind=waybill&number={order_no}")).await;
    assert!(page.body.contains(&waybill_no), "{}", page.body);
    let none = merchant.open("/documents?kind=payment&number=none").await;
    assert!(none.body.contains("Nothing was found"), "{}", none.body);
}

#[tokio::test]
async fn an_office_sees_what_waits_and_no_list_of_an_enterprise() {
    let mut stage = Stage::set();
    ask(&mut stage);
    stage.site.admit("officer", standing_of(Role::Officer));
    let mut officer = stage.site.signed_in("officer").await;
    let none = Value::Array(vec![]);
    for address in ["/api/v1/parcels", "/api/v1/cancellations", "/api/v1/export-returns"] {
        assert_eq!(json(&mut officer, address).await["items"], none, "{address}");
    }
    assert_eq!(json(&mut officer, "/api/v1/undeclared").await["parcels"], none);
    let bill = officer.open("/api/v1/bills/none").await;
    assert_eq!(bill.status, StatusCode::NOT_FOUND);
}
