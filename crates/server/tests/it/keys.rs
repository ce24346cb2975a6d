//! `tongguan keys`: keys come and go, and nothing that was sealed is lost, whatever is killed.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use tongguan_application::keys;
use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{KeyId, Keyring};
use tongguan_storage::{MessageBundle, Partition, Store, StoreSettings, Target};
use tongguan_testkit::postgres::database;

use crate::gateway::Gateway;
use crate::run::{Run, tongguan_in};

const MONTH: &str = "2026-11";
/// Bundles that are sealed, and the bytes of each, which do not shrink.
const BUNDLES: i64 = 200;
const BYTES: usize = 60_000;
/// How often the process is killed.
const ROUNDS: i64 = 5;

struct Desk {
    folder: TempDir,
    /// `--data DIR` or `--database URL`, and the key file.
    place: Vec<String>,
    target: Target,
}

impl Desk {
    fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let place = vec!["--data".to_owned(), data.to_str().unwrap().to_owned()];
        Self::at(folder, place, Target::Sqlite(data))
    }

    fn on_postgres(url: &str) -> Self {
        let place = vec!["--database".to_owned(), url.to_owned()];
        Self::at(tempfile::tempdir().unwrap(), place, Target::Postgres(url.to_owned()))
    }

    fn at(folder: TempDir, mut place: Vec<String>, target: Target) -> Self {
        place.extend(["--key-file".to_owned(), "key".to_owned()]);
        Self { folder, place, target }
    }

    fn arguments<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        [&["keys"], arguments]
            .concat()
            .into_iter()
            .chain(self.place.iter().map(String::as_str))
            .collect()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        tongguan_in(self.folder.path(), &self.arguments(arguments), "")
    }

    fn done(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
        run.json()
    }

    /// Starts `keys reseal`.
    fn reseal(&self) -> Gateway {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tongguan"));
        command.current_dir(self.folder.path()).args(self.arguments(&["reseal"]));
        Gateway::start(command, self.folder.path().join("stderr"))
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    fn store(&self) -> Store {
        Store::open(&self.target, StoreSettings::default(), now()).unwrap()
    }

    fn keyring(&self, store: &Store) -> Keyring {
        keys::open(store, &self.key_file(), now()).unwrap()
    }

    /// Seals bundles as messages are sealed; gives the key.
    fn fill(&self) -> KeyId {
        let store = self.store();
        let keyring = self.keyring(&store);
        let mut writer = store.writer().unwrap();
        let key = writer.transaction(|tx| tx.data_key(&keyring, MONTH)).unwrap();
        for n in 0..BUNDLES {
            let bundle = MessageBundle {
                partition: partition(n),
                message_id: MessageId(n),
                period: MONTH.to_owned(),
                key_id: key.id(),
                body: key.seal(n, &noise(n)).unwrap(),
            };
            writer.transaction(|tx| tx.insert(&[bundle])).unwrap();
        }
        key.id()
    }

    /// Every bundle is there once, and opens to what it was, by the key that it names.
    fn all_is_there_once(&self, store: &Store) {
        let keyring = self.keyring(store);
        let ids: Vec<_> = (0..BUNDLES).map(|n| (partition(n), MessageId(n))).collect();
        let rows = store.read(|view| view.message_bundles(&ids)).unwrap();
        assert_eq!(rows.len(), ids.len());
        assert_eq!(store.read(|view| view.row_counts()).unwrap()["message_bundle"], BUNDLES);
        for id in keyring_ids(store) {
            let Some(key) = store.read(|view| view.known_data_key(&keyring, MONTH, id)).unwrap()
            else {
                continue;
            };
            for row in rows.iter().filter(|row| row.key_id == id) {
                let n = row.message_id.0;
                assert!(key.open(n, &row.body).unwrap() == noise(n), "bundle {n}");
            }
        }
    }
}

fn now() -> Moment {
    Moment::from_micros(1_800_000_000_000_000)
}

fn keyring_ids(store: &Store) -> Vec<KeyId> {
    let rows = store.read(|view| view.sealing_keys()).unwrap();
    rows.iter().map(|row| row.key_id).collect()
}

fn partition(n: i64) -> Partition {
    Partition(u8::try_from(n % 256).unwrap())
}

/// Bytes that cannot be compressed, and are no others'.
fn noise(seed: i64) -> Vec<u8> {
    let mut state = seed.unsigned_abs() + 1;
    let next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(BYTES).collect()
}

#[test]
fn a_reseal_killed_at_any_moment_loses_nothing_and_doubles_nothing() {
    kill_the_reseal(&Desk::on_sqlite());
}

#[test]
fn a_reseal_killed_on_postgres_loses_nothing_and_doubles_nothing() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    kill_the_reseal(&Desk::on_postgres(&database.url));
}

