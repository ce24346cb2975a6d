//! The list of parcels, the file of it, and what needs attention.

use axum::http::StatusCode;
use tongguan_domain::access::Role;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::parcel;

use super::{Stage, sent_at};
use crate::fixture::standing_of;

fn import_no(n: u64) -> String {
    parcel(n, sent_at()).unwrap().declaration.order_no.to_string()
}

fn export_no(n: u64) -> String {
    export(n, sent_at()).unwrap().declaration.order_no.to_string()
}

#[tokio::test]
async fn an_enterprise_finds_its_own_parcels_and_never_anothers() {
    let stage = Stage::set();
    let (mut merchant, mut exporter) = (stage.merchant().await, stage.exporter().await);
    let own = [1, 2, 3].map(import_no);
    for address in ["/parcels", "/parcels.csv"] {
        let theirs = merchant.open(address).await;
        assert!(own.iter().all(|number| theirs.body.contains(number)), "{}", theirs.body);
        assert!(!theirs.body.contains(&export_no(4)), "{}", theirs.body);
        let others = exporter.open(address).await;
        assert!(others.body.contains(&export_no(4)), "{}", others.body);
        assert!(!own.iter().any(|number| others.body.contains(number)), "{}", others.body);
    }
    // Nor by its number.
    let found = exporter.open(&format!("/parcels?number={}", own[0])).await;
    assert!(found.body.contains("No parcel matches"), "{}", found.body);
}

#[tokio::test]
async fn a_filter_is_a_link_and_what_needs_attention_is_one() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let home = browser.open("/").await;
    let waiting = "Waiting for order, payment or waybill";
    assert!(
        home.body.contains(&format!("<a href=\"/parcels?status=2\">{waiting}</a>")),
        "{home:?}"
    );
    let list = browser.open("/parcels?status=2").await;
    assert!(list.body.contains(&import_no(3)) && !list.body.contains(&import_no(1)), "{list:?}");
    assert!(list.body.contains("<option value=\"2\" selected>"), "the filter says what it is");
    assert!(list.body.contains("href=\"/parcels.csv?status=2\""), "{}", list.body);
    let id = stage.world.declaration(&parcel(3, sent_at()).unwrap()).unwrap().id;
    assert!(list.body.contains(&format!("href=\"/declarations/{id}\"")), "{}", list.body);
    let none = browser.open("/parcels?status=2&direction=export&from=2026-03-01").await;
    assert!(none.body.contains("No parcel matches"), "{none:?}");
    for wrong in ["status=x", "direction=up", "from=yesterday", "behind=x"] {
        let answer = browser.open(&format!("/parcels?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_file_holds_all_that_match_for_a_spreadsheet() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let file = browser.open("/parcels.csv?status=800").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<_> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("\u{FEFF}\"declaration number\""), "{lines:?}");
    assert!(lines[1].contains(&import_no(2)) && lines[2].contains(&import_no(1)), "{lines:?}");
    assert!(lines[1].contains("\"800\",\"released\""), "{lines:?}");
}

#[tokio::test]
async fn who_is_no_enterprise_is_led_elsewhere() {
    let stage = Stage::set();
    stage.site.admit("officer", standing_of(Role::Officer));
    let mut browser = stage.site.signed_in("officer").await;
    assert_eq!(browser.open("/parcels").await.location(), "/declarations");
    let home = browser.open("/").await;
    assert!(!home.body.contains("What needs attention"), "{}", home.body);
}
