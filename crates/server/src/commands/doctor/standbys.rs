//! The standbys that services read pages and reports from.

use std::thread;
use std::time::Duration;

use tongguan_storage::{StandbySettings, StandbyStanding, StandbyTrouble, Store};

use super::Findings;

/// So often each is looked at, at most: one that is well has caught up meanwhile.
const LOOKS: u32 = 50;
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Whether each may be read from.
pub fn all(findings: &mut Findings, store: &Store, urls: &[String]) -> anyhow::Result<()> {
    let settings =
        StandbySettings { urls: urls.to_vec(), behind_at_most: LOOK_EVERY.saturating_mul(LOOKS) };
    let store = store.reading_from(&settings)?;
    for n in 0..urls.len() {
        let Some(StandbyStanding { name, trouble, .. }) = looked(&store, n) else { continue };
        let Some(trouble) = trouble else {
            findings.ok("standbys", name, "it can be read from");
            continue;
        };
        let todo = match &trouble {
            StandbyTrouble::Unknown | StandbyTrouble::Gone(_) => {
                "check that its server runs and lets this one in; the primary is read meanwhile"
            }
            StandbyTrouble::OtherDatabase => {
                "name a standby of the database of --database, and the same database there"
            }
            StandbyTrouble::Promoted => {
                "take it out of `standbys`, or make it a standby of the primary again"
            }
            StandbyTrouble::Pooled => "let the pooler pool by the session",
            StandbyTrouble::Behind => "see the runbook on a standby that lags",
        };
        match trouble {
            // What is named wrongly does not get better by itself.
            StandbyTrouble::OtherDatabase | StandbyTrouble::Pooled => {
                findings.fail("standbys", name, trouble.to_string(), todo);
            }
            _ => findings.warn("standbys", name, trouble.to_string(), todo),
        }
    }
    Ok(())
}

/// How one stands once it had time to catch up.
fn looked(store: &Store, n: usize) -> Option<StandbyStanding> {
    for _ in 0..LOOKS {
        store.look_at_standby(n);
        let standing = store.standbys().into_iter().nth(n)?;
        if standing.trouble != Some(StandbyTrouble::Behind) {
            return Some(standing);
        }
        thread::park_timeout(LOOK_EVERY);
    }
    store.standbys().into_iter().nth(n)
}
