//! `tongguan doctor`: what is well, what is not, and what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::parcel;
use tongguan_testkit::world::{Beginning, World};

use crate::review::write_key;
use crate::run::{Run, tongguan_in};

fn world(guarantee: i64) -> World {
    let guarantee = Money::from_fen(guarantee);
    let mut world = World::with(Beginning { guarantee, ..Beginning::unsigned() });
    let parcel = parcel(1, Moment::parse_wire("20260302095900").unwrap()).unwrap();
    world.send(&parcel.documents());
    world.stop();
    write_key(&world);
    fs::set_permissions(key(&world), fs::Permissions::from_mode(0o600)).unwrap();
    world
}

fn key(world: &World) -> std::path::PathBuf {
    world.folder().join("tongguan.key")
}

fn doctor(folder: &Path, more: &[&str]) -> Run {
    tongguan_in(folder, &[&["doctor", "--data", ".", "--json"], more].concat(), "")
}

/// Level and words of what a check found.
fn found(run: &Run, check: &str) -> Vec<(String, String)> {
    let said = run.json();
    let findings = said["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let about = findings.iter().filter(|finding| finding["check"] == check);
    about.map(|finding| (text(&finding["level"]), text(&finding["what"]))).collect()
}

#[test]
fn a_sound_database_has_no_failure() {
    let world = world(100_000_000);
    let run = doctor(world.folder(), &[]);
    assert_eq!(run.status, 0, "{}", run.out);
    for check in
        ["directory", "space", "schema", "sqlite", "file", "key", "writer", "held", "inbox"]
    {
        let found = found(&run, check);
        assert!(
            !found.is_empty() && found.iter().all(|(level, _)| level != "fail"),
            "{check}: {found:?}"
        );
    }
    let key = found(&run, "key");
    assert!(
        key.iter().any(|(_, what)| what.contains("it opens the data key of 2026-03")),
        "{key:?}"
    );
    assert!(found(&doctor(world.folder(), &["--fast"]), "file").is_empty());
}

#[test]
fn every_warning_and_failure_says_what_to_do() {
    let world = world(0);
    fs::set_permissions(key(&world), fs::Permissions::from_mode(0o644)).unwrap();
    let run = doctor(world.folder(), &[]);
    assert_eq!(run.status, 1);
    let said = run.json();
    for finding in said["findings"].as_array().unwrap() {
        assert_eq!(finding["level"] == "ok", finding["todo"].is_null(), "{finding}");
    }
    assert_eq!(said["level"], "fail");
    let queues = found(&run, "queues");
    assert!(
        queues
            .iter()
            .any(|(level, what)| level == "warn" && what.contains("1 declarations stand at 399")),
        "{queues:?}"
    );
    let responses = found(&run, "responses");
    assert!(responses[0].0 == "warn" && responses[0].1.contains("not delivered"), "{responses:?}");
    let plain = tongguan_in(world.folder(), &["doctor", "--data", "."], "");
    assert!(plain.out.contains("FAIL key: its permissions are 644"), "{}", plain.out);
}

#[test]
fn a_key_that_is_missing_wrong_or_no_key_fails() {
    let world = world(100_000_000);
    let private = fs::Permissions::from_mode(0o600);
    let other = format!("tongguan master key 1\n{}\n", "08".repeat(32));
    for (text, says) in [
        (Some(other.as_str()), "it does not open the data key of 2026-03"),
        (Some("something else"), "is not a key file"),
        (None, "the key file is missing"),
    ] {
        match text {
            Some(text) => fs::write(key(&world), text).unwrap(),
            None => fs::remove_file(key(&world)).unwrap(),
        }
        if text.is_some() {
            fs::set_permissions(key(&world), private.clone()).unwrap();
        }
        let run = doctor(world.folder(), &[]);
        assert_eq!(run.status, 1, "{says}");
        let key = found(&run, "key");
        assert!(key.iter().any(|(level, what)| level == "fail" && what.contains(says)), "{key:?}");
    }
    assert!(!key(&world).exists(), "looking makes no key");
}

#[test]
fn a_folder_that_is_no_database_and_trust_that_is_none_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let absent = tongguan_in(folder.path(), &["doctor", "--data", "none", "--json"], "");
    assert_eq!(absent.status, 0, "{}", absent.err);
    assert!(!folder.path().join("none").exists(), "looking makes no database");
    assert_eq!(found(&absent, "database")[0].0, "warn");
    fs::create_dir(folder.path().join("trust")).unwrap();
    fs::write(folder.path().join("trust/root.pem"), "no certificate").unwrap();
    fs::write(folder.path().join("tongguan.db"), vec![7; 8192]).unwrap();
    let run = doctor(folder.path(), &[]);
    assert_eq!(run.status, 1);
    assert_eq!(found(&run, "database")[0].0, "fail", "{}", run.out);
    assert!(found(&run, "trust").iter().any(|(level, _)| level == "fail"), "{}", run.out);
}
