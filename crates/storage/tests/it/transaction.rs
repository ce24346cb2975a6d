//! Transactions: all or nothing, errors by remedy, reads beside writes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tongguan_domain::money::Money;
use tongguan_storage::{
    Allowance, Backoff, Delta, OfTransaction, OpenError, Partition, Remedy, SerialBlock, Setting,
    StorageError, Store, StoreSettings, Target,
};
use tongguan_testbed::postgres::{Server, leave_out};

use crate::fixture::{Engine, Fixture, at};

on_both_engines! {
    what_a_use_case_refuses_leaves_no_trace,
    what_panics_leaves_no_trace,
    a_failed_statement_dooms_its_transaction_on_both_engines,
    a_reader_sees_one_state_while_a_writer_commits,
    readers_wait_for_one_another,
    a_transient_error_is_retried_and_others_are_not,
    a_set_of_any_size_is_one_call,
    what_is_written_to_the_log_is_counted,
    rows_that_were_written_are_counted_when_they_are_committed,
}

fn setting(name: &str) -> Setting {
    Setting { scope: "system".into(), name: name.into(), value: "1".into() }
}

fn rows_that_were_written_are_counted_when_they_are_committed(on: &Fixture) {
    let mut writer = on.store.writer().unwrap();
    let person = (Partition(7), [7; 16], 2026);
    let by = Delta { waiting: 5, taken: 0 };
    let (bucket, whose, year) = person;
    let (reserved, used) = (Money::ZERO, Money::ZERO);
    let unused = Allowance { bucket, person: whose, year, reserved, used };
    writer.transaction(|tx| tx.insert(&[setting("a"), setting("b")])).unwrap();
    assert_eq!(writer.rows_written(), 2);
    writer
        .transaction(|tx| {
            tx.open_allowances(&[unused])?;
            tx.change_allowances(&[(person, by)])?;
            tx.insert_absent(&[setting("b"), setting("c")])
        })
        .unwrap();
    assert_eq!(writer.rows_written(), 5, "one made, one changed, one of two absent");
    writer.transaction(|tx| tx.lock_allowances(&[person])).unwrap();
    writer.transaction(|tx| tx.insert(&[setting("a")])).unwrap_err();
    assert_eq!(writer.rows_written(), 5, "nothing was new, and nothing committed");
}

fn settings(on: &Fixture) -> usize {
    on.read(|view| view.settings()).len()
}

fn what_a_use_case_refuses_leaves_no_trace(on: &Fixture) {
    #[derive(Debug)]
    enum Refused {
        NotToday,
        Storage,
    }
    impl From<StorageError> for Refused {
        fn from(_: StorageError) -> Self {
            Self::Storage
        }
    }
    let mut writer = on.store.writer().unwrap();
    let refused = writer.transaction(|tx| {
        tx.insert(&[setting("a")])?;
        Err::<(), _>(Refused::NotToday)
    });
    assert!(matches!(refused, Err(Refused::NotToday)));
    assert_eq!(settings(on), 0);
    let twice = writer.transaction(|tx| {
        tx.insert(&[setting("a")])?;
        tx.insert(&[setting("a")]).map_err(Refused::from)
    });
    assert!(matches!(twice, Err(Refused::Storage)));
    writer.transaction(|tx| tx.insert(&[setting("b")])).unwrap();
    assert_eq!(settings(on), 1, "the writer works on");
}

fn what_panics_leaves_no_trace(on: &Fixture) {
    let mut writer = on.store.writer().unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        writer.transaction(|tx| {
            tx.insert(&[setting("a")])?;
            if settings_are_wrong(tx.settings()?.len()) {
                std::panic::panic_any("a defect of ours");
            }
            Ok::<_, StorageError>(())
        })
    }));
    assert!(panicked.is_err());
    writer.transaction(|tx| tx.insert(&[setting("b")])).unwrap();
    assert_eq!(settings(on), 1);
}

fn settings_are_wrong(count: usize) -> bool {
    count == 1
}

fn a_failed_statement_dooms_its_transaction_on_both_engines(on: &Fixture) {
    let error = on.refused(|tx| {
        tx.insert(&[setting("a")])?;
        // The use case makes nothing of it.
        drop(tx.insert(&[setting("a")]));
        Ok(())
    });
    assert!(matches!(error, StorageError::Doomed), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Bisect);
    assert_eq!(settings(on), 0);
}

fn a_reader_sees_one_state_while_a_writer_commits(on: &Fixture) {
    on.read(|view| {
        assert_eq!(view.settings()?.len(), 0);
        on.write(|tx| tx.insert(&[setting("a")]));
        assert_eq!(view.settings()?.len(), 0, "the same state as before");
        Ok(())
    });
    assert_eq!(settings(on), 1);
}

fn readers_wait_for_one_another(on: &Fixture) {
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(on.read(|view| view.partitions()).len(), 256));
        }
    });
    let error = on.store.read(|_| Err::<(), _>(StorageError::Doomed)).unwrap_err();
    assert!(matches!(error, StorageError::Doomed));
    assert_eq!(settings(on), 0, "the connection is free again");
}

