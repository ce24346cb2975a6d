//! Relaying between two services: one that checks and sends, and one that plays upstream.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tongguan_testkit::postgres::database;

use crate::run::{Run, tongguan_in};
use crate::serve::{Service, on_sqlite};

/// The mailbox of the window that relays, at the one upstream.
const WINDOW: &str = "DXPLOC0000000001";

/// Two services; the first relays everything to the second.
struct Windows {
    local: Service,
    above: Service,
    _keys: TempDir,
}

impl Windows {
    fn start(
        place: impl Fn(&Path) -> [String; 2],
        of_above: impl Fn(&Path) -> [String; 2],
    ) -> Self {
        let above = Service::start(of_above, &format!("windows = ['{WINDOW}']\n"));
        let keys = tempfile::tempdir().unwrap();
        let key = keys.path().join("upstream");
        fs::write(&key, above.key(WINDOW)["key"].as_str().unwrap()).unwrap();
        let settings = format!(
            "[relay]\nmailbox = '{WINDOW}'\nurl = '{}'\naccess_key = '{}'\n",
            above.base,
            key.display()
        );
        let mut local = Service::start(place, &settings);
        relay_everything(&local);
        local.start_again();
        Self { local, above, _keys: keys }
    }
}

fn command(service: &Service, arguments: &[&str]) -> Run {
    let place = service.place.each_ref().map(String::as_str);
    tongguan_in(service.folder.path(), &[arguments, &place].concat(), "")
}

