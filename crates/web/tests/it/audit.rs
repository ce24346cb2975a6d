//! The audit as its readers search it: on its page, as a file, by the interface.

use axum::http::StatusCode;
use serde_json::Value;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;
use tongguan_storage::Register;
use tongguan_testkit::parcels::{single_piece, sweeten};

use crate::customs::Customs;
use crate::fixture::{Answer, Browser, Site, lenient, standing_of};
use crate::trace::WITHOUT;

/// A site where `auditor` and `operator` read the audit.
fn with_readers(site: &Site) {
    site.admit("auditor", standing_of(Role::Auditor));
    site.admit("operator", standing_of(Role::SystemAdministrator));
}

fn told(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

/// How many events a page shows.
fn shown(answer: &Answer) -> usize {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body.matches("<time ").count()
}

async fn items(browser: &mut Browser<'_>, query: &str) -> Vec<Value> {
    let page = told(&browser.open(&format!("/api/v1/audit{query}")).await);
    page["items"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
}

/// Rules on a parcel in review by the page of its case.
async fn rule(customs: &Customs, officer: &str, id: &str) {
    let mut browser = customs.site().signed_in(officer).await;
    let page = browser.open(&format!("/declarations/{id}")).await;
    let fields = [("ruling", "refuse"), ("words", "not as declared"), ("confirmed", "yes")];
    let done =
        crate::customs::send(&mut browser, &page, &format!("/declarations/{id}/rulings"), &fields)
            .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
}

#[tokio::test]
async fn what_an_officer_decided_is_found_by_name_record_register_and_day() {
    let customs = Customs::open();
    with_readers(customs.site());
    let (id, parcel) = customs.in_review(1);
    customs.in_review(2);
    rule(&customs, "zhang", &id.to_string()).await;
    tongguan_application::history::Decisions::open(&customs.world().store)
        .unwrap()
        .take_up()
        .unwrap();
    let number = {
        let world = customs.world();
        world.declaration(&parcel).unwrap().provisional_no.to_string()
    };
    let mut browser = customs.site().signed_in("auditor").await;
    let searches = [
        "register=decisions".to_owned(),
        "register=decisions&who=zhang".to_owned(),
        format!("register=decisions&record={id}"),
        format!("register=decisions&record={number}"),
        "register=decisions&from=2026-03-01&to=2026-03-31".to_owned(),
    ];
    for search in &searches {
        let page = browser.open(&format!("/audit?{search}")).await;
        assert_eq!(shown(&page), 1, "{search}: {}", page.body);
        for part in [
            "zhang",
            "officer 2916",
            "not as declared",
            "<del>300</del>",
            "<ins>100</ins>",
            &format!("href=\"/declarations/{id}\""),
        ] {
            assert!(page.body.contains(part), "{search}: {part}: {}", page.body);
        }
        assert_eq!(items(&mut browser, &format!("?{search}")).await.len(), 1, "{search}");
    }
    for search in [
        "register=decisions&who=li.ming",
        "register=decisions&record=9",
        "register=decisions&from=2026-03-03",
        "register=decisions&to=2026-03-01",
    ] {
        let page = browser.open(&format!("/audit?{search}")).await;
        assert_eq!(shown(&page), 0, "{search}: {}", page.body);
        assert!(page.body.contains("No event matches"), "{}", page.body);
    }
    let [event] =
        items(&mut browser, &format!("?register=decisions&record={id}")).await.try_into().unwrap();
    assert_eq!(event["cause"]["way"], "page", "{event}");
    assert_eq!(event["cause"]["standing"], "officer 2916", "{event}");
    // Whoever runs the system reads what was done, and reaches no parcel.
    let mut operator = customs.site().signed_in("operator").await;
    let page = operator.open("/audit?register=decisions").await;
    assert_eq!(shown(&page), 1);
    assert!(!page.body.contains("href=\"/declarations/"), "{}", page.body);
}

#[tokio::test]
async fn a_supervisor_reads_the_events_of_the_own_office_and_no_others() {
    let customs = Customs::open();
    with_readers(customs.site());
    let elsewhere = OfficeCode::parse("2917").unwrap();
    for (name, role) in [("sun", Role::Officer), ("qian", Role::Supervisor)] {
        customs.site().admit(name, Standing::Customs { office: elsewhere, role });
    }
    let (here, _) = customs.in_review(1);
    let mut parcel = single_piece(2, customs.now(), 10_00).unwrap();
    sweeten(&mut parcel, 100);
    (parcel.declaration.office, parcel.declaration.port) = (elsewhere, elsewhere);
    let (there, _) = customs.lodge(parcel);
    rule(&customs, "zhang", &here.to_string()).await;
    rule(&customs, "sun", &there.to_string()).await;
    tongguan_application::history::Decisions::open(&customs.world().store)
        .unwrap()
        .take_up()
        .unwrap();

    for (name, own, foreign, officer, stranger) in
        [("chen", here, there, "zhang", "sun"), ("qian", there, here, "sun", "zhang")]
    {
        let mut browser = customs.site().signed_in(name).await;
        let decided = format!("?register=decisions&record={own}");
        let page = browser.open(&format!("/audit{decided}")).await;
        assert_eq!(shown(&page), 1, "{}", page.body);
        assert!(page.body.contains("These are the events of office 29"), "{}", page.body);
        assert_eq!(items(&mut browser, &decided).await.len(), 1);
        assert!(!items(&mut browser, &format!("?who={officer}&register=people")).await.is_empty());
        // Neither by record, nor by name, nor among all: not on the page, in no file, not by the interface.
        for query in [
            format!("?record={foreign}"),
            format!("?who={stranger}"),
            format!("?record={stranger}"),
            "?who=auditor".to_owned(),
        ] {
            assert_eq!(shown(&browser.open(&format!("/audit{query}")).await), 0, "{query}");
            assert_eq!(items(&mut browser, &query).await, [Value::Null; 0], "{query}");
            let file = browser.open(&format!("/audit.csv{query}")).await;
            assert_eq!(file.body.matches("\r\n").count(), 1, "{query}: {}", file.body);
        }
        let file = browser.open("/audit.csv").await.body;
        let (own, foreign) = (own.to_string(), foreign.to_string());
        assert!(file.contains(&own) && file.contains(officer), "{file}");
        assert!(!file.contains(&foreign) && !file.contains(stranger), "{file}");
    }
    let mut auditor = customs.site().signed_in("auditor").await;
    assert_eq!(items(&mut auditor, "?register=decisions").await.len(), 2);
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end_and_the_file_holds_all() {
    let site = Site::new(lenient());
    with_readers(&site);
    for _ in 0..60 {
        // Between two failures the name is locked for a quarter of an hour at most.
        let wrong = [("sign_in", "auditor"), ("password", "=1+1")];
        site.browser().send("/sign-in", &wrong).await;
        site.clock.advance_millis(20 * 60_000);
    }
    let mut browser = site.signed_in("auditor").await;
    let all = items(&mut browser, "?limit=500&who=auditor").await.len();
    assert!(all > 60, "{all}");
    let first = browser.open("/audit?who=auditor").await;
    assert_eq!(shown(&first), 50);
    let (_, rest) = first.body.split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&amp;", "&");
    let second = browser.open(&next).await;
    assert_eq!(shown(&second), all - 50);
    assert!(!second.body.contains("rel=\"next\"") && second.body.contains("Newest events"));

    let file = browser.open("/audit.csv?who=auditor").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.body.matches("\r\n").count(), all + 1, "and the headings");
    assert!(file.body.contains("\"auditor\"") && file.body.contains("wrong password"));

    let mut paged = Vec::new();
    let mut query = "/api/v1/audit?limit=7&who=auditor".to_owned();
    loop {
        let page = told(&browser.open(&query).await);
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => query = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(paged.len(), all);
    let mut places: Vec<_> = paged.iter().map(|it| it["place"].to_string()).collect();
    places.dedup();
    assert_eq!(places.len(), all, "each once");
}

#[tokio::test]
async fn a_sign_in_and_its_failure_say_from_where() {
    let site = Site::new(lenient());
    with_readers(&site);
    let wrong = [("sign_in", "operator"), ("password", "nobody knows")];
    let mut stranger = site.browser();
    stranger.address = Some("192.0.2.9".parse().unwrap());
    let refused = stranger.send("/sign-in", &wrong).await;
    let number = refused.headers["x-request-id"].to_str().unwrap().to_owned();
    let mut browser = site.signed_in("auditor").await;
    let [event] =
        items(&mut browser, "?who=operator&register=people&limit=1").await.try_into().unwrap();
    assert_eq!(event["cause"]["request"], *number, "{event}");
    assert_eq!(event["cause"]["address"], "192.0.2.9", "{event}");
    assert_eq!(event["cause"]["standing"], "system-administrator", "{event}");
    assert_eq!(event["fields"][0]["after"], "wrong password", "{event}");
    browser.language = "zh";
    let page = browser.open("/audit?who=operator").await;
    assert!(page.body.contains("人员、登录与密钥") && page.body.contains(&number), "{}", page.body);
}

#[tokio::test]
async fn what_does_not_read_is_told_and_nobody_else_reads_it() {
    let site = Site::new(lenient());
    with_readers(&site);
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.signed_in("auditor").await;
    browser.accept = "application/json";
    for query in ["register=parcels", "from=yesterday", "to=2026-13-01", "who=%07", "behind=1:2:3"]
    {
        let page = browser.open(&format!("/audit?{query}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}: {page:?}");
    }
    let api = browser.open("/api/v1/audit?after=7:0").await;
    assert_eq!(api.status, StatusCode::BAD_REQUEST, "{api:?}");
    let mut zhang = site.signed_in("zhang").await;
    for address in ["/audit", "/audit.csv", "/api/v1/audit"] {
        assert_eq!(zhang.open(address).await.status, StatusCode::FORBIDDEN, "{address}");
    }
}

#[test]
fn the_page_of_the_audit_names_every_register_and_what_leaves_no_event() {
    let page = include_str!("../../../../docs/reference/audit.md");
    for register in Register::ALL {
        assert!(page.contains(&format!("| `{}` |", register.name())), "{}", register.name());
    }
    for (path, why) in WITHOUT {
        assert!(page.contains(&format!("| `{path}` | {why} |")), "{path} | {why}");
    }
    let routes = Site::new(lenient()).routes;
    for (path, _) in WITHOUT {
        assert!(routes.iter().any(|route| route.path == path), "{path} is no route");
    }
}
