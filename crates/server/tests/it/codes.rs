//! `tongguan codes`: listing, showing, and comparing a file with a table.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::run::{Run, tongguan, tongguan_in};

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn import(table: &str, text: &str, more: &[&str]) -> Run {
    let (_folder, path) = file(text);
    let mut arguments = vec!["codes", "import", path.to_str().unwrap(), "--table", table];
    arguments.extend(more);
    tongguan(&arguments, "")
}

#[test]
fn all_tables_are_listed() {
    let run = tongguan(&["codes", "list", "--json"], "");
    assert_eq!(run.status, 0, "{}", run.err);
    let listed = run.json();
    let tables = listed["tables"].as_array().unwrap();
    assert_eq!(tables.len(), 20);
    let empty: Vec<_> = tables.iter().filter(|table| table["rows"] == 0).collect();
    assert!(empty.len() == 1 && empty[0]["table"] == "vehicles", "{empty:?}");
    assert!(tongguan(&["codes", "list"], "").out.contains("positive_list"));
}

#[test]
fn rows_are_shown_as_of_a_day() {
    let ids = |day: &str| -> Vec<String> {
        let run = tongguan(
            &["codes", "show", "parameters", "annual-limit", "--as-of", day, "--json"],
            "",
        );
        let shown = run.json();
        let rows = shown["rows"].as_array().unwrap();
        rows.iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("2018-12-31"), ["20000"]);
    assert_eq!(ids("2019-01-01"), ["26000"]);
    let unit = tongguan(&["codes", "show", "units", "035"], "");
    assert!(unit.out.contains("千克") && unit.out.contains("kilogram"), "{}", unit.out);
}

#[test]
fn a_key_without_rows_is_an_error() {
    let run = tongguan(&["codes", "show", "units", "999"], "");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("units has no row for 999"), "{}", run.err);
    assert_eq!(tongguan(&["codes", "show", "nothing", "1"], "").status, 2);
}

#[test]
fn a_file_is_compared_and_nothing_is_changed() {
    let run = import(
        "offices",
        "id,code,zh,en,valid_from,valid_to,source,confidence\n\
         OFFICE-2900,2900,杭州关区,Hangzhou Customs,1990-01-01,2027-12-31,JGS/T 18 海关关区代码,likely\n\
         ,2924,钱江海关,Qianjiang Customs,2020-01-01,,JGS/T 18,\n",
        &["--dry-run"],
    );
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("+ offices/2924/2020-01-01"), "{}", run.out);
    assert!(run.out.contains("- OFFICE-2900"), "{}", run.out);
    assert!(run.out.contains("1 added, 0 changed, 1 ended, 0 unchanged"), "{}", run.out);
    assert_eq!(tongguan(&["codes", "show", "offices", "2924"], "").status, 1);
}

#[test]
fn a_plain_list_of_codes_needs_a_source_and_a_first_day_from_the_command_line() {
    let list = "code,zh\n2924,钱江海关\n2925,下沙海关\n";
    let run = import("offices", list, &["--dry-run", "--json"]);
    assert_eq!(run.status, 1);
    assert_eq!(run.json()["defects"].as_array().unwrap().len(), 4);
    let run = import(
        "offices",
        list,
        &["--dry-run", "--json", "--source", "JGS/T 18", "--valid-from", "2020-01-01"],
    );
    assert_eq!(run.status, 0);
    let diff = run.json();
    assert_eq!(diff["added"].as_array().unwrap().len(), 2);
    assert_eq!(diff["added"][0]["source"], "JGS/T 18");
}

