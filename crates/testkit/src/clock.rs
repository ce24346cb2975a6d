//! A clock that stands still until it is moved.

use std::sync::atomic::{AtomicI64, Ordering};

use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// Stands at `moment`.
    pub fn at(moment: Moment) -> Self {
        Self(AtomicI64::new(moment.micros()))
    }

    /// Stands at `moment` from now on.
    pub fn set(&self, moment: Moment) {
        self.0.store(moment.micros(), Ordering::SeqCst);
    }

    /// Moves forward, or back.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis.saturating_mul(1000), Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::SeqCst))
    }
}
