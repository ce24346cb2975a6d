//! What officers did with bonded lists and gate passes between record and row.

use tongguan_domain::bonded::list::{BondedListState, BondedListStep};
use tongguan_storage as storage;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::zone::{EVENT_VERSION, StoredZoneEvent};

use super::zone::{list_code, list_state, pass_code, pass_state, referenced, wrong};
use super::{RowError, body, book_bucket, pass_key};
use crate::clearing::zone::{By, Referenced, ZoneDone, ZoneEvent, ZoneKind};

const TABLE: &str = "zone_event";

/// The key of the events about a list or gate pass.
pub fn zone_event_key(of: &Referenced) -> storage::ZoneEventKey<'_> {
    match of {
        Referenced::List(key) => {
            let bucket = book_bucket(&key.book);
            (bucket, ZoneKind::List as i64, key.book.as_str(), key.number.as_str())
        }
        Referenced::Pass(number) => {
            let (bucket, number) = pass_key(number);
            (bucket, ZoneKind::Pass as i64, "", number)
        }
    }
}

/// An event as a row.
pub fn write_zone_event(event: &ZoneEvent) -> Result<storage::ZoneEventRow, StoredError> {
    let (bucket, kind, book, number) = zone_event_key(&event.of);
    let (step, state) = match event.done {
        ZoneDone::Lodged => (LODGED, list_code(BondedListState::Lodged)),
        ZoneDone::Stepped(step, state) => (step_code(step), list_code(state)),
        ZoneDone::Pass(state) => (OF_A_PASS, pass_code(state)),
    };
    let By { officer, reason } = event.by.clone();
    Ok(storage::ZoneEventRow {
        bucket,
        kind,
        book: book.to_owned(),
        number: number.to_owned(),
        n: event.n,
        at: event.at,
        version: i64::from(EVENT_VERSION),
        body: StoredZoneEvent { step, state, officer, reason }.encode()?,
    })
}

/// An event from its row.
pub fn read_zone_event(row: &storage::ZoneEventRow) -> Result<ZoneEvent, RowError> {
    let stored = StoredZoneEvent::decode(&row.body).map_err(body(TABLE))?;
    let of = referenced(row.kind, Some(&row.book), &row.number)?;
    let done = match (&of, stored.step) {
        (Referenced::List(_), LODGED) => ZoneDone::Lodged,
        (Referenced::List(_), step) => {
            let known = BondedListStep::ALL.into_iter().find(|known| step_code(*known) == step);
            let known = known.ok_or_else(|| wrong(TABLE, "step", step))?;
            ZoneDone::Stepped(known, list_state(stored.state)?)
        }
        (Referenced::Pass(_), _) => ZoneDone::Pass(pass_state(stored.state)?),
    };
    let by = By { officer: stored.officer, reason: stored.reason };
    Ok(ZoneEvent { of, n: row.n, at: row.at, done, by })
}

/// The stored number of lodging a list.
const LODGED: i64 = 0;
/// The stored number of what is done with a gate pass: its state says it.
const OF_A_PASS: i64 = 0;

/// The stored number of a step with a list.
const fn step_code(step: BondedListStep) -> i64 {
    match step {
        BondedListStep::Approve => 1,
        BondedListStep::Refuse => 2,
        BondedListStep::Withdraw => 3,
        BondedListStep::PassGate => 4,
        BondedListStep::Admit => 5,
        BondedListStep::TurnAway => 6,
        BondedListStep::EndShort => 7,
    }
}
