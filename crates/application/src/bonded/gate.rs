//! The gate: what a vehicle carries comes into the zone, and what never comes is given up.

use tongguan_domain::bonded::list::{BondedListState, BondedListStep};
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::GatePassNumber;
use tongguan_domain::time::Moment;
use tongguan_storage::Tx;

use super::events::{ZoneDone, note};
use super::lists::{By, ListError, ListRecord, keep, leave_news, locked};
use crate::clearing::rows;
use crate::clearing::zone::{ListKey, PassRecord, Referenced};

/// The vehicle of a declared gate pass passes the gate with all that it carries. Where several vehicles share
/// a list, the list has passed when all of it has.
pub(super) fn pass_gate(
    tx: &mut Tx<'_>,
    pass: PassRecord,
    asked: &ListKey,
    by: &By,
    now: Moment,
) -> Result<ListRecord, ListError> {
    let not_named = ListError::NotNamed(pass.number.clone(), asked.number.clone());
    if !pass.lists.contains(asked) {
        return Err(not_named);
    }
    let pass = PassRecord { state: pass.state.pass()?, since: now, by: Some(by.clone()), ..pass };
    let mut lists = pass.lists.clone();
    // In the order in which rows are locked.
    lists.sort_by_key(rows::list_key);
    let mut reached = None;
    for key in &lists {
        let mut record = locked(tx, key)?;
        carry_through(&mut record, &pass.number, by, now)?;
        keep(tx, &record, now)?;
        if record.state == BondedListState::Gated {
            let done = ZoneDone::Stepped(BondedListStep::PassGate, record.state);
            note(tx, Referenced::List(record.key()), done, by, now)?;
        }
        if key == asked {
            reached = Some(record);
        }
    }
    end_pass(tx, &pass, by, now)?;
    reached.ok_or(not_named)
}

/// Ends a list with what passed the gate: gate passes whose vehicles did not come are given up, so that nobody
/// waits for them and nothing of the list is spoken for.
pub(super) fn end_short(
    tx: &mut Tx<'_>,
    key: &ListKey,
    by: &By,
    now: Moment,
) -> Result<ListRecord, ListError> {
    let mut passes = lock_awaited(tx, key)?;
    let mut record = locked(tx, key)?;
    record.take(BondedListStep::EndShort, by.clone(), now)?;
    let came = record.named_by.iter().rfind(|vehicle| vehicle.passed);
    let Some(came) = came.map(|vehicle| vehicle.pass.clone()) else {
        return Err(ListError::NothingPassed(key.number.clone()));
    };
    record.gate_pass = Some(came);
    for awaited in record.named_by.extract_if(.., |vehicle| !vehicle.passed) {
        let place = passes.iter().position(|pass| pass.number == awaited.pass);
        let meanwhile = || ListError::NamedMeanwhile(key.number.clone(), awaited.pass.clone());
        let pass = passes.swap_remove(place.ok_or_else(meanwhile)?);
        let state = pass.state.give_up()?;
        end_pass(tx, &PassRecord { state, since: now, by: Some(by.clone()), ..pass }, by, now)?;
    }
    keep(tx, &record, now)?;
    let done = ZoneDone::Stepped(BondedListStep::EndShort, record.state);
    note(tx, Referenced::List(record.key()), done, by, now)?;
    Ok(record)
}

/// The gate passes that name a list and whose vehicles did not come, locked before the list as everywhere:
/// the list is read once without a lock to learn of them.
fn lock_awaited(tx: &mut Tx<'_>, key: &ListKey) -> Result<Vec<PassRecord>, ListError> {
    let lists = tx.bonded_lists_numbered(&[(key.number.as_str(),)])?;
    let mut awaited = Vec::new();
    for row in lists.into_iter().filter(|row| row.book == key.book.as_str()) {
        let vehicles = rows::read_list(row)?.named_by.into_iter();
        awaited.extend(vehicles.filter(|vehicle| !vehicle.passed).map(|vehicle| vehicle.pass));
    }
    let keys: Vec<_> = awaited.iter().map(rows::pass_key).collect();
    let passes = tx.lock_gate_passes(&keys)?.into_iter().map(rows::read_pass);
    Ok(passes.collect::<Result<_, _>>()?)
}

/// Keeps a gate pass that was used or given up by an officer, and has its enterprise told.
fn end_pass(tx: &mut Tx<'_>, pass: &PassRecord, by: &By, now: Moment) -> Result<(), ListError> {
    tx.upsert(&[rows::write_pass(pass)?])?;
    let of = Referenced::Pass(pass.number.clone());
    note(tx, of.clone(), ZoneDone::Pass(pass.state), by, now)?;
    leave_news(tx, &pass.lodged, of)
}

/// What a vehicle carries of a list is past the gate.
fn carry_through(
    record: &mut ListRecord,
    pass: &GatePassNumber,
    by: &By,
    now: Moment,
) -> Result<(), ListError> {
    record.state.take(BondedListStep::PassGate)?;
    let mut is_whole = true;
    for named_by in record.named_by.iter_mut().filter(|named_by| named_by.pass == *pass) {
        (named_by.passed, is_whole) = (true, named_by.carried.is_empty());
    }
    let left = record.left(|named_by| named_by.passed);
    if is_whole || left.values().all(|left| *left == StockQuantity::ZERO) {
        record.take(BondedListStep::PassGate, by.clone(), now)?;
        record.gate_pass = Some(pass.clone());
    }
    Ok(())
}
