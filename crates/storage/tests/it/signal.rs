//! Word of commits between processes.

use std::time::Duration;

use tongguan_domain::time::Moment;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testbed::postgres::database;

const SOON: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(30);

fn open(target: &Target) -> Store {
    Store::open(target, StoreSettings::default(), Moment::from_micros(0)).unwrap()
}

#[test]
fn what_is_told_is_heard_by_others_until_the_connection_ends() {
    let Some(database) = database() else { return };
    let target = Target::Postgres(database.url.clone());
    let mut listener = open(&target).listener().unwrap().unwrap();
    assert!(!listener.wait(SOON).unwrap(), "nobody told anything");
    let mut writer = open(&target).small_writer().unwrap();
    for _ in 0..3 {
        writer.tell().unwrap();
    }
    assert!(listener.wait(LONG).unwrap());
    while listener.wait(SOON).unwrap() {}
    let end =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN tongguan'";
    database.execute(end).unwrap();
    while listener.wait(SOON).is_ok() {}
}

#[test]
fn nobody_listens_at_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&Target::Sqlite(folder.path().to_owned()));
    assert!(store.listener().unwrap().is_none());
    store.small_writer().unwrap().tell().unwrap();
}
