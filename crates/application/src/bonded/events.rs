//! The audit events of officers' steps with bonded lists and gate passes, in the transaction of the step.
//!
//! Whoever gives a command owns no partition, in whose sequence the decisions about documents are numbered,
//! but holds the row of the list or gate pass; so its events are numbered beside it.

use tongguan_domain::ids::GatePassNumber;
use tongguan_domain::time::Moment;
use tongguan_storage::{Tx, View};

use super::lists::ListError;
use crate::clearing::rows;
use crate::clearing::zone::{By, ListRecord, Referenced};
use crate::history::{ChangeKind, Entry, Field, Subject};
use crate::unmasking::masked;

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

/// What was done with a list: by which step, at which vehicle, where it stood before and stands now, and why.
pub(super) fn told(
    record: &ListRecord,
    (change, step): (ChangeKind, &str),
    gate_pass: Option<&GatePassNumber>,
    by: &By,
) -> Entry {
    let new = |name: &str, value: String| Field::changed(name, String::new(), value);
    // A vehicle that is one of several leaves the list where it stands.
    let before = record.steps.iter().rev().nth(1).map(|(state, ..)| *state);
    let before = before.filter(|before| *before != record.state);
    let fields = [
        new("step", step.to_owned()),
        Field::changed(
            "state",
            before.map_or_else(String::new, |state| state.to_string()),
            record.state.to_string(),
        ),
        new("gate pass", gate_pass.map_or_else(String::new, ToString::to_string)),
        new("reason", masked(&by.reason)),
    ];
    let (book, number) = (record.list.book.to_string(), record.list.number.to_string());
    let fields = fields.into_iter().flatten().collect();
    Entry { subject: Subject::BondedList { book, number }, change, fields }
}
