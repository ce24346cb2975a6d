//! Taking a place among the processes of a store; on a SQLite file, after one that has died.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tongguan_application::clearing::batch::BatchError;
use tongguan_application::clearing::engine::Engine;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::draws::KeyedDraws;
use tongguan_application::ports::Clock;
use tongguan_application::processes::{LEASE_MS, ProcessKind};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Arrival, StorageError, Store};

/// A lease that ends later than this was not given by a clock that is right; in milliseconds.
const LONGEST_WAIT_MS: i64 = 2 * LEASE_MS;
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes a place in the store for a process of a kind, which may be served at an address.
///
/// On PostgreSQL there is one for everybody. Where another process has a SQLite file, says so and waits until its
/// lease ends, as it stands now: if it has died, it has not renewed it by then.
///
/// # Errors
/// When the other process lives, or more want a place than there are.
pub fn take_over(
    store: &Store,
    keyring: &Arc<Keyring>,
    settings: &Arc<Settings>,
    clock: &dyn Clock,
    (kind, address): (ProcessKind, Option<String>),
) -> anyhow::Result<Engine> {
    let draws = Arc::new(KeyedDraws(keyring.clone()));
    let who = Arrival { name: name(clock), kind: kind.number(), address, at: clock.now() };
    let mut end = None;
    loop {
        let writer = store.writer()?;
        let started =
            Engine::start(writer, who.clone(), draws.clone(), settings.clone(), clock.now());
        match started {
            Err(BatchError::Storage(StorageError::NoPlace)) if !store.is_shared() => {
                wait_for_others(store, clock, &mut end)?;
            }
            started => return Ok(started?),
        }
    }
}

/// A name of its own, also among machines that share a database: an owner may take back what bears its name.
fn name(clock: &dyn Clock) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "?" } else { host.trim() };
    format!("{host}, process {} since {}", std::process::id(), clock.now().to_wire_millis())
}

/// Waits a little for whoever has the file; the first look fixes when that is given up.
fn wait_for_others(
    store: &Store,
    clock: &dyn Clock,
    end: &mut Option<Moment>,
) -> anyhow::Result<()> {
    let now = clock.now();
    let mut others = store.read(|view| view.processes())?;
    others.retain(|row| row.is_taken(now));
    let Some(until) = others.iter().map(|row| row.lease_until).max() else { return Ok(()) };
    let names: Vec<_> = others.iter().filter_map(|row| row.name.as_deref()).collect();
    let names = names.join("; ");
    let is_first_look = end.is_none();
    let left_ms = end.get_or_insert(until).since(now).as_millis();
    if left_ms < 0 || left_ms > LONGEST_WAIT_MS.into() {
        anyhow::bail!(
            "another process clears parcels in this database: {names}; stop it (`gateway --watch` ends with \
             Ctrl+C), and try again"
        );
    }
    if is_first_look {
        tracing::warn!(
            "{names} has this database: waiting {} seconds for its lease to end, in case it has died",
            left_ms / 1000 + 1,
        );
    }
    thread::park_timeout(PAUSE);
    Ok(())
}
