//! What was told and decided in a month: no index leads to a time, but places of a partition ascend with it, so a month
//! is found by halving.

use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::{Event, Partition, Response, StorageError, Store, View};

use super::ArchivingError;

/// Rows that are read in one view.
const PAGE: i64 = 2_000;
/// Behind every place: programs of others read numbers up to it.
const END: i64 = 1 << 53;

/// A row that stands at a place, and was written at a time.
pub(super) trait Placed: Sized {
    fn seq(&self) -> i64;
    fn at(&self) -> Moment;
    /// The rows of a partition from a place on, in order, at most `limit`.
    fn from(
        view: &mut View<'_>,
        partition: Partition,
        seq: i64,
        limit: i64,
    ) -> Result<Vec<Self>, StorageError>;
}

impl Placed for Response {
    fn seq(&self) -> i64 {
        self.seq
    }

    fn at(&self) -> Moment {
        self.recorded_at
    }

    fn from(
        view: &mut View<'_>,
        partition: Partition,
        seq: i64,
        limit: i64,
    ) -> Result<Vec<Self>, StorageError> {
        view.responses_between(partition, seq, END, limit)
    }
}

impl Placed for Event {
    fn seq(&self) -> i64 {
        self.seq
    }

    fn at(&self) -> Moment {
        self.at
    }

    fn from(
        view: &mut View<'_>,
        partition: Partition,
        seq: i64,
        limit: i64,
    ) -> Result<Vec<Self>, StorageError> {
        view.events_from(partition, seq, limit)
    }
}

/// Every row of a partition that was written in a month, in order.
///
/// # Errors
/// [`ArchivingError`], and what `each` gives.
pub(super) fn each_of<R: Placed>(
    store: &Store,
    partition: Partition,
    month: Month,
    mut each: impl FnMut(&R) -> Result<(), ArchivingError>,
) -> Result<(), ArchivingError> {
    let mut seq = first_since::<R>(store, partition, month.start())?;
    loop {
        let page = store.read(|view| R::from(view, partition, seq, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        seq = last.seq() + 1;
        for row in &page {
            if row.at() >= month.end() {
                return Ok(());
            }
            each(row)?;
        }
    }
}

/// The place from which on rows are of `since` or later.
fn first_since<R: Placed>(
    store: &Store,
    partition: Partition,
    since: Moment,
) -> Result<i64, StorageError> {
    if store.read(|view| R::from(view, partition, 0, 1))?.is_empty() {
        return Ok(END);
    }
    let (mut low, mut high) = (0, END);
    while low < high {
        let middle = low + (high - low) / 2;
        match store.read(|view| R::from(view, partition, middle, 1))?.first() {
            Some(next) if next.at() < since => low = next.seq() + 1,
            // Nothing lies behind the middle that is earlier.
            _ => high = middle,
        }
    }
    Ok(low)
}
