//! A store for the tests of what changes rarely, on each engine.

use std::path::PathBuf;

use jiff::civil::date;
use tempfile::TempDir;
use tongguan_domain::time::Moment;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testbed::postgres::{Database, database};

use crate::history::Cause;

/// A store that is empty at the beginning of a test and gone at its end.
pub struct Desk {
    pub store: Store,
    // Dropped after the store.
    _place: Place,
}

enum Place {
    Sqlite { _directory: TempDir },
    Postgres { _database: Database },
}

/// Runs each of the named functions on both engines, as a test of its name in `sqlite` and `postgres`.
macro_rules! on_both_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::desk::Desk::sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $name() {
                // Why there is none has been said loudly.
                if let Some(desk) = crate::desk::Desk::postgres() { super::$name(&desk); }
            })+
        }
    };
}

impl Desk {
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(PathBuf::from(directory.path()).join("store"));
        Self::open(&target, Place::Sqlite { _directory: directory })
    }

    pub fn postgres() -> Option<Self> {
        let database = database()?;
        let target = Target::Postgres(database.url.clone());
        Some(Self::open(&target, Place::Postgres { _database: database }))
    }

    fn open(target: &Target, place: Place) -> Self {
        let store = Store::open(target, StoreSettings::default(), noon(1)).unwrap();
        Self { store, _place: place }
    }
}

/// Noon of a day of November 2026 in China.
pub fn noon(day: i8) -> Moment {
    Moment::start_of(date(2026, 11, day)).plus_millis(12 * 3_600_000)
}

/// What the tests' changes are made by.
pub fn cause() -> Cause {
    Cause::File { name: "file.csv".into(), digest: [9; 32] }
}
