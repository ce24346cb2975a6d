//! `tongguan demo`: the same run twice, every fault, orders from a file, and what it does not take.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tongguan_testkit::traffic::fault::Fault;

use crate::run::{Run, reference_file, tongguan};

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub fn demo(data: &Path, more: &[&str]) -> Run {
    let mut arguments = vec!["demo", "--json", "--exit", "--data", data.to_str().unwrap()];
    arguments.extend(more);
    tongguan(&arguments, "")
}

/// The result without what differs from run to run: times and places.
fn lasting(run: &Run) -> Value {
    let mut result = run.json();
    let fields = result.as_object_mut().unwrap();
    for name in ["seconds", "parcels_per_second", "data", "samples", "outbox"] {
        assert!(fields.remove(name).is_some(), "{name}");
    }
    result
}

pub fn stories(result: &Value) -> BTreeSet<&str> {
    let stories = result["stories"].as_array().unwrap();
    stories.iter().map(|story| story["reason"].as_str().unwrap()).collect()
}

#[test]
fn the_same_seed_ends_the_same_and_every_fault_is_answered_as_it_must() {
    let (one, two) = (folder(), folder());
    let first = demo(one.path(), &["--parcels", "200", "--seed", "7"]);
    assert_eq!(first.status, 0, "{}{}", first.out, first.err);
    let second = demo(two.path(), &["--parcels", "200", "--seed", "7"]);
    let result = lasting(&first);
    assert_eq!(result, lasting(&second));
    assert_eq!(result["differing"], 0);
    let told = stories(&result);
    for fault in Fault::ALL {
        assert!(told.contains(fault.name()), "{} does not appear", fault.name());
    }
    let stories = result["stories"].as_array().unwrap();
    assert!(stories.iter().all(|story| story["parcels"] == story["as_expected"]));
    let total: u64 = stories.iter().map(|story| story["parcels"].as_u64().unwrap()).sum();
    assert_eq!(total, 200);
    assert!(result["tax"]["total"].as_str().unwrap().parse::<f64>().unwrap() > 0.0);
}

#[test]
fn help_says_what_it_shows() {
    let help = tongguan(&["demo", "--help"], "");
    assert_eq!(help.status, 0);
    let said = help.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["quarantine", "under seal", "退关", "formal declarations", "comes back"] {
        assert!(said.contains(words), "{words}: {}", help.out);
    }
}

