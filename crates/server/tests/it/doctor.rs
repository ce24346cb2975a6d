//! `tongguan doctor`: what is well, what is not, and what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::certificate::key::SigningKey;
use tongguan_storage::seal::{Cipher, Ring};
use tongguan_testkit::cast::{Cast, Signing};
use tongguan_testkit::parcels::parcel;
use tongguan_testkit::world::{Beginning, World};

use crate::gateway::registration;
use crate::review::write_key;
use crate::run::{Run, tongguan_in};

fn world(guarantee: i64) -> World {
    let guarantee = Money::from_fen(guarantee);
    let mut world = World::with(Beginning { guarantee, ..Beginning::unsigned() });
    let parcel = parcel(1, Moment::parse_wire("20260302095900").unwrap()).unwrap();
    world.send(&parcel.documents());
    world.stop();
    write_key(&world);
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
fn a_guarantee_that_is_suspended_is_named() {
    let mut world = World::with(Beginning::unsigned());
    let mut guarantees = world.store.read(|view| view.all_guarantees()).unwrap();
    assert!(!guarantees.is_empty());
    for guarantee in &mut guarantees {
        guarantee.suspended = true;
    }
    world.store.writer().unwrap().transaction(|tx| tx.grant(&guarantees)).unwrap();
    world.stop();
    write_key(&world);
    let named = found(&doctor(world.folder(), &["--fast"]), "guarantee");
    assert_eq!(named.len(), guarantees.len(), "{named:?}");
    assert!(
        named.iter().all(|(level, what)| level == "warn" && what.contains("suspended")),
        "{named:?}"
    );
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

/// A certificate that counts for the ten years from one.
fn certificate(year: u16) -> String {
    let subject = Subject { organisation: "甲".into(), code: None, common_name: "甲".into() };
    let key = SigningKey::generate_sm2(&mut SeededChance::new(1));
    let moment = |year| Moment::parse_wire(&format!("{year}0101000000")).unwrap();
    let validity = Validity { from: moment(year), until: moment(year + 10) };
    Authority::root(&subject, key, 1, validity).unwrap().certificate().to_pem()
}

#[test]
fn a_party_whose_delegates_have_all_ended_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let cast = Cast::new(7, Signing::None).unwrap();
    let merchant = registration(&cast, |actor| actor.party.id.0 == 2, "0");
    let of_delegates = |delegates: &[String]| {
        let delegates: Vec<_> = delegates.iter().map(|one| format!("'''{one}'''")).collect();
        let line = format!("delegates = [{}]\ncertificates", delegates.join(", "));
        let parties = merchant.replacen("certificates", &line, 1);
        fs::write(folder.path().join("parties.toml"), parties).unwrap();
        let import = ["registry", "import", "parties.toml", "--data", "."];
        let run = tongguan_in(folder.path(), &import, "");
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        let said = doctor(folder.path(), &[]).json();
        let findings = said["findings"].as_array().unwrap().clone();
        let about = |it: &Value| it["where"].as_str().is_some_and(|it| it.contains("delegates of"));
        findings.into_iter().filter(about).collect::<Vec<_>>()
    };
    let over = of_delegates(&[certificate(2010)]);
    let [finding] = over.as_slice() else { panic!("{over:?}") };
    let code = cast.merchant.party.codes[0].as_str();
    assert_eq!(finding["where"], format!("delegates of party {code}"));
    assert_eq!(
        (finding["level"].as_str(), finding["check"].as_str()),
        (Some("warn"), Some("registry"))
    );
    assert!(finding["what"].as_str().unwrap().contains("ended on 2020-01-01"), "{finding}");
    assert_eq!(of_delegates(&[certificate(2010), certificate(2090)]), [Value::Null; 0]);
}

#[test]
fn offices_that_declare_for_others_are_named_while_no_delegate_counts() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let run = tongguan_in(folder.path(), &[arguments, &["--data", "."]].concat(), "");
        assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
    };
    let cast = Cast::new(7, Signing::None).unwrap();
    let charge = |delegates: &str| {
        let merchant = registration(&cast, |actor| actor.party.id.0 == 2, "0");
        let line = format!("delegates = [{delegates}]\ncertificates");
        let parties = merchant.replacen("certificates", &line, 1);
        fs::write(folder.path().join("parties.toml"), parties).unwrap();
        run(&["registry", "import", "parties.toml"]);
    };
    let warned = || found(&doctor(folder.path(), &[]), "delegates");
    charge("");
    assert_eq!(warned(), []);
    run(&["office", "set", "all", "declare_on_waybill", "true"]);
    run(&["office", "set", "2916", "declare_on_waybill", "false"]);
    run(&["office", "set", "2910", "declare_on_waybill", "true"]);
    let [(level, what)] = <[_; 1]>::try_from(warned()).unwrap();
    assert_eq!(level, "warn");
    assert!(what.starts_with("`declare_on_waybill` is `true` for all, 2910, "), "{what}");
    charge(&format!("'''{}'''", cast.carrier.certificate.to_pem()));
    assert_eq!(warned().len(), 1, "nobody trusts the delegate's authority");
    fs::create_dir(folder.path().join("trust")).unwrap();
    let root = cast.authority().certificate().to_pem();
    fs::write(folder.path().join("trust/root.pem"), root).unwrap();
    assert_eq!(warned(), []);
    charge("");
    assert_eq!(warned().len(), 1);
    for office in ["all", "2910"] {
        run(&["office", "set", office, "declare_on_waybill", "false"]);
    }
    assert_eq!(warned(), []);
}