fn kill_the_reseal(desk: &Desk) {
    let old = desk.fill();
    let rotated = desk.done(&["rotate", "--cipher", "sm4-gcm"]);
    let new = KeyId::parse(rotated["key"].as_str().unwrap()).unwrap();
    let store = desk.store();
    let resealed = || store.read(|view| view.bundles_under(new, MONTH)).unwrap();
    for round in 0..ROUNDS {
        let before = resealed();
        // So many more, at the first of which it may be in the midst of the next transaction.
        let wanted = before + 1 + round * 7;
        let mut process = desk.reseal();
        process.wait_until("some bundles that are sealed anew", |_| resealed() >= wanted);
        process.kill();
        let (left, done) = (store.read(|view| view.bundles_under(old, MONTH)).unwrap(), resealed());
        println!("round {round}: {done} of {BUNDLES} are sealed anew");
        assert_eq!(left + done, BUNDLES);
        assert!(left > 0, "it was killed before its end: make it slower");
    }
    desk.all_is_there_once(&store);
    let refused = desk.run(&["retire", &old.to_string()]);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains(&format!("bundles of {MONTH}")), "{}", refused.err);

    let done = desk.done(&["reseal"]);
    assert_eq!((&done["damaged"], &done["left"]), (&json!([]), &json!([])));
    assert_eq!(desk.done(&["reseal"])["bundles"], 0, "nothing is done twice");
    desk.done(&["retire", &old.to_string()]);
    assert_eq!(desk.done(&["destroy", &old.to_string()])["was_there"], true);
    let file = std::fs::read_to_string(desk.key_file()).unwrap();
    assert!(!file.contains(&old.to_string()), "the old key is gone");
    assert_eq!(resealed(), BUNDLES);
    desk.all_is_there_once(&store);
}

#[test]
fn keys_are_shown_and_what_cannot_be_done_is_said() {
    let desk = Desk::on_sqlite();
    let empty = desk.run(&["list"]);
    assert!(
        empty.status == 1 && empty.err.contains("data is not there: name its directory"),
        "{}",
        empty.err
    );
    drop(desk.store());
    assert!(desk.run(&["list"]).out.contains("the first start"), "{}", desk.run(&["list"]).out);
    let old = desk.fill().to_string();
    let shown = desk.run(&["list"]).out;
    assert!(shown.contains(&old) && shown.contains("200 bundles of 2026-11"), "{shown}");
    let added = desk.done(&["add"]);
    assert_eq!((&added["state"], &added["cipher"]), (&json!("waits"), &json!("aes-256-gcm")));
    let rotated = desk.run(&["rotate"]);
    let new = added["key"].as_str().unwrap();
    assert_eq!(rotated.out, format!("key {new} (aes-256-gcm) seals from now on\n"));
    for (arguments, says) in [
        (["retire", new], "seals what is stored now"),
        (["retire", &old], "still seals 200 bundles of 2026-11: seal that anew"),
        (["destroy", &old], "is not retired"),
        (["retire", "00000000"], "there is no key `00000000`"),
    ] {
        let refused = desk.run(&arguments);
        assert!(
            refused.status == 1 && refused.err.contains(says),
            "{arguments:?}: {}",
            refused.err
        );
    }
    for (arguments, says) in [
        (["retire", "key"], "expected eight hexadecimal digits"),
        (["rotate", "--cipher=des"], "expected aes-256-gcm or sm4-gcm"),
    ] {
        let refused = desk.run(&arguments);
        assert!(
            refused.status == 2 && refused.err.contains(says),
            "{arguments:?}: {}",
            refused.err
        );
    }
    let history = tongguan_in(desk.folder.path(), &["keys", "history", "--data", "data"], "");
    assert!(history.out.contains(&format!("~ key {new}\n")), "{}{}", history.out, history.err);
    assert!(history.out.contains("by `keys rotate`"), "{}", history.out);

    // A key that was lost is named, and so is what to do.
    let file = std::fs::read_to_string(desk.key_file()).unwrap();
    let lines = file.lines().filter(|line| !line.contains(&old));
    let without: String = lines.map(|line| format!("{line}\n")).collect();
    std::fs::write(desk.key_file(), without).unwrap();
    let refused = desk.run(&["reseal"]);
    let says =
        format!("key `{old}` is not in the key file `key`: take its line from the file's backup");
    assert!(refused.status == 1 && refused.err.contains(&says), "{}", refused.err);
    for secret in file.lines().filter_map(|line| line.split(' ').next_back()) {
        let told = format!("{}{}{}", refused.err, refused.out, history.out);
        assert!(secret.len() != 64 || !told.contains(secret), "a key is told");
    }
}
