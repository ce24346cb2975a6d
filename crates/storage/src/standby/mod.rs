//! Standbys (备库) of a PostgreSQL primary, which whoever only looks may read from.
//!
//! A standby is used while it is one, of this very database, and not too far behind; it is looked at every second
//! ([`look`]) and asked for its position again each time that it is read from: it may have been promoted meanwhile,
//! and whoever looks must see what he has seen or done before.

mod look;
mod standing;

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::look::{Identity, Looking};
use self::standing::name_of;
use crate::driver::Link;
use crate::driver::postgres::{PostgresLink, Session};
use crate::error::{OpenError, StorageError};
use crate::looker::{Looker, Position};
use crate::readers::{Borrowed, Readers};
use crate::store::READ_LIMIT;
use crate::tx::View;

pub(crate) use self::look::flushed;
pub use self::standing::{StandbySettings, StandbyStanding, StandbyTrouble};

/// The standbys of a database.
#[derive(Debug)]
pub(crate) struct Standbys {
    all: Vec<Standby>,
    behind_at_most: Duration,
    /// How far the primary was when this was opened: tables that came later than a standby's state are not there.
    floor: Position,
    /// Whose turn it is.
    turn: AtomicUsize,
}

/// One of them.
struct Standby {
    name: String,
    url: String,
    readers: Readers,
    state: Mutex<State>,
    looking: Mutex<Looking>,
    reads: AtomicU64,
    asked_again: AtomicU64,
}

/// What is known of one.
#[derive(Debug, Clone)]
struct State {
    trouble: Option<StandbyTrouble>,
    /// When the primary was no further than it is.
    caught_up_at: Option<Instant>,
    /// Of which database it is one.
    identity: Option<Identity>,
}

/// A transaction that was begun at a standby.
pub(crate) struct Reading<'s> {
    standby: &'s Standby,
    place: Borrowed<'s>,
    link: Link,
}

impl Standbys {
    /// Those of the primary at `primary`, with so many readers each, which have come to `floor` at least.
    pub(crate) fn open(
        primary: &str,
        settings: &StandbySettings,
        readers: usize,
        floor: Position,
    ) -> Result<Self, OpenError> {
        let mut all: Vec<Standby> = Vec::with_capacity(settings.urls.len());
        for (n, url) in settings.urls.iter().enumerate() {
            let name = name_of(url).map_err(|source| OpenError::StandbyUrl { n: n + 1, source })?;
            if all.iter().any(|other| other.name == name) {
                return Err(OpenError::StandbyTwice { name });
            }
            all.push(Standby::new(name, url, primary, readers));
        }
        let behind_at_most = settings.behind_at_most;
        Ok(Self { all, behind_at_most, floor, turn: AtomicUsize::new(0) })
    }

    /// How they stand.
    pub(crate) fn standing(&self) -> Vec<StandbyStanding> {
        self.all.iter().map(|standby| standby.standing(self.behind_at_most)).collect()
    }

    /// Looks at one of them.
    pub(crate) fn look(&self, n: usize) {
        if let Some(standby) = self.all.get(n) {
            standby.look(self.floor);
        }
    }

    /// A transaction at one of them that has what `looker` has to see; nothing where none has.
    pub(crate) fn begin(&self, looker: &Looker) -> Option<Reading<'_>> {
        let wanted = looker.position().max(self.floor);
        if wanted == Position::END {
            return None;
        }
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % self.all.len().max(1);
        let (before, from) = self.all.split_at_checked(first)?;
        from.iter().chain(before).find_map(|standby| {
            let (reading, at) = standby.begin(wanted, self.behind_at_most)?;
            looker.sees(at);
            Some(reading)
        })
    }
}

