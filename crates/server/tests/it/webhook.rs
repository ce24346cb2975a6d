//! `webhook`, and what `serve` pushes: to a receiver of ours, and to the one of the documents.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tongguan_testkit::postgres::database;
use tongguan_testkit::receiver::Receiver;

use crate::run::{Run, tongguan_in};
use crate::serve::{Service, on_sqlite};

/// This machine may be sent to.
const SETTINGS: &str = "[webhooks]\nhttp = true\nnetworks = ['127.0.0.1/32']\n";

/// `webhook …`, by the settings of the service.
fn webhook(service: &Service, arguments: &[&str]) -> Run {
    let settings = ["--config", "tongguan.toml", "--json"];
    let all = [&["webhook"], arguments, &settings[..]].concat();
    tongguan_in(service.folder.path(), &all, "")
}

fn well(service: &Service, arguments: &[&str]) -> Value {
    let run = webhook(service, arguments);
    assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
    run.json()
}

#[test]
fn responses_are_pushed_over_a_new_start_on_sqlite() {
    responses_are_pushed_over_a_new_start(on_sqlite);
}

#[test]
fn responses_are_pushed_over_a_new_start_on_postgres() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    responses_are_pushed_over_a_new_start(|_| ["--database".to_owned(), database.url.clone()]);
}

fn responses_are_pushed_over_a_new_start(place: impl Fn(&Path) -> [String; 2]) {
    let mut service = Service::start(place, SETTINGS);
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let receiver = Receiver::start();
    let added = well(&service, &["add", "--mailbox", &mailbox, "--url", &receiver.url]);
    let (number, secret) = (added["number"].as_str().unwrap(), added["secret"].as_str().unwrap());

    service.clear(1);
    receiver.wait_for(1);
    // It ends in the middle of whatever comes, and goes on.
    service.clear(2);
    service.start_again();
    service.clear(3);
    let mut came = receiver.wait_for(3);
    // Something may have come twice.
    while came.last().unwrap().event()["data"]["n"] != 3 {
        came = receiver.wait_for(came.len() + 1);
    }
    let mut places: Vec<_> =
        came.iter().map(|came| came.event()["data"]["n"].as_i64().unwrap()).collect();
    assert!(came.iter().all(|came| came.signatures_of(secret) == 1), "{came:?}");
    assert!(places.is_sorted(), "{places:?}");
    places.dedup();
    assert_eq!(places, [1, 2, 3], "in order, and nothing lost");

    assert_eq!(well(&service, &["pause", number])["standing"], "paused");
    let tested = well(&service, &["test", number]);
    assert_eq!((&tested[0]["status"], &tested[0]["taken"]), (&204.into(), &true.into()));
    receiver.answers([503]);
    let tested = webhook(&service, &["test", number]);
    assert_eq!((tested.status, &tested.json()[0]["status"]), (1, &503.into()));
    let before = receiver.came().len();
    assert_eq!(well(&service, &["replay", number, "--after", "2"])["n"], 2);
    assert_eq!(well(&service, &["resume", number])["standing"], "active");
    let came = receiver.wait_for(before + 1);
    assert_eq!(came[before].event()["data"]["n"], 3);
    assert_eq!(well(&service, &["dead", number]), json!([]));

    let rotated = well(&service, &["rotate", number]);
    assert_ne!(rotated["secret"], added["secret"]);
    well(&service, &["test", number]);
    let came = receiver.came().pop().unwrap();
    let signed = [secret, rotated["secret"].as_str().unwrap()].map(|it| came.signatures_of(it));
    assert_eq!(signed, [1, 1]);
    let listed = well(&service, &["list", "--mailbox", &mailbox]);
    assert_eq!(listed[0]["number"], number);
    assert!(!listed.to_string().contains("whsec_"), "the secret is nowhere: {listed}");
    well(&service, &["remove", number]);
    assert_eq!(well(&service, &["list"]), json!([]));
}

#[test]
fn a_service_that_was_killed_goes_on_with_what_was_not_answered() {
    let mut service = Service::start(on_sqlite, SETTINGS);
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let receiver = Receiver::silent();
    let added = well(&service, &["add", "--mailbox", &mailbox, "--url", &receiver.url]);
    service.clear(1);
    receiver.wait_for(1);
    receiver.wakes();
    service.killed();
    service.clear(2);
    let came = receiver.wait_for(3);
    let places = came.iter().map(|came| came.event()["data"]["n"].as_i64().unwrap());
    assert_eq!(places.collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(came[0].event(), came[1].event(), "a repetition is known by its id");
    assert_eq!(came[1].signatures_of(added["secret"].as_str().unwrap()), 1);
}

#[test]
fn what_cannot_be_used_is_told_with_what_to_do() {
    let service = Service::start(on_sqlite, "");
    for (arguments, status, wanted) in [
        (&["add", "--mailbox", "M", "--url", "http://example.com/"][..], 1, "has no TLS"),
        (&["add", "--mailbox", "M", "--url", "https://10.0.0.1/"], 1, "private network"),
        (&["add", "--mailbox", "M", "--url", "https://a.b/", "--message", "CEB1"], 1, "`CEB1`"),
        (&["pause", "0123456789abcdef"], 1, "`webhook list` shows"),
        (&["pause", "7"], 2, "16 digits"),
    ] {
        let run = webhook(&service, arguments);
        assert!(run.status == status && run.err.contains(wanted), "{arguments:?}: {}", run.err);
    }
}

/// The receiver of the documents.
struct Stranger {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Stranger {
    /// Nothing where there is no Python; then that has been said loudly.
    fn start(folder: &Path) -> Option<Self> {
        let document = include_str!("../../../../docs/reference/webhooks.md");
        let (_, program) = document.split_once("```python\n").unwrap();
        let (program, _) = program.split_once("```").unwrap();
        fs::write(folder.join("receiver.py"), program).unwrap();
        let child = Command::new("python3")
            .current_dir(folder)
            .args(["receiver.py", "0", "secrets.txt"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            // The macro that prints would be captured and lost.
            let mut loud = std::io::stderr();
            writeln!(
                loud,
                "LEFT OUT: the receiver of docs/reference/webhooks.md, for want of python3"
            )
            .unwrap();
            return None;
        };
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Some(Self { child, said })
    }

    fn says(&mut self) -> String {
        self.said.next().unwrap().unwrap()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_strangers_program_verifies_what_it_gets() {
    let service = Service::start(on_sqlite, SETTINGS);
    let Some(mut stranger) = Stranger::start(service.folder.path()) else { return };
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let port = stranger.says().trim_start_matches("listens at port ").to_owned();
    let url = format!("http://127.0.0.1:{port}/");
    let added = well(&service, &["add", "--mailbox", &mailbox, "--url", &url]);
    let number = added["number"].as_str().unwrap();
    let keep = |secret: &str| fs::write(service.folder.path().join("secrets.txt"), secret).unwrap();

    keep("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    let tested = webhook(&service, &["test", number]);
    assert_eq!(tested.json()[0]["status"], 401, "another secret made the signature");
    assert_eq!(stranger.says(), "refused");

    keep(&format!("{}\n", added["secret"].as_str().unwrap()));
    well(&service, &["test", number]);
    assert_eq!(stranger.says(), format!("cn.tongguan.webhook.test {number}"));
    service.clear(1);
    assert!(stranger.says().starts_with("cn.tongguan.response.CEB312 "));
}
