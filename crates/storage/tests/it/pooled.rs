//! A pooler between the store and its server.

use tongguan_domain::time::Moment;
use tongguan_storage::{OpenError, Store, StoreSettings, Target};
use tongguan_testbed::postgres::{PoolMode, Pooler, Server, leave_out};

fn open(url: String) -> Result<Store, OpenError> {
    Store::open(&Target::Postgres(url), StoreSettings::default(), Moment::from_micros(0))
}

#[test]
fn a_pooler_by_the_session_is_as_good_as_the_server_and_one_by_the_transaction_is_refused() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(reason) => return leave_out(&reason),
    };
    for mode in [PoolMode::Session, PoolMode::Transaction] {
        // Where there is none, that has been said loudly.
        let Some(pooler) = Pooler::start(&server, mode).unwrap() else { return };
        // Others at the same pooler, before and after.
        let opened: Vec<_> = (0..3).map(|_| open(pooler.url("postgres"))).collect();
        for one in opened {
            match (mode, one) {
                (PoolMode::Session, Ok(store)) => {
                    assert!(store.read(|view| view.schema_version()).unwrap() >= 1);
                }
                (PoolMode::Transaction, Err(OpenError::Pooled)) => {}
                (_, other) => panic!("{mode:?}: {other:?}"),
            }
        }
    }
}
