//! `tongguan quarantine`: what has to be looked at is listed, and what was found is registered.

use serde_json::Value;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::time::Moment;
use tongguan_testkit::exports::export;
use tongguan_testkit::world::{Beginning, World};

use crate::review::write_key;
use crate::run::{Run, tongguan_in};

fn tongguan(world: &World, arguments: &[&str]) -> Run {
    tongguan_in(world.folder(), &[arguments, &["--data", ".", "--json"]].concat(), "")
}

#[test]
fn what_was_found_is_registered_once_and_told() {
    let default_office =
        OfficeSettings { quarantine_per_10_000: 10_000, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let parcel = export(1, Moment::parse_wire("20260302095900").unwrap()).unwrap();
    world.send(&parcel.documents());
    world.stop();
    write_key(&world);
    let order_no = parcel.declaration.order_no.as_str();
    let listed = tongguan(&world, &["quarantine", "list"]);
    assert_eq!(listed.status, 0, "{}", listed.err);
    assert_eq!(listed.json()["parcels"][0]["waybill_no"], parcel.waybill.number.as_str());
    let shown = tongguan(&world, &["review", "show", order_no]).json();
    assert_eq!(shown["quarantine"], "due");

    let register = |finding: &str| {
        let why = ["--reason", "in-order", "--officer", "关员甲"];
        tongguan(&world, &[&["quarantine", "register", order_no, finding], &why[..]].concat())
    };
    assert!(register("perhaps").err.contains("passed or failed"));
    let run = register("passed");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.json()["responses"][0]["text"], "检疫合格，准予入场，核查无异常");
    let again = register("failed");
    assert_eq!(again.status, 1);
    assert!(again.err.contains("passed quarantine already"), "{}", again.err);
    let listed = tongguan(&world, &["quarantine", "list"]);
    assert_eq!(listed.json()["parcels"], Value::Array(vec![]));
}
