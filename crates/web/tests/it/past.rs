//! What customs knows from before, on the case page and for programs.

use axum::http::StatusCode;
use tongguan_application::parcels::Projector;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;

use crate::customs::{Customs, opened};
use crate::fixture::told;

#[tokio::test]
async fn an_officer_sees_what_buyer_merchant_and_address_were_in_before() {
    let customs = Customs::open();
    let (first, parcel) = customs.in_review(1);
    let (second, other) = customs.in_review(2);
    let address = format!("/declarations/{second}");
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, &address).await;
    assert!(page.body.contains("From before"), "{}", page.body);
    assert!(!page.body.contains("the newest declarations"), "nothing is known yet");
    Projector::open(&customs.world().store).unwrap().take_up().unwrap();
    let page = opened(&mut browser, &address).await;
    // Another buyer at the same address, for the same merchant.
    let link = format!("<a href=\"/declarations/{first}\">");
    assert_eq!(page.body.matches(&link).count(), 2, "{}", page.body);
    assert!(page.body.contains("Address: the newest declarations"), "{}", page.body);
    assert!(!page.body.contains("Buyer: the newest declarations"), "{}", page.body);
    assert!(page.body.contains("href=\"/declarations?party="), "{}", page.body);
    assert!(page.body.contains("href=\"#past\""), "the head of the page leads there");
    for parcel in [&parcel, &other] {
        let said = &parcel.declaration;
        for person in [&*said.buyer.number, &*said.buyer.name, &*said.consignee_address] {
            assert!(!page.body.contains(person), "persons are masked: {person}");
        }
    }
    // What is sent and goes wrong shows the page with it, too.
    let form = [("form_token", page.value_of("form_token").unwrap()), ("ruling", "accept".into())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let again = browser.send(&format!("{address}/rulings"), &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("From before") && again.body.contains(&link), "{}", again.body);
}

#[tokio::test]
async fn nobody_but_customs_sees_it() {
    let customs = Customs::open();
    let (id, _) = customs.in_review(1);
    customs.in_review(2);
    Projector::open(&customs.world().store).unwrap().take_up().unwrap();
    let site = customs.site();
    let office = OfficeCode::parse("0100").unwrap();
    site.admit("auditor", Standing::Auditor);
    site.admit("elsewhere", Standing::Customs { office, role: Role::RiskManager });
    let parties = {
        let cast = &customs.world().cast;
        [("merchant", &cast.merchant), ("platform", &cast.platform), ("carrier", &cast.carrier)]
            .map(|(name, actor)| (name, actor.party.id))
    };
    for (name, party) in parties {
        let role = Role::EnterpriseAdministrator;
        site.admit(name, Standing::Enterprise { party, role });
    }
    let (page, operation) =
        (format!("/declarations/{id}"), format!("/api/v1/declarations/{id}/past"));
    for name in ["merchant", "platform", "carrier", "auditor"] {
        let mut browser = site.signed_in(name).await;
        let seen = opened(&mut browser, &page).await;
        assert!(!seen.body.contains("From before") && !seen.body.contains("#past"), "{name}");
        browser.accept = "application/json";
        let answer = browser.open(&operation).await;
        assert_eq!(answer.problem().as_deref(), Some("not-permitted"), "{name}: {answer:?}");
    }
    let mut browser = site.signed_in("elsewhere").await;
    browser.accept = "application/json";
    assert_eq!(browser.open(&operation).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn programs_read_what_the_page_tells() {
    let customs = Customs::open();
    let (first, _) = customs.in_review(1);
    let (second, _) = customs.under_examination(2);
    Projector::open(&customs.world().store).unwrap().take_up().unwrap();
    let mut browser = customs.site().signed_in("wu.bin").await;
    browser.accept = "application/json";
    let answer = browser.open(&format!("/api/v1/declarations/{second}/past")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let past = &told(&answer)["past"];
    let whom: Vec<_> = past.as_array().unwrap().iter().map(|it| it["whom"].as_str()).collect();
    assert_eq!(whom, [Some("buyer"), Some("merchant"), Some("address")]);
    let (buyer, address) = (&past[0], &past[2]);
    assert_eq!((&buyer["declarations"], &buyer["others"]), (&0.into(), &1.into()));
    assert_eq!(buyer["last_at"], serde_json::Value::Null);
    assert_eq!((&address["declarations"], &address["under_way"]), (&1.into(), &1.into()));
    assert_eq!((&address["others"], &address["dutiable"]), (&2.into(), &"10.00".into()));
    assert_eq!(address["latest"][0]["id"], first.to_string());
    assert!(!answer.body.contains("Mark("), "{}", answer.body);
}
