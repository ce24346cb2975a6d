//! Time that passes when the simulation says so.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;
use tongguan_storage::faults;

/// A clock that only the simulation moves.
#[derive(Debug)]
pub(crate) struct SimulatedClock(AtomicI64);

impl SimulatedClock {
    pub(crate) const fn at(moment: Moment) -> Self {
        Self(AtomicI64::new(moment.micros()))
    }

    /// Moves forward, or back.
    pub(crate) fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis.saturating_mul(1000), Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::SeqCst))
    }

    /// Whoever simulates lets the time pass, and others act meanwhile.
    fn pause(&self, duration: Duration) {
        faults::pause(duration);
    }
}
