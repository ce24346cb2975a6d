//! `tongguan review` for exports: the queue of both directions, one declaration, and what is decided.

use std::fs;

use serde_json::Value;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::commerce::ExportOrderType;
use tongguan_domain::declaration::StatisticsFlag;
use tongguan_domain::lane::Selectivity;
use tongguan_domain::time::Moment;
use tongguan_storage::Event;
use tongguan_storage::stored::event::{StoredCauseV1, StoredEvent};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::{Document, parcel};
use tongguan_testkit::requests::export_cancellation;
use tongguan_testkit::world::{Beginning, World};

use crate::gateway::registration;
use crate::review::write_key;
use crate::run::{Run, tongguan_in};

fn sent_at() -> Moment {
    Moment::parse_wire("20260302095900").unwrap()
}

/// Goods that need a licence, and name it.
fn licensed(n: u64) -> Export {
    let mut parcel = export(n, sent_at()).unwrap();
    parcel.declaration.items[0].hs_code = "8711100010".into();
    parcel.declaration.licence = Some("L-2026-1".into());
    parcel
}

/// A world in which every declaration is examined so often.
fn world(red_per_10_000: u16) -> World {
    let selectivity = Selectivity { red_per_10_000, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    World::with(Beginning { settings, ..Beginning::unsigned() })
}

/// The world as another process finds it.
fn left_alone(mut world: World) -> World {
    world.stop();
    write_key(&world);
    world
}

fn review(world: &World, arguments: &[&str]) -> Run {
    let place = ["--data", world.folder().to_str().unwrap()];
    tongguan_in(world.folder(), &[&["review"], arguments, &place].concat(), "")
}

fn listed(world: &World, more: &[&str]) -> Vec<Value> {
    let run = review(world, &[&["list", "--json"], more].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    run.json()["declarations"].as_array().unwrap().clone()
}

fn decide(world: &World, number: &str, ruling: &str) -> Run {
    let why = ["--reason", "in-order", "--officer", "关员甲", "--json"];
    review(world, &[&["decide", number, ruling], why.as_slice()].concat())
}

fn statuses(shown: &Value) -> Vec<i64> {
    let told = shown["responses"].as_array().unwrap().iter();
    told.map(|told| told["status"].as_i64().unwrap()).collect()
}

/// The officers' reasons in the audit.
fn reasons(world: &World) -> Vec<String> {
    let events = world.store.read(|view| view.unread::<Event>("test", 1000)).unwrap();
    let entries = events.iter().flat_map(|event| StoredEvent::decode(&event.body).unwrap().entries);
    entries
        .filter_map(|entry| match entry.cause {
            StoredCauseV1::Ruling(_, reason) => Some(reason),
            _ => None,
        })
        .collect()
}

#[test]
fn both_directions_stand_in_one_list_in_order_of_lodging() {
    let mut world = world(10_000);
    for n in 1..=2 {
        world.send(&parcel(n, sent_at()).unwrap().documents());
        world.send(&export(n, sent_at()).unwrap().documents());
    }
    let world = left_alone(world);
    let all = listed(&world, &[]);
    let directions: Vec<_> = all.iter().map(|row| row["direction"].as_str().unwrap()).collect();
    assert_eq!(directions, ["import", "export", "import", "export"]);
    assert!(all.iter().all(|row| row["status"] == 500));
    assert_eq!(all[1]["value"][0]["currency"], "502");
    assert_eq!(all[1]["value"][0]["total"], "78.5");
    for (direction, wanted) in [("import", [&all[0], &all[2]]), ("export", [&all[1], &all[3]])] {
        assert_eq!(listed(&world, &["--direction", direction]).iter().collect::<Vec<_>>(), wanted);
    }
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let more: Vec<&str> = after.iter().flat_map(|at: &String| ["--after", at]).collect();
        let page = [&["list", "--json", "--limit", "1"], more.as_slice()].concat();
        let page = review(&world, &page).json();
        paged.extend(page["declarations"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        after = Some(next.to_owned());
    }
    assert_eq!(paged, all);
    let text = review(&world, &["list"]).out;
    assert!(text.contains("78.5 502") && text.contains("direction"), "{text}");
    let run = review(&world, &["list", "--direction", "sideways"]);
    assert!(run.status == 2 && run.err.contains("import or export"), "{}", run.err);
}

#[test]
fn an_export_is_shown_by_any_of_its_numbers_with_everything_about_it() {
    let mut world = world(0);
    let parcel = licensed(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let world = left_alone(world);
    let row = &listed(&world, &["--status", "300"])[0];
    assert_eq!((row["direction"].as_str(), row["tax"].as_str()), (Some("export"), None));
    for number in ["invt_no", "pre_no", "order_no", "id"].map(|name| row[name].as_str().unwrap()) {
        let run = review(&world, &["show", number, "--json"]);
        assert_eq!(run.status, 0, "{number}: {}", run.err);
        let shown = run.json();
        assert_eq!(shown["id"], row["id"], "{number}");
        assert_eq!(shown["facts"]["licence"], "L-2026-1");
        assert_eq!(shown["state"]["licence_to_verify"], true);
        assert!(shown["arrived_at"].is_string(), "{shown}");
        assert_eq!(shown["matching"]["mismatches"], Value::Array(Vec::new()));
        let documents = shown["documents"].as_array().unwrap().iter();
        let documents: Vec<_> = documents.map(|of| of["document"].as_str().unwrap()).collect();
        assert_eq!(documents, ["export-order", "export-waybill"]);
        assert_eq!(statuses(&shown), [2, 3, 120, 300]);
    }
    let plain = review(&world, &["show", row["invt_no"].as_str().unwrap()]);
    assert!(plain.out.contains("许可证件号待人工核验"), "{}", plain.out);
    let unknown = review(&world, &["show", "29162026E999999999"]);
    assert!(unknown.err.contains("no declaration is known as"), "{}", unknown.err);
}

#[test]
fn a_declaration_that_waits_is_shown_with_what_is_missing() {
    let mut world = world(0);
    let parcel = export(1, sent_at()).unwrap();
    world.send([&parcel.lodging()]);
    let world = left_alone(world);
    let shown = review(&world, &["show", parcel.declaration.order_no.as_str(), "--json"]).json();
    let missing = &shown["matching"]["missing"];
    assert_eq!(*missing, serde_json::json!(["export-order", "export-waybill"]));
}

#[test]
fn accepting_says_in_the_audit_that_the_licence_was_verified() {
    let mut world = world(0);
    let parcel = licensed(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    let world = left_alone(world);
    let number = listed(&world, &[])[0]["invt_no"].as_str().unwrap().to_owned();
    let run = decide(&world, &number, "accept");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.json()["status"], 399);
    assert_eq!(reasons(&world), ["许可证件号[L-2026-1]已核验，核查无异常"]);
    assert_eq!(
        listed(&world, &[]),
        Vec::<Value>::new(),
        "it waits for its arrival, not for anybody"
    );
}

#[test]
fn a_simplified_declaration_never_comes_to_the_review_of_its_licence() {
    let mut world = world(0);
    let mut parcel = licensed(1);
    parcel.declaration.statistics = StatisticsFlag::Simplified;
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&declaration), [100]);
    assert!(sent.last_text(&declaration).contains("简化申报不应填报许可证件号"));
}

#[test]
fn an_officer_examines_refuses_and_gives_the_reason() {
    let mut world = world(0);
    let (first, second) = (licensed(1), licensed(2));
    for parcel in [&first, &second] {
        world.send(&parcel.documents());
    }
    let world = left_alone(world);
    let rows = listed(&world, &[]);
    let [first, second] = [&rows[0], &rows[1]].map(|row| row["invt_no"].as_str().unwrap());
    let examined = decide(&world, first, "examine").json();
    assert_eq!(examined["status"], 500);
    assert_eq!(examined["responses"][0]["text"], "查验，核查无异常");
    assert_eq!(decide(&world, first, "accept").json()["status"], 300, "the licence is left");
    assert_eq!(decide(&world, first, "accept").json()["status"], 399);
    assert_eq!(decide(&world, second, "refuse").json()["responses"][0]["text"], "退单，核查无异常");
    for (ruling, says) in [
        ("suspend", "status 399 cannot be suspended"),
        ("withdraw-on-site", "only what was released is taken back"),
    ] {
        let run = decide(&world, first, ruling);
        assert!(run.status == 1 && run.err.contains(says), "{ruling}: {}", run.err);
    }
}

#[test]
fn released_goods_are_withdrawn_by_command_until_they_have_left() {
    let mut world = world(0);
    let (first, second) = (export(1, sent_at()).unwrap(), export(2, sent_at()).unwrap());
    for parcel in [&first, &second] {
        let [order, waybill, declaration] = parcel.documents();
        world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    }
    world.send([&second.departure_document()]);
    let world = left_alone(world);
    let run = decide(&world, first.declaration.order_no.as_str(), "withdraw-on-site");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.json()["status"], 100);
    let text = run.json()["responses"][0]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("退关，货物在监管场所内核查无误"), "{text}");
    let run = decide(&world, second.declaration.order_no.as_str(), "withdraw-on-site");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("the goods have left the country"), "{}", run.err);
}