#[test]
fn columns_of_another_name_are_renamed_or_left_out() {
    let run = import(
        "positive_list",
        "hs8,name,remark,page\n04031000,酸乳,,1\n04079090,其他蛋,列入目录的商品除外,1\n",
        &[
            "--dry-run",
            "--json",
            "--source",
            "s",
            "--valid-from",
            "2016-04-08",
            "--column",
            "name=zh",
            "--column",
            "page=",
        ],
    );
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let diff = run.json();
    assert_eq!(diff["added"][0]["zh"], "酸乳");
    // A remark that nobody has put into rules yet is not lost.
    assert_eq!(diff["added"][1]["control"], "manual");
}

#[test]
fn every_defect_of_a_file_is_named_by_line_and_column() {
    let run = import(
        "rates",
        "id,hs,duty,vat,valid_from,valid_to,source\n\
         a,33049900,0.01,standard,2026-01-01,,s\n\
         b,3304990029,ten,normal,2026-01-01,2025-01-01,s\n\
         c,3304990029,0.01,standard,2026-01-01\n",
        &["--dry-run"],
    );
    assert_eq!(run.status, 1);
    for place in [
        "line 2, column hs",
        "line 3, column duty",
        "line 3, column vat",
        "column valid_to",
        "line 4",
    ] {
        assert!(run.err.contains(place), "{place}: {}", run.err);
    }
}

#[test]
fn an_imported_rate_is_shown_from_then_on_and_importing_it_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| tongguan_in(folder.path(), arguments, "");
    let rows = "id,hs,duty,vat,valid_from,source\nmine,9999999999,0.07,standard,2026-01-01,s\n";
    std::fs::write(folder.path().join("rates.csv"), rows).unwrap();
    let show = ["codes", "show", "rates", "9999999999", "--as-of", "2026-11-22", "--json"];
    assert_eq!(at(&show).status, 1);

    let import = ["codes", "import", "rates.csv", "--table", "rates"];
    let tried = at(&[&import[..], &["--dry-run"]].concat());
    assert!(tried.out.contains("1 added") && tried.out.contains("nothing was changed"));
    assert!(!folder.path().join("tongguan-data").exists(), "a dry run makes no database");

    let run = at(&import);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("1 added, 0 changed"), "{}", run.out);
    assert_eq!(at(&show).json()["rows"][0]["duty"], "0.07");
    let again = at(&import);
    assert!(again.out.contains("0 added, 0 changed, 0 ended, 1 unchanged"), "{}", again.out);

    let history = at(&["codes", "history", "rates", "mine", "--json"]).json();
    let [event] = &history["events"].as_array().unwrap()[..] else { panic!("{history}") };
    assert_eq!((&event["change"], &event["cause"]["file"]), (&"added".into(), &"rates.csv".into()));
    let text = at(&["codes", "history", "rates"]).out;
    assert!(text.contains("+ rates  mine") && text.contains("duty: `` -> `0.07`"), "{text}");
    assert_eq!(at(&["codes", "history", "units"]).out, "");

    // Elsewhere nobody has heard of it.
    let elsewhere = at(&[&show[..], &["--data", "."]].concat());
    assert_eq!(elsewhere.status, 1);
    let nowhere = at(&[&show[..], &["--data", "nowhere"]].concat());
    assert_eq!(nowhere.status, 1);
    assert!(nowhere.err.contains("nowhere is not there: check --data"), "{}", nowhere.err);
}

#[test]
fn nothing_of_a_file_with_a_fault_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = ["--data", data.to_str().unwrap()];
    for faulty in [
        "code,zh,source,valid_from\n2924,钱江海关,s,2020-01-01\n2925,下沙海关,s,today\n",
        "id,code,zh,source,valid_from\n\
         a,2924,钱江海关,s,2020-01-01\nb,2924,下沙海关,s,2020-01-01\n",
    ] {
        let run = import("offices", faulty, &data);
        assert_eq!(run.status, 1);
        assert!(run.out.contains("nothing was changed"), "{}", run.out);
        let shown = tongguan(&[&["codes", "show", "offices", "2924"], &data[..]].concat(), "");
        assert_eq!(shown.status, 1, "{}", shown.out);
    }
}
