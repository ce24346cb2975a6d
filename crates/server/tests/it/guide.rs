//! The JSON interface of a service, as commands and keys meet it; `sandbox.rs` runs the guide's script.

use serde_json::{Value, json};

use crate::run::tongguan_in;
use crate::serve::{Service, on_sqlite};

const PASSWORD: &str = "correct horse battery";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

impl Service {
    /// What a command says of the service's database.
    pub fn said(&self, arguments: &[&str]) -> Value {
        let place = self.place.each_ref().map(String::as_str);
        let run = tongguan_in(self.folder.path(), &[arguments, &["--json"], &place].concat(), "");
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        run.json()
    }

    /// The number of the party with that mailbox.
    pub fn party(&self, mailbox: &str) -> String {
        let parties = self.said(&["registry", "list"]);
        let mut parties = parties["parties"].as_array().unwrap().iter();
        parties.find(|party| party["mailbox"] == mailbox).unwrap()["party"].to_string()
    }

    /// Lets somebody in, who chooses [`PASSWORD`].
    pub fn admit(&self, sign_in: &str, role: &str, organisation: &str) {
        let standing = ["--role", role, "--organisation", organisation];
        let add = ["people", "add", sign_in, "--name", "李伟"];
        let code = self.said(&[&add[..], &standing].concat())["code"].as_str().unwrap().to_owned();
        let chosen = format!("password={0}&again={0}", PASSWORD.replace(' ', "+"));
        let told = self.post(&format!("/invitation/{code}"), &[FORM], chosen.as_bytes());
        assert!(told.status < 400, "{told:?}");
    }

    /// The cookie of somebody who signs in.
    pub fn sign_in(&self, sign_in: &str) -> String {
        let form = format!("sign_in={sign_in}&password={}", PASSWORD.replace(' ', "+"));
        let told = self.post("/sign-in", &[FORM], form.as_bytes());
        let cookie = told.headers["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

#[test]
fn the_interface_says_of_a_declaration_what_the_command_says() {
    let service = Service::start(on_sqlite, "");
    service.clear(1);
    let said = service.said(&["review", "show", "TG000000000001"]);
    let number = said["invt_no"].as_str().unwrap();
    let of = |mailbox: &str| service.key(mailbox)["key"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/declarations/{number}");
    let told = service.get(&path, Some(&of(service.cast.merchant.mailbox())));
    assert_eq!(told.json(), said);
    let stranger = service.get(&path, Some(&of(service.cast.exporter.mailbox())));
    assert_eq!((stranger.status, stranger.problem()), (404, "not-found".to_owned()));
    assert_eq!(service.get(&path, None).problem(), "sign-in-needed");
}

#[test]
fn a_key_may_what_it_is_restricted_to_and_no_more() {
    let service = Service::start(on_sqlite, "");
    let mailbox = service.cast.merchant.mailbox();
    let place = service.place.each_ref().map(String::as_str);
    let issue = ["access", "issue", "--json", "--purpose", "ERP", "--mailbox", mailbox, "--scope"];
    let with = |scope: &str| {
        tongguan_in(service.folder.path(), &[&issue[..], &[scope], &place].concat(), "")
    };
    let refused = with("decide");
    assert!(refused.status != 0 && refused.err.contains("read-parcels"), "{}", refused.err);
    let issued = with("read-parcels").json();
    assert_eq!(issued["scopes"], json!(["read-parcels"]));
    let key = issued["key"].as_str();
    let session = service.get("/api/v1/session", key).json();
    assert_eq!(session["permissions"], json!(["read-parcels"]));
    assert_eq!(session["form_token"], Value::Null);
    assert_eq!(service.get("/api/v1/parties", key).status, 200);
    for path in [&format!("/mailbox/{mailbox}"), "/api/v1/guarantee", "/api/v1/queue"] {
        let told = service.get(path, key);
        assert_eq!((told.status, told.problem()), (403, "not-permitted".to_owned()), "{path}");
    }
}

#[test]
fn an_officer_rules_about_what_lies_in_the_offices_queue() {
    let mut service = Service::start(on_sqlite, "[people]\nsecond_factor_required = false\n");
    let place = service.place.each_ref().map(String::as_str);
    let set = ["office", "set", "all", "yellow_per_10_000", "10000"];
    let run = tongguan_in(service.folder.path(), &[&set[..], &place].concat(), "");
    assert_eq!(run.status, 0, "{}", run.err);
    service.start_again();
    service.clear(1);
    let waits = &service.said(&["review", "list"])["declarations"][0];
    let (id, office) = (waits["id"].as_str().unwrap(), waits["office"].as_str().unwrap());
    service.admit("wang", "supervisor", office);
    service.admit("zhao", "supervisor", "0001");
    let [own, other] = ["wang", "zhao"].map(|name| {
        let cookie = service.sign_in(name);
        let session = service.with(&cookie, "/api/v1/session").json();
        (cookie, session["form_token"].as_str().unwrap().to_owned())
    });
    assert_eq!(service.with(&own.0, "/api/v1/queue").json()["items"][0], *waits);
    assert_eq!(service.with(&other.0, "/api/v1/queue").json()["items"], json!([]));

    let path = format!("/api/v1/declarations/{id}/ruling");
    let rule = |by: &(String, String), ruling: &str, key: &str| {
        let headers = [
            ("cookie", by.0.as_str()),
            ("x-form-token", by.1.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = json!({ "ruling": ruling, "reason": "in-order" }).to_string();
        service.post(&path, &headers, body.as_bytes())
    };
    assert_eq!(rule(&other, "accept", "1").problem(), "not-found");
    assert_eq!(rule(&own, "praise", "1").json()["errors"][0]["pointer"], "/ruling");
    let ruled = rule(&own, "accept", "1");
    assert_eq!((ruled.status, &ruled.json()["status"]), (200, &json!(800)), "{ruled:?}");
    let again = rule(&own, "accept", "1");
    assert_eq!(again.json(), ruled.json(), "the same answer, and nothing done");
    let late = rule(&own, "refuse", "2");
    assert_eq!((late.status, late.problem()), (409, "refused".to_owned()), "{late:?}");
}
