//! `tongguan demo`: the day of exports, the end of its month, and the summary of both directions.

use rust_decimal::Decimal;
use serde_json::Value;
use tongguan_testkit::traffic::exports::{ComingBack, Story};

use crate::demo::{demo, folder, stories};
use crate::run::tongguan;

/// A number of the result.
fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value}"))
}

/// A decimal string of the result.
fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

/// How many exported parcels tell these stories.
fn telling(exports: &Value, told: impl Fn(Story) -> bool) -> u64 {
    let names: Vec<_> = Story::ALL.iter().filter(|it| told(**it)).map(|it| it.name()).collect();
    let stories = exports["stories"].as_array().unwrap().iter();
    let told = stories.filter(|story| names.contains(&story["reason"].as_str().unwrap()));
    told.map(|story| number(&story["parcels"])).sum()
}

#[test]
fn a_day_of_exports_goes_out_and_comes_back_and_is_consolidated() {
    let folder = folder();
    let run = demo(folder.path(), &["--parcels", "40", "--exports", "60", "--seed", "7"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    let exports = &result["exports"];
    let told = stories(exports);
    for story in Story::ALL {
        assert!(told.contains(story.name()), "{} does not appear", story.name());
    }
    let consolidated = &exports["consolidation"];
    assert_eq!(number(&consolidated["declarations"]), telling(exports, Story::is_consolidated));
    let forms = consolidated["formal_declarations"].as_array().unwrap();
    let in_forms: u64 = forms.iter().map(|form| number(&form["declarations"])).sum();
    assert_eq!(in_forms, number(&consolidated["declarations"]));
    assert!((forms.len() as u64) < in_forms, "something is merged");

    let [imports, exports] = ["imports", "exports"].map(|way| &result["summary"][way]);
    assert_eq!((number(&imports["parcels"]), number(&exports["parcels"])), (40, 60));
    let released = |way: &Value| number(&way["released"]);
    assert!(released(imports) > 0 && released(exports) > 0, "{result}");
    assert!(decimal(&imports["value"]["CNY"]) > Decimal::ZERO);
    assert!(decimal(&exports["value"]["USD"]) > Decimal::ZERO);
    assert_eq!(imports["tax"], result["tax"]["total"]);
    assert_eq!(exports["tax"], "0.00", "what leaves by list pays none");
    assert_eq!(number(&exports["formal_declarations"]), forms.len() as u64);
    let back = |story: Story| story.coming_back().is_some_and(ComingBack::is_back);
    assert_eq!(number(&exports["returns"]), telling(&result["exports"], back));
    let withdrawn = telling(&result["exports"], |story| story.withdrawal().is_some());
    assert_eq!(number(&exports["withdrawn"]), withdrawn);
    for nothing in ["formal_declarations", "returns", "withdrawn"] {
        assert_eq!(number(&imports[nothing]), 0, "{nothing}");
    }
}

#[test]
fn the_other_commands_find_what_became_of_the_exports() {
    let folder = folder();
    let run = demo(folder.path(), &["--parcels", "10", "--exports", "60"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    let data = folder.path().to_str().unwrap();
    let ask = |arguments: &[&str]| {
        let run = tongguan(&[arguments, &["--data", data]].concat(), "");
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.err);
        run
    };
    let consolidated = &result["exports"]["consolidation"];
    let month = consolidated["month"].as_str().unwrap();
    let again = ask(&["consolidate", "--month", month, "--json"]).json();
    let late = telling(&result["exports"], |story| story == Story::LeftLate);
    assert!(late > 0, "{again}");
    assert_eq!(number(&again["declarations"]), late, "nothing else is left: {again}");
    let simplified = ask(&["consolidate", "statistics", "--month", month, "--json"]).json();
    assert!(!simplified["merchants"].as_array().unwrap().is_empty());
    let form = &consolidated["formal_declarations"][0];
    let printed = ask(&["consolidate", "export", form["number"].as_str().unwrap()]).json();
    assert_eq!(printed["lines"].as_array().unwrap().len() as u64, number(&form["lines"]));

    let waiting = |story: Story| telling(&result["exports"], |other| other == story);
    let returns = ask(&["return", "export", "list", "--json"]).json();
    let returns = returns["returns"].as_array().unwrap().len() as u64;
    assert_eq!(returns, waiting(Story::ReturnUnderExamination));
    let queue = ask(&["review", "list", "--direction", "export", "--status", "500", "--json"]);
    let queue = queue.json()["declarations"].as_array().unwrap().len() as u64;
    assert_eq!(queue, waiting(Story::UnderExamination) + waiting(Story::StoppedAtPort));
    let under_seal = ask(&["transit", "show", "SEAL000001", "--json"]).json();
    assert!(!under_seal["transits"].as_array().unwrap().is_empty());
}

#[test]
fn without_exports_there_is_no_day_and_nothing_in_its_column() {
    let folder = folder();
    let run = demo(folder.path(), &["--parcels", "10", "--exports", "0"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    let exports = &result["summary"]["exports"];
    assert_eq!((number(&exports["parcels"]), number(&exports["formal_declarations"])), (0, 0));
    assert_eq!(exports["value"], serde_json::json!({}));
    assert_eq!(result["exports"]["consolidation"]["formal_declarations"], serde_json::json!([]));
    for wrong in ["many", "1.5", ""] {
        let run = demo(&folder.path().join("other"), &["--exports", wrong]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{wrong}");
        assert!(run.err.contains("--exports"), "{}", run.err);
    }
}
