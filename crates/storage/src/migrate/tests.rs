//! Which migrations are applied, and beside whom.

use tempfile::TempDir;
use tongguan_testbed::postgres::database;

use super::*;
use crate::store::{Store, StoreSettings, Target};
use crate::{Arrival, Place, TakeOver};

fn applied(version: i64, text: &str) -> Applied {
    Applied {
        version,
        name: "x".into(),
        checksum: checksum(text),
        applied_at: Moment::from_micros(0),
        oldest: version,
    }
}

const TWO: &[Migration] = &[
    Migration { version: 1, name: "one", oldest: 1, text: "1" },
    Migration { version: 2, name: "two", oldest: 1, text: "2" },
];

#[test]
fn migrations_go_forward_one_by_one() {
    assert_eq!(next(&[], TWO).unwrap().unwrap().version, 1);
    assert_eq!(next(&[applied(1, "1")], TWO).unwrap().unwrap().version, 2);
    assert!(next(&[applied(1, "1"), applied(2, "2")], TWO).unwrap().is_none());
}

#[test]
fn a_newer_or_other_schema_is_refused() {
    assert!(matches!(
        next(&[applied(3, "3")], TWO),
        Err(OpenError::NewerSchema { found: 3, known: 2 })
    ));
    assert!(matches!(
        next(&[applied(1, "other")], TWO),
        Err(OpenError::ChangedMigration { version: 1 })
    ));
}

#[test]
fn a_newer_schema_that_bears_this_program_is_used() {
    let bears = Applied { oldest: 2, ..applied(3, "3") };
    assert!(next(&[applied(1, "1"), applied(2, "2"), bears], TWO).unwrap().is_none());
}

#[test]
fn versions_ascend_without_gaps() {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    assert!(versions.eq(1..=MIGRATIONS.len() as i64));
    assert!(MIGRATIONS.iter().all(|migration| migration.oldest <= migration.version));
}

/// The migrations of this program and further ones.
fn and(further: &[Migration]) -> Vec<Migration> {
    MIGRATIONS.iter().chain(further).copied().collect()
}

/// A column more, which programs of the version before need not know.
const WIDER: Migration = Migration {
    version: KNOWN + 1,
    name: "wider",
    oldest: KNOWN,
    text: "ALTER TABLE revision ADD COLUMN later BIGINT NOT NULL DEFAULT 0",
};

/// A table less, which they use.
const NARROWER: Migration = Migration {
    version: KNOWN + 2,
    name: "narrower",
    oldest: KNOWN + 1,
    text: "ALTER TABLE revision DROP COLUMN later",
};

fn at(seconds: i64) -> Moment {
    Moment::from_micros(seconds * 1_000_000)
}

fn on_both_engines(test: impl Fn(&Store)) {
    let directory = TempDir::new().unwrap();
    let open = |target| Store::open(&target, StoreSettings::default(), at(1)).unwrap();
    test(&open(Target::Sqlite(directory.path().join("store"))));
    if let Some(database) = database() {
        test(&open(Target::Postgres(database.url.clone())));
    }
}

fn bring(store: &Store, further: &[Migration]) -> Result<(), OpenError> {
    let clock = store.read(|view| view.shared_clock(at(2))).unwrap();
    migrate(&mut store.writing_link(8).unwrap(), &and(further), clock)
}

fn take_place(store: &Store) -> Result<Place, StorageError> {
    let who = Arrival { name: "host, process 1".into(), kind: 1, address: None, at: at(1) };
    store.writer()?.transaction(|tx| {
        let clock = tx.shared_clock(at(2))?;
        let place = tx.take_place(&who, TakeOver::Lapsed(clock), clock.plus_millis(60_000))?;
        place.ok_or(StorageError::NoPlace)
    })
}

#[test]
fn what_a_process_bears_is_applied_beside_it_and_what_it_does_not_waits_for_its_end() {
    on_both_engines(|store| {
        let place = take_place(store).unwrap();
        bring(store, &[WIDER]).unwrap();
        // It goes on, and may come back.
        store.writer().unwrap().transaction(|tx| tx.renew(&place, at(90))).unwrap();
        let place = take_place(store).unwrap();

        let refused = bring(store, &[WIDER, NARROWER]).unwrap_err();
        let OpenError::OlderProcesses { version, names } = &refused else { panic!("{refused}") };
        assert_eq!((*version, names.as_str()), (NARROWER.version, "host, process 1"));

        store.writer().unwrap().transaction(|tx| tx.leave(&place)).unwrap();
        bring(store, &[WIDER, NARROWER]).unwrap();
        let outgrown = take_place(store).unwrap_err();
        let (found, known) = (NARROWER.version, KNOWN);
        assert!(
            matches!(outgrown, StorageError::Outgrown { found: f, known: k } if (f, k) == (found, known)),
            "{outgrown}"
        );
        assert_eq!(outgrown.remedy(), Remedy::Stop);
    });
}

#[test]
fn a_process_whose_lease_ended_holds_nobody_up() {
    on_both_engines(|store| {
        let place = take_place(store).unwrap();
        store.writer().unwrap().transaction(|tx| tx.renew(&place, at(1))).unwrap();
        bring(store, &[WIDER, NARROWER]).unwrap();
    });
}

#[test]
fn a_migration_lets_those_pass_who_wait_behind_it_and_tries_again() {
    let Some(database) = database() else { return };
    let target = Target::Postgres(database.url.clone());
    let store = Store::open(&target, StoreSettings::default(), at(1)).unwrap();
    let mut reading = ::postgres::Client::connect(&database.url, ::postgres::NoTls).unwrap();
    let mut long = reading.transaction().unwrap();
    long.query("SELECT 1 FROM revision", &[]).unwrap();
    thread::scope(|scope| {
        let bringing = scope.spawn(|| bring(&store, &[WIDER]));
        // It wants the table; whoever comes behind it waits no longer than its patience.
        let mut writer = store.writer().unwrap();
        for _ in 0..3 {
            thread::park_timeout(Duration::from_millis(700));
            writer.transaction(|tx| tx.bump(crate::Register::Registry)).unwrap();
            assert!(!bringing.is_finished());
        }
        long.rollback().unwrap();
        bringing.join().unwrap().unwrap();
    });
}
