//! Standbys (备库) that pages and reports are read from: their settings, and who looks after them while the service
//! runs.

use std::num::NonZeroU32;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tongguan_storage::{StandbySettings, StandbyTrouble, Store};

/// How often each is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// One that is well may look as far behind as two looks lie apart.
const LEAST_BEHIND: u32 = 3;

/// The settings under `[standbys]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StandbysToRead {
    urls: Vec<String>,
    behind_seconds: NonZeroU32,
}

impl Default for StandbysToRead {
    fn default() -> Self {
        Self { urls: Vec::new(), behind_seconds: NonZeroU32::MIN.saturating_add(9) }
    }
}

impl StandbysToRead {
    /// Refuses what cannot be, for a database that lies on a server or not.
    pub fn check(&self, is_server: bool) -> anyhow::Result<()> {
        anyhow::ensure!(
            is_server || self.urls.is_empty(),
            "`standbys` are of a PostgreSQL database, and the settings name none: set `database`, or take \
             `standbys` away"
        );
        anyhow::ensure!(
            self.behind_seconds.get() >= LEAST_BEHIND,
            "`standbys.behind_seconds` is {}; {LEAST_BEHIND} at least, because each is looked at once a second",
            self.behind_seconds
        );
        Ok(())
    }

    /// How many there are, for whoever runs the service.
    pub fn shown(&self) -> String {
        self.urls.len().to_string()
    }

    /// A handle of the store that reads from them, and has them looked after for as long as the process lasts.
    ///
    /// # Errors
    /// What is no standby by its connection string.
    pub fn open(&self, store: &Store) -> anyhow::Result<Store> {
        let behind_at_most = Duration::from_secs(self.behind_seconds.get().into());
        let settings = StandbySettings { urls: self.urls.clone(), behind_at_most };
        let reading = store.reading_from(&settings).context("`standbys` cannot be used")?;
        for n in 0..self.urls.len() {
            let reading = reading.clone();
            // Whoever ends does not wait for it: it has nothing to finish.
            thread::spawn(move || look_after(&reading, n));
        }
        Ok(reading)
    }
}

/// Looks at one of them again and again, and tells the log when it is left out and used again.
fn look_after(store: &Store, n: usize) {
    let mut before = Some(StandbyTrouble::Unknown);
    loop {
        store.look_at_standby(n);
        let Some(standby) = store.standbys().into_iter().nth(n) else { return };
        let (name, trouble) = (&standby.name, standby.trouble);
        match &trouble {
            None if before.is_some() => {
                tracing::info!("pages and reports are read from the standby {name}");
            }
            Some(why) if !is_same(before.as_ref(), why) => tracing::warn!(
                "the standby {name} is left out: {why}; pages and reports are read elsewhere until it is well"
            ),
            _ => {}
        }
        before = trouble;
        thread::park_timeout(LOOK_EVERY);
    }
}

/// Whether it is left out for the same reason, in whatever words.
fn is_same(before: Option<&StandbyTrouble>, now: &StandbyTrouble) -> bool {
    before.is_some_and(|before| std::mem::discriminant(before) == std::mem::discriminant(now))
}
