//! Several processes on one PostgreSQL, one of which is killed in the midst.

mod network;
mod paused;
mod reviewing;
mod signals;
mod upgrade;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::{Messages, Parcel};
use tongguan_testkit::postgres::database;

use crate::crash::{desk::some_limited, proof};
use crate::run::tongguan_in;
use crate::serve::{Service, Told, told};

/// Parcels that are sent, four messages each.
const PARCELS: usize = 60;
/// After so many messages were acknowledged one process is killed.
const KILLED_AFTER: usize = 80;
/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process beside the service, killed when it is dropped.
struct Beside {
    child: Child,
    said: String,
}

impl Beside {
    /// Starts it; it has said its first line.
    fn start(folder: &Path, arguments: &[&str], errors: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tongguan"))
            .current_dir(folder)
            .args(arguments)
            .args(["--config", "tongguan.toml"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.join(errors)).unwrap())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let errors = || fs::read_to_string(folder.join(errors)).unwrap();
        assert!(!said.is_empty(), "{arguments:?}: {}", errors());
        Self { child, said: said.trim().to_owned() }
    }

    fn serve(folder: &Path, errors: &str) -> Self {
        Self::start(folder, &["serve", "--listen", "127.0.0.1:0"], errors)
    }

    fn base(&self) -> String {
        self.said.strip_prefix("served at ").unwrap().to_owned()
    }

    /// Kills it as a crash would.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as an operator does.
    fn end(&mut self) {
        self.signal("-TERM");
        assert!(self.child.wait().unwrap().success());
    }

    fn signal(&self, which: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([which, &pid]).status().unwrap().success());
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Where messages may be sent, the newest first, and how many were acknowledged.
struct Sending<'s> {
    agent: &'s ureq::Agent,
    bases: Mutex<Vec<String>>,
    acknowledged: AtomicUsize,
    /// What others were told who were not acknowledged.
    refused: Mutex<Vec<Told>>,
}

impl<'s> Sending<'s> {
    fn to(agent: &'s ureq::Agent, bases: Vec<String>) -> Self {
        let (acknowledged, refused) = (AtomicUsize::new(0), Mutex::default());
        Self { agent, bases: Mutex::new(bases), acknowledged, refused }
    }

    /// Waits until so many more messages are acknowledged.
    fn wait_for(&self, more: usize) {
        let enough = self.acknowledged.load(Ordering::SeqCst) + more;
        wait_until("more to be acknowledged", || {
            self.acknowledged.load(Ordering::SeqCst) >= enough
        });
    }

