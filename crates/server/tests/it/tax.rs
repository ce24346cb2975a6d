//! `tongguan tax`: the contract of its input and output.

use serde_json::{Value, json};

use crate::run::{Run, reference_file, tongguan};

fn price(basket: &Value) -> Run {
    tongguan(&["tax", "--json"], &basket.to_string())
}

/// The example of the contract.
fn example() -> Value {
    json!({
        "as_of": "2026-11-22", "mode": "9610", "annual_used": "0.00",
        "freight": "28.00", "insurance": "0.00",
        "items": [{
            "line": 1, "hs": "3304990029", "qty": "2", "unit": "011", "total_price": "199.00",
            "net_weight_kg": "0.06", "volume_l": null
        }]
    })
}

fn plain(line: i32, qty: &str, total_price: &str) -> Value {
    json!({"line": line, "hs": "9619001100", "qty": qty, "unit": "011", "total_price": total_price})
}

#[test]
fn the_example_of_the_contract_is_priced() {
    let run = price(&example());
    assert_eq!(run.status, 0, "{}", run.err);
    let answer = run.json();
    assert_eq!(answer["regime"], "reduced");
    assert_eq!(answer["reason"], "within-limits");
    assert_eq!(
        answer["items"],
        json!([{
            "line": 1, "dutiable": "227.00", "duty": "0.00", "consumption_tax": "0.00",
            "vat": "20.66"
        }])
    );
    assert_eq!(
        answer["totals"],
        json!({
            "dutiable": "227.00", "duty": "0.00", "consumption_tax": "0.00", "vat": "20.66",
            "tax": "20.66"
        })
    );
    assert_eq!(answer["pack"].as_str().unwrap().len(), 64);
}

