//! The PostgreSQL server dies under load, and its standby takes over: nothing that was acknowledged is lost, and
//! nothing is doubled.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tongguan_testkit::postgres::{Server, leave_out};

use crate::run::tongguan_in;
use crate::serve::{Service, Told};

/// Who sends at a time.
const SENDERS: u64 = 3;
/// Parcels that are cleared before the server dies, and at least as many after.
const PARCELS: u64 = 12;

/// Sends a parcel's messages in order, each again until it is acknowledged.
fn insist(service: &Service, n: u64) {
    for message in service.messages(n) {
        let sent = || -> Option<Told> {
            let request = service.agent.post(format!("{}/ceb", service.base));
            request.send(message.as_bytes()).ok().map(crate::serve::told)
        };
        while sent().is_none_or(|told| told.status != 200) {
            thread::park_timeout(Duration::from_millis(50));
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it took is told, and asserted by nobody")]
fn a_promoted_standby_has_everything_that_was_acknowledged() {
    let primary = match Server::start_archiving() {
        Ok(server) => server,
        Err(reason) => return leave_out(&reason),
    };
    let standby = primary.standby().unwrap();
    let url = primary.url_with(&standby, "postgres");
    let mut service = Service::start(
        |_: &Path| ["--database".to_owned(), url.clone()],
        "[transparency]\norigin = 'window.example/log'\n[limits]\nanswer_seconds = 60\n",
    );
    let (next, cleared, is_enough) = (AtomicU64::new(1), AtomicU64::new(0), AtomicBool::new(false));
    let wait_for = |parcels: u64| {
        while cleared.load(Ordering::SeqCst) < parcels {
            thread::park_timeout(Duration::from_millis(10));
        }
    };
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                while !is_enough.load(Ordering::SeqCst) {
                    insist(&service, next.fetch_add(1, Ordering::SeqCst));
                    cleared.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        wait_for(PARCELS);
        primary.kill().unwrap();
        let (died, before) = (Instant::now(), cleared.load(Ordering::SeqCst));
        standby.promote().unwrap();
        let promoted = died.elapsed();
        wait_for(before + SENDERS + 1);
        eprintln!("promoted after {promoted:?}, clearing again after {:?}", died.elapsed());
        wait_for(before + PARCELS);
        is_enough.store(true, Ordering::SeqCst);
    });
    service.end();

    let url = standby.url("postgres");
    let drill = ["backup", "drill", "--database", &url, "--key-file", "key", "--json"];
    let run = tongguan_in(service.folder.path(), &drill, "");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let told = run.json();
    let parcels = cleared.load(Ordering::SeqCst);
    assert_eq!(told["declarations"], parcels);
    let mailbox = service.cast.carrier.mailbox();
    let mut client = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    let released = "SELECT COUNT(*) FROM declaration WHERE state = 800";
    assert_eq!(client.query_one(released, &[]).unwrap().get::<_, i64>(0).unsigned_abs(), parcels);
    let letters = "SELECT COUNT(*), MAX(n) FROM mailbox WHERE dxp_id = $1";
    let letters = client.query_one(letters, &[&mailbox]).unwrap();
    assert_eq!(Some(letters.get::<_, i64>(0)), letters.get::<_, Option<i64>>(1));
}
