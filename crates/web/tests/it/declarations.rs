//! The list of declarations, for officers and auditors, as a page, a file and for programs.

use axum::http::StatusCode;
use serde_json::Value;
use tongguan_application::parcels::Projector;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;

use crate::customs::{Customs, opened};
use crate::fixture::Browser;

/// An office with an import in review, one under examination and an export, and people who look at them.
fn office() -> (Customs, [String; 3]) {
    let customs = Customs::open();
    let (reviewed, _) = customs.in_review(1);
    let (examined, _) = customs.under_examination(2);
    let (exported, _) = customs.export(3);
    Projector::open(&customs.world().store).unwrap().take_up().unwrap();
    let party = customs.world().cast.merchant.party.id;
    let office = OfficeCode::parse("0100").unwrap();
    for (name, standing) in [
        ("auditor", Standing::Auditor),
        ("clerk", Standing::Enterprise { party, role: Role::Clerk }),
        ("elsewhere", Standing::Customs { office, role: Role::Officer }),
    ] {
        customs.site().admit(name, standing);
    }
    let ids = [reviewed, examined, exported].map(|id| format!("/declarations/{id}\""));
    (customs, ids)
}

async fn json(browser: &mut Browser<'_>, address: &str) -> Value {
    browser.accept = "application/json";
    let answer = browser.open(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address} {answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

fn lists(body: &str, ids: &[&String]) -> bool {
    ids.iter().all(|id| body.contains(id.as_str()))
}

#[tokio::test]
async fn officers_list_their_own_office_and_the_auditor_every_one() {
    let (customs, ids) = office();
    let site = customs.site();
    let [reviewed, examined, exported] = &ids;
    for name in ["zhang", "wu.bin", "gao", "chen", "auditor"] {
        let mut browser = site.signed_in(name).await;
        let page = opened(&mut browser, "/declarations").await;
        assert!(lists(&page.body, &[reviewed, examined, exported]), "{name}: {}", page.body);
        assert!(page.body.contains("href=\"/declarations\""), "the navigation leads here: {name}");
        assert_eq!(page.body.contains("name=\"office\""), name == "auditor", "{name}");
        // Who acts for no enterprise has this list, and is led to it.
        assert_eq!(browser.open("/parcels").await.location(), "/declarations", "{name}");
    }
    let mut auditor = site.signed_in("auditor").await;
    let there = opened(&mut auditor, "/declarations?office=0100").await;
    assert!(there.body.contains("No declaration matches"), "{}", there.body);
    let case = auditor.open(&format!("/declarations/{}", &reviewed[14..reviewed.len() - 1])).await;
    assert_eq!(case.status, StatusCode::OK, "the list leads to what one may see");

    let mut elsewhere = site.signed_in("elsewhere").await;
    for address in ["/declarations", "/declarations?office=2916", "/declarations.csv?office=2916"] {
        let page = elsewhere.open(address).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        assert!(!ids.iter().any(|id| page.body.contains(id)), "{address}: {}", page.body);
    }
    let mut clerk = site.signed_in("clerk").await;
    assert_eq!(clerk.open("/declarations").await.location(), "/parcels");
    assert!(!clerk.open("/").await.body.contains("href=\"/declarations\""), "it has its own");
}

#[tokio::test]
async fn a_filter_is_a_link_and_goes_on_page_by_page() {
    let (customs, [reviewed, examined, exported]) = office();
    let mut browser = customs.site().signed_in("zhang").await;
    let list = opened(&mut browser, "/declarations?status=300").await;
    assert!(lists(&list.body, &[&reviewed]) && !lists(&list.body, &[&examined]), "{}", list.body);
    assert!(list.body.contains("<option value=\"300\" selected>"), "the filter says what it is");
    assert!(list.body.contains("href=\"/declarations.csv?status=300\""), "{}", list.body);
    let out = opened(&mut browser, "/declarations?direction=export").await;
    assert!(lists(&out.body, &[&exported]) && !lists(&out.body, &[&reviewed]), "{}", out.body);
    let of = opened(&mut browser, "/declarations?party=330196M002").await;
    assert!(lists(&of.body, &[&reviewed, &examined]) && !lists(&of.body, &[&exported]));
    let unknown = opened(&mut browser, "/declarations?party=nobody").await;
    assert!(unknown.body.contains("No declaration matches"), "{}", unknown.body);
    let before = opened(&mut browser, "/declarations?to=2026-03-01").await;
    assert!(before.body.contains("No declaration matches"), "{}", before.body);
    for wrong in ["status=x", "direction=up", "from=yesterday", "behind=x", "office=29"] {
        let answer = browser.open(&format!("/declarations?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn programs_list_what_the_pages_list() {
    let (customs, _) = office();
    let site = customs.site();
    let mut officer = site.signed_in("zhang").await;
    let first = json(&mut officer, "/api/v1/declarations?limit=2").await;
    let second = json(&mut officer, first["next"].as_str().unwrap()).await;
    let told = |list: &Value| {
        let items = list["items"].as_array().unwrap().iter();
        items.map(|it| it["status"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((told(&first), told(&second)), (vec![399, 500], vec![300]));
    assert_eq!(second["next"], Value::Null);
    let examined = json(&mut officer, "/api/v1/declarations?status=500&party=330196M002").await;
    assert_eq!(told(&examined), [500]);
    let mut clerk = site.signed_in("clerk").await;
    assert_eq!(told(&json(&mut clerk, "/api/v1/declarations").await), [500, 300], "the own");
    let mut elsewhere = site.signed_in("elsewhere").await;
    assert_eq!(told(&json(&mut elsewhere, "/api/v1/declarations").await), [0_i64; 0]);
    for wrong in ["status=x", "direction=up", "after=x", "office=29161"] {
        let answer = officer.open(&format!("/api/v1/declarations?{wrong}")).await;
        assert_eq!(answer.problem().as_deref(), Some("malformed"), "{wrong}");
    }
    let file = officer.open("/api/v1/declarations.csv?status=300,500").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.body.lines().count(), 3, "{}", file.body);
    assert_eq!(file.body, officer.open("/declarations.csv?status=300,500").await.body);
}
