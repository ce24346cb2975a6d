//! Declared goods held against those that their merchant has filed: from the filing to the next parcel's release.

use serde_json::{Value, json};
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::parcel;

use crate::serve::{Service, Told, on_sqlite};

/// Somebody's cookie and the token of the session's forms.
struct Person(String, String);

impl Person {
    fn of(service: &Service, name: &str) -> Self {
        let cookie = service.sign_in(name);
        let session = service.with(&cookie, "/api/v1/session").json();
        Self(cookie, session["form_token"].as_str().unwrap().to_owned())
    }

    fn send(&self, service: &Service, path: &str, kind: &str, body: &str) -> Value {
        let headers =
            [("cookie", self.0.as_str()), ("x-form-token", &self.1), ("content-type", kind)];
        let told: Told = service.post(path, &headers, body.as_bytes());
        assert!(told.status < 300, "{told:?}");
        told.json()
    }
}

/// The goods of the parcels of these tests, as a table.
fn table() -> String {
    let mut table = "itemNo,gcode,gname,gmodel,unit,unit1,qty1,netWeight\n".to_owned();
    for item in parcel(1, Moment::parse_wire("20260302095900").unwrap()).unwrap().declaration.items
    {
        let (item_no, code) = (item.item_no.unwrap(), item.hs_code);
        table.push_str(&format!("{item_no},{code},{},见包装,件,千克,0.5,0.5\n", item.name));
    }
    table
}

#[test]
fn goods_that_were_filed_and_approved_let_the_next_parcel_pass() {
    let mut service = Service::start(on_sqlite, "[people]\nsecond_factor_required = false\n");
    service.said(&["office", "set", "all", "registered_goods", "review"]);
    service.start_again();
    let merchant = service.party(service.cast.merchant.mailbox());
    service.admit("li.wei", "enterprise-administrator", &merchant);
    service.admit("wang", "supervisor", "2916");
    service.clear(1);
    let waits = service.said(&["review", "list"])["declarations"].clone();
    assert_eq!(waits[0]["status"], 300, "{waits}");
    let (li, wang) = (Person::of(&service, "li.wei"), Person::of(&service, "wang"));
    let id = waits[0]["id"].as_str().unwrap();
    let case = |of: &Person| {
        service.with(&of.0, &format!("/api/v1/declarations/{id}/case")).json()["unregistered"]
            .clone()
    };
    assert_eq!(case(&wang)[0]["rule"], "declared-goods-unregistered", "{}", case(&wang));

    let filed = li.send(&service, "/api/v1/filings/goods", "text/csv", &table());
    let many = filed["filed"].as_u64().unwrap();
    assert!(many > 0, "{filed}");
    let waiting = service.with(&wang.0, "/api/v1/filing-review").json();
    for filing in waiting["items"].as_array().unwrap() {
        let path = format!("/api/v1/filings/{}", filing["number"].as_str().unwrap());
        let json_kind = "application/json";
        wang.send(&service, &format!("{path}/assignment"), json_kind, r#"{"act":"take"}"#);
        let approve = json!({ "decision": "approve" }).to_string();
        wang.send(&service, &format!("{path}/decisions"), json_kind, &approve);
    }
    assert_eq!(case(&wang), json!([]), "they are registered now");
    service.clear(2);
    let still = service.said(&["review", "list"])["declarations"].clone();
    assert_eq!(still.as_array().unwrap().len(), 1, "the second one passed: {still}");
}
