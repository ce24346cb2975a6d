//! The machine's clock: the one place where the time comes in.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
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

/// A clock that is moved forward, for a sandbox. A file keeps how far, so that time never goes back.
#[derive(Debug)]
pub struct SandboxClock {
    ahead: AtomicI64,
    file: PathBuf,
}

impl SandboxClock {
    /// As far ahead as the file says, in days.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn open(file: PathBuf) -> io::Result<Self> {
        let text = std::fs::read_to_string(&file)?;
        let ahead = text.trim().parse().map_err(io::Error::other)?;
        Ok(Self { ahead: AtomicI64::new(ahead), file })
    }

    /// Moves it forward by so many days.
    ///
    /// # Errors
    /// When it cannot be kept; the clock then stays as it is.
    pub fn forward(&self, days: i64) -> io::Result<()> {
        let ahead = self.ahead.load(Ordering::SeqCst).saturating_add(days.max(0));
        std::fs::write(&self.file, ahead.to_string())?;
        self.ahead.store(ahead, Ordering::SeqCst);
        Ok(())
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Moment {
        SystemClock.now().plus_days(self.ahead.load(Ordering::SeqCst))
    }
}