/// A service takes settings up within a second, and a new start at once.
pub fn relay_everything(service: &Service) {
    let run = command(service, &["office", "set", "all", "relay", "all"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
}

fn shown(service: &Service) -> Value {
    let run = command(service, &["relay", "show", "--json"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    run.json()
}

/// How often each declaration was told that it is released, once so many are, in the declarant's mailbox; and
/// everything that was told there.
pub fn released(service: &Service, declarations: usize) -> (BTreeMap<String, usize>, String) {
    let mailbox = service.cast.carrier.mailbox().to_owned();
    let key = service.key(&mailbox);
    let (mut times, mut texts) = (BTreeMap::new(), String::new());
    let mut next = format!("/mailbox/{mailbox}?after=0");
    while times.len() < declarations || texts.matches("<CEB816Message").count() < declarations {
        let read = service.get(&format!("{next}&wait=60"), key["key"].as_str()).json();
        let letters = read["letters"].as_array().unwrap();
        assert!(!letters.is_empty(), "nothing more came: {times:?} {}", shown(service));
        for message in letters.iter().flat_map(|letter| letter["messages"].as_array().unwrap()) {
            let xml = message["xml"].as_str().unwrap();
            if xml.contains("<returnStatus>800</returnStatus>") {
                *times.entry(message["key"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            texts.push_str(xml);
        }
        next = read["next"].as_str().unwrap().to_owned();
    }
    (times, texts)
}

#[test]
fn a_parcel_is_cleared_upstream_on_sqlite() {
    a_parcel_is_cleared_upstream(on_sqlite, on_sqlite);
}

#[test]
fn a_parcel_is_cleared_upstream_on_postgres() {
    // Where there is no server, that has been said loudly.
    let (Some(local), Some(above)) = (database(), database()) else { return };
    let at = |url: &str| ["--database".to_owned(), url.to_owned()];
    a_parcel_is_cleared_upstream(|_| at(&local.url), |_| at(&above.url));
}

fn a_parcel_is_cleared_upstream(
    place: impl Fn(&Path) -> [String; 2],
    of_above: impl Fn(&Path) -> [String; 2],
) {
    let windows = Windows::start(place, of_above);
    let Windows { local, above, .. } = &windows;
    local.clear(1);
    let (times, texts) = released(local, 1);
    assert_eq!(times.into_values().collect::<Vec<_>>(), [1], "{texts}");
    for status in [2, 3, 120, 800] {
        assert!(texts.contains(&format!("<returnStatus>{status}</returnStatus>")), "{status}");
    }
    let shown = shown(local);
    assert_eq!((&shown["sent"]["count"], &shown["waiting"]["count"]), (&4.into(), &0.into()));
    assert_eq!(shown["strays"], Value::Array(Vec::new()));
    found_by_its_parties(local, &texts);
    // Upstream answers the window, and nobody behind it.
    let mailbox = above.cast.carrier.mailbox().to_owned();
    let key = above.key(&mailbox);
    let read = above.get(&format!("/mailbox/{mailbox}?after=0"), key["key"].as_str()).json();
    assert_eq!(read["letters"], Value::Array(Vec::new()));
}

/// The declaration stands in the lists of its parties, by any number, with what upstream has said of it.
fn found_by_its_parties(local: &Service, texts: &str) {
    let told = |name: &str| {
        let (_, rest) = texts.split_once("<returnStatus>800</returnStatus>").unwrap();
        let before = &texts[..texts.len() - rest.len()];
        let (_, value) = before.rsplit_once(&format!("<{name}>")).unwrap();
        value.split('<').next().unwrap().to_owned()
    };
    let key = |mailbox: &str| local.key(mailbox)["key"].as_str().unwrap().to_owned();
    let declarant = key(local.cast.carrier.mailbox());
    let listed = local.get("/api/v1/relayed", Some(&declarant)).json();
    let parcel = &listed["items"][0];
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        1,
        "orders are no declarations: {listed}"
    );
    assert_eq!(
        (&parcel["decided"], &parcel["sending"], &parcel["sending_status"], &parcel["status"]),
        (&"upstream".into(), &"sent".into(), &3.into(), &800.into()),
        "{parcel}"
    );
    assert_eq!(parcel["invt_no"], told("invtNo").as_str(), "{parcel}");
    let said: Vec<_> =
        parcel["answers"].as_array().unwrap().iter().map(|it| it["status"].clone()).collect();
    for status in [2, 120, 800] {
        assert!(said.contains(&status.into()), "{status}: {said:?}");
    }
    let numbers = ["order_no", "waybill_no", "reference", "pre_no", "invt_no"];
    for number in numbers.map(|name| parcel[name].as_str().unwrap()) {
        let found = local.get(&format!("/api/v1/search?number={number}"), Some(&declarant)).json();
        assert_eq!(found["relayed"][0]["id"], parcel["id"], "{number}: {found}");
    }
    let stranger = key(local.cast.exporter.mailbox());
    assert_eq!(
        local.get("/api/v1/relayed", Some(&stranger)).json()["items"],
        Value::Array(Vec::new())
    );
    let path = format!("/api/v1/relayed/{}", parcel["id"].as_str().unwrap());
    assert_eq!(local.get(&path, Some(&declarant)).json(), *parcel);
    assert_eq!(local.get(&path, Some(&stranger)).status, 404);
}

#[test]
fn a_window_that_is_killed_over_and_over_loses_nothing_and_sends_nothing_twice() {
    let mut windows = Windows::start(on_sqlite, on_sqlite);
    for n in 1..=6 {
        windows.local.clear(n);
        // In the middle of sending, fetching, or neither.
        windows.local.killed();
    }
    let (times, _) = released(&windows.local, 6);
    assert_eq!(times.into_values().collect::<Vec<_>>(), [1; 6]);
    let shown = shown(&windows.local);
    assert_eq!((&shown["sent"]["count"], &shown["given_up"]["count"]), (&24.into(), &0.into()));
    let (times, _) = released(&windows.local, 6);
    assert_eq!(times.into_values().collect::<Vec<_>>(), [1; 6], "nothing came twice meanwhile");
}

#[test]
fn while_upstream_is_away_messages_wait_and_then_parties_are_asked_to_come_again() {
    let keys = tempfile::tempdir().unwrap();
    let key = keys.path().join("upstream");
    fs::write(&key, "tongguan_none").unwrap();
    // Nobody listens there: the port is a privileged one.
    let settings = format!(
        "[relay]\nmailbox = '{WINDOW}'\nurl = 'http://127.0.0.1:1'\naccess_key = '{}'\nmost_waiting = 2\n",
        key.display()
    );
    let mut service = Service::start(on_sqlite, &settings);
    relay_everything(&service);
    service.start_again();
    let mut taken = 0;
    let told = loop {
        let [order, ..] = service.messages(taken + 1);
        let told = service.post("/ceb", &[], order.as_bytes());
        if told.status != 200 {
            break told;
        }
        taken += 1;
    };
    assert_eq!((told.status, told.problem()), (503, "busy".to_owned()));
    assert!(told.headers.contains_key("retry-after"), "{told:?}");
    let shown = shown(&service);
    assert_eq!(shown["waiting"]["count"], taken);
    let why = shown["next"][0]["failure"].as_str().unwrap();
    assert!(why.starts_with("not reached"), "{why}");

    service.end();
    let acting = ["--operator", "root", "--key-file", "key"];
    let run = command(&service, &[&["relay", "retry", "1"], &acting[..]].concat());
    assert!(run.status == 1 && run.err.contains("message 1 was not relayed"), "{}", run.err);
    let message = shown["next"][0]["message"].as_str().unwrap();
    let run = command(&service, &[&["relay", "dismiss", message], &acting[..]].concat());
    assert!(run.status == 1 && run.err.contains("was not given up"), "{}", run.err);
}

#[test]
fn a_pair_of_folders_leads_upstream_as_well() {
    let folders = tempfile::tempdir().unwrap();
    let [to, from] = ["to", "from"].map(|name| folders.path().join(name));
    let settings = format!(
        "[relay]\nmailbox = '{WINDOW}'\noutbox = '{}'\ninbox = '{}'\n",
        to.display(),
        from.join(WINDOW).display()
    );
    let mut local = Service::start(on_sqlite, &settings);
    relay_everything(&local);
    local.start_again();
    local.clear(1);
    while shown(&local)["sent"]["count"] != 4 {
        local.get("/ready", None);
    }
    let mut above = Service::start(on_sqlite, "");
    above.end();
    let [to, from] = [&to, &from].map(|path| path.to_str().unwrap());
    let gateway = ["gateway", "--inbox", to, "--outbox", from, "--window", WINDOW, "--once"];
    let run = command(&above, &[&gateway[..], &["--key-file", "key"]].concat());
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let (times, _) = released(&local, 1);
    assert_eq!(times.into_values().collect::<Vec<_>>(), [1]);
}
