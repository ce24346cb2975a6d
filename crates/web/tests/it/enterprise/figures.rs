//! Live figures, for everybody and for an office.

use axum::http::{Method, StatusCode};
use serde_json::Value;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;
use tongguan_testkit::parcels::parcel;

use crate::fixture::standing_of;

use super::{Stage, has_chinese, own_words, sent_at};

fn told(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[tokio::test]
async fn everybody_sees_how_much_was_cleared_and_of_nobody_whose_it_was() {
    let stage = Stage::set();
    let mut browser = stage.site.browser();
    browser.accept = "application/json";
    let figures = told(&browser.open("/api/v1/figures").await.body);
    // An export is entered, and released once it has arrived.
    let total = &figures["total"];
    assert_eq!((&total["entered"], &total["released"]), (&3.into(), &2.into()), "{figures}");
    assert_eq!(figures["hours"].as_array().unwrap().len(), 1, "{figures}");
    browser.accept = "text/html";
    let page = browser.open("/").await;
    assert!(page.body.contains("<p class=\"figure\">2</p><p>Released today</p>"), "{}", page.body);
    // The chart says in words what it shows, and the table all of it.
    assert!(page.body.contains("3 entered and 2 released in all"), "{}", page.body);
    assert!(page.body.contains("role=\"img\" aria-labelledby=\"chart-title chart-desc\""));
    assert!(page.body.contains("The same as a table") && !page.body.contains(" style="));
    assert!(!has_chinese(&own_words(&stage, &page).replace("中文", "")), "{}", page.body);
    for actor in stage.world.cast.actors() {
        assert!(!page.body.contains(&*actor.party.name));
    }
    let script = page.body.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap();
    let script = browser.open(script).await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert!(script.body.contains("EventSource"), "{}", script.body);
}

#[tokio::test]
async fn an_office_begins_with_its_own_figures() {
    let stage = Stage::set();
    let own = stage.world.declaration(&parcel(1, sent_at()).unwrap()).unwrap().facts.office;
    for (name, office) in [("chen", own), ("bai.yu", OfficeCode::parse("0001").unwrap())] {
        stage.site.admit(name, Standing::Customs { office, role: Role::Supervisor });
    }
    let mut chen = stage.site.signed_in("chen").await;
    let page = chen.open("/").await;
    assert!(page.body.contains(&format!("<h1>Office {own}</h1>")), "{}", page.body);
    assert!(page.body.contains("<p class=\"figure\">2</p><p>Released today</p>"), "{}", page.body);
    let mut bai = stage.site.signed_in("bai.yu").await;
    let page = bai.open("/").await;
    assert!(page.body.contains("<p class=\"figure\">0</p><p>Released today</p>"), "{}", page.body);
    assert!(page.body.contains("Nothing waits"), "{}", page.body);
    let address = format!("/api/v1/figures/{own}");
    chen.accept = "application/json";
    assert_eq!(told(&chen.open(&address).await.body)["total"]["released"], 2);
    bai.accept = "application/json";
    assert_eq!(bai.open(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_belongs_to_no_office_sees_the_figures_of_each_on_the_page_and_by_the_interface() {
    let stage = Stage::set();
    let own = stage.world.declaration(&parcel(1, sent_at()).unwrap()).unwrap().facts.office;
    for (name, role) in [
        ("tax.office", Role::AuthorityStaff),
        ("auditor", Role::Auditor),
        ("zhang", Role::Officer),
        ("gao", Role::PortOfficer),
    ] {
        stage.site.admit(name, standing_of(role));
        let mut browser = stage.site.signed_in(name).await;
        let page = browser.open(&format!("/figures?office={own}")).await;
        let figure = "<p class=\"figure\">2</p><p>Released today</p>";
        assert!(page.body.contains(figure), "{name}: {}", page.body);
        let other = browser.open("/figures?office=0001").await;
        browser.accept = "application/json";
        let told_of = browser.open(&format!("/api/v1/figures/{own}")).await;
        assert_eq!(told(&told_of.body)["total"]["released"], 2, "{name}");
        let other_told = browser.open("/api/v1/figures/0001").await;
        assert_eq!(other.status, other_told.status, "{name}");
        let is_of_office = matches!(standing_of(role), Standing::Customs { .. });
        assert_eq!(other.status == StatusCode::NOT_FOUND, is_of_office, "{name}");
    }
    let mut browser = stage.site.signed_in("tax.office").await;
    let empty = browser.open("/figures").await;
    assert!(empty.body.contains("name=\"office\"") && !empty.body.contains("id=\"live\""));
    assert!(!has_chinese(&own_words(&stage, &empty).replace("中文", "")), "{}", empty.body);
    let row = format!("href=\"/figures?office={own}&amp;day=");
    assert!(empty.body.contains(&row) && empty.body.contains("In all"), "{}", empty.body);
    let before = browser.open("/figures?day=2020-01-01").await;
    assert!(before.body.contains("Nothing was counted on that day"), "{}", before.body);
    assert_eq!(browser.open("/figures?day=soon").await.status, StatusCode::BAD_REQUEST);
    let wrong = browser.open("/figures?office=29").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("four digits"), "{}", wrong.body);
    let mut zhang = stage.site.signed_in("zhang").await;
    let page = zhang.open("/figures").await;
    assert!(page.body.contains(&format!("Office {own} today")), "{}", page.body);
    assert!(page.body.contains(&row), "{}", page.body);
    let day = row.replace("&amp;", "&").trim_start_matches("href=\"").to_owned();
    let day = zhang.open(&format!("{day}2026-03-02")).await;
    assert!(day.body.contains("Offices on 2026-03-02"), "{}", day.body);
}

#[tokio::test]
async fn a_stream_is_for_those_who_ask_for_one() {
    let stage = Stage::set();
    let mut browser = stage.site.browser();
    browser.accept = "application/json";
    let answer = browser.request(Method::GET, "/live", "").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
}
