//! A store on each engine, and short ways to write and read.

use std::path::PathBuf;

use tempfile::TempDir;
use tongguan_domain::ids::{DxpId, Guid, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_storage::{
    Guarantee, Partition, StorageError, Store, StoreSettings, Target, Tx, View,
};
use tongguan_testbed::postgres::{Database, database};

/// A store that is empty at the beginning of a test and gone at its end.
pub struct Fixture {
    pub store: Store,
    pub target: Target,
    pub engine: Engine,
    // Dropped after the store.
    _place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

enum Place {
    Sqlite { _directory: TempDir },
    Postgres { _database: Database },
}

/// Runs each of the named functions on both engines, as a test of its name in `sqlite` and `postgres`.
macro_rules! on_both_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::fixture::Fixture::sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $name() {
                if let Some(fixture) = crate::fixture::Fixture::postgres() {
                    super::$name(&fixture);
                }
            })+
        }
    };
}

impl Fixture {
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(PathBuf::from(directory.path()).join("store"));
        Self::open(target, Engine::Sqlite, Place::Sqlite { _directory: directory })
    }

    /// None where there is no server; the reason has been said loudly.
    pub fn postgres() -> Option<Self> {
        let database = database()?;
        let target = Target::Postgres(database.url.clone());
        Some(Self::open(target, Engine::Postgres, Place::Postgres { _database: database }))
    }

    fn open(target: Target, engine: Engine, place: Place) -> Self {
        let store = Store::open(&target, StoreSettings::default(), at(0)).unwrap();
        Self { store, target, engine, _place: place }
    }

    /// One transaction that must succeed.
    pub fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StorageError>) -> T {
        self.store.writer().unwrap().transaction(work).unwrap()
    }

    /// One transaction that must fail.
    pub fn refused<T: std::fmt::Debug>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StorageError>,
    ) -> StorageError {
        self.store.writer().unwrap().transaction(work).unwrap_err()
    }

    /// Runs a statement past the store, as whoever has the database in his hands; gives the texts that it gives.
    pub fn raw(&self, text: &str) -> Result<Vec<String>, String> {
        match &self.target {
            Target::Sqlite(directory) => {
                let connection = rusqlite::Connection::open(directory.join("tongguan.db")).unwrap();
                let mut statement = connection.prepare(text).map_err(|error| error.to_string())?;
                let last = statement.column_count().saturating_sub(1);
                let rows = statement.query_map([], |row| row.get::<_, String>(last));
                rows.and_then(Iterator::collect).map_err(|error| error.to_string())
            }
            Target::Postgres(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
                let rows = client.query(text, &[]).map_err(|error| match error.as_db_error() {
                    Some(error) => error.message().to_owned(),
                    None => error.to_string(),
                })?;
                Ok(rows.iter().map(|row| row.get(0)).collect())
            }
        }
    }

    pub fn read<T>(&self, work: impl FnOnce(&mut View<'_>) -> Result<T, StorageError>) -> T {
        self.store.read(work).unwrap()
    }
}

/// So many seconds after 1970.
pub fn at(seconds: i64) -> Moment {
    Moment::from_micros(seconds * 1_000_000)
}

pub fn guid(text: &str) -> Guid {
    Guid::parse(text).unwrap()
}

pub fn mailbox(text: &str) -> DxpId {
    DxpId::parse(text).unwrap()
}

/// What is guaranteed for party 4, of which nothing is held.
pub fn guarantee(granted: i64) -> Guarantee {
    let party_id = PartyId(4);
    Guarantee {
        bucket: Partition::of_party(party_id),
        party_id,
        granted: Money::from_fen(granted),
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: at(0),
        valid_to: None,
        reference: None,
        suspended: false,
    }
}