fn a_transient_error_is_retried_and_others_are_not(on: &Fixture) {
    let mut writer = on.store.writer().unwrap();
    let quick = Backoff { first: std::time::Duration::from_micros(1), ..Backoff::default() };
    let mut runs = 0;
    let twice = writer.retried(quick, |tx| {
        runs += 1;
        tx.insert(&[setting("a")])?;
        tx.insert(&[setting("a")])
    });
    assert!(matches!(twice, Err(StorageError::Constraint { .. })));
    assert_eq!(runs, 1);

    let mut runs = 0;
    let settled = writer.retried(quick, |tx| {
        runs += 1;
        tx.insert(&[setting("a")])?;
        if runs < 4 { Err(busy()) } else { Ok(runs) }
    });
    assert_eq!(settled.unwrap(), 4);
    assert_eq!(settings(on), 1);

    let mut runs = 0;
    let given_up = writer.retried(Backoff { attempts: 2, ..quick }, |_| {
        runs += 1;
        Err::<(), _>(busy())
    });
    assert!(matches!(given_up, Err(StorageError::Transient(_))));
    assert_eq!(runs, 3);

    let mut runs = 0;
    let settled = writer.retried(quick, |_| {
        runs += 1;
        if runs < 4 { Err(Failed::Storage(busy())) } else { Err(Failed::Otherwise) }
    });
    let settled: Result<(), _> = settled;
    assert!(matches!(settled, Err(Failed::Otherwise)), "{settled:?}");
    assert_eq!(runs, 4, "an error of a use case is told from the database's in it");
}

/// The error of a use case.
#[derive(Debug)]
enum Failed {
    Storage(StorageError),
    Otherwise,
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl OfTransaction for Failed {
    fn of_database(&self) -> Option<&StorageError> {
        if let Self::Storage(error) = self { Some(error) } else { None }
    }
}

fn busy() -> StorageError {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    StorageError::Transient(rusqlite::Error::SqliteFailure(code, None).into())
}

fn a_set_of_any_size_is_one_call(on: &Fixture) {
    let many: Vec<_> = (0..5_000).map(|n| setting(&format!("s{n:05}"))).collect();
    on.write(|tx| tx.insert(&many));
    assert_eq!(on.read(|view| view.settings()), many);
    let keys: Vec<_> = many.iter().map(|row| (&*row.scope, &*row.name)).collect();
    assert_eq!(on.write(|tx| tx.delete_settings(&keys)), 5_000);
    let blocks: Vec<_> = Partition::all()
        .map(|partition| SerialBlock { partition, series: "s".into(), count: 1 })
        .collect();
    assert_eq!(on.write(|tx| tx.reserve(&blocks)), [1; 256]);
}

fn what_is_written_to_the_log_is_counted(on: &Fixture) {
    let before = on.store.log_traffic().unwrap();
    let large = Setting { value: "x".repeat(100_000), ..setting("a") };
    on.write(|tx| tx.insert(&[large]));
    let after = on.store.log_traffic().unwrap();
    // PostgreSQL compresses the value.
    assert!(after.bytes > before.bytes, "{before:?} {after:?}");
    assert!(after.syncs.is_some());
}

#[test]
fn only_the_first_process_on_a_file_is_the_sole_one() {
    let on = Fixture::sqlite();
    assert!(on.store.is_sole_process());
    assert!(on.store.is_sole_process(), "it still is");
    let other = Store::open(&on.target, StoreSettings::default(), at(1)).unwrap();
    assert!(!other.is_sole_process());
    drop(on.store);
    assert!(other.is_sole_process(), "the first has ended");
}

#[test]
fn a_server_that_can_lose_commits_is_refused_unless_accepted() {
    let Some(on) = Fixture::postgres() else { return };
    assert_eq!(on.engine, Engine::Postgres);
    let Target::Postgres(url) = &on.target else { return };
    let unsafe_target = Target::Postgres(format!("{url} options='-c synchronous_commit=off'"));
    let refused = Store::open(&unsafe_target, StoreSettings::default(), at(1));
    assert!(
        matches!(&refused, Err(OpenError::NotDurable { setting }) if setting == "synchronous_commit"),
        "{refused:?}"
    );
    let accepted = StoreSettings { accept_data_loss: true, ..StoreSettings::default() };
    assert!(Store::open(&unsafe_target, accepted, at(1)).is_ok());
}

#[test]
fn a_writer_outlives_the_death_of_its_server() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(reason) => return leave_out(&reason),
    };
    let target = Target::Postgres(server.url("postgres"));
    let store = Store::open(&target, StoreSettings::default(), at(1)).unwrap();
    let mut writer = store.writer().unwrap();
    writer.transaction(|tx| tx.insert(&[setting("before")])).unwrap();

    let error = writer
        .transaction(|tx| {
            tx.insert(&[setting("lost")])?;
            server.kill().unwrap();
            tx.insert(&[setting("lost too")])
        })
        .unwrap_err();
    assert_eq!(error.remedy(), Remedy::Retry, "{error:?}");
    let error = writer.transaction(|tx| tx.insert(&[setting("lost")])).unwrap_err();
    assert_eq!(error.remedy(), Remedy::Retry, "{error:?}");

    server.restart().unwrap();
    let error = writer
        .transaction(|tx| {
            tx.insert(&[setting("unknown")])?;
            server.kill().unwrap();
            Ok::<_, StorageError>(())
        })
        .unwrap_err();
    assert_eq!(error.remedy(), Remedy::Resolve, "the commit was under way: {error:?}");

    server.restart().unwrap();
    writer.retried(Backoff::default(), |tx| tx.insert(&[setting("after")])).unwrap();
    let found = store.read(|view| view.settings()).unwrap();
    assert!(found.iter().map(|row| &*row.name).eq(["after", "before"]), "{found:?}");
}
