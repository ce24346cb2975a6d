//! Releases that close after the days of their office.
//!
//! For each number of days that an office has set, or the law for those that have set none, a follower of the log of events stays so many days
//! behind and closes what it finds released at the offices with those days. Which row of the law counts, the day
//! of the release decides. So the followers share the
//! log out by office, and when the days of an office change it is shared out anew: the name of a
//! follower stands for the days of all offices, and those of the new sharing are the heirs of those of
//! the earlier one ([`Tx::hand_over`]). They begin where the slowest of these stood. What lies before
//! was closed after whatever days held then; what lies after is read by all of them, so nothing is
//! missed, whichever office moved from one number of days to another, and back. It reaches back as far
//! as the most days that any office had, and not to the beginning of the log.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tongguan_codelists::entries::ParameterKind;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
#[cfg(doc)]
use tongguan_storage::Tx;
use tongguan_storage::stored::event::{StoredEvent, StoredSubjectV1};
use tongguan_storage::{Backoff, Cursor, Event, Partition, Store};

use super::{BATCH, DueError, PAGE, rows};
use crate::clearing::incoming::Incoming;
use crate::clearing::settings::Settings;
use crate::digest::sha256;

/// What the names of the followers begin with.
const FAMILY: &str = "closing";

/// Closes releases, and remembers when there may be something to close again.
#[derive(Debug, Default)]
pub(super) struct Closing {
    /// By follower.
    next_at: BTreeMap<String, Moment>,
}

impl Closing {
    /// Closes everything that was released as many days before `now` as its office has set; gives how
    /// many that were.
    ///
    /// # Errors
    /// [`DueError`], or what `decide` gives; what was decided before it stays so, and nothing is lost.
    pub(super) fn run<E: From<DueError>>(
        &mut self,
        store: &Store,
        settings: &Settings,
        now: Moment,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let followers = followers(settings);
        self.next_at.retain(|name, _| followers.contains_key(name));
        let is_due = |name: &str| self.next_at.get(name).is_none_or(|at| *at <= now);
        let due: Vec<_> = followers.iter().filter(|(name, _)| is_due(name)).collect();
        if due.is_empty() {
            return Ok(0);
        }
        let mut cursors = take_over(store, &followers)?;
        let mut closed = 0;
        for (name, days) in due {
            let cursors = cursors.remove(name).unwrap_or_default();
            let mut follower = Follower { name, days: *days, settings, cursors };
            let (more, next_at) = follower.close(store, now, decide)?;
            closed += more;
            self.next_at.insert(name.clone(), next_at);
        }
        Ok(closed)
    }
}

/// The name of the follower for each number of days after which some office closes. It stands for the
/// days of all offices, not only for its own: whose days are the general ones follows from who has
/// others, and whose are the law's from what the law says.
fn followers(settings: &Settings) -> BTreeMap<String, i64> {
    let general = settings.default_office.close_after_days;
    let own: BTreeMap<_, _> = settings
        .offices
        .iter()
        .map(|(office, own)| (office.to_string(), own.close_after_days))
        .filter(|(_, days)| *days != general)
        .collect();
    let offices = || own.values().copied().chain([general]);
    let is_left_to_the_law = offices().any(|days| days.is_none());
    let law = settings.law.parameters(ParameterKind::CloseAfterDays);
    let law: Vec<_> = law.filter(|_| is_left_to_the_law).collect();
    let by_law = law.iter().filter_map(|row| row.entry.count());
    let days: BTreeSet<_> = offices().flatten().chain(by_law).collect();
    let law: BTreeSet<_> = law.iter().map(|row| row.cells()).collect();
    let digest = sha256(format!("{general:?} {own:?} {law:?}").as_bytes());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    days.into_iter().map(|days| (format!("{FAMILY}/{digest}/{days}"), days)).collect()
}

/// How far each follower has come, by name.
type Standing = BTreeMap<String, BTreeMap<Partition, i64>>;

