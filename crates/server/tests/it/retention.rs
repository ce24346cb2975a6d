//! What is kept, held and archived, by command, beside a running service.

use std::path::Path;

use tongguan_testkit::postgres::database;

use crate::run::{Run, tongguan, tongguan_in};
use crate::serve::{Service, on_sqlite};

fn command(service: &Service, arguments: &[&str]) -> Run {
    let [kind, place] = service.place.each_ref().map(String::as_str);
    let at = [kind, place, "--json"];
    tongguan_in(service.folder.path(), &[arguments, &at].concat(), "")
}

#[test]
fn what_is_young_is_kept_held_and_not_archived_on_sqlite() {
    what_is_young_is_kept_held_and_not_archived(on_sqlite);
}

#[test]
fn what_is_young_is_kept_held_and_not_archived_on_postgres() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    what_is_young_is_kept_held_and_not_archived(|_| {
        ["--database".to_owned(), database.url.clone()]
    });
}

fn what_is_young_is_kept_held_and_not_archived(place: impl Fn(&Path) -> [String; 2]) {
    let mut service = Service::start(place, "");
    service.clear(1);
    service.start_again();
    let shown = command(&service, &["retention", "show"]).json();
    let records = shown["records"].as_array().unwrap();
    assert!(records.len() >= 4, "{shown}");
    for record in records {
        assert_eq!(record["stage"], "kept", "{shown}");
        let law = record["law"].as_str().unwrap();
        assert!(law.starts_with("CN-KEEP"), "{shown}");
    }
    let key = ["--key-file", "key"];
    let run = command(&service, &[&["retention", "run"], &key[..]].concat());
    assert_eq!((run.status, &run.json()["erased"]), (0, &serde_json::json!([])), "{}", run.err);
    let dry = command(&service, &[&["retention", "run", "--dry-run"], &key[..]].concat());
    assert_eq!(dry.json()["records"], serde_json::json!([]), "{}", dry.err);

    let why = ["--reason", "appeal 7", "--officer", "wang"];
    let unknown = command(&service, &[&["retention", "hold", "nothing"], &why[..]].concat());
    assert!(unknown.status != 0 && unknown.err.contains("nothing"), "{}", unknown.err);
    let none = command(&service, &[&["retention", "lift", "1"], &why[..]].concat());
    assert!(none.status != 0 && none.err.contains("no open hold 1"), "{}", none.err);
    assert_eq!(command(&service, &["retention", "holds"]).json()["holds"], serde_json::json!([]));
    let statements = command(&service, &["retention", "statements"]).json();
    assert_eq!(statements["statements"], serde_json::json!([]));

    let archive = [&["archive", "months", "--dir", "archive"], &key[..]].concat();
    let run = command(&service, &archive);
    let months = run.json();
    assert_eq!(run.status, 0, "{}", run.err);
    let is_young = |month: &serde_json::Value| {
        month["archived"] == false && month["why"] == "is not over for 3 months"
    };
    assert!(months["months"].as_array().unwrap().iter().all(is_young), "{months}");
    let never = [&archive[..], &["--month", "2020-01"]].concat();
    let run = command(&service, &never);
    assert!(run.status == 1 && run.out.contains("has no declarations"), "{}{}", run.out, run.err);
}

#[test]
fn what_is_no_archive_says_so_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let within = |arguments: &[&str]| tongguan_in(folder.path(), arguments, "");
    for arguments in [&["archive", "verify"][..], &["archive", "find", "W1"]] {
        let run = within(arguments);
        assert!(run.status != 0 && run.err.contains("no archived month"), "{}", run.err);
    }
    let bucket = within(&["archive", "verify", "--dir", "s3://bucket/prefix"]);
    assert!(bucket.status != 0 && bucket.err.contains("name a directory"), "{}", bucket.err);
    let month = within(&["archive", "verify", "--month", "2026-03"]);
    assert!(month.status != 0 && month.out.contains("no archive of 2026-03"), "{}", month.out);
    let no_month = tongguan(&["archive", "months", "--month", "March"], "");
    assert!(no_month.status == 2 && no_month.err.contains("not a month"), "{}", no_month.err);
    let no_database = within(&["retention", "show"]);
    assert!(no_database.status != 0 && no_database.err.contains("--data"), "{}", no_database.err);
}
