//! Parameters: one proposes, another approves, on pages and by the interface.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;

use crate::fixture::{Answer, Person, Site, lenient, told};

const SETTING: &str = "/parameters/settings/waiting_days";
const RATES: &str = "/parameters/codes/rates";
const ROWS: &str =
    "id,hs,duty,vat,valid_from,source\na,9999999999,0.07,standard,2026-12-01,a notice\n";

impl Person<'_> {
    async fn propose(&mut self, value: &str, from: &str, reason: &str) -> Answer {
        let form = [
            ("form_token", self.token.as_str()),
            ("office", "2916"),
            ("value", value),
            ("from", from),
            ("reason", reason),
        ];
        self.browser.send(SETTING, &form).await
    }
}

/// `ma` manages risks and `zhao` and `chen` supervise in office 2916, `bai` in another.
fn site() -> Site {
    let site = Site::new(lenient());
    let office = |code| OfficeCode::parse(code).unwrap();
    for (name, code, role) in [
        ("ma.li", "2916", Role::RiskManager),
        ("zhao", "2916", Role::Supervisor),
        ("chen", "2916", Role::Supervisor),
        ("bai.yu", "5100", Role::Supervisor),
    ] {
        site.admit(name, Standing::Customs { office: office(code), role });
    }
    site
}

