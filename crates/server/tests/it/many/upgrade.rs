//! A newer version changes the database while processes of this one clear in it.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;

use tongguan_testkit::postgres::{Database, database};

use super::{Beside, PARCELS, Sending, mailboxes_are_complete, parcels, send_every_fourth};
use crate::crash::proof;
use crate::serve::Service;

/// What the version after the next one would bring: columns that this one does not know, in tables that every parcel
/// is written to.
const WIDER: &str = "BEGIN; \
    ALTER TABLE declaration ADD COLUMN later BIGINT NOT NULL DEFAULT 7; \
    ALTER TABLE response ADD COLUMN later TEXT; \
    ALTER TABLE process ADD COLUMN later BIGINT NOT NULL DEFAULT 0; \
    INSERT INTO schema_migration VALUES (9998, 'wider', '\\x00', 0, 1); COMMIT";
/// And what this version cannot bear.
const OTHER: &str = "INSERT INTO schema_migration VALUES (9999, 'other', '\\x00', 0, 9998)";

#[test]
fn processes_go_on_beside_a_newer_schema_and_are_replaced_one_by_one_under_load() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let place = |_: &Path| ["--database".to_owned(), database.url.clone()];
    let service = Service::start(place, "[limits]\nrequests_per_minute = 100000");
    let folder = service.folder.path();
    let mut old = Beside::serve(folder, "stderr-old");
    let parcels = parcels();
    let sending = Sending::to(&service.agent, vec![service.base.clone(), old.base()]);
    let acknowledged = || sending.acknowledged.load(Ordering::SeqCst);
    let _new = std::thread::scope(|scope| {
        for sender in 0..4 {
            let (sending, service, parcels) = (&sending, &service, &parcels);
            let all = (&parcels[..], 0..PARCELS);
            scope.spawn(move || send_every_fourth(sending, service, all, sender));
        }
        sending.wait_for(PARCELS);
        database.execute(WIDER).unwrap();
        sending.wait_for(PARCELS / 2);
        // The next process comes before the one that it replaces goes.
        let new = Beside::serve(folder, "stderr-new");
        *sending.bases.lock().unwrap() = vec![service.base.clone(), new.base()];
        old.end();
        new
    });
    assert_eq!(acknowledged(), 4 * PARCELS);
    mailboxes_are_complete(&service, &parcels);
    proof::the_store_agrees(&service.store(), &parcels);
    assert_eq!(defaults(&database), PARCELS as i64, "every declaration has the default");
    nobody_starts_beside_what_it_cannot_bear(&service, &database);
}

fn defaults(database: &Database) -> i64 {
    let mut client = ::postgres::Client::connect(&database.url, ::postgres::NoTls).unwrap();
    client.query_one("SELECT COUNT(*) FROM declaration WHERE later = 7", &[]).unwrap().get(0)
}

fn nobody_starts_beside_what_it_cannot_bear(service: &Service, database: &Database) {
    database.execute(OTHER).unwrap();
    let refused = Command::new(env!("CARGO_BIN_EXE_tongguan"))
        .current_dir(service.folder.path())
        .args(["serve", "--listen", "127.0.0.1:0", "--config", "tongguan.toml"])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("use the newer program"), "{said}");
}
