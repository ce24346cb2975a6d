//! The audit events of officers' steps with bonded lists and gate passes, in the transaction of the step.
//!
//! Whoever gives a command owns no partition, in whose sequence the decisions about documents are numbered,
//! but holds the row of the list or gate pass; so its events are numbered beside it.

use tongguan_domain::time::Moment;
use tongguan_storage::{Tx, View};

use super::lists::ListError;
use crate::clearing::rows;
use crate::clearing::zone::{By, Referenced};

pub use crate::clearing::zone::{ZoneDone, ZoneEvent};

/// What officers did with a bonded list or gate pass, in order.
///
/// # Errors
/// [`ListError`].
pub fn zone_events(view: &mut View<'_>, of: &Referenced) -> Result<Vec<ZoneEvent>, ListError> {
    let rows = view.zone_events(&[rows::zone_event_key(of)])?;
    Ok(rows.iter().map(rows::read_zone_event).collect::<Result<_, _>>()?)
}

/// Notes what an officer did with a list or gate pass whose row the transaction holds.
pub(super) fn note(
    tx: &mut Tx<'_>,
    of: Referenced,
    done: ZoneDone,
    by: &By,
    at: Moment,
) -> Result<(), ListError> {
    let n = tx.zone_events(&[rows::zone_event_key(&of)])?.last().map_or(1, |last| last.n + 1);
    let event = ZoneEvent { of, n, at, done, by: by.clone() };
    tx.insert(&[rows::write_zone_event(&event)?])?;
    Ok(())
}
