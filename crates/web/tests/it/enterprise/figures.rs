//! Live figures, for everybody and for an office.

use axum::http::{Method, StatusCode};
use serde_json::Value;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;
use tongguan_testkit::parcels::parcel;

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
async fn a_stream_is_for_those_who_ask_for_one() {
    let stage = Stage::set();
    let mut browser = stage.site.browser();
    browser.accept = "application/json";
    let answer = browser.request(Method::GET, "/live", "").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
}
