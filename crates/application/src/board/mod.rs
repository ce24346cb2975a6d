//! The board (运行看板): what a process has measured of itself during the last hour and day, kept in memory, and which
//! alerts would be raised for it.
//!
//! A [`Sample`] holds everything at one moment; the [`Ring`] keeps those of an hour and, coarser, of a day. What is
//! drawn is a [`Figure`], what is wrong a [`Verdict`]. The bounds of the alerts stand in [`ALERTS`] alone: the rules
//! for Prometheus are held to them by a test, and `doctor` reads the same constants.

#![expect(
    clippy::float_arithmetic,
    reason = "rates and levels for people to look at; no money is reckoned here"
)]

mod alert;
mod bounds;
mod figure;
mod judging;
mod measure;
mod ring;
mod sample;

use std::sync::{Mutex, PoisonError};

use tongguan_domain::time::Moment;

pub use alert::{ALERTS, Alert, Condition, Severity, Subject};
pub use bounds::{
    DISK_SCARCE_BYTES, DISK_TOO_LITTLE_BYTES, FOLLOWERS_LATE_SECONDS, LAPSED_SECONDS,
    RESPONSES_LATE_SECONDS, UNDECIDED_LATE_SECONDS, UNFETCHED_FORGOTTEN_DAYS, UNFETCHED_LATE_DAYS,
};
pub use figure::{Figure, Step};
pub use judging::{State, Verdict, judged};
pub use measure::{ANSWER_BOUNDS, Measure, Selector};
pub use ring::{History, Ring, Span};
pub use sample::{Measured, Sample};

/// How often a process takes a sample of itself, in seconds.
pub const SAMPLED_EVERY_SECONDS: u32 = 10;
/// After how many seconds without a sample what was measured says nothing of now.
pub const STALE_SECONDS: i64 = 60;

/// What a running process has measured of itself; shared by who measures and who looks.
#[derive(Debug, Default)]
pub struct Board(Mutex<Ring>);

impl Board {
    /// Keeps a sample.
    pub fn keep(&self, sample: Sample) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(sample);
    }

    /// What is kept now.
    pub fn history(&self) -> History {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).history()
    }
}

impl History {
    /// Whether nothing was measured for so long that it says nothing of now, although something was.
    pub fn is_stale(&self, now: Moment) -> bool {
        self.latest().is_some_and(|last| now.since(last.at).as_secs() > STALE_SECONDS)
    }
}
