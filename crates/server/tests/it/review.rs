//! `tongguan review` and `office`: looking at declarations, and deciding.

use serde_json::Value;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::processes::{ProcessKind, arrival};
use tongguan_domain::lane::Selectivity;
use tongguan_domain::time::Moment;
use tongguan_storage::TakeOver;
use tongguan_storage::seal::{Cipher, Ring};
use tongguan_testkit::parcels::{Parcel, parcel};
use tongguan_testkit::world::{Beginning, World};

use crate::run::{Run, tongguan_in};

/// The key file of a world.
pub fn write_key(world: &World) {
    let path = world.folder().join("tongguan.key");
    // What makes a key file makes its permissions; what is in it is the world's.
    Ring::create(&path, Cipher::Aes256Gcm).unwrap();
    Ring::from_master(Cipher::Aes256Gcm, &[7; 32]).replace(&path).unwrap();
}

fn nth(n: u64) -> Parcel {
    parcel(n, Moment::parse_wire("20260302095900").unwrap()).unwrap()
}

/// A world in which every declaration is reviewed, and these have come.
fn reviewed(parcels: &[Parcel]) -> World {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office: office, ..Settings::default() };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    for parcel in parcels {
        world.send(&parcel.documents());
    }
    world.stop();
    write_key(&world);
    world
}

fn review(world: &World, arguments: &[&str]) -> Run {
    let place = ["--data", world.folder().to_str().unwrap()];
    tongguan_in(world.folder(), &[&["review"], arguments, &place].concat(), "")
}

fn accept(number: &str) -> [&str; 7] {
    ["decide", number, "accept", "--reason", "in-order", "--officer", "关员甲"]
}

fn listed(world: &World, more: &[&str]) -> (Vec<Value>, Option<String>) {
    let run = review(world, &[&["list", "--json"], more].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    let said = run.json();
    let next = said["next"].as_str().map(str::to_owned);
    (said["declarations"].as_array().unwrap().clone(), next)
}

#[test]
fn the_queue_is_listed_page_by_page() {
    let world = reviewed(&[nth(1), nth(2), nth(3)]);
    let (all, next) = listed(&world, &[]);
    assert_eq!((all.len(), next), (3, None));
    assert!(all.iter().all(|row| row["status"] == 300 && row["reason"] != Value::Null), "{all:?}");
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let more: Vec<&str> = after.iter().flat_map(|at: &String| ["--after", at]).collect();
        let (rows, next) = listed(&world, &[&["--limit", "1"], more.as_slice()].concat());
        paged.extend(rows);
        let Some(next) = next else { break };
        after = Some(next);
    }
    assert_eq!(paged, all);
    assert_eq!(listed(&world, &["--status", "500"]).0, Vec::<Value>::new());
    assert_eq!(listed(&world, &["--office", "0001"]).0, Vec::<Value>::new());
    assert!(review(&world, &["list"]).out.contains("待人工审核"));
}

#[test]
fn a_declaration_is_shown_by_any_of_its_numbers_with_everything_about_it() {
    let world = reviewed(&[nth(1), nth(2)]);
    let row = &listed(&world, &[]).0[0];
    for number in ["invt_no", "pre_no", "order_no", "id"].map(|name| row[name].as_str().unwrap()) {
        let run = review(&world, &["show", number, "--json"]);
        assert_eq!(run.status, 0, "{number}: {}", run.err);
        let shown = run.json();
        assert_eq!(shown["id"], row["id"], "{number}");
        assert_eq!(shown["matching"]["mismatches"], Value::Array(Vec::new()));
        assert_eq!(shown["documents"].as_array().unwrap().len(), 3);
        let told: Vec<_> = shown["responses"].as_array().unwrap().iter().collect();
        let statuses: Vec<_> = told.iter().map(|told| told["status"].as_i64().unwrap()).collect();
        assert_eq!(statuses.last(), Some(&300), "{statuses:?}");
        assert!(statuses.contains(&120), "{statuses:?}");
    }
    let plain = review(&world, &["show", row["invt_no"].as_str().unwrap()]);
    assert!(plain.out.contains("待人工审核"), "{}", plain.out);
}

