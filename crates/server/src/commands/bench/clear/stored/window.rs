//! One window: so many signed parcels, in a database that holds others.

use std::thread;
use std::time::Duration;

use serde::Serialize;
use tongguan_application::ports::Clock as _;
use tongguan_application::processes::ProcessKind;
use tongguan_storage::Target;

use super::super::run::{Pace, run};
use super::super::{Clear, a_second, opening};
use crate::clock::SystemClock;
use crate::commands::bench::input::Prepared;
use crate::commands::bench::memory::{forget_peak, peak_mib};
use crate::commands::bench::processor::spent_us;
use crate::commands::bench::{Percentiles, per};

/// So long it is quiet before a window, for what the last one left to be written.
const PAUSE: Duration = Duration::from_secs(3);

/// Which of two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Beside {
    /// The one that was filled.
    Filled,
    /// The one beside it, which holds nothing but earlier windows.
    New,
}

impl Beside {
    /// Whether it is the one that was filled.
    pub const fn is_filled(self) -> bool {
        matches!(self, Self::Filled)
    }

    /// As it is told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::New => "new",
        }
    }
}

/// What was seen in one window.
#[derive(Debug, Serialize)]
pub struct Window {
    /// Where.
    pub place: Beside,
    /// Parcels that were there before.
    pub stored: u64,
    pub parcels_per_second: f64,
    /// Microseconds a parcel on all threads that read.
    pub refine_us: f64,
    /// Microseconds a parcel of the one that commits.
    pub commit_us: f64,
    /// Microseconds of processor a parcel, of all threads; a PostgreSQL server's not among them.
    pub cpu_us: f64,
    /// Inserted, changed or deleted.
    pub rows_written_per_parcel: f64,
    pub log_bytes_per_parcel: f64,
    pub latency_ms: Percentiles,
    pub longest_commit_ms: f64,
    pub peak_rss_mib: u64,
    /// To open the database and start a pipeline over it.
    pub start_ms: f64,
}

/// Clears what is prepared in a database.
///
/// # Errors
/// When it cannot be opened, or a message was not stored.
pub fn measure(
    clear: &Clear,
    (place, stored): (Beside, u64),
    target: &Target,
    prepared: &Prepared,
) -> anyhow::Result<Window> {
    thread::park_timeout(PAUSE);
    forget_peak();
    let began = SystemClock.now();
    let store = opening::store(target)?;
    let opening_us = SystemClock.now().micros() - began.micros();
    let product = opening::product(store, clear.sign)?;
    let began = SystemClock.now();
    let pipeline = product.start((ProcessKind::Command, None), clear.workers)?;
    let starting_us = SystemClock.now().micros() - began.micros();
    let before = product.store.log_traffic()?;
    let pace = Pace {
        documents_per_message: clear.documents_per_message,
        rate: clear.rate,
        progress: &mut |_| {},
    };
    let mut input = prepared.open(u64::MAX)?;
    let cpu_before = spent_us();
    let through = run(pipeline, product.clock.clone(), &mut input, pace)?;
    let cpu_us = per(spent_us() - cpu_before, i64::try_from(clear.parcels)?);
    let after = product.store.log_traffic()?;
    let parcels = i64::try_from(clear.parcels)?;
    let window = Window {
        place,
        stored,
        parcels_per_second: a_second(clear.parcels, through.span),
        refine_us: per(through.times.refine_us, parcels),
        commit_us: per(through.times.commit_us, parcels),
        cpu_us,
        rows_written_per_parcel: per(i64::try_from(through.times.rows)?, parcels),
        log_bytes_per_parcel: per(i64::try_from(after.bytes - before.bytes)?, parcels),
        latency_ms: Percentiles::of_micros(through.latencies),
        longest_commit_ms: per(through.times.longest_commit_us, 1000),
        peak_rss_mib: peak_mib(),
        start_ms: per(opening_us + starting_us, 1000),
    };
    eprintln!(
        "{} with {stored} parcels stored: {} a second, {} µs to commit, {cpu_us} µs of processor, started in {} ms",
        place.name(),
        window.parcels_per_second,
        window.commit_us,
        window.start_ms
    );
    Ok(window)
}