#[test]
fn a_stored_export_is_declared_by_command() {
    let mut world = world(0);
    let parcel = export(1, sent_at()).unwrap();
    let [order, waybill, mut declaration] = parcel.documents();
    declaration.filing_mut().stage = tongguan_domain::commerce::Stage::Stored;
    world.send([&order, &waybill, &declaration]);
    let world = left_alone(world);
    let number = parcel.declaration.order_no.as_str();
    let exporter = &world.cast.exporter;
    let parties = registration(&world.cast, |_| true, "0");
    fs::write(world.folder().join("parties.toml"), parties).unwrap();
    fs::write(world.folder().join("key.pem"), exporter.key().to_pem().unwrap()).unwrap();
    fs::create_dir(world.folder().join("trust")).unwrap();
    let root = world.cast.authority().certificate().to_pem();
    fs::write(world.folder().join("trust/root.pem"), root).unwrap();
    let place = ["--data", world.folder().to_str().unwrap()];
    let import = [&["registry", "import", "parties.toml"], &place[..]].concat();
    let imported = tongguan_in(world.folder(), &import, "");
    assert_eq!(imported.status, 0, "{}", imported.err);
    let declared = review(&world, &["declare", number, "--key", "key.pem", "--json"]);
    assert_eq!(declared.status, 0, "{}", declared.err);
    assert_eq!(
        (declared.json()["status"].as_i64(), statuses(&declared.json())),
        (Some(399), vec![2, 3, 120, 399])
    );
    let again = review(&world, &["declare", number, "--key", "key.pem"]);
    assert!(again.status == 1 && again.err.contains("status 399"), "{}", again.err);
}

