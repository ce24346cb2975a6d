//! Looking at a standby: whether it is one of this database, and how far it is behind.
//!
//! How far is measured by the primary's positions and one clock, this machine's: when the standby has come to where
//! the primary was at some moment, it is not further behind than that moment. What a standby says of times itself is
//! the time of its last commit, which grows old where nothing is committed, by the clock of another machine.

use std::collections::VecDeque;
use std::sync::PoisonError;
use std::time::Instant;

use super::{Standby, StandbyTrouble, State, now, reader, words};
use crate::driver::Link;
use crate::error::{OpenError, StorageError};
use crate::looker::Position;

/// The most positions of the primary that are remembered. One that is behind for longer is left out for as long anyway.
const REMEMBERED: usize = 3_600;

/// Which database of which cluster, the same on a primary and its standbys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    cluster: i64,
    database: i64,
}

/// What one is looked at with.
pub(super) struct Looking {
    primary: Link,
    standby: Link,
    /// Where the primary was when, from the oldest on that the standby has not come to.
    remembered: VecDeque<(Instant, Position)>,
}

/// What was seen of a standby.
enum Seen {
    /// It is one, and has come so far.
    At(Position),
    Trouble(StandbyTrouble),
}

impl Looking {
    pub(super) fn between(primary: &str, standby: &str) -> Self {
        Self { primary: reader(primary), standby: reader(standby), remembered: VecDeque::new() }
    }
}

impl Standby {
    /// Looks at it. Where the primary does not say where it is, nothing more is known of how far this one is behind:
    /// it is left out when it was too long ago that it was known.
    pub(super) fn look(&self, floor: Position) {
        let mut looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let looking = &mut *looking;
        let at = now();
        let Ok((identity, primary)) = of_primary(&mut looking.primary) else { return };
        if looking.remembered.len() < REMEMBERED {
            looking.remembered.push_back((at, primary));
        }
        let (trouble, caught_up_at) = match seen(&mut looking.standby, identity) {
            // Its tables may be older than this program.
            Ok(Seen::At(position)) if position < floor => (Some(StandbyTrouble::Behind), None),
            Ok(Seen::At(position)) => (None, looking.caught_up(position)),
            Ok(Seen::Trouble(trouble)) => (Some(trouble), None),
            Err(error) => (Some(StandbyTrouble::Gone(words(&error))), None),
        };
        let mut state = self.state();
        let before = if trouble.is_none() { state.caught_up_at } else { None };
        *state = State { trouble, caught_up_at: caught_up_at.or(before), identity: Some(identity) };
    }
}

impl Looking {
    /// When the primary was last seen no further than there; nothing where it was further each time.
    fn caught_up(&mut self, position: Position) -> Option<Instant> {
        let mut caught_up_at = None;
        while let Some((at, _)) = self.remembered.pop_front_if(|(_, seen)| *seen <= position) {
            caught_up_at = Some(at);
        }
        caught_up_at
    }
}

fn of_primary(link: &mut Link) -> Result<(Identity, Position), StorageError> {
    let seen = identity(link).and_then(|identity| Ok((identity, flushed(link)?)));
    if seen.is_err() {
        // One that was lost is made anew at the next look.
        link.roll_back();
    }
    seen
}

fn seen(link: &mut Link, of: Identity) -> Result<Seen, StorageError> {
    let seen = seen_now(link, of);
    if !matches!(seen, Ok(Seen::At(_))) {
        link.roll_back();
    }
    seen
}

fn seen_now(link: &mut Link, of: Identity) -> Result<Seen, StorageError> {
    if let Link::Postgres(fresh) = link
        && fresh.is_lost()
    {
        match fresh.check_sessions() {
            Ok(()) => {}
            Err(OpenError::Storage(error)) => return Err(error),
            Err(_) => return Ok(Seen::Trouble(StandbyTrouble::Pooled)),
        }
    }
    if identity(link)? != of {
        return Ok(Seen::Trouble(StandbyTrouble::OtherDatabase));
    }
    Ok(replayed(link)?.map_or(Seen::Trouble(StandbyTrouble::Promoted), Seen::At))
}

/// Which database a connection leads to.
pub(super) fn identity(link: &mut Link) -> Result<Identity, StorageError> {
    let text = "SELECT system_identifier, CAST(oid AS BIGINT) FROM pg_control_system(), pg_database \
                WHERE datname = current_database()";
    let mut identity = Identity { cluster: 0, database: 0 };
    link.query(text, &[], &mut |view| {
        let mut columns = view.columns("pg_control_system");
        let (cluster, database) = (columns.next("system_identifier")?, columns.next("oid")?);
        identity = Identity { cluster, database };
        Ok(())
    })?;
    Ok(identity)
}

/// How far a standby has replayed the primary's log; nothing of what is none.
pub(super) fn replayed(link: &mut Link) -> Result<Option<Position>, StorageError> {
    let text = "SELECT CASE WHEN pg_is_in_recovery() \
                THEN CAST(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS BIGINT) END";
    position(link, text)
}

/// How far a primary's log is on its disk.
pub(crate) fn flushed(link: &mut Link) -> Result<Position, StorageError> {
    let text = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') AS BIGINT)";
    Ok(position(link, text)?.unwrap_or(Position::END))
}

fn position(link: &mut Link, text: &str) -> Result<Option<Position>, StorageError> {
    let mut bytes = None;
    link.query(text, &[], &mut |view| {
        bytes = view.columns("pg_lsn").next::<Option<i64>>("position")?;
        Ok(())
    })?;
    Ok(bytes.map(Position::at))
}
