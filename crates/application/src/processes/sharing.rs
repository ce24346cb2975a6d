//! What nobody asks for, shared out over the processes that stand.

use std::ops::Range;

use tongguan_domain::time::Moment;
use tongguan_storage::{Partition, ProcessRow};

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessKind {
    /// Answers over HTTP, and does all the rest.
    Serve,
    /// The same without HTTP.
    Worker,
    /// Answers files in folders.
    Gateway,
    /// Decides what a command line asked for, and ends.
    Command,
}

impl ProcessKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Serve, Self::Worker, Self::Gateway, Self::Command];

    /// The number that is stored.
    pub const fn number(self) -> i64 {
        match self {
            Self::Serve => 1,
            Self::Worker => 2,
            Self::Gateway => 3,
            Self::Command => 4,
        }
    }

    /// What a stored number says; a kind of another version does nothing that nobody asks for.
    pub const fn of(number: i64) -> Self {
        match number {
            1 => Self::Serve,
            2 => Self::Worker,
            3 => Self::Gateway,
            _ => Self::Command,
        }
    }

    /// The name by which it is started and told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Worker => "worker",
            Self::Gateway => "gateway",
            Self::Command => "command",
        }
    }

    const fn takes_a_share(self) -> bool {
        !matches!(self, Self::Command)
    }
}

/// What one process at a time does for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// What time and topped-up guarantees lead to.
    Due,
    /// Merging closed exports.
    Consolidation,
    /// Responses into mailboxes.
    Mailboxes,
    /// Lists of parcels, movements of guarantees, the audit of decisions.
    Lists,
    /// Leaves and heads of the verifiable log.
    Log,
    /// Asking platforms for payment evidence.
    Evidence,
    /// Sending upstream, and collecting what is answered.
    Relay,
    /// Changes of parameters whose day has begun.
    Parameters,
}

impl Duty {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Due,
        Self::Consolidation,
        Self::Mailboxes,
        Self::Lists,
        Self::Log,
        Self::Evidence,
        Self::Relay,
        Self::Parameters,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Consolidation => "consolidation",
            Self::Mailboxes => "mailboxes",
            Self::Lists => "lists",
            Self::Log => "log",
            Self::Evidence => "evidence",
            Self::Relay => "relay",
            Self::Parameters => "parameters",
        }
    }

    /// It goes with a partition like everything else.
    fn partition(self) -> Partition {
        Partition::of_text(self.name())
    }
}

/// The part of a process in what nobody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Share(Range<u16>);

impl Share {
    /// Everything.
    pub const ALL: Self = Self(0..256);

    /// The `n`th of `of` equal ones.
    fn nth(n: usize, of: usize) -> Self {
        let at = |n: usize| u16::try_from(256 * n / of.max(1)).unwrap_or(256);
        Self(at(n)..at(n + 1))
    }

    /// Whether what belongs to a partition is for this process to do.
    pub fn has(&self, partition: Partition) -> bool {
        self.0.contains(&u16::from(partition.0))
    }

    /// Whether a duty is for this process to do.
    pub fn does(&self, duty: Duty) -> bool {
        self.has(duty.partition())
    }

    /// How many partitions it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Each of the processes with its share; whoever's lease has ended has none, and neither has a command line.
pub fn shared_out(processes: &[ProcessRow], clock: Moment) -> Vec<(&ProcessRow, Share)> {
    let works = |row: &ProcessRow| row.is_taken(clock) && ProcessKind::of(row.kind).takes_a_share();
    let of = processes.iter().filter(|row| works(row)).count();
    let mut next = 0;
    let mut share = |row| {
        if !works(row) {
            return Share::default();
        }
        next += 1;
        Share::nth(next - 1, of)
    };
    processes.iter().map(|row| (row, share(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u8, kind: ProcessKind, lease_until: i64) -> ProcessRow {
        ProcessRow {
            number,
            epoch: 1,
            name: Some(format!("process {number}")),
            kind: kind.number(),
            address: None,
            started_at: Moment::from_micros(0),
            lease_until: Moment::from_micros(lease_until),
            last_ms: 0,
            batch: 0,
            schema: 1,
        }
    }

    #[test]
    fn whoever_stands_has_an_equal_share_and_every_partition_is_somebodys() {
        let clock = Moment::from_micros(10);
        for number in 1..=128_u8 {
            let mut processes: Vec<_> =
                (0..number).map(|n| row(n, ProcessKind::Serve, 10)).collect();
            processes.push(row(200, ProcessKind::Command, 10));
            processes.push(row(201, ProcessKind::Worker, 9));
            let shares = shared_out(&processes, clock);
            let (working, others) = shares.split_at(usize::from(number));
            assert!(others.iter().all(|(_, share)| share.is_empty()));
            for partition in Partition::all() {
                let has = working.iter().filter(|(_, share)| share.has(partition));
                assert_eq!(has.count(), 1, "{number}: {partition:?}");
            }
            let most = 256_usize.div_ceil(usize::from(number));
            assert!(working.iter().all(|(_, share)| (most - 1..=most).contains(&share.len())));
        }
    }

    #[test]
    fn every_duty_is_somebodys() {
        let processes = [0, 1, 2].map(|n| row(n, ProcessKind::Worker, 10));
        let shares = shared_out(&processes, Moment::from_micros(10));
        for duty in Duty::ALL {
            assert_eq!(shares.iter().filter(|(_, share)| share.does(duty)).count(), 1);
        }
        assert!(Duty::ALL.iter().all(|duty| Share::ALL.does(*duty)));
    }
}