impl Standby {
    fn new(name: String, url: &str, primary: &str, readers: usize) -> Self {
        let state =
            State { trouble: Some(StandbyTrouble::Unknown), caught_up_at: None, identity: None };
        Self {
            name,
            url: url.to_owned(),
            readers: Readers::new(readers),
            state: Mutex::new(state),
            looking: Mutex::new(Looking::between(primary, url)),
            reads: AtomicU64::new(0),
            asked_again: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standing(&self, behind_at_most: Duration) -> StandbyStanding {
        let state = self.state().clone();
        StandbyStanding {
            name: self.name.clone(),
            trouble: state.trouble(behind_at_most),
            behind: state.behind(),
            reads: self.reads.load(Ordering::Relaxed),
            asked_again: self.asked_again.load(Ordering::Relaxed),
        }
    }

    /// Whether it may be read from now, and of which database it is one then.
    fn well(&self, behind_at_most: Duration) -> Option<Identity> {
        let state = self.state();
        state.identity.filter(|_| state.trouble(behind_at_most).is_none())
    }

    /// Leaves it out until it is looked at.
    fn leave_out(&self, trouble: StandbyTrouble) {
        self.state().trouble = Some(trouble);
    }

    fn begin(&self, wanted: Position, behind_at_most: Duration) -> Option<(Reading<'_>, Position)> {
        self.well(behind_at_most)?;
        let mut place = self.readers.borrow();
        // It may have been left out while others kept this one waiting.
        let identity = self.well(behind_at_most)?;
        let link = place.link.take();
        let mut link = link.unwrap_or_else(|| reader(&self.url));
        match begun(&mut link, identity, wanted) {
            Ok(Begun::At(position)) => {
                self.reads.fetch_add(1, Ordering::Relaxed);
                return Some((Reading { standby: self, place, link }, position));
            }
            Ok(Begun::Earlier) => place.link = Some(link),
            Ok(Begun::Not(trouble)) => self.leave_out(trouble),
            Err(error) => self.leave_out(StandbyTrouble::Gone(words(&error))),
        }
        None
    }
}

impl State {
    /// How far it is behind at most.
    fn behind(&self) -> Option<Duration> {
        self.caught_up_at.map(|at| now().saturating_duration_since(at))
    }

    fn trouble(&self, behind_at_most: Duration) -> Option<StandbyTrouble> {
        let is_behind = self.behind().is_none_or(|behind| behind > behind_at_most);
        self.trouble.clone().or(is_behind.then_some(StandbyTrouble::Behind))
    }
}

impl Reading<'_> {
    /// Runs `work` in it. What fails there is told to `looker`, whatever the caller makes of the error.
    pub(crate) fn run<T, E>(
        self,
        looker: &Looker,
        work: impl FnOnce(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let Self { standby, mut place, mut link } = self;
        let mut view = View::begun(&mut link);
        let outcome = work(&mut view);
        let has_failed = view.is_doomed();
        drop(view);
        place.link = Some(link);
        if has_failed {
            standby.asked_again.fetch_add(1, Ordering::Relaxed);
            looker.is_let_down();
        }
        outcome
    }
}

/// Whether a transaction was begun.
enum Begun {
    /// On a state that has everything up to there.
    At(Position),
    /// No: it has not come so far.
    Earlier,
    /// No: nothing is to be read there.
    Not(StandbyTrouble),
}

/// Begins to read, where the standby is still one and has what is wanted. Its position is asked before the transaction
/// sees anything, so that it sees all of that.
fn begun(link: &mut Link, identity: Identity, wanted: Position) -> Result<Begun, StorageError> {
    let is_new = matches!(link, Link::Postgres(link) if link.is_lost());
    if is_new && look::identity(link)? != identity {
        return Ok(Begun::Not(StandbyTrouble::OtherDatabase));
    }
    let Some(position) = look::replayed(link)? else {
        return Ok(Begun::Not(StandbyTrouble::Promoted));
    };
    if position < wanted {
        return Ok(Begun::Earlier);
    }
    // Not by `Link::begin`, which makes a lost connection anew, perhaps to another server.
    link.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    Ok(Begun::At(position))
}

/// A connection that reads there.
fn reader(url: &str) -> Link {
    Link::Postgres(PostgresLink::new(url, Session::Reader(READ_LIMIT)))
}

/// What the server or its client said.
fn words(error: &StorageError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

#[expect(clippy::disallowed_methods, reason = "how far a standby is behind is measured")]
fn now() -> Instant {
    Instant::now()
}

impl fmt::Debug for Standby {
    /// Without the connection string, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Standby({}, {:?})", self.name, self.state())
    }
}
