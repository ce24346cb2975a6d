//! The verifiable log of a running service: what it answered is proved anywhere, and others follow its tree.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tongguan_testkit::postgres::database;
use tongguan_transparency::checkpoint::SignedHead;
use tongguan_transparency::hash::Hash;
use tongguan_transparency::note::Verifier;
use tongguan_transparency::tree::Frontier;

use crate::run::{Run, tongguan, tongguan_in};
use crate::serve::{Service, on_sqlite};

const SETTINGS: &str = "[transparency]\norigin = 'window.example/log'\n";

fn verify(service: &Service, arguments: &[&str]) -> Run {
    tongguan_in(service.folder.path(), &[&["verify-log"], arguments].concat(), "")
}

/// Of everything that is stored, while the service runs or not.
fn walked(service: &Service, arguments: &[&str]) -> Value {
    let [kind, place] = service.place.each_ref().map(String::as_str);
    let run = verify(service, &[&[kind, place, "--key-file", "key", "--json"], arguments].concat());
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    run.json()
}

fn bytes(service: &Service, path: &str) -> Vec<u8> {
    let mut answer = service.agent.get(format!("{}{path}", service.base)).call().unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.body_mut().read_to_vec().unwrap()
}

#[test]
fn what_a_service_answered_is_proved_on_sqlite() {
    what_a_service_answered_is_proved(on_sqlite);
}

#[test]
fn what_a_service_answered_is_proved_on_postgres() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    what_a_service_answered_is_proved(|_| ["--database".to_owned(), database.url.clone()]);
}

fn what_a_service_answered_is_proved(place: impl Fn(&Path) -> [String; 2]) {
    let mut service = Service::start(place, SETTINGS);
    service.clear(1);
    // What ends signs a head over everything.
    service.start_again();
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let own = service.key(&mailbox)["key"].as_str().unwrap().to_owned();
    let letters = service.get(&format!("/mailbox/{mailbox}?wait=30"), Some(&own)).json();
    let xml = letters["letters"][0]["messages"][0]["xml"].as_str().unwrap().to_owned();
    let guid = xml.split_once("guid=\"").unwrap().1.split('"').next().unwrap();

    let proof = format!("/mailbox/{mailbox}/proof/{guid}");
    let bundle = service.get(&proof, Some(&own));
    assert_eq!(bundle.status, 200, "{bundle:?}");
    assert_eq!(bundle.json()["response"], xml.as_str());
    assert_eq!(service.get(&proof, None).problem(), "no-key");
    let other = service.cast.platform.mailbox().to_owned();
    let key = service.key(&other)["key"].as_str().unwrap().to_owned();
    assert_eq!(service.get(&proof, Some(&key)).problem(), "other-mailbox");
    let theirs = format!("/mailbox/{other}/proof/{guid}");
    assert_eq!(service.get(&theirs, Some(&key)).problem(), "nothing-there");
    let shown = [("content-type", "application/xml")];
    let same = service.post("/api/v1/responses/proof", &shown, xml.as_bytes());
    assert_eq!(same.body, bundle.body);

    let key = service.get("/log/key", None).body.trim().to_owned();
    let file = service.folder.path().join("bundle.json");
    fs::write(&file, &bundle.body).unwrap();
    let run = verify(&service, &["bundle.json", "--key", &key, "--json"]);
    assert_eq!((run.status, &run.json()["guid"]), (0, &guid.into()), "{}{}", run.out, run.err);
    let believed = verify(&service, &["bundle.json"]);
    assert!(believed.status == 0 && believed.err.contains("compare"), "{}", believed.err);
    fs::write(
        &file,
        bundle.body.replacen("returnInfo&gt;", "returnInfo ", 1).replacen("orderNo", "orderMo", 1),
    )
    .unwrap();
    let run = verify(&service, &["bundle.json", "--key", &key]);
    assert!(run.status == 1 && run.out.contains("it was changed"), "{}{}", run.out, run.err);

    follow_the_tree(&service, &key);
    fs::write(&file, &bundle.body).unwrap();
    nothing_is_lost_when_it_is_killed(&mut service);
}

/// As a program of others does: the head is computed from the tiles.
fn follow_the_tree(service: &Service, key: &str) {
    let own = service.place.each_ref().map(String::as_str);
    let shown = ["keys", "log", "--key-file", "key", own[0], own[1]];
    let shown = tongguan_in(service.folder.path(), &shown, "");
    assert_eq!((shown.status, shown.out.trim()), (0, key), "{}", shown.err);
    let note = service.get("/log/checkpoint", None);
    assert_eq!(note.headers["content-type"], "text/plain; charset=utf-8");
    let head = SignedHead::open(&note.body, &Verifier::parse(key).unwrap()).unwrap();
    assert_eq!(head.checkpoint.origin, "window.example/log");
    let size = head.checkpoint.size;
    assert!((10..256).contains(&size), "{size}");
    let tile = bytes(service, &format!("/log/tile/0/000.p/{size}"));
    let mut frontier = Frontier::default();
    for hash in tile.chunks(Hash::LENGTH) {
        frontier.append(Hash::from_bytes(hash).unwrap(), &mut |_, _| {});
    }
    assert_eq!((frontier.size(), frontier.root()), (size, head.checkpoint.root));
    for none in ["0/000", "0/001", "1/000.p/1", "entries/000", "0/000.p/999", "..", "x"] {
        assert_eq!(service.get(&format!("/log/tile/{none}"), None).status, 404, "{none}");
    }
    fs::write(service.folder.path().join("head"), &note.body).unwrap();
}

fn nothing_is_lost_when_it_is_killed(service: &mut Service) {
    for n in 2..5 {
        service.clear(n);
        // Before it was logged, or in the middle of that, or after.
        service.killed();
        assert_eq!(walked(service, &["--head", "head"])["sound"], true);
    }
    service.end();
    let walked = walked(service, &["--head", "head"]);
    assert_eq!((&walked["findings"], &walked["forgotten"]), (&Value::Array(Vec::new()), &0.into()));
    assert_eq!(walked["leaves"], walked["checked"]);
    let run = verify(
        service,
        &["--head", "bundle.json", &service.place[0], &service.place[1], "--key-file", "key"],
    );
    assert!(run.status == 1 && run.err.contains("bundle.json is no head"), "{}", run.err);
}

#[test]
fn what_cannot_be_verified_is_said_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("none.json"), "{}").unwrap();
    fs::create_dir(path("empty")).unwrap();
    for (arguments, why) in [
        (vec!["verify-log", "absent.json"], "the file cannot be read"),
        (vec!["verify-log", &path("none.json")], "this is no bundle of a log: missing field"),
        (vec!["verify-log", &path("empty")], "there is no bundle (.json)"),
        (vec!["verify-log", "--data", &path("nowhere")], "is not there"),
        (vec!["verify-log", &path("none.json"), "--data", &path("empty")], "without a database"),
        (vec!["verify-log", &path("none.json"), "--key", "nonsense"], "is no key of a log"),
    ] {
        let run = tongguan(&arguments, "");
        assert_ne!(run.status, 0, "{arguments:?}");
        let said = format!("{}{}", run.out, run.err);
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
}
