//! What is measured, and under which name and labels.

use std::fmt;

/// The bounds of what is counted of durations, in seconds.
pub const ANSWER_BOUNDS: [f64; 15] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];

/// What is kept of a process at each moment. The table is [`Measure::selector`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each is described in docs/reference/metrics.md, under the name in its selector"
)]
pub enum Measure {
    Taken,
    RefusedWhole,
    NotKept,
    Declarations,
    TurnedAway,
    CallersWrong,
    Errors,
    Batches,
    BatchMicros,
    Documents,
    Letters,
    RelaySent,
    RelayGivenUp,
    MessagesWaiting,
    BytesInFlight,
    Connections,
    RelayWaiting,
    Undecided,
    Undistributed,
    Unlisted,
    Unaudited,
    Unsigned,
    HeadAge,
    Held,
    Unfetched,
    Lapsed,
    StandbysLeftOut,
    DatabaseAnswers,
    DatabaseBytes,
    WriteAheadBytes,
    DiskFree,
    Resident,
    BackupAge,
}

/// How samples of one measure relate to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only grows; 0 while nobody has counted yet.
    Counter,
    /// A level, of which much is worse.
    High,
    /// A level, of which little is worse.
    Low,
}

/// A metric, and by its labels which of its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector {
    /// Its name.
    pub name: &'static str,
    /// Labels, each with the values of which it has one.
    pub with: &'static [(&'static str, &'static [&'static str])],
    /// A label and a value that it has not.
    pub without: Option<(&'static str, &'static str)>,
}

impl Measure {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 33] = [
        Self::Taken,
        Self::RefusedWhole,
        Self::NotKept,
        Self::Declarations,
        Self::TurnedAway,
        Self::CallersWrong,
        Self::Errors,
        Self::Batches,
        Self::BatchMicros,
        Self::Documents,
        Self::Letters,
        Self::RelaySent,
        Self::RelayGivenUp,
        Self::MessagesWaiting,
        Self::BytesInFlight,
        Self::Connections,
        Self::RelayWaiting,
        Self::Undecided,
        Self::Undistributed,
        Self::Unlisted,
        Self::Unaudited,
        Self::Unsigned,
        Self::HeadAge,
        Self::Held,
        Self::Unfetched,
        Self::Lapsed,
        Self::StandbysLeftOut,
        Self::DatabaseAnswers,
        Self::DatabaseBytes,
        Self::WriteAheadBytes,
        Self::DiskFree,
        Self::Resident,
        Self::BackupAge,
    ];

    /// Where it stands among what is measured.
    pub const fn selector(self) -> Selector {
        const REQUESTS: &str = "tongguan_http_requests_total";
        const MESSAGES: &str = "tongguan_messages_total";
        match self {
            Self::Taken => of(MESSAGES, &[("outcome", &["taken"])]),
            Self::RefusedWhole => of(MESSAGES, &[("outcome", &["refused"])]),
            Self::NotKept => of(MESSAGES, &[("outcome", &["failed"])]),
            Self::Declarations => {
                of("tongguan_documents_total", &[("message", &["CEB621", "CEB603"])])
            }
            Self::TurnedAway => of(REQUESTS, &[("route", &["/ceb"]), ("status", &["5xx"])]),
            Self::CallersWrong => of(REQUESTS, &[("route", &["/ceb"]), ("status", &["4xx"])]),
            Self::Errors => Selector {
                without: Some(("route", "/ceb")),
                ..of(REQUESTS, &[("status", &["5xx"])])
            },
            Self::Batches => of("tongguan_batches_total", &[]),
            Self::BatchMicros => of("tongguan_batch_commit_microseconds_total", &[]),
            Self::Documents => of("tongguan_documents_total", &[]),
            Self::Letters => of("tongguan_mailbox_places_total", &[]),
            Self::RelaySent => of("tongguan_relay_sent_total", &[]),
            Self::RelayGivenUp => of("tongguan_relay_given_up_total", &[]),
            Self::MessagesWaiting => of("tongguan_messages_waiting", &[]),
            Self::BytesInFlight => of("tongguan_bytes_in_flight", &[]),
            Self::Connections => of("tongguan_connections", &[("listener", &["service"])]),
            Self::RelayWaiting => of("tongguan_relay_waiting", &[]),
            Self::Undecided => of("tongguan_undecided_seconds", &[]),
            Self::Undistributed => of("tongguan_undistributed_seconds", &[]),
            Self::Unlisted => of("tongguan_unlisted_seconds", &[]),
            Self::Unaudited => of("tongguan_unaudited_seconds", &[]),
            Self::Unsigned => of("tongguan_unsigned_seconds", &[]),
            Self::HeadAge => of("tongguan_head_seconds", &[]),
            Self::Held => of("tongguan_documents_held", &[]),
            Self::Unfetched => of("tongguan_unfetched_mailboxes", &[]),
            Self::Lapsed => of("tongguan_processes_lapsed", &[]),
            Self::StandbysLeftOut => of("tongguan_standby_left_out", &[]),
            Self::DatabaseAnswers => of("tongguan_database_answers", &[]),
            Self::DatabaseBytes => of("tongguan_database_bytes", &[("file", &["tongguan.db"])]),
            Self::WriteAheadBytes => {
                of("tongguan_database_bytes", &[("file", &["tongguan.db-wal"])])
            }
            Self::DiskFree => of("tongguan_disk_free_bytes", &[]),
            Self::Resident => of("tongguan_resident_bytes", &[]),
            Self::BackupAge => of("tongguan_backup_seconds", &[]),
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Taken
            | Self::RefusedWhole
            | Self::NotKept
            | Self::Declarations
            | Self::TurnedAway
            | Self::CallersWrong
            | Self::Errors
            | Self::Batches
            | Self::BatchMicros
            | Self::Documents
            | Self::Letters
            | Self::RelaySent
            | Self::RelayGivenUp => Kind::Counter,
            Self::DatabaseAnswers | Self::DiskFree => Kind::Low,
            _ => Kind::High,
        }
    }
}

const fn of(
    name: &'static str,
    with: &'static [(&'static str, &'static [&'static str])],
) -> Selector {
    Selector { name, with, without: None }
}

impl Selector {
    /// Whether it is meant by a series of that name and with these labels.
    pub fn means(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        let value = |label: &str| {
            labels.iter().find(|(known, _)| *known == label).map_or("", |(_, value)| value)
        };
        name == self.name
            && self.with.iter().all(|(label, values)| values.contains(&value(label)))
            && self.without.is_none_or(|(label, not)| value(label) != not)
    }
}

impl fmt::Display for Selector {
    /// As Prometheus asks for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one_of = |(label, values): &(&str, &[&str])| match values {
            [value] => format!("{label}=\"{value}\""),
            values => format!("{label}=~\"{}\"", values.join("|")),
        };
        let not = self.without.map(|(label, value)| format!("{label}!=\"{value}\""));
        let labels: Vec<_> = self.with.iter().map(one_of).chain(not).collect();
        match labels.as_slice() {
            [] => f.write_str(self.name),
            labels => write!(f, "{}{{{}}}", self.name, labels.join(", ")),
        }
    }
}