#[tokio::test]
async fn a_setting_is_changed_by_two_people_of_its_office() {
    let site = site();
    let mut ma = Person::of(&site, "ma.li").await;
    let page = ma.browser.open("/parameters").await;
    assert!(page.body.contains("Settings of office 2916"), "{}", page.body);
    assert!(page.body.contains(&format!("{SETTING}?office=2916")), "{}", page.body);
    let form = ma.browser.open(&format!("{SETTING}?office=2916")).await;
    assert!(form.body.contains("value=\"2026-11-23\""), "today: {}", form.body);

    let proposed = ma.propose("15", "2026-11-23", "as agreed").await;
    let address = proposed.location().to_owned();
    assert_eq!(address, "/parameters/proposals/1", "{proposed:?}");
    let own = ma.browser.open(&address).await;
    assert!(own.body.contains("waits for approval") && !own.body.contains("value=\"approve\""));

    // Of another office it is not there.
    let mut bai = Person::of(&site, "bai.yu").await;
    assert_eq!(bai.browser.open(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bai.answer(&address, "approve", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ma.answer(&address, "approve", "").await.status, StatusCode::FORBIDDEN);

    let mut zhao = Person::of(&site, "zhao").await;
    let shown = zhao.browser.open(&address).await;
    for part in ["<dd>30</dd>", "<strong>15</strong>", "as agreed", "value=\"approve\""] {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    assert_eq!(zhao.answer(&address, "approve", "").await.location(), address);
    let done = zhao.browser.open(&address).await;
    assert!(done.body.contains("in force") && !done.body.contains("value=\"approve\""));
    let again = zhao.answer(&address, "approve", "").await;
    assert!(again.body.contains("It was answered already"), "{again:?}");
    let page = zhao.browser.open("/parameters").await;
    assert!(page.body.contains("<td class=\"number\">15</td><td>the office</td>"), "{}", page.body);
    // The office's neighbour has what it had.
    let theirs = bai.browser.open("/parameters").await;
    assert!(!theirs.body.contains("<td class=\"number\">15</td>"), "{}", theirs.body);
}

#[tokio::test]
async fn whoever_proposes_does_not_approve_and_may_take_it_back() {
    let site = site();
    let mut zhao = Person::of(&site, "zhao").await;
    let address = zhao.propose("15", "2026-12-01", "as agreed").await.location().to_owned();
    let alone = zhao.answer(&address, "approve", "").await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(alone.body.contains("somebody else has to"), "{}", alone.body);
    let second = zhao.propose("16", "2026-12-01", "better").await;
    assert!(second.body.contains("Proposal 1 about the same is open"), "{}", second.body);
    let silent = zhao.answer(&address, "turn-down", " ").await;
    assert!(silent.body.contains("Give a reason"), "{}", silent.body);
    zhao.answer(&address, "turn-down", "on second thoughts").await;
    assert!(zhao.browser.open(&address).await.body.contains("on second thoughts"));

    // Approved before its day, it waits for it.
    let address = zhao.propose("16", "2026-12-01", "better").await.location().to_owned();
    let mut chen = Person::of(&site, "chen").await;
    chen.answer(&address, "approve", "").await;
    let page = chen.browser.open("/parameters").await;
    assert!(page.body.contains("approved, not in force yet"), "{}", page.body);
    assert!(!page.body.contains("<td class=\"number\">16</td>"), "{}", page.body);
}

#[tokio::test]
async fn what_cannot_be_proposed_is_told_with_what_to_do() {
    let site = site();
    let mut zhao = Person::of(&site, "zhao").await;
    for (value, from, reason, why) in [
        ("many", "2026-11-23", "x", "a number of days"),
        ("15", "2026-11-22", "x", "from today on"),
        ("15", "2026-11-23", " ", "Give a reason"),
        ("", "2026-11-23", "x", "It is so already"),
    ] {
        let refused = zhao.propose(value, from, reason).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(refused.body.contains(why), "{why}: {}", refused.body);
    }
    assert_eq!(zhao.propose("15", "soon", "x").await.status, StatusCode::BAD_REQUEST);
    let token = zhao.token.clone();
    let other = [
        ("form_token", token.as_str()),
        ("office", "5100"),
        ("value", "15"),
        ("from", "2026-11-23"),
        ("reason", "x"),
    ];
    let refused = zhao.browser.send(SETTING, &other).await;
    assert!(refused.body.contains("another office"), "{}", refused.body);
    assert_eq!(
        zhao.browser.open("/parameters/settings/nothing").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn rows_of_the_law_are_shown_with_their_source_and_laid_by_two() {
    let site = site();
    let mut ma = Person::of(&site, "ma.li").await;
    let page = ma.browser.open(RATES).await;
    assert!(page.body.contains("valid_from") && page.body.contains("source"), "{}", page.body);
    assert!(page.body.len() < 100_000, "{}", page.body.len());
    let token = ma.token.clone();
    let propose = |rows: &str| {
        let rows = rows.replace('\n', "%0A");
        format!("form_token={token}&rows={rows}&from=2026-11-23&reason=a+notice")
    };
    let wrong = propose(&ROWS.replace("0.07", "much"));
    let refused = ma.browser.request(Method::POST, RATES, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("column duty") && refused.body.contains("9999999999,much"));
    let proposed = ma.browser.request(Method::POST, RATES, &propose(ROWS)).await;
    let address = proposed.location().to_owned();
    let shown = ma.browser.open(&address).await;
    assert!(shown.body.contains("<td class=\"differs\">0.07</td>"), "{}", shown.body);
    assert_eq!(shown.body.matches("<h1").count(), 1);
    let looked_up = "/api/v1/codes/rates/9999999999";
    ma.browser.accept = "application/json";
    assert_eq!(ma.browser.open(looked_up).await.status, StatusCode::NOT_FOUND);
    let mut zhao = Person::of(&site, "zhao").await;
    zhao.answer(&address, "approve", "").await;
    let held = told(&ma.browser.open(looked_up).await);
    assert_eq!(held["rows"][0]["valid_from"], "2026-12-01");
}

#[tokio::test]
async fn the_interface_proposes_and_answers_as_the_pages_do() {
    let site = site();
    let (mut ma, mut zhao) = (Person::of(&site, "ma.li").await, Person::of(&site, "zhao").await);
    for person in [&mut ma, &mut zhao] {
        person.browser.accept = "application/json";
    }
    let changes = "/api/v1/proposed-changes";
    let wanted = json!({"setting": "waiting_days", "value": "15", "reason": "as agreed"});
    let proposed = ma.post(changes, &wanted).await;
    assert_eq!(proposed.status, StatusCode::CREATED, "{proposed:?}");
    let proposed = told(&proposed);
    assert_eq!((&proposed["standing"], &proposed["office"]), (&json!("waits"), &json!("2916")));
    let answered = zhao.post(&format!("{changes}/1/answer"), &json!({"answer": "approve"})).await;
    assert_eq!(told(&answered)["standing"], "done", "{answered:?}");
    let again = zhao.post(&format!("{changes}/1/answer"), &json!({"answer": "approve"})).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{again:?}");
    let settings = told(&zhao.browser.open("/api/v1/settings").await);
    let all = settings["settings"].as_array().unwrap();
    let held = all.iter().find(|it| it["name"] == "waiting_days").unwrap();
    assert_eq!(held, &json!({"name": "waiting_days", "value": "15", "settled_by": "office"}));

    let rows = json!({"table": "rates", "value": ROWS, "from": "2026-11-23", "reason": "x"});
    assert_eq!(told(&ma.post(changes, &rows).await)["n"], 2);
    let page = told(&zhao.browser.open(&format!("{changes}?limit=1")).await);
    assert_eq!(page["items"][0]["table"], "rates");
    let next = told(&zhao.browser.open(page["next"].as_str().unwrap()).await);
    assert_eq!((&next["items"][0]["n"], &next["next"]), (&json!(1), &Value::Null));
    for (body, pointer) in [
        (json!({"setting": "waiting_days", "value": "many", "reason": "x"}), "/value"),
        (json!({"setting": "nothing", "value": "1", "reason": "x"}), "/setting"),
        (json!({"setting": "waiting_days", "value": "16", "reason": ""}), "/reason"),
        (json!({"setting": "waiting_days", "from": "2020-01-01", "reason": "x"}), "/from"),
        (json!({"table": "nothing", "value": "1", "reason": "x"}), "/table"),
        (json!({"table": "rates", "reason": "x"}), "/value"),
        (json!({"reason": "x"}), "/setting"),
    ] {
        let refused = told(&ma.post(changes, &body).await);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
}
