//! `tongguan return`: goods that come back.

use std::sync::Arc;

use tongguan_application::clearing::settings::Settings;
use tongguan_codelists::text::Defaults;
use tongguan_codelists::{Pack, Table};
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::{Document, parcel};
use tongguan_testkit::requests::import_return;
use tongguan_testkit::world::{Beginning, World};

use crate::review::write_key;
use crate::run::{Run, tongguan_in};

/// A world with one return under way, for whose goods there is time until long after any test.
fn with_a_return() -> World {
    let rows =
        "id,parameter,value,valid_from,source\nX,return-arrival-days,36500,2026-01-01,test\n";
    let read = Table::Parameters.read(rows, &Defaults::default());
    assert_eq!(read.defects, []);
    let law = Arc::new(Pack::builtin().overlay(read.rows));
    let settings = Settings { law, ..Settings::default() };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let at = Moment::parse_wire("20260302095900").unwrap();
    let parcel = parcel(1, at).unwrap();
    world.send(&parcel.documents());
    let number = world.declaration(&parcel).unwrap().state.number().cloned().unwrap();
    let request = import_return(&parcel, &number, 1, at, &[(0, 1.into())]).unwrap();
    world.send([&Document::Return(Box::new(request))]);
    world.stop();
    write_key(&world);
    world
}

fn run(world: &World, arguments: &[&str]) -> Run {
    let place = ["--data", world.folder().to_str().unwrap()];
    tongguan_in(world.folder(), &[&["return"], arguments, &place].concat(), "")
}

fn statuses(run: &Run) -> Vec<i64> {
    assert_eq!(run.status, 0, "{}", run.err);
    let told = run.json()["told"].as_array().unwrap().clone();
    told.iter().map(|told| told["status"].as_i64().unwrap()).collect()
}

#[test]
fn goods_are_recorded_as_back_and_accepted() {
    let world = with_a_return();
    let listed = run(&world, &["list", "--json"]).json();
    let row = &listed["returns"][0];
    assert_eq!((&row["status"], &row["goods"][0]["quantity"]), (&120.into(), &"1".into()));
    let number = row["pre_no"].as_str().unwrap();
    assert!(run(&world, &["list"]).out.contains(number));

    let early = run(&world, &["accept", number, "--officer", "关员甲"]);
    assert_eq!(early.status, 1);
    assert!(early.err.contains("a return at status 120 cannot be accepted"), "{}", early.err);

    let arrive = ["arrive", number, "--by", "保管员甲", "--packages", "2", "--damage", "外箱破损"];
    let arrived = run(&world, &[arrive.as_slice(), &["--json"]].concat());
    assert_eq!(statuses(&arrived), [300]);
    let text = arrived.json()["told"][0]["text"].as_str().unwrap().to_owned();
    assert_eq!(text, "退货商品已运抵，待查验; 件数2; 破损情况：外箱破损");

    let accepted = run(&world, &["accept", number, "--officer", "关员甲", "--json"]);
    assert_eq!(statuses(&accepted), [399, 800]);
    assert!(run(&world, &["list"]).out.contains("nothing is under way"));
}

#[test]
fn goods_are_refused_with_the_reason() {
    let world = with_a_return();
    let listed = run(&world, &["list", "--json"]).json();
    let id = listed["returns"][0]["id"].as_str().unwrap();
    assert_eq!(statuses(&run(&world, &["arrive", id, "--by", "保管员甲", "--json"])), [300]);
    let refuse = ["refuse", id, "--reason", "quantity", "--officer", "关员甲"];
    let refused = run(&world, &refuse);
    assert_eq!(refused.status, 0, "{}", refused.err);
    assert!(refused.out.contains("退单，数量或重量不符"), "{}", refused.out);
    let again = run(&world, &refuse);
    assert_eq!(again.status, 1);
    assert!(again.err.contains("no open return is known as"), "{}", again.err);
}
