//! How much memory processes hold, as Linux counts it.

use std::fs;

/// The status file of this process.
pub const OWN_STATUS: &str = "/proc/self/status";

/// The memory that the process with that status file holds, in KiB; 0 elsewhere.
pub fn resident_kib(status: &str) -> u64 {
    kib_of(status, "VmRSS:")
}

/// A figure of a status file, in KiB; 0 where there is none.
pub fn kib_of(status: &str, name: &str) -> u64 {
    let status = fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
