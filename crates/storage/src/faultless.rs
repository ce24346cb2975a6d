//! Nobody simulates the surroundings: what stands in the place of `faults.rs` where the feature `faults` is off.

use std::time::Duration;

use crate::error::StorageError;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Point<'p> {
    Begin,
    #[expect(dead_code, reason = "whoever simulates the surroundings reads it")]
    Statement(&'p str),
    Commit,
    Committed,
}

#[inline(always)]
pub(crate) const fn reach(point: Point<'_>) -> Result<(), StorageError> {
    let (Point::Begin | Point::Statement(_) | Point::Commit | Point::Committed) = point;
    Ok(())
}

pub(crate) fn pause(duration: Duration) {
    std::thread::park_timeout(duration);
}

pub(crate) const fn is_simulated() -> bool {
    false
}

pub(crate) const fn shares_file() -> bool {
    false
}
