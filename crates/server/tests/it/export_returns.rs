//! `tongguan return export`: looking at returns of exported goods, and deciding.

use serde_json::{Value, json};
use tongguan_domain::consolidation::Scope;
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::time::Moment;
use tongguan_testkit::consolidation;
use tongguan_testkit::exports::export;
use tongguan_testkit::returned::returned;
use tongguan_testkit::world::{Beginning, World};

use crate::review::write_key;
use crate::run::{Run, tongguan_in};

/// A world in which returns of one export declaration wait for an officer; and its number.
fn examined(returns: u64) -> (World, String) {
    let at = Moment::parse_wire("20260302095900").unwrap();
    let mut world = World::with(Beginning::unsigned());
    let parcel = export(1, at).unwrap();
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let sent = world.send([&parcel.departure_document()]);
    let number = sent.to(&declaration)[0].declaration_no.clone().unwrap();
    for n in 1..=returns {
        let mut back =
            returned(&parcel, &DeclarationNumber::parse(&number).unwrap(), n, at).unwrap();
        back.tallied_transport().vehicle = "YY".into();
        let sent = world.send([&back.request_document(), &back.tally_document()]);
        assert_eq!(sent.statuses(&back.request_document()).last(), Some(&500));
    }
    world.stop();
    write_key(&world);
    (world, number)
}

fn run(world: &World, arguments: &[&str]) -> Run {
    let place = ["--data", world.folder().to_str().unwrap()];
    tongguan_in(world.folder(), &[&["return", "export"], arguments, &place].concat(), "")
}

fn decide<'a>(what: &'a str, number: &'a str) -> [&'a str; 7] {
    [what, number, "--reason", "in-order", "--officer", "关员甲", "--json"]
}

#[test]
fn what_waits_is_listed_page_by_page() {
    let (world, number) = examined(2);
    let first = run(&world, &["list", "--limit", "1", "--json"]).json();
    assert_eq!(first["returns"][0]["return"], format!("{number}/1"));
    assert_eq!(first["returns"][0]["goods"]["differs_in"], json!(["运输工具名称"]));
    let next = first["next"].as_str().unwrap();
    let second = run(&world, &["list", "--after", next, "--json"]).json();
    assert_eq!(second["returns"][0]["return"], format!("{number}/2"));
    assert_eq!(second["next"], Value::Null);
    assert!(run(&world, &["list"]).out.contains("运输工具名称"));
    let wrong = run(&world, &["list", "--after", "x"]);
    assert!(wrong.err.contains("such as 123/1"), "{}", wrong.err);
}

#[test]
fn a_decision_is_carried_out_once() {
    let (world, number) = examined(2);
    let several = run(&world, &decide("accept", &number));
    assert_eq!(several.status, 1);
    assert!(
        several.err.contains(&format!("give one of {number}/1, {number}/2")),
        "{}",
        several.err
    );
    let (first, second) = (format!("{number}/1"), format!("{number}/2"));
    let accepted = run(&world, &decide("accept", &first));
    assert_eq!(accepted.status, 0, "{}", accepted.err);
    assert_eq!(accepted.json()["status"], 800);
    assert_eq!(run(&world, &decide("refuse", &second)).json()["status"], 100);
    let again = run(&world, &decide("accept", &first));
    assert_eq!(again.status, 1);
    assert!(again.err.contains("at status 800 cannot be accepted"), "{}", again.err);
    assert_eq!(run(&world, &["list", "--json"]).json()["returns"], json!([]));
    let shown = run(&world, &["show", &first, "--json"]).json();
    assert_eq!(shown["goods"]["import_taxes"]["free"], true, "{shown}");
    assert!(run(&world, &["show", &first]).out.contains("import_taxes"));
    let unknown = run(&world, &["show", "29162026E999999999"]);
    assert!(unknown.err.contains("nothing is known to come back"), "{}", unknown.err);
    let nobody = ["refuse", &second, "--reason", "in-order", "--officer", " "];
    assert!(run(&world, &nobody).err.contains("an officer's name"));
}

#[test]
fn an_exchange_is_noted() {
    let (world, number) = examined(1);
    let run_once = run(&world, &["exchange", &number, "--order", "NEW-1"]);
    assert_eq!(run_once.status, 0, "{}", run_once.err);
    assert_eq!(run(&world, &["show", &number, "--json"]).json()["exchanged_by"], "NEW-1");
}

/// The return of a scarf whose declaration is consolidated before it or after it, as it is shown.
fn shown_after(consolidated_first: bool) -> (Value, String) {
    let at = Moment::parse_wire("20260302095900").unwrap();
    let mut world = World::with(Beginning::unsigned());
    let parcel = export(1, at).unwrap();
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let sent = world.send([&parcel.departure_document()]);
    let number = sent.to(&declaration)[0].declaration_no.clone().unwrap();
    let named = DeclarationNumber::parse(&number).unwrap();
    let scope = Scope::Declarations(vec![named.clone()]);
    let asked = consolidation::document(&consolidation::request(1, at, scope).unwrap());
    let mut back = returned(&parcel, &named, 1, at).unwrap();
    back.of_pieces(10);
    let back = [back.request_document(), back.tally_document()];
    if consolidated_first {
        world.send([&asked]);
        world.consolidate();
    }
    assert_eq!(world.send(&back).statuses(&back[0]).last(), Some(&800));
    if !consolidated_first {
        world.send([&asked]);
        world.consolidate();
    }
    let formal = world.formal_declarations()[0].number.to_string();
    world.stop();
    (run(&world, &["show", &number, "--json"]).json()["to_amend"].clone(), formal)
}

#[test]
fn what_came_back_after_its_consolidation_names_the_line_to_amend() {
    let (shown, formal) = shown_after(true);
    let line = json!({
        "formal_declaration": formal, "formal_line": 1, "line": 1, "quantity": "1", "unit": "011",
    });
    assert_eq!(shown, json!([line]));
    assert_eq!(shown_after(false).0, json!([]), "it was left out");
}