#[test]
fn a_ruling_is_carried_out_told_and_remembered() {
    let world = reviewed(&[nth(1), nth(2)]);
    let rows = listed(&world, &[]).0;
    let [first, second] = [&rows[0], &rows[1]].map(|row| row["invt_no"].as_str().unwrap());
    let run = review(&world, &[accept(first).as_slice(), &["--json"]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.json()["status"], 800);
    let run = review(
        &world,
        &["decide", second, "refuse", "--reason", "price", "--officer", "关员乙", "--json"],
    );
    assert_eq!(run.json()["status"], 100, "{}", run.err);
    assert!(run.json()["responses"][0]["text"].as_str().unwrap().contains("价格申报不实"));
    assert_eq!(listed(&world, &[]).0, Vec::<Value>::new());
    let shown = review(&world, &["show", first, "--json"]).json();
    assert_eq!(
        shown["tax_bills"].as_array().unwrap().len(),
        1,
        "no longer queued, found by its year"
    );
    let again = review(&world, &accept(first));
    assert_eq!(again.status, 1);
    assert!(again.err.contains("status 800 cannot be accepted"), "{}", again.err);
}

#[test]
fn what_cannot_be_decided_is_said_and_changes_nothing() {
    let world = reviewed(&[nth(1)]);
    let number = listed(&world, &[]).0[0]["invt_no"].as_str().unwrap().to_owned();
    let decide = |ruling: &str, reason: &str, officer: &str| {
        review(&world, &["decide", &number, ruling, "--reason", reason, "--officer", officer])
    };
    for (run, status, says) in [
        (decide("approve", "in-order", "甲"), 2, "the rulings are accept, refuse"),
        (decide("accept", " ", "甲"), 1, "the reason is empty"),
        (decide("accept", "in-order", "\n"), 1, "an officer's name"),
        (decide("suspend", "documents", "甲"), 1, "status 300 cannot be suspended"),
        (review(&world, &accept("29162026I999999999")), 1, "no declaration is known as"),
        (review(&world, &["list", "--status", "800"]), 2, "the queues are 300"),
        (review(&world, &["list", "--after", "300"]), 2, "such as 300:123"),
        (tongguan_in(world.folder(), &["review", "list", "--data", "none"], ""), 1, "is not there"),
    ] {
        assert_eq!(run.status, status, "{}", run.err);
        assert!(run.err.contains(says), "{says}: {}", run.err);
    }
    assert_eq!(listed(&world, &[]).0.len(), 1);
}

#[test]
fn a_gateway_at_work_is_named_and_left_in_peace() {
    let world = reviewed(&[nth(1)]);
    let number = listed(&world, &[]).0[0]["id"].as_str().unwrap().to_owned();
    let far = Moment::parse_wire("20990101000000").unwrap();
    let mut writer = world.store.writer().unwrap();
    let who = arrival("process 4711", ProcessKind::Gateway, now());
    let place = writer.transaction(|tx| tx.take_place(&who, TakeOver::All, far)).unwrap().unwrap();
    let run = review(&world, &accept(&number));
    assert_eq!(run.status, 1);
    assert!(run.err.contains("process 4711") && run.err.contains("stop it"), "{}", run.err);
    writer.transaction(|tx| tx.leave(&place)).unwrap();
    assert_eq!(review(&world, &accept(&number)).status, 0);
    assert_eq!(world.store.read(|view| view.processes()).unwrap(), [], "given back at the end");
}

#[test]
fn what_a_process_that_died_had_is_waited_for() {
    let world = reviewed(&[nth(1)]);
    let number = listed(&world, &[]).0[0]["id"].as_str().unwrap().to_owned();
    let mut writer = world.store.writer().unwrap();
    let soon = now().plus_millis(3_000);
    let who = arrival("process 4711", ProcessKind::Gateway, now());
    writer.transaction(|tx| tx.take_place(&who, TakeOver::All, soon)).unwrap();
    let run = review(&world, &accept(&number));
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.err.contains("process 4711") && run.err.contains("waiting"), "{}", run.err);
}

fn now() -> Moment {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Moment::from_micros(i64::try_from(since.as_micros()).unwrap())
}

