//! `tongguan facility`: a master bill compared with what entered.

use tongguan_domain::time::Moment;
use tongguan_testkit::facility::entry_document;
use tongguan_testkit::parcels::parcel;
use tongguan_testkit::world::{Beginning, World};

use crate::run::tongguan_in;

#[test]
fn short_and_over_and_what_nobody_declared_are_listed() {
    let at = Moment::parse_wire("20260302095900").unwrap();
    let [first, second, third] = [1, 2, 3].map(|n| parcel(n, at).unwrap());
    let mut world = World::with(Beginning::unsigned());
    world.send(&first.documents());
    world.send([&second.waybill_document()]);
    world.send([&entry_document(1, at, &[&first, &third]).unwrap()]);
    world.stop();
    let run = |arguments: &[&str]| {
        let place = ["--data", world.folder().to_str().unwrap()];
        tongguan_in(world.folder(), &[&["facility"], arguments, &place].concat(), "")
    };
    let bill = run(&["bill", "99900000001", "--json"]);
    assert_eq!(bill.status, 0, "{}", bill.err);
    let bill = bill.json();
    assert_eq!((&bill["waybills"], &bill["entered"]), (&2.into(), &2.into()));
    assert_eq!(bill["short"][0]["waybill_no"], "EX000000002CN");
    assert_eq!(bill["over"][0]["waybill_no"], "EX000000003CN");
    let undeclared = run(&["undeclared", "--json"]).json();
    assert_eq!(undeclared["parcels"][0]["waybill_no"], "EX000000003CN");
    assert_eq!(undeclared["parcels"].as_array().unwrap().len(), 1);
    assert!(run(&["bill", "99900000001"]).out.contains("short: 1"));
}
