//! `tongguan transit`: goods are sealed, looked at, stopped.

use serde_json::Value;
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::world::{Beginning, World};

use crate::review::write_key;
use crate::run::{Run, tongguan_in};

const VEHICLE: &str = "浙A00001";

fn nth(n: u64) -> Export {
    let mut parcel = export(n, Moment::parse_wire("20260302095900").unwrap()).unwrap();
    parcel.declaration.port = OfficeCode::parse("2924").unwrap();
    parcel
}

/// A world in which these parcels are released, and a vehicle is registered with customs.
fn released(parcels: &[Export]) -> World {
    let mut world = World::with(Beginning::unsigned());
    for parcel in parcels {
        let [order, waybill, declaration] = parcel.documents();
        world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    }
    world.stop();
    write_key(&world);
    let rows =
        format!("plate,zh,valid_from,source\n{VEHICLE},示例运输,2020-01-01,a registration\n");
    std::fs::write(world.folder().join("vehicles.csv"), rows).unwrap();
    let import = tongguan_in(
        world.folder(),
        &["codes", "import", "vehicles.csv", "--table", "vehicles", "--data", "."],
        "",
    );
    assert_eq!(import.status, 0, "{}", import.err);
    world
}

fn tongguan(world: &World, arguments: &[&str]) -> Run {
    tongguan_in(world.folder(), &[arguments, &["--data", ".", "--json"]].concat(), "")
}

fn seal(world: &World, numbers: &[&str], vehicle: &str) -> Run {
    let how = ["--seal", "S-1", "--vehicle", vehicle, "--office", "2916", "--officer", "关员甲"];
    tongguan(world, &[&["transit", "seal"], numbers, how.as_slice()].concat())
}

fn check(world: &World, number: &str, seen: &[&str]) -> Run {
    let who = ["--office", "2924", "--officer", "关员乙"];
    tongguan(world, &[&["transit", "check", number], seen, who.as_slice()].concat())
}

fn order_no(parcel: &Export) -> &str {
    parcel.declaration.order_no.as_str()
}

fn states(run: &Run) -> Vec<String> {
    let said = run.json();
    let transits = said["transits"].as_array().unwrap().iter();
    transits.map(|transit| transit["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn goods_are_sealed_together_shown_and_found_in_order() {
    let (first, second) = (nth(1), nth(2));
    let world = released(&[first.clone(), second.clone()]);
    let run = seal(&world, &[order_no(&first), order_no(&second)], VEHICLE);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert_eq!(states(&run), ["sealed", "sealed"]);
    let shown = tongguan(&world, &["transit", "show", "S-1"]);
    assert_eq!(shown.json()["transits"], run.json()["transits"]);
    assert_eq!(shown.json()["transits"][0]["sealed_by"], "关员甲");
    let one = tongguan(&world, &["transit", "show", order_no(&first)]);
    assert_eq!(one.json()["transits"].as_array().unwrap().len(), 1);
    let picture = tongguan(&world, &["review", "show", order_no(&first)]).json();
    assert_eq!(picture["transit"]["seal"], "S-1");

    let run = check(&world, "S-1", &["--vehicle", VEHICLE]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert_eq!(states(&run), ["checked", "checked"]);
    let again = check(&world, "S-1", &["--vehicle", VEHICLE]);
    assert_eq!(again.status, 1);
    let refused = again.json()["refused"].as_array().unwrap().clone();
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|refused| refused["code"] == "transit-step"), "{refused:?}");
}

#[test]
fn what_is_not_as_it_was_sealed_is_stopped_and_decided_at_the_port() {
    let (first, second) = (nth(1), nth(2));
    let world = released(&[first.clone(), second.clone()]);
    seal(&world, &[order_no(&first), order_no(&second)], VEHICLE);
    let run = check(&world, "S-1", &["--vehicle", "浙A09999", "--found", "S-2", "--broken"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert_eq!(states(&run), ["stopped", "stopped"]);
    let anomalies = &run.json()["transits"][0]["anomalies"];
    assert_eq!(*anomalies, serde_json::json!(["seal-broken", "seal-differs", "vehicle-differs"]));
    let queue = tongguan(&world, &["review", "list", "--status", "500"]).json();
    assert_eq!(queue["declarations"].as_array().unwrap().len(), 2);
    let decide = |parcel: &Export, ruling: &str| {
        let why = ["--reason", "in-order", "--officer", "关员乙"];
        let run =
            tongguan(&world, &[&["review", "decide", order_no(parcel), ruling], &why[..]].concat());
        assert_eq!(run.status, 0, "{}", run.err);
        run.json()["status"].clone()
    };
    assert_eq!(decide(&first, "accept"), 800);
    assert_eq!(decide(&second, "withdraw-unsealed"), 100);
    let shown = tongguan(&world, &["transit", "show", "S-1"]);
    assert_eq!(states(&shown), ["checked", "opened"]);
}

#[test]
fn what_cannot_be_sealed_is_named_with_its_code_and_the_rest_is_sealed() {
    let (first, second, third) = (nth(1), nth(2), nth(3));
    let world = released(&[first.clone(), second.clone()]);
    let refused = seal(&world, &[order_no(&first)], "浙A09999");
    assert_eq!(refused.status, 1);
    assert_eq!(refused.json()["refused"][0]["code"], "transit-vehicle-unknown");
    assert_eq!(seal(&world, &[order_no(&first)], VEHICLE).status, 0);
    let run = seal(&world, &[order_no(&first), order_no(&second)], VEHICLE);
    assert_eq!((run.status, states(&run)), (1, vec!["sealed".to_owned()]));
    assert_eq!(run.json()["refused"][0]["code"], "transit-sealed-already");
    let unknown = seal(&world, &[order_no(&third)], VEHICLE);
    assert!(unknown.status == 1 && unknown.err.contains("no declaration is known as"));
    let nothing = check(&world, "S-7", &["--vehicle", VEHICLE]);
    assert!(nothing.status == 1 && nothing.err.contains("nothing is under seal as `S-7`"));
    let empty = tongguan(&world, &["transit", "show", "S-7"]);
    assert_eq!((empty.status, &empty.json()["transits"]), (0, &Value::Array(vec![])));
}
