//! A month: whether it may be archived, and that it was.

use tongguan_archive::manifest::{self, FORMAT, Manifest, NOTE, signed_text};
use tongguan_archive::shelf::Shelf;
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::{ArchivedMonthRow, Register, StorageError, Store};

use super::tables::{EVENTS, PARCELS, RESPONSES};
use super::verify::{Figures, verify};
use super::writing::{parcels, written_in};
use super::{ArchivingError, decided};
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};
use crate::retention::settled_in;
use crate::transparency::Log;

/// A month that may be archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The month.
    pub month: Month,
    /// How many declarations were first seen in it.
    pub declarations: i64,
    /// Why it is not archived now.
    pub refused: Option<Refused>,
}

/// Why a month is not archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It stands there already.
    Archived(Moment),
    /// It is not over for as long as is wanted.
    TooYoung,
    /// So many declarations of it are open.
    Open(i64),
    /// No declaration was first seen in it.
    Empty,
}

/// What was archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The manifest, as it was read back.
    pub manifest: Manifest,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub digest: String,
}

/// The months in which anything was received, or the one that is named, and whether each may be archived: it was over
/// for `after` months, no declaration of it is open, and it does not stand on this shelf.
///
/// # Errors
/// [`ArchivingError`].
pub fn candidates(
    store: &Store,
    shelf: &Shelf,
    only: Option<Month>,
    (after, now): (u32, Moment),
) -> Result<Vec<Candidate>, ArchivingError> {
    let mut months: Vec<_> = match only {
        Some(month) => vec![month],
        None => months_known(store)?,
    };
    months.sort_unstable();
    months.dedup();
    let mut all = Vec::with_capacity(months.len());
    for month in months {
        let young = Candidate { month, declarations: 0, refused: Some(Refused::TooYoung) };
        if is_over_for(month, after, now) {
            all.push(looked_at(store, shelf, month)?);
        } else {
            all.push(young);
        }
    }
    Ok(all)
}

/// Those that were received in, by the keys that seal what was, and those of which the log has leaves.
fn months_known(store: &Store) -> Result<Vec<Month>, StorageError> {
    let (periods, secrets) =
        store.read(|view| Ok::<_, StorageError>((view.sealed_periods()?, view.log_secrets()?)))?;
    let periods = periods.into_iter().chain(secrets.into_iter().map(|secret| secret.period));
    Ok(periods.filter_map(|period| Month::parse(&period).ok()).collect())
}

fn is_over_for(month: Month, after: u32, now: Moment) -> bool {
    let mut last = month;
    for _ in 0..after {
        last = Month::of(last.end());
    }
    last.end() <= now
}

fn looked_at(store: &Store, shelf: &Shelf, month: Month) -> Result<Candidate, ArchivingError> {
    let name = month.to_string();
    if let (Some(row), Some((_, digest))) =
        (store.read(|view| view.archived_month(&name))?, shelf.manifest(&name)?)
        && bytes_of(&digest) == row.manifest
    {
        let refused = Some(Refused::Archived(row.archived_at));
        return Ok(Candidate { month, declarations: row.parcels, refused });
    }
    let settled = settled_in(store, month)?;
    let refused = match (settled.declarations, settled.open) {
        (0, _) => Some(Refused::Empty),
        (_, 0) => None,
        (_, open) => Some(Refused::Open(open)),
    };
    Ok(Candidate { month, declarations: settled.declarations, refused })
}

/// Archives a month: writes its files, the manifest last, reads all of it back, and notes that it stands there. Whoever
/// was stopped begins the month anew. `log` signs the manifest, where there is one; `tell` hears how many declarations
/// were written.
///
/// # Errors
/// [`ArchivingError`]; nothing is noted.
pub fn archive(
    store: &Store,
    (shelf, location): (&Shelf, &str),
    log: Option<&Log>,
    month: Month,
    (cause, now): (&Cause, Moment),
    tell: &mut dyn FnMut(u64),
) -> Result<Archived, ArchivingError> {
    let name = month.to_string();
    let mut figures = Figures::default();
    let mut files = parcels(store, shelf, month, &mut figures, tell)?;
    let of = (store, shelf);
    files.push(written_in(of, month, (RESPONSES, decided::response), &mut figures)?);
    files.push(written_in(of, month, (EVENTS, decided::event), &mut figures)?);
    let settled = settled_in(store, month)?;
    let written = figures.0.get(PARCELS.name).copied().unwrap_or_default();
    let is_over = settled.declarations - settled.open;
    if written != is_over {
        return Err(ArchivingError::Moved { month: name, now: is_over, written });
    }
    let log_head = store.read(|view| view.log_heads())?.into_iter().next().map(|head| head.note);
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        month: name.clone(),
        made_at: now.to_string(),
        files,
        figures: figures.0,
        log_head,
    };
    let path = shelf.month(&name).join(manifest::FILE);
    shelf.keep(&name, manifest::FILE, &manifest.to_json(&path)?)?;
    let verified = verify(shelf, &name, None, &mut |_| {})?;
    if let Some(log) = log {
        let note = log.sign(signed_text(&name, &verified.digest)).to_string();
        shelf.keep(&name, NOTE, note.as_bytes())?;
    }
    let row = ArchivedMonthRow {
        period: name,
        location: location.to_owned(),
        manifest: bytes_of(&verified.digest),
        parcels: written,
        archived_at: now,
    };
    note(store, row, &verified.digest, cause, now)?;
    Ok(Archived { manifest: verified.manifest, digest: verified.digest })
}

fn note(
    store: &Store,
    row: ArchivedMonthRow,
    digest: &str,
    cause: &Cause,
    now: Moment,
) -> Result<(), StorageError> {
    let fields = [
        Field::changed("declarations", String::new(), row.parcels.to_string()),
        Field::changed("manifest", String::new(), digest.to_owned()),
    ];
    let subject = Subject::Service(format!("archive of {}", row.period));
    let fields = fields.into_iter().flatten().collect();
    let entry = Entry { subject, change: ChangeKind::Added, fields };
    change(&mut store.small_writer()?, Register::Service, cause, now, |tx| {
        tx.put_archived_month(row.clone())?;
        Ok::<_, StorageError>(((), vec![entry.clone()]))
    })
}

/// The bytes of a digest that is written in hexadecimal digits.
fn bytes_of(digest: &str) -> Vec<u8> {
    let digits: Vec<_> = digest.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).unwrap_or_default(),
        _ => 0,
    };
    digits.chunks(2).map(byte).collect()
}