#[test]
fn freight_and_insurance_are_shared_out() {
    let answer = price(&json!({
        "as_of": "2026-11-22", "mode": "1210", "annual_used": "0.00",
        "freight": "25.00", "insurance": "3.00",
        "items": [plain(1, "1", "199.00"), plain(2, "1", "89.90"), plain(3, "1", "45.50")]
    }))
    .json();
    let column = |name: &str| -> Vec<String> {
        let items = answer["items"].as_array().unwrap();
        items.iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(column("dutiable"), ["215.66", "97.43", "49.31"]);
    assert_eq!(column("vat"), ["19.63", "8.87", "4.49"]);
    assert_eq!(answer["totals"]["tax"], "32.99");
}

#[test]
fn a_refusal_is_an_answer_with_exit_status_zero() {
    let order = |used: &str, items: Value| {
        json!({"as_of": "2026-11-22", "mode": "9610", "annual_used": used, "freight": "0.00",
               "insurance": "0.00", "items": items})
    };
    for (basket, reason) in [
        (order("25500.00", json!([plain(1, "1", "500.01")])), "over-annual-limit"),
        (order("0.00", json!([plain(1, "2", "5200.00")])), "over-single-limit"),
        (order("0.00", json!([plain(1, "1", "26000.00")])), "not-below-annual-limit"),
        (order("0.00", json!([plain(1, "1", "0.00")])), "no-value"),
    ] {
        let run = price(&basket);
        assert_eq!(run.status, 0);
        let answer = run.json();
        assert_eq!(answer["regime"], "refused");
        assert_eq!(answer["reason"], reason);
        assert_eq!(answer["totals"]["tax"], "0.00");
        assert!(!answer["message_zh"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_code_without_a_rate_is_refused_and_its_line_named() {
    let mut basket = example();
    basket["items"][0]["hs"] = "0101210010".into();
    let answer = price(&basket).json();
    assert_eq!(answer["regime"], "refused");
    assert_eq!(answer["reason"], "no-rate");
    assert_eq!(answer["gaps"][0]["line"], 1);
    assert_eq!(answer["gaps"][0]["hs"], "0101210010");
}

#[test]
fn one_piece_above_the_single_limit_and_general_trade_pay_in_full() {
    let mut basket = example();
    basket["freight"] = "0.00".into();
    basket["items"] = json!([{"line": 1, "hs": "9102110000", "qty": "1", "unit": "008",
                              "total_price": "12000.00"}]);
    let totals = json!({"dutiable": "12000.00", "duty": "1200.00", "consumption_tax": "3300.00",
                        "vat": "2145.00", "tax": "6645.00"});
    for (mode, regime) in [("9610", "full"), ("1239", "full"), ("0110", "general")] {
        basket["mode"] = mode.into();
        let answer = price(&basket).json();
        assert_eq!(answer["regime"], regime);
        assert_eq!(answer["totals"], totals);
    }
}

#[test]
fn the_day_may_be_given_on_the_command_line() {
    let mut basket = example();
    basket["items"] = json!([plain(1, "1", "1000.00")]);
    basket["freight"] = "0.00".into();
    let as_of = |basket: &Value, day: &str| {
        tongguan(&["tax", "--json", "--pack", "cn", "--as-of", day], &basket.to_string()).json()
    };
    assert_eq!(as_of(&basket, "2018-06-01")["totals"]["tax"], "112.00");
    basket.as_object_mut().unwrap().remove("as_of");
    assert_eq!(as_of(&basket, "2018-04-30")["totals"]["tax"], "119.00");
    let run = price(&basket);
    assert_eq!(run.status, 1);
    assert_eq!(run.json()["defects"][0]["pointer"], "/as_of");
}

#[test]
fn every_defect_of_the_input_is_named_with_its_pointer() {
    let run = price(&json!({
        "as_of": "22.11.2026", "mode": 9610, "annual_used": "0.001", "freight": 28.0, "vat": "1",
        "items": [
            {"line": 0, "hs": "33049900", "qty": "1e3", "unit": 11, "total_price": "12,00"},
            {"hs": "3304990029", "qty": "1", "unit": "011", "total_price": "1",
             "rates": {"vat": "0.13", "k": "1"}},
            7
        ]
    }));
    assert_eq!(run.status, 1);
    let defects = run.json();
    let found: Vec<(&str, &str)> = defects["defects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["pointer"].as_str().unwrap(), d["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("/vat", "unknown-field"),
            ("/as_of", "malformed"),
            ("/mode", "malformed"),
            ("/annual_used", "malformed"),
            ("/freight", "malformed"),
            ("/items/0/line", "malformed"),
            ("/items/0/hs", "malformed"),
            ("/items/0/qty", "malformed"),
            ("/items/0/unit", "malformed"),
            ("/items/0/total_price", "malformed"),
            ("/items/1/line", "missing"),
            ("/items/1/rates/k", "unknown-field"),
            ("/items/2", "malformed"),
        ]
    );
}

#[test]
fn defects_of_sense_are_named_in_the_same_way() {
    let mut basket = example();
    basket["mode"] = "9999".into();
    basket["items"][0]["unit"] = "999".into();
    basket["items"][0]["qty"] = "-2".into();
    basket["items"][0]["total_price"] = "99999999999999999999".into();
    let run = price(&basket);
    assert_eq!(run.status, 1);
    let defects = run.json();
    let pointers: Vec<&str> = defects["defects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|defect| defect["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/mode", "/items/0/unit", "/items/0/qty", "/items/0/total_price"]);
}

#[test]
fn what_is_not_json_is_refused_without_a_panic() {
    for input in ["", "{", "[]", "null", "\u{feff}{}", &"[".repeat(100_000)] {
        let run = tongguan(&["tax", "--json"], input);
        assert_eq!(run.status, 1, "{}", run.err);
        assert_eq!(run.json()["defects"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn without_json_there_is_a_table_and_errors_name_the_place() {
    let run = tongguan(&["tax"], &example().to_string());
    assert_eq!(run.status, 0);
    assert!(run.out.contains("227.00") && run.out.contains("20.66"), "{}", run.out);
    assert!(run.out.contains("CN-LIM-2"), "{}", run.out);
    let mut basket = example();
    basket["items"][0]["qty"] = "0".into();
    let run = tongguan(&["tax"], &basket.to_string());
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert!(run.err.contains("/items/0/qty"), "{}", run.err);
}

#[test]
fn a_file_is_read_as_well_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("basket.json");
    std::fs::write(&file, example().to_string()).unwrap();
    let run = tongguan(&["tax", file.to_str().unwrap(), "--json"], "");
    assert_eq!(run.json()["totals"]["tax"], "20.66");
    let run = tongguan(&["tax", "no-such-file.json"], "");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("no-such-file.json"), "{}", run.err);
}

#[test]
fn every_reference_vector_is_priced_as_a_basket() {
    let Some(text) = reference_file("law/law_vectors.json") else { return };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    for vector in vectors["vectors"].as_array().unwrap() {
        let input = &vector["input"];
        let mode = if input["k"] == "1" { "0110" } else { "9610" };
        let run = price(&json!({
            "as_of": "2026-11-22", "mode": mode, "annual_used": "0.00", "freight": "0.00",
            "insurance": "0.00",
            "items": [{
                "line": 1, "hs": "9619001100", "qty": "1", "unit": "011",
                "total_price": input["P"],
                "rates": {"duty": input["d"], "ct_rate": input["r"], "ct_per_unit": input["s"],
                          "ct_qty": input["q"], "vat": input["v"]}
            }]
        }));
        let totals = &run.json()["totals"];
        let expected = &vector["expected"];
        for (ours, theirs) in [
            ("duty", "duty"),
            ("consumption_tax", "consumption_tax"),
            ("vat", "vat"),
            ("tax", "total"),
        ] {
            assert_eq!(totals[ours], expected[theirs], "{} {ours}", vector["id"]);
        }
    }
}
