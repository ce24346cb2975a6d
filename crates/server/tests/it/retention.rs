//! What is kept and held, by command, beside a running service.

use std::path::Path;

use tongguan_testkit::postgres::database;

use crate::run::{Run, tongguan_in};
use crate::serve::{Service, on_sqlite};

fn command(service: &Service, arguments: &[&str]) -> Run {
    let [kind, place] = service.place.each_ref().map(String::as_str);
    let at = [kind, place, "--json"];
    tongguan_in(service.folder.path(), &[arguments, &at].concat(), "")
}

#[test]
fn what_is_young_is_kept_and_held_on_sqlite() {
    what_is_young_is_kept_and_held(on_sqlite);
}

#[test]
fn what_is_young_is_kept_and_held_on_postgres() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    what_is_young_is_kept_and_held(|_| {
        ["--database".to_owned(), database.url.clone()]
    });
}

fn what_is_young_is_kept_and_held(place: impl Fn(&Path) -> [String; 2]) {
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
}

#[test]
fn what_is_kept_nowhere_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let run = tongguan_in(folder.path(), &["retention", "show"], "");
    assert!(run.status != 0 && run.err.contains("--data"), "{}", run.err);
}
