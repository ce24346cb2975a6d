//! `tongguan consolidate`, and requests to consolidate at a gateway.

use std::fs;
use std::path::Path;

use tongguan_application::history::{AuditFilter, Cause, Decisions, Register, Way, audited};
use tongguan_domain::consolidation::Scope;
use tongguan_domain::declaration::StatisticsFlag;
use tongguan_domain::time::Moment;
use tongguan_testkit::consolidation::{document, request};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::message;
use tongguan_testkit::world::{Beginning, World};

use crate::gateway::{names, registration};
use crate::review::write_key;
use crate::run::{Run, tongguan};

/// A database with three departed parcels of March 2026, one of them in simplified form, and the
/// registry that they were declared under.
fn departed() -> World {
    let mut world = World::with(Beginning::unsigned());
    let at = Moment::parse_wire("20260302095900").unwrap();
    for n in 1..=3 {
        let mut parcel: Export = export(n, at).unwrap();
        if n == 3 {
            parcel.declaration.statistics = StatisticsFlag::Simplified;
        }
        let [order, waybill, declaration] = parcel.documents();
        world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
        let sent = world.send([&parcel.departure_document()]);
        assert_eq!(sent.statuses(&declaration), [899]);
    }
    world.stop();
    write_key(&world);
    let file = world.folder().join("parties.toml");
    fs::write(&file, registration(&world.cast, |_| true, "1000")).unwrap();
    let import = run(&world, &["registry", "import", file.to_str().unwrap()]);
    assert_eq!(import.status, 0, "{}", import.err);
    world
}

fn run(world: &World, arguments: &[&str]) -> Run {
    let place = world.folder().to_str().unwrap();
    tongguan(&[arguments, &["--data", place]].concat(), "")
}

