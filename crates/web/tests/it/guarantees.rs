//! Guarantees as officers see them, and their changes by two, on pages and by the interface.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_storage::{Delta, Guarantee, Partition, PartyCodeRow, PartyRow};

use crate::fixture::{Answer, Person, Site, lenient, told};

const CHANGE: &str = "/guarantees/4/change";

impl Person<'_> {
    async fn propose_terms(&mut self, fields: &[(&str, &str)]) -> Answer {
        let mut form = vec![
            ("form_token", self.token.as_str()),
            ("granted", "100.00"),
            ("valid_from", "2026-01-01"),
            ("valid_to", ""),
            ("reference", "B1"),
            ("standing", "active"),
            ("reason", "a new document"),
        ];
        for (name, value) in fields {
            let field = form.iter_mut().find(|(known, _)| known == name).unwrap();
            field.1 = value;
        }
        self.browser.send(CHANGE, &form).await
    }
}

/// `ma` is an officer and `zhao` and `chen` supervise in office 2916, `bai` in another; `audrey` audits.
fn site() -> Site {
    let site = Site::new(lenient());
    let office = |code| OfficeCode::parse(code).unwrap();
    for (name, code, role) in [
        ("ma.li", "2916", Role::Officer),
        ("zhao", "2916", Role::Supervisor),
        ("chen", "2916", Role::Supervisor),
        ("bai.yu", "5100", Role::Supervisor),
    ] {
        site.admit(name, Standing::Customs { office: office(code), role });
    }
    site.admit("audrey", Standing::Auditor);
    for (party, name) in [(4, "甲贸易 Cross"), (5, "乙物流")] {
        grant(&site, PartyId(party), name);
    }
    site
}

/// Registers a party that guarantees 100 yuan, of which 40 are held.
fn grant(site: &Site, party: PartyId, name: &str) {
    let bucket = Partition::of_party(party);
    let from = Moment::start_of("2026-01-01".parse().unwrap());
    let row = PartyRow {
        party_id: party,
        name: name.to_owned(),
        roles: 1,
        suspended: false,
        valid_from: from,
        valid_to: None,
        mailbox: None,
        payment_url: None,
    };
    let code = PartyCode::parse(&format!("11000000{:02}", party.0)).unwrap();
    let guarantee = Guarantee {
        bucket,
        party_id: party,
        granted: Money::from_fen(10_000),
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: from,
        valid_to: None,
        reference: Some("B1".into()),
        suspended: false,
    };
    let held = [((bucket, party), Delta { waiting: 0, taken: 4_000 })];
    let mut writer = site.people.writer();
    let written = writer.transaction(|tx| {
        tx.upsert(&[row])?;
        tx.upsert(&[PartyCodeRow { code, party_id: party, place: 0 }])?;
        tx.grant(&[guarantee])?;
        tx.change_guarantees(&held)
    });
    written.unwrap();
}

