//! Who looks (查看者), and how much of the database he has to see.
//!
//! A standby shows an earlier state of the database. Whoever decides must not be shown one, so a handle of the store
//! reads from standbys only on a thread that runs for a [`Looker`]: what is read for pages and reports says so once,
//! where a request comes in, and everything else reads the primary without saying anything.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A place in the log of a PostgreSQL primary (日志位置; `pg_lsn`), in bytes.
///
/// Written as the server writes it, `16/B374D848`. It grows with everything that is written, also over a failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(u64);

/// Somebody who looks and changes nothing, with how much of the database he has to see.
#[derive(Debug)]
pub struct Looker {
    seen: AtomicU64,
    let_down: AtomicBool,
}

thread_local! {
    static LOOKER: RefCell<Option<Arc<Looker>>> = const { RefCell::new(None) };
}

impl Position {
    /// The beginning, which every standby has.
    pub const START: Self = Self(0);
    /// Behind everything, which no standby has: of whoever has to see the primary.
    pub const END: Self = Self(u64::MAX);

    /// So many bytes behind the beginning.
    pub(crate) const fn at(bytes: i64) -> Self {
        Self(bytes.unsigned_abs())
    }

    /// Reads what a server writes: two numbers of at most 32 bits in hexadecimal.
    pub fn parse(text: &str) -> Option<Self> {
        let half = |digits: &str| {
            let are_digits = (1..=8).contains(&digits.len())
                && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            are_digits.then(|| u64::from_str_radix(digits, 16).ok())?
        };
        let (high, low) = text.split_once('/')?;
        Some(Self((half(high)? << 32) | half(low)?))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & u64::from(u32::MAX))
    }
}

impl Looker {
    /// Somebody who has seen the database as it was at `position`, and must not be shown an earlier one.
    pub fn who_has_seen(position: Position) -> Arc<Self> {
        let seen = AtomicU64::new(position.0);
        Arc::new(Self { seen, let_down: AtomicBool::new(false) })
    }

    /// Runs `work` on this thread for somebody who looks.
    pub fn run<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let _before = Before(LOOKER.replace(Some(Arc::clone(self))));
        work()
    }

    /// Whether a standby broke off what it was asked: what was made of it is to be made again at the primary.
    pub fn was_let_down(&self) -> bool {
        self.let_down.load(Ordering::Relaxed)
    }

    /// For whom this thread runs, if for somebody who looks.
    pub(crate) fn here() -> Option<Arc<Self>> {
        LOOKER.with_borrow(Option::clone)
    }

    /// What he has to see.
    pub(crate) fn position(&self) -> Position {
        Position(self.seen.load(Ordering::Relaxed))
    }

    /// He sees the database as it is there: what he reads next is not earlier.
    pub(crate) fn sees(&self, position: Position) {
        self.seen.fetch_max(position.0, Ordering::Relaxed);
    }

    /// He sees the primary, which no standby is ahead of.
    pub(crate) fn reads_the_primary(&self) {
        self.sees(Position::END);
    }

    /// A standby has broken off; what he still reads comes from the primary.
    pub(crate) fn is_let_down(&self) {
        self.reads_the_primary();
        self.let_down.store(true, Ordering::Relaxed);
    }
}

/// Who looked before, and looks again once this is dropped, also by a panic.
struct Before(Option<Arc<Looker>>);

impl Drop for Before {
    fn drop(&mut self) {
        LOOKER.set(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written() {
        for text in ["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"] {
            assert_eq!(Position::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Position::parse("FFFFFFFF/FFFFFFFF"), Some(Position::END));
        assert!(Position::parse("1/0").unwrap() > Position::parse("0/FFFFFFFF").unwrap());
        for text in ["", "0", "/", "0/", "0/123456789", "+1/0", "0/-1", "0/0/0", "x/0", " 0/0"] {
            assert_eq!(Position::parse(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_looks_where_nobody_says_so() {
        let looker = Looker::who_has_seen(Position::START);
        let seen = || Looker::here().map(|looker| looker.position());
        assert_eq!(seen(), None);
        looker.run(|| {
            assert_eq!(seen(), Some(Position::START));
            looker.sees(Position::at(7));
            looker.sees(Position::at(3));
            assert_eq!(seen(), Some(Position::at(7)), "never an earlier one");
            Looker::who_has_seen(Position::END).run(|| assert_eq!(seen(), Some(Position::END)));
            assert_eq!(seen(), Some(Position::at(7)));
            assert_eq!(std::thread::spawn(|| Looker::here().is_some()).join().ok(), Some(false));
        });
        assert_eq!(seen(), None);
    }
}