#[test]
fn what_it_leaves_behind_is_an_installation() {
    let folder = folder();
    let data = folder.path().join("installation");
    let run = demo(&data, &["--parcels", "40", "--seed", "3"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    let files = |name: &str| std::fs::read_dir(data.join(name)).unwrap().count();
    assert!(files("samples") > 5 && files("outbox") > 5);
    assert!(result["responses_written"].as_u64().unwrap() > 100);
    assert!(data.join("trust/demo-authority.pem").is_file());
    let parties = tongguan(&["registry", "list", "--data", data.to_str().unwrap(), "--json"], "");
    assert_eq!(parties.status, 0, "{}", parties.err);
    assert!(parties.out.contains("示例跨境电商平台有限公司"), "{}", parties.out);
}

#[test]
fn people_see_a_table_and_what_to_do_next() {
    let folder = folder();
    let data = folder.path().to_str().unwrap();
    let asked = ["demo", "--exit", "--parcels", "10", "--exports", "40", "--data", data];
    let run = tongguan(&asked, "");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    for words in [
        "outcome",
        "Every parcel ended as it must",
        "tax bills",
        "review list",
        "became",
        "Both directions",
        "formal declarations",
        "退关",
        "return export list",
    ] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
}

#[test]
fn a_directory_that_is_used_or_cannot_be_made_is_refused() {
    let folder = folder();
    std::fs::write(folder.path().join("mine"), "kept").unwrap();
    let used = demo(folder.path(), &[]);
    assert_eq!(used.status, 1);
    assert!(used.err.contains("is not empty"), "{}", used.err);
    let below_a_file = demo(&folder.path().join("mine/below"), &[]);
    assert_eq!(below_a_file.status, 1);
    assert!(below_a_file.err.contains("--data"), "{}", below_a_file.err);
    assert_eq!(std::fs::read(folder.path().join("mine")).unwrap(), b"kept");
}

#[test]
fn a_second_run_on_the_same_directory_is_refused_and_changes_nothing() {
    let folder = folder();
    let arguments = ["--parcels", "10", "--exports", "4"];
    assert_eq!(demo(folder.path(), &arguments).status, 0);
    let data = folder.path().to_str().unwrap();
    let queue = || tongguan(&["review", "list", "--json", "--data", data], "").out;
    let before = queue();
    let second = demo(folder.path(), &arguments);
    assert_eq!((second.status, second.out.as_str()), (1, ""));
    assert!(second.err.contains("is not empty"), "{}", second.err);
    assert_eq!(queue(), before);
}

/// Runs a file of orders; gives the run and whether anything was made.
fn orders(text: &str, more: &[&str]) -> (Run, bool) {
    let folder = folder();
    let (file, data) = (folder.path().join("orders.csv"), folder.path().join("data"));
    std::fs::write(&file, text).unwrap();
    let mut arguments = vec!["--orders", file.to_str().unwrap(), "--rate", "9.1"];
    arguments.extend(more);
    let run = demo(&data, &arguments);
    (run, data.exists())
}

const ORDERS: &str = "\
order,buyer,sku,name,quantity,price,currency,country,time,hs
A1,7,S1,OLIVE OIL,2,10.00,GBP,307,2026-03-01 10:00:00,
A1,7,S2,FACE CREAM 50G,1,5.00,GBP,,,3304990029
A2,7,S3,NOTEBOOK,-1,2.00,GBP,,,
A3,8,S4,LARGE ORDER,100,9.00,GBP,,,
A4,,S5,GIFT,1,0.00,GBP,,,
A5,,S6,PRINTER,1,20.00,142,,,8443321000
";

#[test]
fn orders_from_a_file_are_cleared_or_refused_by_the_limits() {
    let (run, _) = orders(ORDERS, &[]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    assert_eq!(result["parcels"], 3);
    let left = &result["left_out"];
    let left = |name: &str| left[name].as_u64().unwrap();
    assert_eq!((left("returned_lines"), left("free_lines"), left("empty_orders")), (1, 1, 2));
    let outcomes: Vec<_> = result["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| (outcome["status"].as_i64().unwrap(), outcome["parcels"].as_u64().unwrap()))
        .collect();
    // Too much for one order; not on the positive list; cleared.
    assert_eq!(outcomes, [(-621_005, 1), (100, 1), (800, 1)]);
    // 2 × 91.00 of oil at 9 %, 45.50 of cream at 13 %, each 70 %, without freight.
    assert_eq!(result["tax"]["vat"], "15.61");
}

#[test]
fn columns_are_mapped() {
    let text = "Invoice,Customer,What,Pieces,Each\nA1,7,NOTEBOOK,2,10.00\n";
    let map = ["order=Invoice", "buyer=Customer", "name=What", "quantity=Pieces", "price=Each"];
    let map: Vec<_> = map.iter().flat_map(|map| ["--map", map]).collect();
    let (run, _) = orders(text, &map);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert_eq!(run.json()["outcomes"][0]["status"], 800);
}

#[test]
fn a_bad_file_is_refused_with_line_and_column_and_nothing_is_made() {
    let header = "order,buyer,sku,name,quantity,price,currency,country,time,hs\n";
    for (line, told) in [
        ("A1,7,S,BOOK,two,10,,,,", "line 2, column 5 (quantity): `two` is not a whole number"),
        ("A1,7,S,BOOK,2,ten,,,,", "line 2, column 6 (price): `ten` is not a number"),
        (",7,S,BOOK,2,10,,,,", "line 2, column 1 (order): empty"),
        ("A1,7,S,BOOK,2,10,,777,,", "line 2, column 8 (country): `777` is not a country"),
        ("A1,7,S,BOOK,2,10,,,soon,", "line 2, column 9 (time): `soon` is not a time"),
        ("A1,7,S,BOOK,2,10,,,,49", "line 2, column 10 (hs): `49` is not ten digits"),
        ("A1,7,S,BOOK,2,10,GBP,,,\nA2,7,S,BOOK,2,10,EUR,,,", "line 3, column 7 (currency): `EUR`"),
        ("A1,7,S,BOOK", "line 2, column 5 (quantity): empty"),
    ] {
        let (run, made) = orders(&format!("{header}{line}\n"), &[]);
        assert_eq!(run.status, 1, "{line}");
        assert!(run.err.contains(told), "{told}: {}", run.err);
        assert!(!made, "{line}");
    }
    let (run, _) = orders("a,b\n1,2\n", &[]);
    assert!(run.err.contains("no column `order`"), "{}", run.err);
    let (run, _) = orders(header, &["--map", "colour=x"]);
    assert!(run.err.contains("--map colour=x"), "{}", run.err);
    assert_eq!(tongguan(&["demo", "--orders", "x.csv"], "").status, 2, "without --rate");
}

#[test]
fn retail_orders_of_the_reference_data_are_answered_with_the_documented_mapping() {
    let name = "data/online-retail/online_retail_cross_border_2009-12_2011-12.csv";
    let Some(text) = reference_file(name) else { return };
    let folder = folder();
    let file = folder.path().join("orders.csv");
    std::fs::write(&file, text).unwrap();
    let map = [
        "order=InvoiceNo",
        "buyer=CustomerID",
        "sku=StockCode",
        "name=Description",
        "quantity=Quantity",
        "price=UnitPrice",
        "time=InvoiceDate",
    ];
    let mut arguments = vec!["--orders", file.to_str().unwrap(), "--rate", "9.10"];
    arguments.extend(["--origin", "303", "--parcels", "150"]);
    arguments.extend(map.iter().flat_map(|map| ["--map", map]));
    let run = demo(&folder.path().join("data"), &arguments);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    assert_eq!(result["parcels"], 150);
    let released = result["outcomes"].as_array().unwrap().iter().find(|o| o["status"] == 800);
    assert!(released.unwrap()["parcels"].as_u64().unwrap() > 20, "{}", run.out);
}
