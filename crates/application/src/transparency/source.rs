//! What leaves tell of, and where it stands.

use std::fmt;

use tongguan_storage::stored::logged::StoredRecord;
use tongguan_storage::{Cursor, Partition, Register, RegisterPlace};

/// The most events of one change of a register: 2 to this.
const EVENT_BITS: u32 = 24;

/// Records that are kept for one time, and are forgotten together with their month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Audit events of clearing.
    Event,
    /// Responses.
    Response,
    /// Audit events of registers.
    Register,
}

/// Where records stand that are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// The audit events of clearing.
    Events,
    /// The outbox.
    Responses,
    /// The audit events of a register.
    Register(Register),
}

/// A record's place: it names one record for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) source: Source,
    pub(super) partition: Partition,
    pub(super) seq: i64,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Event, Self::Response, Self::Register];

    /// Its name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Response => "response",
            Self::Register => "register",
        }
    }
}

impl Class {
    /// Of the records of a source, by the source's name in rows.
    pub(crate) fn of_source(name: &str) -> Option<Self> {
        Source::named(name).map(Source::class)
    }
}

impl Source {
    /// All of them, in the order in which they are taken up.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        [Self::Events, Self::Responses].into_iter().chain(Register::ALL.map(Self::Register))
    }

    pub(super) const fn class(self) -> Class {
        match self {
            Self::Events => Class::Event,
            Self::Responses => Class::Response,
            Self::Register(_) => Class::Register,
        }
    }

    /// The source of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::all().find(|source| source.to_string() == name)
    }

    /// The consumer whose cursors say how far the log has taken it up.
    pub(super) fn consumer(self) -> String {
        Cursor::of_log(&self.to_string())
    }
}

/// As rows name it.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events => f.write_str("event"),
            Self::Responses => f.write_str("response"),
            Self::Register(register) => write!(f, "register/{}", register.name()),
        }
    }
}

impl Place {
    /// Of an event of a register.
    pub(super) fn in_register(register: Register, (revision, n): RegisterPlace) -> Self {
        Self {
            source: Source::Register(register),
            partition: Partition::of_text(register.name()),
            seq: register_seq((revision, n)),
        }
    }

    /// The place that a record names itself.
    pub(super) fn of(record: &StoredRecord) -> Option<Self> {
        Some(match record {
            StoredRecord::Event { partition, seq, .. } => {
                Self { source: Source::Events, partition: Partition(*partition), seq: *seq }
            }
            StoredRecord::Response(it) => {
                Self { source: Source::Responses, partition: Partition(it.partition), seq: it.seq }
            }
            StoredRecord::Register(it) => {
                Self::in_register(Register::named(&it.register)?, (it.revision, it.n))
            }
        })
    }
}

/// As salts are derived for it, and as people read it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Source::Register(_) => {
                let (revision, n) = register_place(self.seq);
                write!(f, "{} {revision} {n}", self.source)
            }
            _ => write!(f, "{} {} {}", self.source, self.partition.0, self.seq),
        }
    }
}

/// The place of a register's event as one number, which ascends with it.
pub(super) const fn register_seq((revision, n): RegisterPlace) -> i64 {
    revision << EVENT_BITS | n
}

/// The place behind the number.
pub(super) const fn register_place(seq: i64) -> RegisterPlace {
    (seq >> EVENT_BITS, seq & ((1 << EVENT_BITS) - 1))
}
