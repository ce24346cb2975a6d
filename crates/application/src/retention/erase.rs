//! Erasing what is due: keys are destroyed and stated to be, in one transaction; what nobody can open any more is taken
//! away afterwards, some after some.

use tongguan_codelists::{KeptUntil, Pack, RecordClass};
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::stored::logged::decode_places;
use tongguan_storage::{Backoff, ErasureRow, Register, StorageError, Store, Tx, Writer};

use super::hold::Hold;
use super::plan::{Item, Stage, of_log, plan};
use super::settled::ids_of;
use super::statement::{Statement, digest_of, sealed_of};
use super::{PART, RetentionError};
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};
use crate::transparency::{Class, Log, LogError, found};

/// Bundles that are taken away in one transaction: it is over before anybody waits.
const PORTION: i64 = 200;
/// Runs of leaves that are read in one view.
const PAGE: i64 = 1_000;

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The month.
    pub month: Month,
    /// Which records.
    pub class: RecordClass,
    /// How many.
    pub records: u64,
    /// The statement, as it was signed.
    pub statement: String,
}

/// Erases everything that is due, month by month; gives what it was. Begins the verifiable log where there is none,
/// for it signs what was erased. `tell` hears of each.
///
/// # Errors
/// [`RetentionError`]; what was erased before stays erased and is stated.
pub fn erase(
    store: &Store,
    keyring: &Keyring,
    pack: &Pack,
    (cause, now): (&Cause, Moment),
    tell: &mut dyn FnMut(&Erased),
) -> Result<(), RetentionError> {
    // Before anything is planned: what is held from now on is none of these.
    let known: Vec<_> = open_holds(&store.read(|view| view.legal_holds())?).collect();
    let due: Vec<_> = plan(store, pack, now)?
        .into_iter()
        .filter_map(|Item { month, class, stage }| match stage {
            Stage::Due(kept) => Some((month, class, kept)),
            _ => None,
        })
        .collect();
    if !due.is_empty() {
        let log = found(store, keyring, None, now)?;
        let mut writer = store.erasing_writer()?;
        for (month, class, kept) in due {
            let records = records_of(store, month, class)?;
            let due = Due { month, class, kept, records };
            if let Some(erased) = due.erase(&mut writer, (&log, &known), cause, now)? {
                tell(&erased);
            }
        }
    }
    remove_what_is_dead(store)
}

/// A class of records of a month whose time is over.
struct Due {
    month: Month,
    class: RecordClass,
    kept: KeptUntil,
    records: u64,
}

impl Due {
    /// Nothing where another process was faster, or somebody holds anything that is not `known`: the next run says
    /// whether that is of this month.
    fn erase(
        &self,
        writer: &mut Writer,
        (log, known): (&Log, &[i64]),
        cause: &Cause,
        now: Moment,
    ) -> Result<Option<Erased>, RetentionError> {
        let Self { month, class, kept, records } = self;
        let period = month.to_string();
        change(writer, Register::Service, cause, now, |tx| {
            let held = tx.legal_holds()?;
            let sealed = sealed_of(tx, &period, *class)?;
            if sealed.is_empty() || open_holds(&held).any(|n| !known.contains(&n)) {
                return Ok((None, Vec::new()));
            }
            let statement = Statement {
                month: *month,
                class: *class,
                records: *records,
                keys: sealed.len(),
                law: (kept.row.to_string(), kept.years),
                kept_until: kept.last_day.to_string(),
                before: digest_of(&sealed),
                at: now,
            };
            destroy(tx, &period, *class)?;
            let statement = log.sign(statement.to_string()).to_string();
            tx.insert(&[ErasureRow {
                period: period.clone(),
                class: class.name().to_owned(),
                erased_at: now,
                statement: statement.clone(),
            }])?;
            let entry = told(*month, *class, kept, *records);
            Ok((
                Some(Erased { month: *month, class: *class, records: *records, statement }),
                vec![entry],
            ))
        })
    }
}

fn open_holds(holds: &[Hold]) -> impl Iterator<Item = i64> {
    holds.iter().filter(|hold| hold.is_open()).map(|hold| hold.n)
}

fn destroy(tx: &mut Tx<'_>, period: &str, class: RecordClass) -> Result<(), StorageError> {
    match of_log(class) {
        None => tx.forget_periods(&[(period,)]).map(drop),
        Some(class) => tx.forget_log_secrets(&[(period, class.name())]).map(drop),
    }
}

fn told(month: Month, class: RecordClass, kept: &KeptUntil, records: u64) -> Entry {
    let fields = [
        Field::changed("records", records.to_string(), "0".to_owned()),
        Field::changed("law", kept.row.to_string(), String::new()),
        Field::changed("kept until", kept.last_day.to_string(), String::new()),
    ];
    let subject = Subject::Service(format!("{PART}, {} of {month}", class.name()));
    Entry { subject, change: ChangeKind::Ended, fields: fields.into_iter().flatten().collect() }
}

/// How many records a class of a month has: bundles of messages, or leaves of the log.
fn records_of(store: &Store, month: Month, class: RecordClass) -> Result<u64, RetentionError> {
    let period = month.to_string();
    let Some(class) = of_log(class) else {
        let mut ids = ids_of(month);
        let mut count = 0;
        loop {
            let some = store.read(|view| view.bundles_within(&ids, &period, PAGE))?;
            let Some((_, last)) = some.last() else { return Ok(count) };
            ids.start = last.0 + 1;
            count += some.len() as u64;
        }
    };
    let (mut leaf, mut count) = (0, 0);
    loop {
        let runs = store.read(|view| view.log_runs_from(leaf, PAGE))?;
        let Some(last) = runs.last() else { return Ok(count) };
        leaf = last.first_leaf.saturating_add(1);
        for run in runs.iter().filter(|run| run.period == period) {
            if Class::of_source(&run.source) == Some(class) {
                let places = decode_places(&run.seqs).map_err(LogError::from)?;
                count += places.len() as u64;
            }
        }
    }
}

/// Takes bundles away whose month's key was destroyed: nobody can open them. One that is stopped goes on with the next
/// run.
fn remove_what_is_dead(store: &Store) -> Result<(), RetentionError> {
    let erased = store.read(|view| view.erasures())?;
    let mut writer = store.erasing_writer()?;
    for row in erased.iter().filter(|row| row.class == RecordClass::Originals.name()) {
        let Ok(month) = Month::parse(&row.period) else { continue };
        let ids = ids_of(month);
        loop {
            let dead = store.read(|view| view.bundles_within(&ids, &row.period, PORTION))?;
            if dead.is_empty() {
                break;
            }
            writer.retried(Backoff::default(), |tx| {
                // Never what a key opens.
                match tx.sealed_keys_of(&row.period)?.is_empty() {
                    true => tx.remove_bundles(&dead).map(drop),
                    false => Ok(()),
                }
            })?;
            if !store.read(|view| view.sealed_keys_of(&row.period))?.is_empty() {
                break;
            }
        }
    }
    Ok(())
}
