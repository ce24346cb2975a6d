//! How much memory a process holds, and whether that stays flat.

use std::fs;

use serde::Serialize;

use super::per;
use crate::memory::{OWN_STATUS, kib_of};

/// The memory of a process, second by second, in MiB.
#[derive(Debug, Serialize)]
pub struct Memory {
    /// The mean of the first quarter of the time.
    pub first_quarter: f64,
    /// The mean of the last quarter.
    pub last_quarter: f64,
    /// How much a straight line through the second half rises in a minute.
    pub slope_per_minute: f64,
    /// What was seen each second.
    pub each_second: Vec<u64>,
}

impl Memory {
    /// Of what was seen each second, in KiB.
    pub fn of_kib(seen: &[u64]) -> Self {
        let quarter = (seen.len() / 4).max(1).min(seen.len());
        Self {
            first_quarter: mean(seen.get(..quarter).unwrap_or_default()),
            last_quarter: mean(seen.get(seen.len() - quarter..).unwrap_or_default()),
            slope_per_minute: slope_per_minute(seen.get(seen.len() / 2..).unwrap_or_default()),
            each_second: seen.iter().map(|kib| kib / 1024).collect(),
        }
    }
}

/// The most memory that this process held since it began or [`forget_peak`], in MiB, as Linux counts it; 0 elsewhere.
pub fn peak_mib() -> u64 {
    kib_of(OWN_STATUS, "VmHWM:") / 1024
}

/// Lets [`peak_mib`] begin anew, where the system knows how to.
pub fn forget_peak() {
    // Linux, proc(5): 5 sets the peak to what is held now.
    drop(fs::write("/proc/self/clear_refs", "5"));
}

/// In MiB.
fn mean(kib: &[u64]) -> f64 {
    let count = i64::try_from(kib.len()).unwrap_or(i64::MAX);
    per(i64::try_from(kib.iter().sum::<u64>()).unwrap_or(i64::MAX), count.saturating_mul(1024))
}

/// The line of least squares through values a second apart, in MiB a minute.
fn slope_per_minute(kib: &[u64]) -> f64 {
    let count = i64::try_from(kib.len()).unwrap_or(i64::MAX);
    // Twice the distance from the middle second, so that all stay whole.
    let moments: i64 = (0..count).map(|second| (2 * second - (count - 1)).pow(2)).sum();
    let products = (0..count)
        .zip(kib)
        .map(|(second, kib)| (2 * second - (count - 1)) * i64::try_from(*kib).unwrap_or(i64::MAX));
    per(2 * 60 * products.sum::<i64>(), moments * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_by_a_mib_a_second_rises_by_sixty_a_minute() {
        let growing: Vec<u64> = (100..140).map(|mib| mib * 1024).collect();
        let memory = Memory::of_kib(&growing);
        assert_eq!(memory.each_second.first(), Some(&100));
        assert_eq!(format!("{memory:?}").matches("60.0").count(), 1, "{memory:?}");
        assert_eq!(format!("{} {}", memory.first_quarter, memory.last_quarter), "104.5 134.5");
        let flat = Memory::of_kib(&[2048; 9]);
        assert_eq!(format!("{} {}", flat.last_quarter, flat.slope_per_minute), "2 0");
        assert_eq!(format!("{}", Memory::of_kib(&[]).slope_per_minute), "0");
    }
}