#[tokio::test]
async fn a_guarantee_is_found_proposed_about_and_changed_by_two() {
    let site = site();
    let mut ma = Person::of(&site, "ma.li").await;
    let list = ma.browser.open("/guarantees").await;
    for part in ["甲贸易 Cross", "1100000005", "100.00", "40.00", "60.00", "in force"] {
        assert!(list.body.contains(part), "{part}: {}", list.body);
    }
    let found = ma.browser.open("/guarantees?q=cross").await;
    assert!(
        found.body.contains("href=\"/guarantees/4\"") && !found.body.contains("guarantees/5\"")
    );
    assert!(ma.browser.open("/guarantees?q=nobody").await.body.contains("No guarantee matches"));
    let one = ma.browser.open("/guarantees/4").await;
    assert!(one.body.contains(&format!("href=\"{CHANGE}\"")), "{}", one.body);
    let form = ma.browser.open(CHANGE).await;
    assert!(form.body.contains("value=\"100.00\"") && form.body.contains("value=\"B1\""));

    let fields = [("granted", "500.00"), ("valid_to", "2027-12-31"), ("reference", "B2")];
    let address = ma.propose_terms(&fields).await.location().to_owned();
    assert_eq!(address, "/guarantee-proposals/1");
    assert!(!ma.browser.open(&address).await.body.contains("value=\"approve\""));
    assert_eq!(ma.answer(&address, "approve", "").await.status, StatusCode::FORBIDDEN);
    let one = ma.browser.open("/guarantees/4").await;
    assert!(one.body.contains("waits for approval") && !one.body.contains(CHANGE), "{}", one.body);

    let mut zhao = Person::of(&site, "zhao").await;
    let waiting = zhao.browser.open("/proposals").await;
    assert!(waiting.body.contains("href=\"/guarantee-proposals/1\""), "{}", waiting.body);
    let shown = zhao.browser.open(&address).await;
    for part in
        ["<del>100.00</del>", "<ins>500.00</ins>", "<ins>2027-12-31</ins>", "a new document"]
    {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    assert_eq!(zhao.answer(&address, "approve", "").await.location(), address);
    let again = zhao.answer(&address, "approve", "").await;
    assert!(again.body.contains("was answered already"), "{}", again.body);
    let one = zhao.browser.open("/guarantees/4").await;
    for part in ["CNY 500.00", "CNY 460.00", "2027-12-31", "ma.li + zhao", "approved"] {
        assert!(one.body.contains(part), "{part}: {}", one.body);
    }
    assert!(zhao.browser.open("/proposals").await.body.contains("Nothing waits for approval"));
}

#[tokio::test]
async fn what_cannot_be_proposed_or_approved_is_told_with_what_to_do() {
    let site = site();
    let mut zhao = Person::of(&site, "zhao").await;
    for (field, why) in [
        (("granted", "39.99"), "CNY 40.00 is held against the guarantee"),
        (("granted", "much"), "The sum is in CNY"),
        (("granted", "0.001"), "The sum is in CNY"),
        (("granted", "100.00"), "It is so already"),
        (("valid_to", "2025-12-31"), "lies before its first day"),
        (("valid_to", "soon"), "year-month-day"),
        (("valid_from", ""), "year-month-day"),
        (("valid_to", "9999-12-31"), "between 1900 and 2999"),
        (("standing", "so-so"), "Choose a state"),
    ] {
        let refused = zhao.propose_terms(&[field]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field:?}");
        assert!(refused.body.contains(why), "{field:?}: {}", refused.body);
        assert!(refused.body.contains("value=\"a new document\""), "what was typed stays");
    }
    let silent = zhao.propose_terms(&[("standing", "suspended"), ("reason", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);

    let address = zhao.propose_terms(&[("standing", "suspended")]).await.location().to_owned();
    let second = zhao.propose_terms(&[("granted", "200.00")]).await;
    assert!(second.body.contains("Proposal 1 about this guarantee is open"), "{}", second.body);
    let alone = zhao.answer(&address, "approve", "").await;
    assert!(alone.body.contains("somebody else has to"), "{}", alone.body);
    let silent = zhao.answer(&address, "turn-down", " ").await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut bai = Person::of(&site, "bai.yu").await;
    bai.answer(&address, "turn-down", "they are in good standing").await;
    let one = zhao.browser.open("/guarantees/4").await;
    assert!(one.body.contains("turned down") && one.body.contains("in force"), "{}", one.body);
    for address in ["/guarantees/9", "/guarantees/9/change", "/guarantee-proposals/9"] {
        assert_eq!(zhao.browser.open(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    for address in ["/guarantees?after=x", "/guarantees/4?after=x"] {
        assert_eq!(zhao.browser.open(address).await.status, StatusCode::BAD_REQUEST, "{address}");
    }
    // Whoever only looks proposes nothing.
    let mut audrey = Person::of(&site, "audrey").await;
    let one = audrey.browser.open("/guarantees/4").await;
    assert!(one.status == StatusCode::OK && !one.body.contains(CHANGE), "{}", one.body);
    assert_eq!(audrey.propose_terms(&[("granted", "1.00")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_pages_of_guarantees_are_in_both_languages() {
    let site = site();
    let mut ma = Person::of(&site, "ma.li").await;
    ma.propose_terms(&[("standing", "suspended")]).await;
    for (tag, words) in [
        ("zh-Hans", ["担保", "有效", "待复核"]),
        ("en", ["Guarantee", "in force", "waits for approval"]),
    ] {
        ma.browser.open(&format!("/language/{tag}?back=/")).await;
        for address in ["/guarantees", "/guarantees/4", CHANGE, "/guarantee-proposals/1"] {
            let page = ma.browser.open(address).await;
            assert_eq!(page.status, StatusCode::OK, "{address}");
            assert_eq!(page.body.matches("<h1").count(), 1, "{address}");
            assert!(
                page.body.contains(words[0])
                    || page.body.contains(words[0].to_lowercase().as_str())
            );
            assert!(page.body.len() < 100_000, "{address}");
        }
        let one = ma.browser.open("/guarantees/4").await;
        for word in words {
            assert!(one.body.contains(word), "{tag} {word}: {}", one.body);
        }
    }
}

#[tokio::test]
async fn the_interface_lists_proposes_and_answers_as_the_pages_do() {
    let site = site();
    let (mut ma, mut zhao) = (Person::of(&site, "ma.li").await, Person::of(&site, "zhao").await);
    for person in [&mut ma, &mut zhao] {
        person.browser.accept = "application/json";
    }
    let all = "/api/v1/guarantees";
    let page = told(&ma.browser.open(&format!("{all}?limit=1")).await);
    assert_eq!(page["items"][0]["guarantee"]["standing"], "active", "{page}");
    let next = told(&ma.browser.open(page["next"].as_str().unwrap()).await);
    assert_eq!((&next["items"][0]["party"], &next["next"]), (&json!(5), &Value::Null));
    assert_eq!(
        told(&ma.browser.open(&format!("{all}?q=1100000005")).await)["items"][0]["party"],
        5
    );
    let one = told(&ma.browser.open(&format!("{all}/4")).await);
    assert_eq!(
        (&one["codes"], &one["guarantee"]["held"]),
        (&json!(["1100000004"]), &json!("40.00"))
    );

    let wanted = json!({"granted": "500", "valid_to": "2027-12-31", "reason": "as agreed"});
    let proposed = ma.post(&format!("{all}/4/proposals"), &wanted).await;
    assert_eq!(proposed.status, StatusCode::CREATED, "{proposed:?}");
    let proposed = told(&proposed);
    assert_eq!(
        (&proposed["standing"], &proposed["before"]["reference"]),
        (&json!("waits"), &json!("B1"))
    );
    assert_eq!(
        (&proposed["after"]["granted"], &proposed["after"]["reference"]),
        (&json!("500.00"), &json!("B1"))
    );
    let approve = json!({"answer": "approve"});
    let answered = zhao.post("/api/v1/guarantee-proposals/1/answer", &approve).await;
    assert_eq!(told(&answered)["standing"], "approved", "{answered:?}");
    let again = zhao.post("/api/v1/guarantee-proposals/1/answer", &approve).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{again:?}");
    let changes = told(&ma.browser.open(&format!("{all}/4/changes")).await);
    assert_eq!(changes["items"][0]["cause"]["person"], "ma.li + zhao", "{changes}");
    let fields = changes["items"][0]["fields"].as_array().unwrap();
    assert_eq!(fields[0], json!({"field": "granted", "before": "100.00", "after": "500.00"}));

    let open = json!({"valid_to": "open", "standing": "suspended", "reason": "so"});
    assert_eq!(told(&ma.post(&format!("{all}/4/proposals"), &open).await)["n"], 2);
    zhao.post(
        "/api/v1/guarantee-proposals/2/answer",
        &json!({"answer": "turn-down", "reason": "no"}),
    )
    .await;
    let shown = told(&zhao.browser.open("/api/v1/guarantee-proposals/2").await);
    assert_eq!((&shown["refusal"], &shown["after"]["valid_to"]), (&json!("no"), &Value::Null));
    let list = told(&zhao.browser.open("/api/v1/guarantee-proposals?limit=1").await);
    assert_eq!(list["items"][0]["n"], 2);
    let moved = told(&zhao.browser.open(&format!("{all}/4/movements")).await);
    assert_eq!(moved["items"], json!([]), "nothing was posted");
}

#[tokio::test]
async fn what_the_interface_cannot_propose_is_told_with_its_place() {
    let site = site();
    let mut ma = Person::of(&site, "ma.li").await;
    ma.browser.accept = "application/json";
    let all = "/api/v1/guarantees";
    for (body, pointer) in [
        (json!({"granted": "39.99", "reason": "x"}), "/granted"),
        (json!({"granted": "1e3", "reason": "x"}), "/granted"),
        (json!({"valid_from": "x", "reason": "x"}), "/valid_from"),
        (json!({"valid_to": "2025-01-01", "reason": "x"}), "/valid_to"),
        (json!({"standing": "gone", "reason": "x"}), "/standing"),
        (json!({"reference": "9".repeat(61), "reason": "x"}), "/reference"),
        (json!({"granted": "1000", "reason": ""}), "/reason"),
    ] {
        let refused = told(&ma.post(&format!("{all}/4/proposals"), &body).await);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let none = ma.post(&format!("{all}/4/proposals"), &json!({"reason": "x"})).await;
    assert_eq!(none.status, StatusCode::CONFLICT, "{none:?}");
    for address in [format!("{all}/9"), "/api/v1/guarantee-proposals/9".to_owned()] {
        assert_eq!(ma.browser.open(&address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    let wanted = json!({"granted": "500", "reason": "as agreed"});
    let none = ma.post(&format!("{all}/9/proposals"), &wanted).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "{none:?}");
}