#[test]
fn a_key_that_is_missing_wrong_or_no_key_fails() {
    let world = world(100_000_000);
    let path = key(&world);
    Ring::from_master(Cipher::Aes256Gcm, &[8; 32]).replace(&path).unwrap();
    let failed = |says: &str| {
        let run = doctor(world.folder(), &[]);
        assert_eq!(run.status, 1, "{says}");
        let key = found(&run, "key");
        assert!(key.iter().any(|(level, what)| level == "fail" && what.contains(says)), "{key:?}");
    };
    failed("it does not open the data key of 2026-03: key `");
    fs::write(&path, "something else").unwrap();
    failed("is not a key file: line 1 ");
    fs::remove_file(&path).unwrap();
    failed("the key file is missing");
    assert!(!path.exists(), "looking makes no key");
}

#[test]
fn a_ring_of_keys_is_followed_until_the_old_key_is_destroyed() {
    let world = world(100_000_000);
    let run = |arguments: &[&str]| {
        let run = tongguan_in(world.folder(), &[arguments, &["--data", "."]].concat(), "");
        assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
        run.out
    };
    let said = || found(&doctor(world.folder(), &[]), "key");
    let says = |level: &str, words: &str| {
        let said = said();
        let heard = said.iter().any(|(one, what)| one == level && what.contains(words));
        assert!(heard, "{level} {words}: {said:?}");
    };
    let rotated = run(&["keys", "rotate", "--cipher", "sm4-gcm", "--json"]);
    let new: Value = serde_json::from_str(&rotated).unwrap();
    says("ok", &format!("key {} seals, by sm4-gcm", new["key"].as_str().unwrap()));
    says("warn", "still seals 1 bundles of 2026-03");
    let listed: Value = serde_json::from_str(&run(&["keys", "list", "--json"])).unwrap();
    let old = listed["keys"][0]["key"].as_str().unwrap().to_owned();
    // Whoever lost the old key, and not the new one, is told so.
    let whole = fs::read_to_string(key(&world)).unwrap();
    let lines = whole.lines().filter(|line| !line.starts_with(&format!("key {old} ")));
    fs::write(key(&world), lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    says("fail", &format!("key {old} is not in it, and seals 1 bundles of 2026-03"));
    fs::write(key(&world), whole).unwrap();
    run(&["keys", "reseal"]);
    says("warn", &format!("key {old} seals nothing any more"));
    run(&["keys", "retire", &old]);
    says("warn", &format!("key {old} is retired, and still in it"));
    run(&["keys", "destroy", &old]);
    let said = said();
    assert!(said.iter().all(|(level, what)| level == "ok" && !what.contains(&old)), "{said:?}");
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
