//! `gateway --watch` takes up what others change, without a new start.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use tongguan_application::delivery::Rendered;
use tongguan_domain::commerce::Stage;
use tongguan_domain::time::Moment;
use tongguan_testkit::answers::{Answer, answers, bills};
use tongguan_testkit::cast::{Cast, Signing};
use tongguan_testkit::parcels::{Document, Messages, Parcel, message, parcel};
use tongguan_testkit::postgres::database;

use crate::gateway::{Gateway, names, registration};
use crate::run::tongguan_in;

/// A gateway that runs on an installation of its own, and the other processes that change it.
struct Desk {
    // Before the folder in which it runs.
    gateway: Gateway,
    cast: Cast,
    place: [String; 2],
    /// What it has said, all about what it has taken up.
    taken_up: String,
    sent: u64,
    folder: TempDir,
}

impl Desk {
    /// Everybody but the platform is registered, and nobody is trusted yet.
    fn at(folder: TempDir, place: [String; 2]) -> Self {
        let cast = Cast::new(11, Signing::Sm2).unwrap();
        for name in ["inbox", "trust"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let others = registration(&cast, |actor| actor.party.id != cast.platform.party.id, "");
        fs::write(folder.path().join("others.toml"), others).unwrap();
        let platform = registration(&cast, |actor| actor.party.id == cast.platform.party.id, "0");
        fs::write(folder.path().join("platform.toml"), platform).unwrap();
        let run = tongguan_in(
            folder.path(),
            &["registry", "import", "others.toml", &place[0], &place[1]],
            "",
        );
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tongguan"));
        command
            .current_dir(folder.path())
            .args(["gateway", "--inbox", "inbox", "--outbox", "outbox", "--watch"])
            .args(["--parcel-numbers", "--key-file", "key"])
            .args(&place);
        let gateway = Gateway::start(command, folder.path().join("stderr"));
        Self { gateway, cast, place, taken_up: String::new(), sent: 0, folder }
    }

    /// Another process changes something; waits until the gateway says that it has taken it up.
    fn change(&mut self, what: &str, arguments: &[&str]) {
        let place = self.place.each_ref().map(String::as_str);
        let run = tongguan_in(self.folder.path(), &[arguments, &place].concat(), "");
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        self.wait_for(what);
    }

    fn wait_for(&mut self, what: &str) {
        let errors = self.folder.path().join("stderr");
        let line = format!("changed by others and taken up: {what}\n");
        self.taken_up.push_str(&line);
        let expected = &self.taken_up;
        // What it says of a folder that is empty when it starts is none of this.
        let is_told = |line: &&str| line.starts_with("changed by others");
        self.gateway.wait_until(what, |_| {
            let said = fs::read_to_string(&errors).unwrap();
            said.lines().filter(is_told).eq(expected.lines())
        });
    }

    /// Sends a message and waits until its document is answered; gives the last answer.
    fn send(&mut self, text: &str, document: &Document) -> Answer {
        let before = self.told(document).len();
        let name = format!("{:04}.xml", self.sent);
        self.sent += 1;
        self.write("inbox", &name, text);
        let Self { gateway, folder, .. } = self;
        gateway.wait_until("an answer", |_| told(folder.path(), document).len() > before);
        self.told(document).pop().unwrap()
    }

    /// Sends the four documents of a parcel; gives the last status of its declaration.
    fn clear(&mut self, n: u64) -> i32 {
        let messages = self.messages(n);
        let statuses = messages.iter().zip(nth(n).documents());
        statuses.map(|(text, document)| self.send(text, &document).status).last().unwrap()
    }

    /// Sends the order of a parcel.
    fn order(&mut self, n: u64) -> Answer {
        let [text, ..] = self.messages(n);
        self.send(&text, &nth(n).order_document())
    }

    fn messages(&self, n: u64) -> [String; 4] {
        Messages::of(&self.cast, &[nth(n)], n).unwrap().into_array()
    }

    fn told(&self, document: &Document) -> Vec<Answer> {
        told(self.folder.path(), document)
    }

    /// The taxes of a parcel's bill, when it is there.
    fn taxes(&mut self, n: u64) -> [String; 3] {
        let order_no = nth(n).declaration.order_no;
        let Self { gateway, folder, .. } = self;
        let mut bill = None;
        gateway.wait_until("a tax bill", |_| {
            let mut bills = bills(&responses(folder.path())).into_iter();
            bill = bills.find(|bill| bill.order_no == order_no.as_str());
            bill.is_some()
        });
        bill.unwrap().taxes
    }

    /// Puts a file where the gateway looks, in one piece.
    fn write(&self, folder: &str, name: &str, text: &str) {
        let folder = self.folder.path().join(folder);
        let draft = folder.join(format!("{name}.part"));
        fs::write(&draft, text).unwrap();
        fs::rename(draft, folder.join(name)).unwrap();
    }
}

fn nth(n: u64) -> Parcel {
    parcel(n, Moment::parse_wire("20260302095900").unwrap()).unwrap()
}

/// What a document was told, in order.
fn told(desk: &Path, document: &Document) -> Vec<Answer> {
    let mut answers = answers(&responses(desk));
    answers.retain(|answer| answer.guid == document.filing().guid.as_str());
    answers.sort_by(|a, b| a.at.cmp(&b.at));
    answers
}

/// The responses, finished ones only.
fn responses(desk: &Path) -> Vec<Rendered> {
    let mailboxes = fs::read_dir(desk.join("outbox")).into_iter().flatten().flatten();
    let files = mailboxes.flat_map(|mailbox| {
        let finished = names(&mailbox.path()).into_iter().filter(|name| !name.starts_with('.'));
        finished.map(move |name| (mailbox.path().join(&name), name)).collect::<Vec<_>>()
    });
    let read = |(path, name): (PathBuf, String)| Rendered {
        message: if name.starts_with("CEB816") { "CEB816" } else { "another" },
        key: String::new(),
        at: Moment::from_micros(0),
        mailboxes: Vec::new(),
        xml: fs::read(path).unwrap(),
    };
    files.map(read).collect()
}

#[test]
fn a_running_gateway_takes_up_what_others_change_on_sqlite() {
    on_sqlite(everything_changes);
}

#[test]
fn a_running_gateway_takes_up_what_others_change_on_postgres() {
    on_postgres(everything_changes);
}

#[test]
fn a_running_gateway_learns_who_declares_for_others_on_sqlite() {
    on_sqlite(delegates_come_and_go);
}

#[test]
fn a_running_gateway_learns_who_declares_for_others_on_postgres() {
    on_postgres(delegates_come_and_go);
}

fn on_sqlite(test: fn(Desk)) {
    let folder = tempfile::tempdir().unwrap();
    let place = ["--data".to_owned(), folder.path().join("data").to_str().unwrap().to_owned()];
    test(Desk::at(folder, place));
}

fn on_postgres(test: fn(Desk)) {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let place = ["--database".to_owned(), database.url.clone()];
    test(Desk::at(tempfile::tempdir().unwrap(), place));
}

fn everything_changes(mut desk: Desk) {
    let untrusted = desk.order(1);
    assert!(untrusted.text.contains("验签失败"), "{untrusted:?}");
    let root = desk.cast.authority().certificate().to_pem();
    desk.write("trust", "root.pem", &root);
    desk.wait_for("trust");

    let unknown = desk.order(2);
    assert_eq!(unknown.status, -10_102, "{unknown:?}");
    desk.change("registry", &["registry", "import", "platform.toml"]);
    assert_eq!(desk.clear(3), 399, "known, and not guaranteed for");
    let platform = desk.cast.platform.party.codes[0].to_string();
    desk.change("registry", &["registry", "guarantee", &platform, "--granted", "1000000"]);
    assert_eq!(desk.taxes(3), ["0", "41.5", "0"]);

    let rates = "id,hs,duty,vat,valid_from,source\n\
                 CN-RATE-1901101090-2,1901101090,0.15,0.50,2019-01-01,a notice\n";
    desk.write(".", "rates.csv", rates);
    desk.change("codes", &["codes", "import", "rates.csv", "--table", "rates"]);
    assert_eq!(desk.clear(4), 800);
    assert_eq!(desk.taxes(4), ["0", "124.28", "0"]);

    desk.change("settings", &["office", "set", "all", "yellow_per_10_000", "10000"]);
    assert_eq!(desk.clear(5), 300);

    keys_change(&mut desk);

    let suspended = registration(&desk.cast, |actor| actor.party.id.0 == 1, "1000000")
        .replace("roles", "standing = \"suspended\"\nroles");
    desk.write(".", "suspended.toml", &suspended);
    desk.change("registry", &["registry", "import", "suspended.toml"]);
    assert_eq!(desk.order(6).status, -10_102);
}

/// Another key seals while it runs, what the old one sealed is sealed anew, and the old one is destroyed.
fn keys_change(desk: &mut Desk) {
    const FILE: [&str; 2] = ["--key-file", "key"];
    let keys = |desk: &Desk, arguments: &[&str]| {
        let place = desk.place.each_ref().map(String::as_str);
        let run = tongguan_in(desk.folder.path(), &[arguments, &FILE, &place].concat(), "");
        assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
        run.json()
    };
    let sealing = |desk: &Desk| {
        let listed = keys(desk, &["keys", "list", "--json"]);
        let seals = listed["keys"].as_array().unwrap().iter().find(|key| key["state"] == "seals");
        seals.unwrap().clone()
    };
    let old = sealing(desk)["key"].as_str().unwrap().to_owned();
    desk.change("keys", &["keys", "rotate", "--cipher", "sm4-gcm", FILE[0], FILE[1]]);
    assert_eq!(desk.clear(7), 300);
    let new = sealing(desk);
    assert!(new["key"] != *old && new["cipher"] == "sm4-gcm", "{new}");
    let bundles = |key: &Value| {
        key["bundles"].as_object().unwrap().values().filter_map(Value::as_i64).sum::<i64>()
    };
    assert_eq!(bundles(&new), 4, "what came since then");
    let resealed = keys(desk, &["keys", "reseal", "--json"]);
    assert!(
        resealed["bundles"].as_i64().unwrap() > 0 && resealed["left"] == json!([]),
        "{resealed}"
    );
    desk.change("keys", &["keys", "retire", &old, FILE[0], FILE[1]]);
    desk.change("keys", &["keys", "destroy", &old, FILE[0], FILE[1]]);
    assert_eq!(desk.clear(8), 300, "with the new key alone");
}

/// Sends a parcel whose declaration is only stored, its waybill last; gives where it stands then.
fn stored_before_its_waybill(desk: &mut Desk, n: u64) -> i32 {
    let [order, payment, waybill, mut declaration] = nth(n).documents();
    declaration.filing_mut().stage = Stage::Stored;
    for (document, expected) in [(&order, 120), (&payment, 120), (&declaration, 1)] {
        let text = message(&desk.cast, std::slice::from_ref(document), n).unwrap();
        assert_eq!(desk.send(&text, document).status, expected);
    }
    let text = message(&desk.cast, std::slice::from_ref(&waybill), n).unwrap();
    assert_eq!(desk.send(&text, &waybill).status, 120);
    // What comes in the next round is answered after everything that the waybill led to.
    desk.order(100 + n);
    desk.told(&declaration).pop().unwrap().status
}

fn delegates_come_and_go(mut desk: Desk) {
    // Answered, so it has started, and has looked at the folder.
    desk.order(9);
    let root = desk.cast.authority().certificate().to_pem();
    desk.write("trust", "root.pem", &root);
    desk.wait_for("trust");
    desk.change("registry", &["registry", "import", "platform.toml"]);
    let platform = desk.cast.platform.party.codes[0].to_string();
    desk.change("registry", &["registry", "guarantee", &platform, "--granted", "1000000"]);
    desk.change("settings", &["office", "set", "all", "declare_on_waybill", "true"]);
    assert_eq!(stored_before_its_waybill(&mut desk, 1), 1, "nobody was charged");

    let broker = Cast::new(12, Signing::Sm2).unwrap();
    let merchant = registration(&desk.cast, |actor| actor.party.id.0 == 2, "0");
    let charge = |desk: &mut Desk, name: &str, delegates: &str| {
        let line = format!("delegates = [{delegates}]\ncertificates");
        desk.write(".", name, &merchant.replacen("certificates", &line, 1));
        desk.change("registry", &["registry", "import", name]);
    };
    let delegate = format!("'''{}'''", broker.carrier.certificate.to_pem());
    charge(&mut desk, "charged.toml", &delegate);
    assert_eq!(stored_before_its_waybill(&mut desk, 2), 1, "nobody trusts its authority");
    desk.write("trust", "broker.pem", &broker.authority().certificate().to_pem());
    desk.wait_for("trust");
    assert_eq!(stored_before_its_waybill(&mut desk, 3), 800);
    // Other registers leave the delegates as they are.
    desk.change("settings", &["office", "set", "all", "waiting_days", "9"]);
    assert_eq!(stored_before_its_waybill(&mut desk, 4), 800);

    charge(&mut desk, "left.toml", "");
    assert_eq!(stored_before_its_waybill(&mut desk, 5), 1, "it was withdrawn");
    charge(&mut desk, "charged.toml", &delegate);
    assert_eq!(stored_before_its_waybill(&mut desk, 6), 800);
    fs::remove_file(desk.folder.path().join("trust/broker.pem")).unwrap();
    desk.wait_for("trust");
    assert_eq!(stored_before_its_waybill(&mut desk, 7), 1, "its authority is trusted no more");
}
