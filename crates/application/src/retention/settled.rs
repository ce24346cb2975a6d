//! Whether the declarations of a month are over, and since when.

use std::ops::Range;

use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::{Settled, StorageError, Store};

use crate::numbering::first_id_at;

/// The ids of what was first seen in a month.
pub(crate) fn ids_of(month: Month) -> Range<i64> {
    first_id_at(month.start())..first_id_at(month.end())
}

/// How the declarations stand that were first seen in a month, day by day, for no reader may take long.
///
/// # Errors
/// [`StorageError`].
pub(crate) fn settled_in(store: &Store, month: Month) -> Result<Settled, StorageError> {
    let mut all = Settled::default();
    let mut day = month.start();
    while day < month.end() {
        let next = day.plus_days(1);
        let of = in_halves(store, first_id_at(day)..first_id_at(next))?;
        add(&mut all, of);
        day = next;
    }
    Ok(all)
}

/// In halves where a reader would take too long.
fn in_halves(store: &Store, ids: Range<i64>) -> Result<Settled, StorageError> {
    let middle = ids.start + (ids.end - ids.start) / 2;
    match store.read(|view| view.settled_within(&ids)) {
        Err(StorageError::TooSlow(_)) if ids.start < middle => {
            let mut all = in_halves(store, ids.start..middle)?;
            add(&mut all, in_halves(store, middle..ids.end)?);
            Ok(all)
        }
        settled => settled,
    }
}

fn add(all: &mut Settled, of: Settled) {
    all.declarations += of.declarations;
    all.open += of.open;
    all.last_changed_at = all.last_changed_at.max(of.last_changed_at);
}

/// The first instant of the month after one.
pub(crate) fn next(month: Month) -> Month {
    Month::of(month.end())
}

/// The month of a moment, for months that lie between two moments.
pub(crate) fn months_between(from: Moment, to: Moment) -> Range<Month> {
    Month::of(from)..next(Month::of(to))
}