    /// Sends a message to one process after the other until one says that it is durable.
    fn send(&self, message: &str, first: usize) {
        let begun = now();
        for turn in first.. {
            assert!(now().duration_since(begun) < PATIENCE, "nobody takes it");
            let base = {
                let bases = self.bases.lock().unwrap();
                bases[turn % bases.len()].clone()
            };
            let request = self.agent.post(format!("{base}/ceb"));
            let request = request.header("content-type", "application/xml");
            match request.send(message.as_bytes()).map(told) {
                Ok(told) if told.status == 200 => {
                    self.acknowledged.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                Ok(told) => self.refused.lock().unwrap().push(told),
                // Nobody answers for the dead.
                Err(_) => {}
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "waiting for processes has an end")]
fn now() -> Instant {
    Instant::now()
}

/// Waits until something is so.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = now();
    while !is_so() {
        assert!(now().duration_since(begun) < PATIENCE, "waited too long for {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    now().duration_since(begun)
}

/// Standing processes, by kind, with the partitions of each.
fn standing(service: &Service) -> Vec<(i64, usize)> {
    let now = Moment::parse_wire("20260302095900").unwrap();
    let store = service.store();
    let processes =
        store.read(|view| tongguan_application::operating::processes(view, now)).unwrap();
    let standing = processes.into_iter().filter(|it| it.stands);
    standing.map(|it| (it.kind.number(), it.partitions)).collect()
}

#[test]
fn three_processes_on_one_database_lose_and_double_nothing_when_one_is_killed() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let place = |_: &Path| ["--database".to_owned(), database.url.clone()];
    let service = Service::start(place, "[limits]\nrequests_per_minute = 100000");
    let folder = service.folder.path();
    let mut other = Beside::serve(folder, "stderr-other");
    let mut worker = Beside::start(folder, &["worker"], "stderr-worker");
    assert_eq!(worker.said, "at work");
    wait_until("all three to stand", || {
        let mut standing = standing(&service);
        standing.sort_unstable();
        standing == [(1, 85), (1, 86), (2, 85)] || standing == [(1, 85), (1, 85), (2, 86)]
    });
    let parcels = parcels();
    let sending = Sending::to(&service.agent, vec![service.base.clone(), other.base()]);
    let mut newer = std::thread::scope(|scope| {
        for sender in 0..4 {
            let (sending, service, parcels) = (&sending, &service, &parcels);
            let all = (parcels.as_slice(), 0..PARCELS);
            scope.spawn(move || send_every_fourth(sending, service, all, sender));
        }
        sending.wait_for(KILLED_AFTER);
        other.kill();
        sending.bases.lock().unwrap().truncate(1);
        let newer = Beside::serve(folder, "stderr-newer");
        sending.bases.lock().unwrap().push(newer.base());
        newer
    });
    assert_eq!(sending.acknowledged.load(Ordering::SeqCst), 4 * PARCELS);
    let took = wait_until("the dead one to be removed", || standing(&service).len() == 3);
    println!("the dead process was removed {} ms after all was sent", took.as_millis());
    mailboxes_are_complete(&service, &parcels);
    proof::the_store_agrees(&service.store(), &parcels);
    newer.end();
    worker.end();
    let left = wait_until("the last one to have everything", || standing(&service) == [(1, 256)]);
    println!("it had everything after {} ms", left.as_millis());
}

#[test]
fn a_gateway_answers_a_folder_beside_a_service() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let service = Service::start(|_| ["--database".to_owned(), database.url.clone()], "");
    service.clear(1);
    let folder = service.folder.path();
    fs::create_dir(folder.join("inbox")).unwrap();
    for (n, message) in service.messages(2).iter().enumerate() {
        fs::write(folder.join(format!("inbox/{n}.xml")), message).unwrap();
    }
    let gateway =
        ["gateway", "--inbox", "inbox", "--outbox", "outbox", "--key-file", "key", "--once"];
    let place = service.place.each_ref().map(String::as_str);
    let run = tongguan_in(folder, &[&gateway[..], &place].concat(), "");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    service.clear(3);
    let rows = service.store().read(|view| view.row_counts()).unwrap();
    assert_eq!((rows["declaration"], rows["tax_bill"]), (3, 3));
}

#[test]
fn a_worker_says_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tongguan.toml"), "data = 'data'").unwrap();
    let run = tongguan_in(folder.path(), &["worker", "--config", "tongguan.toml"], "");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("set `database`"), "{}", run.err);
}

/// Sends every fourth of some parcels, in turn by each process that there is.
fn send_every_fourth(
    sending: &Sending<'_>,
    service: &Service,
    (parcels, which): (&[Parcel], Range<usize>),
    sender: usize,
) {
    let some = (1_u64..).zip(parcels).skip(which.start).take(which.len());
    for (n, parcel) in some.skip(sender).step_by(4) {
        let messages = Messages::of(&service.cast, std::slice::from_ref(parcel), n).unwrap();
        for (turn, message) in messages.into_array().iter().enumerate() {
            sending.send(message, sender + turn);
        }
    }
}

fn parcels() -> Vec<Parcel> {
    let at = Moment::parse_wire("20260302095900").unwrap();
    (1..).take(PARCELS).map(|n| some_limited(n, at)).collect()
}

/// Every declarant finds the release of each of its parcels in its mailbox, whose places have no gap.
fn mailboxes_are_complete(service: &Service, parcels: &[Parcel]) {
    let mailbox = service.cast.carrier.mailbox().to_owned();
    let issued = service.key(&mailbox);
    let key = issued["key"].as_str().unwrap();
    let wanted: BTreeSet<_> =
        parcels.iter().map(|it| it.declaration.filing.guid.as_str().to_uppercase()).collect();
    let mut released = BTreeSet::new();
    wait_until("every release to lie in its mailbox", || {
        let (mut after, mut told) = (0, Vec::<String>::new());
        loop {
            let page = service
                .get(&format!("/mailbox/{mailbox}?after={after}&limit=200"), Some(key))
                .json();
            let letters = page["letters"].as_array().unwrap().clone();
            for letter in &letters {
                after += 1;
                assert_eq!(letter["n"], after, "a gap");
                told.extend(letter["messages"].as_array().unwrap().iter().map(body));
            }
            if letters.is_empty() {
                break;
            }
        }
        let releases = told.iter().filter(|text| text.contains("<returnStatus>800<"));
        let text: String = releases.map(|text| text.to_uppercase()).collect();
        released = wanted.iter().filter(|guid| text.contains(guid.as_str())).cloned().collect();
        if released == wanted {
            return true;
        }
        std::thread::park_timeout(Duration::from_millis(300));
        false
    });
}

fn body(message: &Value) -> String {
    message["xml"].as_str().unwrap_or_else(|| panic!("{message}")).to_owned()
}
