//! Two services, of which one is the witness of the other over HTTP.

use std::fs;
use std::thread::park_timeout;
use std::time::Duration;

use crate::run::tongguan_in;
use crate::serve::{Service, on_sqlite};

/// How often it is looked, ten times a second: witnesses are asked every five seconds.
const LOOKS: usize = 600;

#[test]
fn what_one_service_answers_is_signed_by_another_one() {
    let mut window = Service::start(on_sqlite, "[transparency]\norigin = 'window.example/log'\n");
    let log = window.get("/log/key", None).body.trim().to_owned();
    let attested =
        format!("[transparency]\norigin = 'neighbour.example/log'\nattested = ['{log}']\n");
    let neighbour = Service::start(on_sqlite, &attested);
    let witness = neighbour.get("/log/witness/key", None).body.trim().to_owned();
    assert!(witness.starts_with("neighbour.example/log/witness+"), "{witness}");

    let settings = window.folder.path().join("tongguan.toml");
    let mut text = fs::read_to_string(&settings).unwrap();
    text += &format!(
        "witnesses = [{{ address = '{}/log/witness', key = '{witness}' }}]\n",
        neighbour.base
    );
    fs::write(&settings, text).unwrap();
    window.start_again();
    window.clear(1);
    let guid = bundle_of_a_response(&window);
    let run = tongguan_in(
        window.folder.path(),
        &["verify-log", "bundle.json", "--key", &log, "--witness", &witness, "--json"],
        "",
    );
    assert_eq!((run.status, &run.json()["guid"]), (0, &guid.into()), "{}{}", run.out, run.err);
    what_is_no_head_is_refused(&neighbour);
}

/// Saves the bundle of a response once the witness has signed a head over it.
fn bundle_of_a_response(window: &Service) -> String {
    let mailbox = window.cast.merchant.mailbox().to_owned();
    let key = window.key(&mailbox)["key"].as_str().unwrap().to_owned();
    let letters = window.get(&format!("/mailbox/{mailbox}?wait=30"), Some(&key)).json();
    let xml = letters["letters"][0]["messages"][0]["xml"].as_str().unwrap();
    let guid = xml.split_once("guid=\"").unwrap().1.split('"').next().unwrap().to_owned();
    for _ in 0..LOOKS {
        let told = window.get(&format!("/mailbox/{mailbox}/proof/{guid}"), Some(&key));
        if told.status == 200 && told.body.contains("neighbour.example/log/witness") {
            fs::write(window.folder.path().join("bundle.json"), told.body).unwrap();
            return guid;
        }
        park_timeout(Duration::from_millis(100));
    }
    let said = fs::read_to_string(window.folder.path().join("stderr")).unwrap();
    panic!("no head was signed: {said}");
}

fn what_is_no_head_is_refused(neighbour: &Service) {
    let ask = |body: &[u8]| neighbour.post("/log/witness/add-checkpoint", &[], body);
    assert_eq!(ask(b"").status, 400);
    assert_eq!(ask(&[0xff; 9]).status, 400);
    assert_eq!(ask(&[b'a'; 70_000]).status, 413);
    let stranger =
        b"old 0\n\nstranger.example/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\
        \xe2\x80\x94 stranger.example/log AAAAAAAAAAA=\n";
    let told = ask(stranger);
    assert_eq!((told.status, told.body.as_str()), (404, "no log of that name is witnessed here\n"));
}
