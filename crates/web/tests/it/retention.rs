//! What is kept until when, and holds, on the page of it.

use axum::http::StatusCode;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;
use tongguan_storage::ArchivedMonthRow;

use crate::customs::Customs;
use crate::fixture::{Answer, Person, Site, lenient, standing_of, told};

async fn hold(person: &mut Person<'_>, number: &str, reason: &str) -> Answer {
    let token = person.token.clone();
    let form = [("form_token", &*token), ("number", number), ("reason", reason)];
    person.browser.send("/retention/holds", &form).await
}

async fn lift(person: &mut Person<'_>, n: i64, reason: &str) -> Answer {
    let token = person.token.clone();
    let form = [("form_token", &*token), ("reason", reason)];
    person.browser.send(&format!("/retention/holds/{n}/lift"), &form).await
}

#[tokio::test]
async fn a_supervisor_holds_what_a_case_needs_and_lifts_it() {
    let customs = Customs::open();
    let (id, _) = customs.in_review(1);
    let site = customs.site();
    let mut chen = Person::of(site, "chen").await;
    let page = chen.browser.open("/retention").await;
    for part in
        ["messages as received", "kept at least until", "CN-KEEP-ORIGINALS", "Nothing is held"]
    {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let number = id.to_string();
    let empty = hold(&mut chen, &number, " ").await;
    assert_eq!(empty.status, StatusCode::CONFLICT);
    assert!(empty.body.contains("Choose a reason") && empty.body.contains(&number), "{empty:?}");
    let unknown = hold(&mut chen, "no such number", "appeal 7").await;
    assert!(unknown.body.contains("no single declaration") && unknown.body.contains("appeal 7"));

    assert_eq!(hold(&mut chen, &number, "appeal 7").await.location(), "/retention#holds");
    let twice = hold(&mut chen, &number, "appeal 8").await;
    assert!(twice.body.contains("held already, by hold 1"), "{}", twice.body);
    let page = chen.browser.open("/retention").await;
    assert!(page.body.contains("appeal 7") && page.body.contains("Lift hold 1"), "{}", page.body);
    assert_eq!(page.body.matches("<h1").count(), 1);
    let case = chen.browser.open(&format!("/declarations/{id}")).await;
    assert!(case.body.contains("Kept by hold 1: appeal 7"), "{}", case.body);
    assert!(!case.body.contains("Archived in"));
    let case = told(&chen.browser.open(&format!("/api/v1/declarations/{id}/case")).await);
    assert_eq!((&case["hold"]["n"], &case["hold"]["reason"]), (&1.into(), &"appeal 7".into()));
    assert!(case["archived_in"].is_null(), "{case}");
    chen.browser.language = "zh";
    let page = chen.browser.open("/retention").await;
    assert!(page.body.contains("保存与销毁") && page.body.contains("解除保全"), "{}", page.body);
    chen.browser.language = "en";

    assert_eq!(lift(&mut chen, 1, "").await.status, StatusCode::CONFLICT);
    assert_eq!(lift(&mut chen, 1, "the appeal is over").await.location(), "/retention#holds");
    let page = chen.browser.open("/retention").await;
    assert!(page.body.contains("the appeal is over") && !page.body.contains("Lift hold 1"));
    let again = lift(&mut chen, 1, "again").await;
    assert!(again.body.contains("lifted already"), "{}", again.body);
    let audit = chen.browser.open("/audit?register=service").await;
    assert!(audit.body.contains("retention, hold 1"), "{}", audit.body);
}

#[tokio::test]
async fn where_a_month_is_archived_stands_on_the_page_of_its_declarations() {
    let customs = Customs::open();
    let (id, _) = customs.in_review(1);
    let row = ArchivedMonthRow {
        period: "2026-03".to_owned(),
        location: "/srv/archive".to_owned(),
        manifest: vec![7; 32],
        parcels: 41,
        archived_at: customs.now(),
    };
    let mut writer = customs.world().store.small_writer().unwrap();
    writer.transaction(|tx| tx.put_archived_month(row)).unwrap();
    let mut zhang = Person::of(customs.site(), "zhang").await;
    let case = zhang.browser.open(&format!("/declarations/{id}")).await;
    assert!(case.body.contains("Archived in 2026-03"), "{}", case.body);
    let case = told(&zhang.browser.open(&format!("/api/v1/declarations/{id}/case")).await);
    assert!(case["archived_in"] == "2026-03" && case["hold"].is_null(), "{case}");
    let mut chen = Person::of(customs.site(), "chen").await;
    let page = chen.browser.open("/retention").await;
    assert!(page.body.contains("/srv/archive") && page.body.contains("41 declarations"));
}

#[tokio::test]
async fn what_another_office_holds_is_not_there() {
    let customs = Customs::open();
    let (id, _) = customs.in_review(1);
    let site = customs.site();
    let elsewhere = OfficeCode::parse("5100").unwrap();
    site.admit("bai.yu", Standing::Customs { office: elsewhere, role: Role::Supervisor });
    let mut chen = Person::of(site, "chen").await;
    hold(&mut chen, &id.to_string(), "appeal 7").await;
    let mut bai = Person::of(site, "bai.yu").await;
    let page = bai.browser.open("/retention").await;
    assert!(page.body.contains("Nothing is held") && !page.body.contains("appeal 7"));
    assert_eq!(lift(&mut bai, 1, "mine").await.status, StatusCode::NOT_FOUND);
    assert_eq!(lift(&mut bai, 9, "none").await.status, StatusCode::NOT_FOUND);
    assert_eq!(hold(&mut bai, &id.to_string(), "x").await.status, StatusCode::CONFLICT);
    let mut zhang = Person::of(site, "zhang").await;
    assert_eq!(hold(&mut zhang, &id.to_string(), "x").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn whoever_runs_the_service_sees_months_and_no_parcel() {
    let site = Site::new(lenient());
    site.admit("operator", standing_of(Role::SystemAdministrator));
    let mut operator = Person::of(&site, "operator").await;
    let page = operator.browser.open("/retention").await;
    for part in ["Nothing was received yet", "Nothing was erased yet", "No month is archived"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains("/retention/holds"), "who runs it holds nothing");
}