/// Makes these the followers that close, unless they are; gives how far they have come.
fn take_over(store: &Store, followers: &BTreeMap<String, i64>) -> Result<Standing, DueError> {
    let standing = by_name(store.read(|view| view.cursors_of_family(FAMILY))?);
    if standing.keys().eq(followers.keys()) {
        return Ok(standing);
    }
    let heirs: Vec<_> = followers.keys().map(String::as_str).collect();
    let mut writer = store.small_writer()?;
    Ok(by_name(writer.retried(Backoff::default(), |tx| tx.hand_over(FAMILY, &heirs))?))
}

fn by_name(cursors: Vec<Cursor>) -> Standing {
    let mut standing = Standing::new();
    for Cursor { consumer, partition, seq } in cursors {
        standing.entry(consumer).or_default().insert(partition, seq);
    }
    standing
}

/// Follows the log for the offices that close after so many days.
struct Follower<'r> {
    name: &'r str,
    days: i64,
    settings: &'r Settings,
    cursors: BTreeMap<Partition, i64>,
}

impl Follower<'_> {
    /// Closes what was released so many days ago at its offices; gives how many that were, and when
    /// there may be more.
    fn close<E: From<DueError>>(
        &mut self,
        store: &Store,
        now: Moment,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<(usize, Moment), E> {
        let mut closed = 0;
        loop {
            let unread: Vec<Event> =
                store.read(|view| view.unread(self.name, PAGE)).map_err(DueError::from)?;
            let is_ripe = |event: &Event| event.at.plus_days(self.days) <= now;
            let ripe = unread.iter().take_while(|event| is_ripe(event)).count();
            let (ripe, unripe) = unread.split_at(ripe);
            if ripe.is_empty() {
                // A release that comes from now on is not due before `now` plus the days either.
                let next = unripe.first().map_or(now, |event| event.at);
                return Ok((closed, next.plus_days(self.days)));
            }
            let open = open_releases(store, ripe, |office, released_on| {
                self.settings.close_after_days(office, released_on) == Some(self.days)
            })?;
            for ids in open.chunks(BATCH) {
                decide(ids.iter().copied().map(Incoming::Due).collect())?;
            }
            closed += open.len();
            self.step_over(store, ripe)?;
        }
    }

    fn step_over(&mut self, store: &Store, read: &[Event]) -> Result<(), DueError> {
        let to: BTreeMap<_, _> = read.iter().map(|event| (event.partition, event.seq)).collect();
        let from = |partition| self.cursors.get(partition).copied().unwrap_or(0);
        let steps: Vec<_> =
            to.iter().map(|(partition, seq)| (*partition, from(partition), *seq)).collect();
        let mut writer = store.small_writer()?;
        writer.retried(Backoff::default(), |tx| tx.move_cursors(self.name, &steps))?;
        self.cursors.extend(to);
        Ok(())
    }
}

/// The declarations that these events released and that are still open, of those offices and days of
/// release that `belongs`.
fn open_releases(
    store: &Store,
    events: &[Event],
    belongs: impl Fn(OfficeCode, Date) -> bool,
) -> Result<Vec<DeclarationId>, DueError> {
    let released = ReturnStatus::Released.number();
    let mut releases = BTreeMap::new();
    for event in events {
        for entry in StoredEvent::decode(&event.body)?.entries {
            if let StoredSubjectV1::Declaration(id) = entry.subject
                && entry.statuses.contains(&released)
            {
                releases.insert(DeclarationId(id), event.at.china_day());
            }
        }
    }
    let ids: Vec<_> = releases.keys().copied().collect();
    let mut open = Vec::new();
    for ids in ids.chunks(BATCH) {
        open.extend(rows(store, ids)?.into_iter().filter_map(|row| {
            let office = OfficeCode::parse(&row.office).ok()?;
            let released_on = *releases.get(&row.declaration_id)?;
            (row.state == i64::from(released) && belongs(office, released_on))
                .then_some(row.declaration_id)
        }));
    }
    Ok(open)
}
