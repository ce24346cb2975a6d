//! Requests to cancel and to return, written for whoever declared to sign, and decided when they come.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::json;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::history::{AuditFilter, Register, Subject, audited};
use tongguan_codelists::Pack;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_domain::status::ReturnStatus;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::parcel;
use tongguan_testkit::world::Beginning;

use super::{Stage, sent_at};
use crate::fixture::Browser;
use crate::interface::json_of;

/// Offices that have an officer look at everything.
fn in_review() -> Beginning {
    let on_all = |prefix: &str| Hit { on: Target::HsPrefix(prefix.into()), lane: Lane::Yellow };
    let hits = ["1", "2", "3", "6"].map(on_all).to_vec();
    let selectivity = Selectivity { hits, ..Selectivity::default() };
    let office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let offices = [(OfficeCode::parse("2916").unwrap(), office)].into_iter().collect();
    let law: Arc<Pack> = Pack::builtin();
    Beginning {
        settings: Settings { offices, law, ..Settings::default() },
        ..Beginning::unsigned()
    }
}

async fn token_of(browser: &mut Browser<'_>) -> String {
    browser.form_token().await
}

#[tokio::test]
async fn a_return_is_written_by_the_page_and_decided_when_it_comes() {
    let mut stage = Stage::set();
    let bought = parcel(1, sent_at()).unwrap();
    let id = stage.world.declaration(&bought).unwrap().id;
    let mut browser = stage.merchant().await;
    let case = browser.open(&format!("/declarations/{id}")).await;
    assert!(case.body.contains(&format!("href=\"/declarations/{id}/return\"")), "{}", case.body);
    let address = format!("/declarations/{id}/return");
    let form = browser.open(&address).await;
    assert!(
        form.body.contains("name=\"line-1\"") && form.body.contains("Can come back: "),
        "{form:?}"
    );
    let unit = &bought.declaration.items[0].unit;
    assert!(form.body.contains(&format!("(unit {unit} ")), "its name beside it: {form:?}");
    let token = token_of(&mut browser).await;
    // What is wrong stays on the page, with what was filled in.
    for (fields, why) in [
        ([("reason", "back"), ("line-1", "")], "how much of which goods"),
        ([("reason", "back"), ("line-1", "1000000")], "at most"),
        ([("reason", "back"), ("line-1", "many")], "is a number"),
        ([("reason", ""), ("line-1", "1")], "Say why"),
    ] {
        let fields = [&[("form_token", token.as_str())], fields.as_slice()].concat();
        let again = browser.send(&address, &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{again:?}");
        assert!(again.body.to_lowercase().contains(&why.to_lowercase()), "{why}: {}", again.body);
        let (name, value) = fields[2];
        assert!(
            again.body.contains(&format!("name=\"{name}\" value=\"{value}\"")),
            "{}",
            again.body
        );
    }
    let fields = [
        ("form_token", token.as_str()),
        ("reason", "sent back"),
        ("line-1", "1"),
        ("reference", "R-1"),
    ];
    let file = browser.send(&address, &fields).await;
    assert_eq!(file.status, StatusCode::OK, "{file:?}");
    assert_eq!(file.headers["content-type"], "application/xml; charset=utf-8");
    let name = file.headers["content-disposition"].to_str().unwrap();
    assert!(name.contains("CEB625-R-1-unsigned.xml"), "{name}");
    assert!(file.body.contains(&*bought.declaration.buyer.number), "it names the buyer");
    let filter = AuditFilter { register: Some(Register::Unmasking), ..AuditFilter::default() };
    let told = stage.world.store.read(|view| audited(view, &filter, None, 9)).unwrap();
    let [event] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((event.cause.who(), &event.entry.subject), ("merchant", &Subject::Declaration(id)));
    drop(browser);
    assert_eq!(stage.world.returns(&bought).len(), 0, "nothing is asked for before it is sent");
    stage.world.submit([file.body.as_str()]);
    let returns = stage.world.returns(&bought);
    assert_eq!(returns.len(), 1, "{returns:?}");
    assert_eq!(returns[0].state.status(), ReturnStatus::Entered);
    // What was taken is not there a second time.
    let mut browser = stage.merchant().await;
    let left = browser.open(&address).await;
    let declared = bought.declaration.items[0].quantity;
    let rest = (declared - rust_decimal::Decimal::ONE).normalize();
    assert!(left.body.contains(&format!("Can come back: {rest} ")), "{}", left.body);
}

#[tokio::test]
async fn a_cancellation_is_written_for_imports_and_exports_and_takes_effect_when_it_comes() {
    let mut stage = Stage::of(in_review());
    let (bought, sold) = (parcel(1, sent_at()).unwrap(), export(4, sent_at()).unwrap());
    let import = stage.world.declaration(&bought).unwrap().id;
    let export = stage.world.export(&sold).unwrap().id;
    let mut written = Vec::new();
    for (who, id, message) in [("merchant", import, "CEB623"), ("exporter", export, "CEB605")] {
        let mut browser = stage.site.signed_in(who).await;
        browser.accept = "application/json";
        let token = token_of_json(&mut browser).await;
        let headers = [("x-form-token", token.as_str()), ("idempotency-key", "once")];
        let address = format!("/api/v1/declarations/{id}/cancellation-request");
        let given = json!({ "reason": "the buyer has withdrawn" });
        let answer = browser.json(Method::POST, &address, &headers, &given).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let told = json_of(&answer);
        assert_eq!(told["type"], message);
        let again = browser.json(Method::POST, &address, &headers, &given).await;
        assert!(!again.headers.contains_key("idempotent-replayed"), "each is a showing of its own");
        written.push(told["xml"].as_str().unwrap().to_owned());
    }
    stage.world.submit(written.iter().map(String::as_str));
    let cancelled = stage.world.declaration(&bought).unwrap();
    assert_eq!(cancelled.state.status(), ReturnStatus::Refused, "{:?}", cancelled.state);
    assert!(!matches!(cancelled.state, ImportState::Released(_)));
    assert_eq!(stage.world.export(&sold).unwrap().state.status(), ReturnStatus::Refused);
}

async fn token_of_json(browser: &mut Browser<'_>) -> String {
    let session = json_of(&browser.open("/api/v1/session").await);
    session["form_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn who_did_not_declare_asks_for_nothing_and_what_cannot_be_is_said_before() {
    let stage = Stage::set();
    let [released, waiting] =
        [1, 3].map(|n| stage.world.declaration(&parcel(n, sent_at()).unwrap()).unwrap().id);
    let export = stage.world.export(&export(4, sent_at()).unwrap()).unwrap().id;
    let party = stage.world.cast.platform.party.id;
    let role = Role::EnterpriseAdministrator;
    stage.site.admit("platform", Standing::Enterprise { party, role });
    let party = stage.world.cast.merchant.party.id;
    stage.site.admit("reader", Standing::Enterprise { party, role: Role::Reader });

    let mut merchant = stage.merchant().await;
    for (id, part, why) in [
        (released, "cancellation", "a declaration at status 800 is not cancelled"),
        (waiting, "cancellation", "has no number yet"),
        (waiting, "return", "once the goods are released"),
    ] {
        let page = merchant.open(&format!("/declarations/{id}/{part}")).await;
        assert!(page.body.contains(why) && !page.body.contains("name=\"reason\""), "{}", page.body);
        let token = merchant.form_token().await;
        let fields = [("form_token", token.as_str()), ("reason", "why"), ("line-1", "1")];
        merchant.changes_nothing = true;
        let sent = merchant.send(&format!("/declarations/{id}/{part}"), &fields).await;
        merchant.changes_nothing = false;
        assert_eq!(sent.status, StatusCode::CONFLICT, "{sent:?}");
    }
    let mut exporter = stage.exporter().await;
    let page = exporter.open(&format!("/declarations/{export}/return")).await;
    assert!(page.body.contains("CEB213"), "{}", page.body);
    let others = exporter.open(&format!("/declarations/{released}/return")).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    let mut platform = stage.site.signed_in("platform").await;
    let case = platform.open(&format!("/declarations/{released}")).await;
    assert!(!case.body.contains(&format!("/declarations/{released}/return")), "{}", case.body);
    let page = platform.open(&format!("/declarations/{released}/return")).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{page:?}");
    let mut reader = stage.site.signed_in("reader").await;
    let page = reader.open(&format!("/declarations/{released}/return")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}