#[test]
fn a_request_to_cancel_waits_for_an_officer_who_decides_once() {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let default_office =
        OfficeSettings { selectivity, review_cancellations: true, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let parcel = export(1, sent_at()).unwrap();
    world.send(&parcel.documents());
    let number = world.export(&parcel).unwrap().state.number().cloned().unwrap();
    let request = export_cancellation(&parcel, &number, 1, sent_at()).unwrap();
    let request = Document::ExportCancellation(Box::new(request));
    assert_eq!(world.send([&request]).statuses(&request), [2, 120, 300]);
    let world = left_alone(world);
    let listed = review(&world, &["cancellations", "--office", "2916", "--json"]).json();
    let expected = [(number.as_str(), "export")];
    let requests = listed["requests"].as_array().unwrap().iter();
    let rows: Vec<_> = requests
        .map(|row| (row["invt_no"].as_str().unwrap(), row["direction"].as_str().unwrap()))
        .collect();
    assert_eq!(rows, expected);
    let elsewhere = review(&world, &["cancellations", "--office", "2917"]);
    assert!(elsewhere.out.contains("nothing waits"), "{}", elsewhere.out);
    let why = ["--reason", "in-order", "--officer", "关员甲", "--json"];
    let approve = [&["cancel", number.as_str(), "approve"], &why[..]].concat();
    let approved = review(&world, &approve);
    assert_eq!(approved.json()["status"], 399, "{}", approved.err);
    assert_eq!(approved.json()["told"][0]["text"], "审结");
    let shown = review(&world, &["show", number.as_str(), "--json"]).json();
    assert_eq!(shown["status"], 100);
    let again = review(&world, &approve);
    assert!(again.status == 1 && again.err.contains("waits for an officer"), "{}", again.err);
}

#[test]
fn a_booking_into_a_warehouse_abroad_shows_its_number() {
    let mut world = world(0);
    let [mut parcel, retail] = [export(1, sent_at()).unwrap(), export(2, sent_at()).unwrap()];
    parcel.order.order_type = ExportOrderType::Warehouse;
    parcel.declaration.mode = "9810".into();
    for parcel in [&parcel, &retail] {
        world.send(&parcel.documents());
    }
    let world = left_alone(world);
    let booking = |parcel: &Export| {
        let number = parcel.declaration.order_no.as_str();
        review(&world, &["show", number, "--json"]).json()["facts"]["booking_no"].clone()
    };
    assert_eq!(booking(&parcel), parcel.order.order_no.as_str());
    assert_eq!(booking(&retail), Value::Null);
}