#[test]
fn goods_without_a_rate_are_released_when_there_is_one() {
    let mut unrated = nth(1);
    unrated.declaration.items[1].hs_code = "0410004100".into();
    let world = reviewed(&[unrated]);
    let row = listed(&world, &[]).0.remove(0);
    assert_eq!(row["tax"], Value::Null);
    let number = row["pre_no"].as_str().unwrap();
    let run = review(&world, &accept(number));
    assert_eq!(run.status, 1);
    assert!(run.err.contains("0410004100") && run.err.contains("no tax rate"), "{}", run.err);
    let rate =
        "id,hs,duty,vat,valid_from,source\nr1,0410004100,0.20,standard,2026-01-01,a notice\n";
    std::fs::write(world.folder().join("rates.csv"), rate).unwrap();
    let import = ["codes", "import", "rates.csv", "--table", "rates", "--data", "."];
    let imported = tongguan_in(world.folder(), &import, "");
    assert_eq!(imported.status, 0, "{}", imported.err);
    let run = review(&world, &[accept(number).as_slice(), &["--json"]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.json()["status"], 800);
    assert!(run.json()["assessed"]["total"].is_string());
}

#[test]
fn offices_have_settings_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let office = |arguments: &[&str]| {
        tongguan_in(folder.path(), &[&["office"], arguments, &["--data", "db"]].concat(), "")
    };
    assert_eq!(office(&["set", "all", "waiting_days", "20"]).status, 0);
    assert_eq!(office(&["set", "2916", "refuse_early", "true"]).status, 0);
    let shown = office(&["list", "--json"]).json();
    assert_eq!(shown["offices"]["2916"]["waiting_days"], "20");
    assert_eq!(shown["offices"]["2916"]["refuse_early"], "true");
    assert_eq!(shown["offices"]["all"]["refuse_early"], "false");
    let again = office(&["set", "2916", "refuse_early", "true", "--json"]).json();
    assert_eq!(again["changed"], false);
    assert_eq!(
        office(&["set", "2916", "refuse_early", "default", "--json"]).json()["value"],
        "false"
    );
    for (arguments, status, says) in [
        (["2916", "nothing", "1"], 1, "the settings of an office are waiting_days"),
        (["2916", "waiting_days", "soon"], 1, "a number of days"),
        (["all", "red_per_10_000", "10001"], 1, "from 0 to 10000"),
        (["29161", "waiting_days", "1"], 2, "an office of four digits"),
    ] {
        let run = office(&[&["set"], arguments.as_slice()].concat());
        assert_eq!(run.status, status, "{}", run.err);
        assert!(run.err.contains(says), "{says}: {}", run.err);
    }
    let history = office(&["history", "--json"]).json();
    let events = history["events"].as_array().unwrap();
    let changes: Vec<_> = events
        .iter()
        .map(|event| {
            (event["subject"]["office"].as_str().unwrap(), event["change"].as_str().unwrap())
        })
        .collect();
    assert_eq!(changes, [("2916", "ended"), ("2916", "added"), ("all", "added")]);
    let text = office(&["history", "2916"]).out;
    assert!(text.contains("- 2916  refuse_early") && text.contains("by `office set`"), "{text}");
    assert!(!text.contains("waiting_days"), "{text}");
    assert!(office(&["history", "all"]).out.contains("value: `` -> `20`"));
}

#[test]
fn a_gateway_closes_what_was_released_long_ago_and_tells_it() {
    let mut world = World::with(Beginning::unsigned());
    world.send(&nth(1).documents());
    world.stop();
    write_key(&world);
    let gateway = || {
        let folders = ["--inbox", "in", "--outbox", "out", "--data", ".", "--once", "--json"];
        std::fs::create_dir_all(world.folder().join("in")).unwrap();
        tongguan_in(world.folder(), &[&["gateway"], folders.as_slice()].concat(), "")
    };
    let run = gateway();
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.json()["due"], 1, "{}", run.out);
    let outbox = world.folder().join("out/DXPENT0000000004");
    let told = std::fs::read_dir(outbox).unwrap().map(|file| file.unwrap().path());
    let closed = told.filter(|file| {
        std::fs::read_to_string(file).unwrap().contains("<returnStatus>899</returnStatus>")
    });
    assert_eq!(closed.count(), 1);
    assert_eq!(gateway().json()["due"], 0);
}
