//! The alerts (告警), each with the condition under which it is raised: for the board, and for Prometheus.

use std::fmt;

use super::bounds;
use super::measure::Measure;

/// Something that somebody should know.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alert {
    /// What it is called, in the rules for Prometheus and in the runbooks.
    pub name: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// When it is raised.
    pub when: Condition,
    /// For how many minutes it has to be so.
    pub minutes: u32,
    /// How soon somebody should look.
    pub severity: Severity,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Whether it answers at all, which is seen from outside alone.
    Service,
    /// What waits.
    Waiting,
    /// What is turned away or refused.
    Refused,
    /// How it answers.
    Answers,
    /// Batches.
    Batches,
    /// What lies in mailboxes.
    Mailboxes,
    /// What follows clearing.
    Followers,
    /// The database.
    Database,
    /// The disk.
    Disk,
    /// The verifiable log.
    Log,
    /// The processes on the database.
    Processes,
    /// The window upstream.
    Upstream,
    /// Backups.
    Backups,
}

/// How soon somebody should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// At once: somebody is woken.
    Page,
    /// In the morning.
    Ticket,
}

/// When an alert is raised. Written out, it is what Prometheus asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// It does not answer.
    Unreachable,
    /// A level is above a bound.
    Above(Measure, f64),
    /// A level is below a bound.
    Below(Measure, f64),
    /// Any process sees a level above a bound.
    AnywhereAbove(Measure, f64),
    /// A counter grows by more in a second, over so many minutes.
    Faster(Measure, f64, u32),
    /// A counter has grown within so many minutes.
    Grew(Measure, u32),
    /// Something waits, and a counter has not grown for so many minutes.
    Stands(Measure, Measure, u32),
    /// For each of the second there is more of the first than the bound, over so many minutes.
    EachAbove(Measure, Measure, f64, u32),
}

/// All of them, those first that stand first in the rules.
pub const ALERTS: [Alert; 23] = {
    use Condition::{Above, AnywhereAbove, Below, EachAbove, Faster, Grew, Stands, Unreachable};
    use Severity::{Page, Ticket};
    [
        of("TongguanDown", Subject::Service, Unreachable, 1, Page),
        of(
            "TongguanDatabaseAway",
            Subject::Database,
            Below(Measure::DatabaseAnswers, 1.0),
            1,
            Page,
        ),
        of(
            "TongguanNothingCommitted",
            Subject::Waiting,
            Stands(Measure::MessagesWaiting, Measure::Batches, 5),
            2,
            Page,
        ),
        of("TongguanTurnsAway", Subject::Refused, Faster(Measure::TurnedAway, 0.1, 5), 5, Page),
        of("TongguanMessagesNotKept", Subject::Refused, Grew(Measure::NotKept, 10), 0, Page),
        of(
            "TongguanNoRoom",
            Subject::Disk,
            Below(Measure::DiskFree, exact(bounds::DISK_TOO_LITTLE_BYTES)),
            1,
            Page,
        ),
        of(
            "TongguanResponsesLate",
            Subject::Followers,
            late(Measure::Undistributed, bounds::RESPONSES_LATE_SECONDS),
            2,
            Page,
        ),
        of(
            "TongguanDecisionsLate",
            Subject::Waiting,
            late(Measure::Undecided, bounds::UNDECIDED_LATE_SECONDS),
            0,
            Ticket,
        ),
        of("TongguanDocumentsHeld", Subject::Waiting, Above(Measure::Held, 0.0), 0, Ticket),
        of(
            "TongguanRoomScarce",
            Subject::Disk,
            Below(Measure::DiskFree, exact(bounds::DISK_SCARCE_BYTES)),
            10,
            Ticket,
        ),
        of(
            "TongguanCommitsSlow",
            Subject::Batches,
            EachAbove(Measure::BatchMicros, Measure::Batches, whole(bounds::BATCH_SLOW_MICROS), 5),
            10,
            Ticket,
        ),
        of("TongguanErrors", Subject::Answers, Faster(Measure::Errors, 0.05, 10), 10, Ticket),
        of(
            "TongguanListsLate",
            Subject::Followers,
            late(Measure::Unlisted, bounds::FOLLOWERS_LATE_SECONDS),
            10,
            Ticket,
        ),
        of(
            "TongguanAuditLate",
            Subject::Followers,
            late(Measure::Unaudited, bounds::FOLLOWERS_LATE_SECONDS),
            10,
            Ticket,
        ),
        of(
            "TongguanHeadLate",
            Subject::Log,
            late(Measure::Unsigned, bounds::UNSIGNED_LATE_SECONDS),
            10,
            Ticket,
        ),
        of(
            "TongguanRelayWaits",
            Subject::Upstream,
            Stands(Measure::RelayWaiting, Measure::RelaySent, 15),
            15,
            Ticket,
        ),
        of("TongguanRelayGivenUp", Subject::Upstream, Grew(Measure::RelayGivenUp, 60), 0, Ticket),
        of(
            "TongguanLogGrows",
            Subject::Database,
            late(Measure::WriteAheadBytes, bounds::WRITE_AHEAD_BYTES),
            15,
            Ticket,
        ),
        of(
            "TongguanConnectionsFull",
            Subject::Answers,
            late(Measure::Connections, bounds::MANY_CONNECTIONS),
            10,
            Ticket,
        ),
        of(
            "TongguanMailUnfetched",
            Subject::Mailboxes,
            AnywhereAbove(Measure::Unfetched, 0.0),
            30,
            Ticket,
        ),
        of(
            "TongguanProcessLapsed",
            Subject::Processes,
            AnywhereAbove(Measure::Lapsed, 0.0),
            bounds::LAPSED_SECONDS / 60,
            Ticket,
        ),
        of(
            "TongguanStandbyLeftOut",
            Subject::Database,
            Above(Measure::StandbysLeftOut, 0.0),
            5,
            Ticket,
        ),
        of(
            "TongguanBackupOld",
            Subject::Backups,
            late(Measure::BackupAge, bounds::BACKUP_OLD_SECONDS),
            0,
            Ticket,
        ),
    ]
};

