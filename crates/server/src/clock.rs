//! The machine's clock: the one place where the time comes in.

use std::time::{SystemTime, UNIX_EPOCH};

use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the edge, where the time comes in")]
    fn now(&self) -> Moment {
        let micros = |micros: u128| i64::try_from(micros).unwrap_or(i64::MAX);
        Moment::from_micros(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => micros(since.as_micros()),
            Err(before) => -micros(before.duration().as_micros()),
        })
    }
}
