//! Opening a store again, and refusing one that is not ours.

use tongguan_storage::{OpenError, Register, Store, StoreSettings, Target};

use crate::fixture::{Engine, Fixture, at};

on_both_engines! {
    a_store_opens_again_with_what_it_held,
    many_may_open_an_empty_store_at_once,
    a_newer_schema_is_refused,
    a_newer_schema_that_bears_this_program_is_opened,
    a_changed_migration_is_refused,
}

fn reopen(on: &Fixture) -> Result<Store, OpenError> {
    Store::open(&on.target, StoreSettings::default(), at(1))
}

fn a_store_opens_again_with_what_it_held(on: &Fixture) {
    on.write(|tx| tx.bump(Register::Registry));
    let again = reopen(on).unwrap();
    let revision = again.read(|view| view.revision(Register::Registry)).unwrap();
    assert_eq!(revision, 1);
}

fn many_may_open_an_empty_store_at_once(on: &Fixture) {
    // The fixture has migrated its own; these begin with a place that is empty.
    let elsewhere = match &on.target {
        Target::Sqlite(directory) => Target::Sqlite(directory.join("elsewhere")),
        Target::Postgres(url) => {
            run(on, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            Target::Postgres(url.clone())
        }
    };
    std::thread::scope(|scope| {
        let open = || Store::open(&elsewhere, StoreSettings::default(), at(1));
        let opened: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        for store in opened {
            let store = store.join().unwrap().unwrap();
            assert_eq!(store.read(|view| view.partitions()).unwrap().len(), 256);
        }
    });
}

fn a_newer_schema_is_refused(on: &Fixture) {
    let insert = match on.engine {
        Engine::Sqlite => "INSERT INTO schema_migration VALUES (9999, 'later', x'00', 0, 9999)",
        Engine::Postgres => r"INSERT INTO schema_migration VALUES (9999, 'later', '\x00', 0, 9999)",
    };
    run(on, insert);
    assert!(matches!(reopen(on), Err(OpenError::NewerSchema { found: 9999, .. })));
}

fn a_newer_schema_that_bears_this_program_is_opened(on: &Fixture) {
    let insert = match on.engine {
        Engine::Sqlite => "INSERT INTO schema_migration VALUES (9999, 'later', x'00', 0, 1)",
        Engine::Postgres => r"INSERT INTO schema_migration VALUES (9999, 'later', '\x00', 0, 1)",
    };
    run(on, insert);
    assert!(reopen(on).is_ok());
}

fn a_changed_migration_is_refused(on: &Fixture) {
    let update = match on.engine {
        Engine::Sqlite => "UPDATE schema_migration SET checksum = x'00' WHERE version = 1",
        Engine::Postgres => r"UPDATE schema_migration SET checksum = '\x00' WHERE version = 1",
    };
    run(on, update);
    assert!(matches!(reopen(on), Err(OpenError::ChangedMigration { version: 1 })));
}

/// Past the store: with each engine's own client.
fn run(on: &Fixture, text: &str) {
    match &on.target {
        Target::Sqlite(directory) => {
            let file = directory.join("tongguan.db");
            rusqlite::Connection::open(file).unwrap().execute_batch(text).unwrap();
        }
        Target::Postgres(url) => {
            let mut client = ::postgres::Client::connect(url, ::postgres::NoTls).unwrap();
            client.batch_execute(text).unwrap();
        }
    }
}