const fn of(
    name: &'static str,
    subject: Subject,
    when: Condition,
    minutes: u32,
    severity: Severity,
) -> Alert {
    Alert { name, subject, when, minutes, severity }
}

const fn late(measure: Measure, bound: u32) -> Condition {
    Condition::Above(measure, whole(bound))
}

/// Exact; `From` is not const.
const fn whole(bound: u32) -> f64 {
    bound as f64
}

#[expect(clippy::cast_precision_loss, reason = "a power of two, or ten of them")]
const fn exact(bytes: u64) -> f64 {
    bytes as f64
}

impl Alert {
    /// How long it has to be so, as Prometheus writes it; nothing where it is raised at once.
    pub fn lasting(&self) -> Option<String> {
        (self.minutes > 0).then(|| format!("{}m", self.minutes))
    }

    /// The heading of its runbook, as an address names it.
    pub fn anchor(&self) -> String {
        self.name.to_lowercase()
    }
}

impl Severity {
    /// Its name in the rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

impl fmt::Display for Condition {
    /// As Prometheus asks for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unreachable => f.write_str("up{job=\"tongguan\"} == 0"),
            Self::Above(level, bound) => write!(f, "{} > {bound}", level.selector()),
            Self::Below(level, bound) => write!(f, "{} < {bound}", level.selector()),
            Self::AnywhereAbove(level, bound) => write!(f, "max({}) > {bound}", level.selector()),
            Self::Faster(counter, bound, over) => {
                write!(f, "sum by (instance) (rate({}[{over}m])) > {bound}", counter.selector())
            }
            Self::Grew(counter, over) => {
                write!(f, "increase({}[{}]) > 0", counter.selector(), window(over))
            }
            Self::Stands(waits, counter, over) => {
                write!(f, "{} > 0 and rate({}[{over}m]) == 0", waits.selector(), counter.selector())
            }
            Self::EachAbove(much, many, bound, over) => write!(
                f,
                "rate({}[{over}m]) / rate({}[{over}m]) > {bound}",
                much.selector(),
                many.selector()
            ),
        }
    }
}

fn window(minutes: u32) -> String {
    if minutes.is_multiple_of(60) { format!("{}h", minutes / 60) } else { format!("{minutes}m") }
}
