//! Payment evidence through the service as it is shipped: an officer demands it, a platform on this machine is asked
//! and uploads, and the page shows what differs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::parcel;
use tongguan_testkit::platform::{Manner, Platform, post};
use tongguan_testkit::postgres::database;

use crate::run::tongguan_in;
use crate::serve::{Service, on_sqlite};

/// Platforms of this machine may be asked.
const ASKED: &str = "[evidence]\nnetworks = ['127.0.0.1/32']\n";
/// An officer signs in, and looks as often as he likes.
const SETTINGS: &str =
    "[people]\nsecond_factor_required = false\n[limits]\nrequests_per_minute = 1000000\n";

#[test]
fn a_platform_is_asked_uploads_and_differs_on_sqlite() {
    a_platform_is_asked_uploads_and_differs(on_sqlite);
}

#[test]
fn a_platform_is_asked_uploads_and_differs_on_postgres() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let place = |_: &Path| ["--database".to_owned(), database.url.clone()];
    a_platform_is_asked_uploads_and_differs(place);
}

#[test]
fn an_address_of_this_machine_is_not_asked_where_nobody_allowed_it() {
    let mut service = Service::start(on_sqlite, SETTINGS);
    let platform = started(&mut service);
    service.clear(1);
    let officer = Officer::of(&service);
    assert_eq!(officer.demand(1)["demands"][0]["stage"], "waiting");
    let told = officer.wait_for(1, |demand| demand["failure"].is_string());
    let why = told["failure"].as_str().unwrap();
    assert!(why.starts_with("port "), "no port of the settings: {told}");
    assert_eq!(platform.asked(), [""; 0], "nobody came");
}

/// A platform that is registered and uploads to the service.
fn started(service: &mut Service) -> Platform {
    let customs = format!("{}/ceb2grab/grab/realTimeDataUpload", service.base);
    let now = Moment::parse_wire("20260302100000").unwrap();
    let platform = Platform::start(&service.cast.platform, Some(customs), now);
    let parties = fs::read_to_string(service.folder.path().join("parties.toml")).unwrap();
    let named = format!("payment_url = \"{}\"\nmailbox = ", platform.url);
    fs::write(
        service.folder.path().join("parties.toml"),
        parties.replacen("mailbox = ", &named, 1),
    )
    .unwrap();
    let import = ["registry", "import", "parties.toml", &service.place[0], &service.place[1]];
    let run = tongguan_in(service.folder.path(), &import, "");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("payment_url"), "the change is told: {}", run.out);
    platform
}

fn sold(n: u64) -> tongguan_testkit::parcels::Parcel {
    parcel(n, Moment::parse_wire("20260302095900").unwrap()).unwrap()
}

/// An officer who has signed in.
struct Officer<'s> {
    service: &'s Service,
    cookie: String,
    token: String,
}

impl<'s> Officer<'s> {
    fn of(service: &'s Service) -> Self {
        service.admit("zhang", "supervisor", "2916");
        let cookie = service.sign_in("zhang");
        let session = service.with(&cookie, "/api/v1/session").json();
        let token = session["form_token"].as_str().unwrap().to_owned();
        Self { service, cookie, token }
    }

    fn address(n: u64) -> String {
        format!("/api/v1/declarations/TG{n:012}/payment-evidence")
    }

    fn demand(&self, n: u64) -> Value {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("x-form-token", self.token.as_str()),
            ("content-type", "application/json"),
        ];
        let body = "{\"reason\":\"price\"}";
        let told = self.service.post(&Self::address(n), &headers, body.as_bytes());
        assert_eq!(told.status, 200, "{told:?}");
        told.json()
    }

    /// The newest demand about a parcel, as soon as it is so.
    fn wait_for(&self, n: u64, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..1_200 {
            let told = self.service.with(&self.cookie, &Self::address(n)).json();
            let last = told["demands"].as_array().unwrap().last().cloned().unwrap_or_default();
            if is_so(&last) {
                return last;
            }
            // Whoever looks all the time keeps the service from its work.
            std::thread::park_timeout(Duration::from_millis(50));
        }
        let said = fs::read_to_string(self.service.folder.path().join("stderr")).unwrap();
        panic!("it did not come: {:?}\n{said}", self.service.with(&self.cookie, &Self::address(n)))
    }
}

fn a_platform_is_asked_uploads_and_differs(place: impl Fn(&Path) -> [String; 2]) {
    let mut service = Service::start(place, &format!("{ASKED}{SETTINGS}"));
    let platform = started(&mut service);
    for n in [1, 2] {
        platform.sells(&sold(n));
        service.clear(n);
    }
    let officer = Officer::of(&service);
    let is_compared = |demand: &Value| demand["stage"] == "compared";

    officer.demand(1);
    let same = officer.wait_for(1, is_compared);
    assert_eq!(
        (&same["findings"], &same["facts"]["payer"]),
        (&Value::Array(vec![]), &"same".into())
    );
    assert_eq!(platform.answered(1)[0]["code"], "10000");

    platform.behaves(Manner::Alters(Amount::new("1.5".parse().unwrap())));
    officer.demand(2);
    let other = officer.wait_for(2, is_compared);
    let codes: Vec<_> =
        other["findings"].as_array().unwrap().iter().map(|it| &it["rule"]).collect();
    assert_eq!(codes, ["evidence-amount-payment", "evidence-amount-order"]);
    let page = service.with(&officer.cookie, "/declarations/TG000000000002").body;
    assert!(page.contains("evidence-amount-payment"), "{page}");
    let number = &sold(2).payment.payer.number;
    assert!(!page.contains(&**number), "the payer is nowhere on the page");
    let listed = service.with(&officer.cookie, "/payment-evidence?findings=only").body;
    assert!(listed.contains("TG000000000002") && !listed.contains("TG000000000001"), "{listed}");

    // What is no upload is answered in the interface's own form.
    let customs = format!("{}/ceb2grab/grab/realTimeDataUpload", service.base);
    assert_eq!(post(&customs, "{}")["code"], "20002");
    let told = service.post("/ceb2grab/grab/realTimeDataUpload", &[], b"payExInfoStr={}");
    assert_eq!((told.status, &told.json()["code"]), (200, &"20001".into()));
}
