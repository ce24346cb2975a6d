//! What is kept, held and archived, by command, beside a running service.

use std::path::Path;

use tongguan_storage::seal::Keyring;
use tongguan_testkit::postgres::database;
use tongguan_testkit::world::{Beginning, World};

use crate::review::write_key;
use crate::run::{Run, tongguan, tongguan_in};
use crate::serve::{Service, on_sqlite};

fn command(service: &Service, arguments: &[&str]) -> Run {
    let [kind, place] = service.place.each_ref().map(String::as_str);
    let at = [kind, place, "--json"];
    tongguan_in(service.folder.path(), &[arguments, &at].concat(), "")
}

#[test]
fn what_is_due_is_named_erased_once_and_stated() {
    let mut world = World::with(Beginning::unsigned());
    world.stop();
    write_key(&world);
    let keyring = Keyring::from_master(&[7; 32]);
    let mut writer = world.store.writer().unwrap();
    writer.transaction(|tx| tx.data_key(&keyring, "2020-01")).unwrap();
    drop(writer);
    let within = |arguments: &[&str]| {
        tongguan_in(world.folder(), &[arguments, &["--data", ".", "--json"]].concat(), "")
    };
    let doctor = |level: &str, words: &str| {
        let said = within(&["doctor", "--fast"]).json();
        let findings = said["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["check"] == "retention").unwrap();
        let what = found["what"].as_str().unwrap();
        assert!(found["level"] == level && what.contains(words), "{found}");
    };
    doctor("warn", "originals of 2020-01");
    let dry = within(&["retention", "run", "--dry-run"]).json();
    let due = &dry["records"][0];
    assert_eq!((&due["month"], &due["stage"]), (&"2020-01".into(), &"due".into()), "{dry}");

    let run = within(&["retention", "run"]);
    let erased = run.json()["erased"].clone();
    assert_eq!(erased.as_array().unwrap().len(), 1, "{}{}", run.out, run.err);
    assert_eq!(within(&["retention", "run"]).json()["erased"], serde_json::json!([]));
    let statements = within(&["retention", "statements"]).json()["statements"].clone();
    assert_eq!(statements[0]["statement"], erased[0]["statement"]);
    let text = statements[0]["statement"].as_str().unwrap();
    assert!(text.starts_with("tongguan-erasure-1\n2020-01 originals\n"), "{text}");
    let walked = within(&["verify-log"]);
    assert_eq!((walked.status, &walked.json()["erasures"]), (0, &1.into()), "{}", walked.err);
    doctor("ok", "nothing");
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
    let store = within(&["archive", "verify", "--dir", "gs://bucket/prefix"]);
    assert!(store.status != 0 && store.err.contains("name a directory"), "{}", store.err);
    let month = within(&["archive", "verify", "--month", "2026-03"]);
    assert!(month.status != 0 && month.out.contains("no archive of 2026-03"), "{}", month.out);
    let no_month = tongguan(&["archive", "months", "--month", "March"], "");
    assert!(no_month.status == 2 && no_month.err.contains("not a month"), "{}", no_month.err);
    let no_database = within(&["retention", "show"]);
    assert!(no_database.status != 0 && no_database.err.contains("--data"), "{}", no_database.err);
}