#[test]
fn a_month_is_consolidated_once_and_can_be_exported() {
    let world = departed();
    let rehearsed = run(&world, &["consolidate", "--month", "2026-03", "--dry-run", "--json"]);
    assert_eq!(rehearsed.status, 0, "{}", rehearsed.err);
    let rehearsed = rehearsed.json();
    assert_eq!(rehearsed["deadline"], "2026-04-15");
    assert_eq!((&rehearsed["declarations"], &rehearsed["dry_run"]), (&2.into(), &true.into()));
    assert_eq!(rehearsed["merchants"][0]["formal_declarations"], 1);

    let done = run(&world, &["consolidate", "--month", "2026-03", "--json"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(done.json()["formal_declarations"], 1, "{}", done.out);
    let again = run(&world, &["consolidate", "--month", "2026-03"]);
    assert_eq!(again.status, 0, "{}", again.err);
    assert!(again.out.contains("due on 2026-04-15"), "{}", again.out);
    assert!(again.out.contains("there is nothing new to consolidate"), "{}", again.out);

    // That it was asked for is in the audit, once; what was made of each declaration is not by anybody.
    Decisions::open(&world.store).unwrap().take_up().unwrap();
    let filter = AuditFilter { register: Some(Register::Decisions), ..AuditFilter::default() };
    let asked = world.store.read(|view| audited(view, &filter, None, 99)).unwrap();
    let [asked] = asked.as_slice() else { panic!("{asked:?}") };
    let Cause::Person(actor) = &asked.cause else { panic!("{asked:?}") };
    assert_eq!((actor.name.as_str(), actor.origin.way), ("", Some(Way::Command)));

    let number = world.formal_declarations()[0].number.to_string();
    let exported = run(&world, &["consolidate", "export", &number]);
    assert_eq!(exported.status, 0, "{}", exported.err);
    let form = exported.json();
    assert_eq!(
        (&form["number"], &form["lines"][0]["hsCode"]),
        (&number.as_str().into(), &"6214100000".into(),)
    );
    assert_eq!(form["lines"][0]["sources"].as_array().unwrap().len(), 2);
    let exported = run(&world, &["consolidate", "export", &number, "--format", "xml"]);
    assert!(exported.out.contains(&format!("<number>{number}</number>")), "{}", exported.out);
    let absent = run(&world, &["consolidate", "export", "291620260999999999"]);
    assert_eq!(absent.status, 1);
    assert!(absent.err.contains("there is no formal declaration"), "{}", absent.err);
}

#[test]
fn what_left_in_simplified_form_is_summed_up() {
    let world = departed();
    let asked = ["consolidate", "statistics", "--month", "2026-03", "--json"];
    let summed = run(&world, &asked);
    assert_eq!(summed.status, 0, "{}", summed.err);
    let one = &summed.json()["merchants"][0];
    assert_eq!((&one["merchant"], &one["declarations"]), (&"330196E005".into(), &1.into()));
    let chapters: Vec<_> =
        one["groups"].as_array().unwrap().iter().map(|group| &group["chapter"]).collect();
    assert_eq!(chapters, ["62", "96"]);
    let other = run(&world, &["consolidate", "statistics", "--month", "2026-04"]);
    assert_eq!(other.out, "nothing left in 2026-04 in simplified form\n");
}

#[test]
fn a_gateway_carries_a_request_out_and_delivers_its_results() {
    let world = departed();
    let [inbox, outbox] = ["inbox", "outbox"].map(|name| world.folder().join(name));
    fs::create_dir_all(&inbox).unwrap();
    let at = Moment::parse_wire("20260303100000").unwrap();
    let from = Moment::parse_wire("20260301000000").unwrap();
    let asked = document(&request(1, at, Scope::Period { from, until: at }).unwrap());
    fs::write(inbox.join("701.xml"), message(&world.cast, &[asked], 1).unwrap()).unwrap();
    let [from, to] = [&inbox, &outbox].map(|path| path.to_str().unwrap());
    let trust = world.folder().join("trust");
    fs::create_dir_all(&trust).unwrap();
    let arguments =
        ["gateway", "--once", "--json", "--inbox", from, "--outbox", to, "--unsigned", "CEB701"];
    let answered = run(&world, &[&arguments[..], &["--trust", trust.to_str().unwrap()]].concat());
    assert_eq!(answered.status, 0, "{}", answered.err);
    assert_eq!(answered.json()["consolidated"], 2, "{}", answered.out);
    assert_eq!(answered.json()["responses"]["CEB792"], 1, "{}", answered.out);
    let delivered = files_below(&outbox);
    assert!(delivered.iter().any(|name| name.contains("CEB792")), "{delivered:?}");
}

#[test]
fn a_month_that_is_none_and_a_merchant_that_is_not_registered_are_refused() {
    let world = departed();
    let wrong = run(&world, &["consolidate", "--month", "2026-13"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("is not a month such as 2026-09"), "{}", wrong.err);
    let missing = run(&world, &["consolidate"]);
    assert_eq!(missing.status, 1);
    assert!(missing.err.contains("say --month 2026-09"), "{}", missing.err);
    let unknown = run(&world, &["consolidate", "--month", "2026-03", "--merchant", "1"]);
    assert_eq!(unknown.status, 1);
    assert!(unknown.err.contains("no party is registered"), "{}", unknown.err);
}

#[test]
fn a_made_up_month_is_conserved() {
    let run = tongguan(
        &["bench", "consolidate", "--declarations", "240", "--merchants", "2", "--json"],
        "",
    );
    assert_eq!(run.status, 0, "{}", run.err);
    let measured = run.json();
    assert_eq!(measured["conserved"], true);
    let count = |value: &serde_json::Value| value.as_u64().unwrap();
    let (closed, consolidated) = (&measured["fates"]["closed"], &measured["consolidated"]);
    assert!(count(consolidated) > count(closed), "{}", run.out);
    assert!(count(&measured["formal_lines"]) < count(&measured["lines"]), "{}", run.out);
}

/// The names of the files in the folders of a folder.
fn files_below(folder: &Path) -> Vec<String> {
    let folders = fs::read_dir(folder).into_iter().flatten().flatten();
    folders.flat_map(|entry| names(&entry.path())).collect()
}
