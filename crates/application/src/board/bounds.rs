//! From where on something is worth a word: for the alerts, the board, the page of the system and `doctor`.

/// Below so much free space a writer may stop within hours, in bytes.
pub const DISK_SCARCE_BYTES: u64 = 10 << 30;
/// Below so much free space the next checkpoint may fail, in bytes.
pub const DISK_TOO_LITTLE_BYTES: u64 = 1 << 30;
/// How long something that was received may wait to be decided, in seconds.
pub const UNDECIDED_LATE_SECONDS: u32 = 15 * 60;
/// How long a response may lie in no mailbox, in seconds.
pub const RESPONSES_LATE_SECONDS: u32 = 60;
/// How far lists and audit may be behind, in seconds: they give way to clearing.
pub const FOLLOWERS_LATE_SECONDS: u32 = 15 * 60;
/// How long a lease may have ended that nobody removes, in seconds.
pub const LAPSED_SECONDS: u32 = 60;
/// How long an answer may wait to be fetched, in days.
pub const UNFETCHED_LATE_DAYS: i64 = 1;
/// After how many days nobody is told any more of an answer that waits to be fetched: somebody was, long enough.
pub const UNFETCHED_FORGOTTEN_DAYS: i64 = 7;
/// How long a decision may wait to be under a signed head, in seconds.
pub(super) const UNSIGNED_LATE_SECONDS: u32 = 60;
/// How old the newest backup may be, in seconds: one is made each night.
pub(super) const BACKUP_OLD_SECONDS: u32 = 36 * 3_600;
/// How long a batch may take on the average, in microseconds.
pub(super) const BATCH_SLOW_MICROS: u32 = 500_000;
/// How long the write-ahead log of an embedded database may be, in bytes.
pub(super) const WRITE_AHEAD_BYTES: u32 = 1 << 30;
/// How many connections are near `limits.connections` as it is by default.
pub(super) const MANY_CONNECTIONS: u32 = 700;
