//! A clock that stands still until it is moved.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct MockClock {
    micros: AtomicI64,
    /// By how many milliseconds it jumps when it is looked at, one after the other, over and over.
    jumps: RwLock<Vec<i64>>,
    looks: AtomicUsize,
}

impl MockClock {
    /// Stands at `moment`.
    pub fn at(moment: Moment) -> Self {
        let (jumps, looks) = (RwLock::default(), AtomicUsize::new(0));
        Self { micros: AtomicI64::new(moment.micros()), jumps, looks }
    }

    /// Stands at `moment` from now on.
    pub fn set(&self, moment: Moment) {
        self.micros.store(moment.micros(), Ordering::SeqCst);
    }

    /// Moves forward, or back.
    pub fn advance_millis(&self, millis: i64) {
        self.micros.fetch_add(millis.saturating_mul(1000), Ordering::SeqCst);
    }

    /// Jumps by so many milliseconds, one after the other and over and over, each time that somebody has looked;
    /// stands still again where there are none.
    pub fn jump_at_each_look(&self, millis: &[i64]) {
        *self.jumps.write().unwrap_or_else(PoisonError::into_inner) = millis.to_vec();
    }
}

impl Clock for MockClock {
    fn now(&self) -> Moment {
        let seen = Moment::from_micros(self.micros.load(Ordering::SeqCst));
        let jumps = self.jumps.read().unwrap_or_else(PoisonError::into_inner);
        if !jumps.is_empty() {
            let look = self.looks.fetch_add(1, Ordering::SeqCst);
            jumps.get(look % jumps.len()).into_iter().for_each(|jump| self.advance_millis(*jump));
        }
        seen
    }
}
