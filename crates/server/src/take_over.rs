//! Taking the partitions of a store: from nobody, or from a process that has died.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tongguan_application::clearing::engine::{Engine, LEASE_MS};
use tongguan_application::clearing::settings::Settings;
use tongguan_application::draws::KeyedDraws;
use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{StorageError, Store, TakeOver};

/// A lease that ends later than this was not given by a clock that is right; in milliseconds.
const LONGEST_WAIT_MS: i64 = 2 * LEASE_MS;
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes all partitions of the store.
///
/// Where another process has some, says so and waits until its leases end, as they stand now: if it
/// has died, it has not renewed them by then.
///
/// # Errors
/// When the other process lives.
pub fn take_over(
    store: &Store,
    keyring: &Arc<Keyring>,
    settings: &Arc<Settings>,
    clock: &dyn Clock,
) -> anyhow::Result<Engine> {
    let draws = Arc::new(KeyedDraws(keyring.clone()));
    // A name of its own, also among machines that share a database: an owner may take back what bears
    // its name.
    let owner = format!("process {} since {}", std::process::id(), clock.now().to_wire_millis());
    loop {
        wait_for_others(store, &owner, clock)?;
        let writer = store.writer()?;
        let (name, now) = (owner.clone(), clock.now());
        let engine = Engine::start(writer, name, draws.clone(), settings.clone(), now)?;
        if engine.partitions() == 256 {
            return Ok(engine);
        }
        // Somebody was faster.
        engine.stop()?;
    }
}

/// Waits until no other process has a partition. Takes none meanwhile: that would fence out one that
/// lives, for nothing.
fn wait_for_others(store: &Store, owner: &str, clock: &dyn Clock) -> anyhow::Result<()> {
    if store.is_sole_process() {
        return Ok(());
    }
    let mut end = None;
    while let Some(others) = Others::of(store, owner, clock.now())? {
        let is_first_look = end.is_none();
        let end = *end.get_or_insert(others.leases_end_at);
        let left_ms = end.since(others.clock).as_millis();
        if left_ms < 0 || left_ms > LONGEST_WAIT_MS.into() {
            anyhow::bail!(
                "another process clears parcels in this database: {} of 256 partitions are taken by \
                 {}; stop it (`gateway --watch` ends with Ctrl+C), and try again",
                others.partitions,
                others.names(),
            );
        }
        if is_first_look {
            tracing::warn!(
                "{} has {} of 256 partitions of this database: waiting {} seconds for its leases \
                 to end, in case it has died",
                others.names(),
                others.partitions,
                left_ms / 1000 + 1,
            );
        }
        thread::park_timeout(PAUSE);
    }
    Ok(())
}

/// Other processes, as the partitions know them.
struct Others {
    owners: BTreeSet<String>,
    /// How many they have.
    partitions: usize,
    /// When the last of their leases ends, unless it is renewed.
    leases_end_at: Moment,
    /// The time by the clock that judges leases.
    clock: Moment,
}

impl Others {
    /// Those that keep `owner` from taking all partitions; `None` where nobody does.
    fn of(store: &Store, owner: &str, now: Moment) -> Result<Option<Self>, StorageError> {
        store.read(|view| {
            let clock = view.shared_clock(now)?;
            let mut taken = view.partitions()?;
            taken.retain(|row| !row.may_be_taken(owner, TakeOver::Lapsed(clock)));
            let Some(leases_end_at) = taken.iter().map(|row| row.lease_until).max() else {
                return Ok(None);
            };
            let partitions = taken.len();
            let owners = taken.into_iter().filter_map(|row| row.owner).collect();
            Ok(Some(Self { owners, partitions, leases_end_at, clock }))
        })
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.owners.iter().map(String::as_str).collect();
        names.join(", ")
    }
}
